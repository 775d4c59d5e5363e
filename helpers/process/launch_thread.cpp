#include "helpers/process/launch_thread.hpp"

#ifdef __linux__
#include "helpers/process/limits.hpp"

#include <sched.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <limits>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

namespace firstlock {
namespace {

constexpr std::size_t kept = 3; // of a child, by its parent: stdin, stdout, stderr

/// One message: a process, and room for the descriptors. A process of 0 is the last message.
struct Envelope {
    pid_t pid = 0;
    iovec place{&pid, sizeof pid};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(kept * sizeof(int))> control{};
    msghdr message{};

    Envelope()
    {
        message.msg_iov = &place;
        message.msg_iovlen = 1;
        message.msg_control = control.data();
        message.msg_controllen = control.size();
    }
    Envelope(const Envelope&) = delete;
    Envelope& operator=(const Envelope&) = delete;
};

void end(pid_t pid)
{
    ::kill(-pid, SIGKILL);
    ::kill(pid, SIGKILL); // also where it has not reached setpgid yet
    while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
    }
}

void send(int socket, const Launched& launched)
{
    const std::array<int, kept> descriptors{launched.in.get(), launched.out.get(),
                                            launched.err.get()};
    Envelope envelope;
    envelope.pid = launched.pid;
    cmsghdr* const header = CMSG_FIRSTHDR(&envelope.message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof descriptors);
    std::memcpy(CMSG_DATA(header), descriptors.data(), sizeof descriptors);
    if (::sendmsg(socket, &envelope.message, 0) < 0) {
        const int error = errno;
        end(launched.pid);
        throw StartError("cannot hand a started child over: " +
                         std::generic_category().message(error) + limit_behind(error));
    }
}

Launched receive(int socket)
{
    Envelope envelope;
    std::array<int, kept> descriptors{-1, -1, -1};
    ssize_t got = -1;
    while ((got = ::recvmsg(socket, &envelope.message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {
    }
    if (const cmsghdr* const header = CMSG_FIRSTHDR(&envelope.message);
        got > 0 && header != nullptr) {
        std::memcpy(descriptors.data(), CMSG_DATA(header),
                    std::min(sizeof descriptors, header->cmsg_len - CMSG_LEN(0)));
    }
    return {envelope.pid, Descriptor(descriptors[0]), Descriptor(descriptors[1]),
            Descriptor(descriptors[2])};
}

} // namespace

LaunchThread* LaunchThread::instance()
{
    static LaunchThread* const thread = [] {
        // Never destroyed: the thread waits on it until the process ends.
        auto* const made = new LaunchThread;
        return made->begin() ? made : nullptr;
    }();
    return thread;
}

bool LaunchThread::begin()
{
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
        return false;
    }
    ours_.reset(ends[0]);
    theirs_.reset(ends[1]);
    sigset_t all;
    sigset_t former;
    sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &former); // which the thread inherits
    bool has_begun = true;
    try {
        std::thread([this] { serve(); }).detach();
        answered_.acquire();
    } catch (const std::system_error&) { // no more threads for this user: starts go the plain way
        has_begun = false;
    }
    ::pthread_sigmask(SIG_SETMASK, &former, nullptr);
    if (has_begun && is_ready_) {
        theirs_.reset(); // the thread has it in its own table
    }
    return has_begun && is_ready_;
}

bool LaunchThread::leave_the_table() const
{
#ifdef SYS_close_range
    const auto own = static_cast<unsigned>(theirs_.get());
    const unsigned first = 3;
    return ::unshare(CLONE_FILES) == 0 &&
           (own == first || ::syscall(SYS_close_range, first, own - 1, 0) == 0) &&
           ::syscall(SYS_close_range, own + 1, std::numeric_limits<unsigned>::max(), 0) == 0;
#else
    return false;
#endif
}

void LaunchThread::serve()
{
    const int own = theirs_.get(); // the member changes when the caller closes its copy
    is_ready_ = leave_the_table();
    if (!is_ready_) {
        answered_.release();
        return;
    }
    answered_.release();
    for (;;) {
        asked_.acquire();
        answer(own);
        answered_.release();
    }
}

void LaunchThread::answer(int socket)
{
    try {
        for (std::size_t index = 0; index < count_ && !give_up_; ++index) {
            send(socket, (*start_)(index));
        }
    } catch (...) {
        error_ = std::current_exception();
    }
    Envelope last;
    last.message.msg_controllen = 0;
    while (::sendmsg(socket, &last.message, 0) < 0 && errno == EINTR) {
    }
}

void LaunchThread::run(std::size_t count, const std::function<Launched(std::size_t)>& start,
                       const std::function<void(Launched)>& take)
{
    start_ = &start;
    count_ = count;
    give_up_ = false;
    asked_.release();
    std::exception_ptr refusal;
    for (Launched child = receive(ours_.get()); child.pid > 0; child = receive(ours_.get())) {
        if (refusal) {
            end(child.pid);
            continue;
        }
        try {
            if (child.err.get() < 0) { // the system closes what does not fit into our table
                end(child.pid);
                throw StartError("cannot take a started child over" + limit_behind(EMFILE));
            }
            take(std::move(child));
        } catch (...) {
            refusal = std::current_exception();
            give_up_ = true;
        }
    }
    answered_.acquire();
    if (refusal) {
        error_ = nullptr;
        std::rethrow_exception(refusal);
    }
    if (error_) {
        std::rethrow_exception(std::exchange(error_, nullptr));
    }
}

} // namespace firstlock

#else // no table of descriptors of a thread's own

namespace firstlock {

LaunchThread* LaunchThread::instance()
{
    return nullptr;
}

void LaunchThread::run(std::size_t /*unused*/,
                       const std::function<Launched(std::size_t)>& /*unused*/,
                       const std::function<void(Launched)>& /*unused*/)
{
}

} // namespace firstlock
#endif
