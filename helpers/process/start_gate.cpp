#include "helpers/process/start_gate.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#ifdef __linux__
#include <linux/aio_abi.h>
#include <sys/syscall.h>
#endif

namespace firstlock {
namespace {

void write_one(int descriptor, std::string_view line)
{
    while (::write(descriptor, line.data(), line.size()) < 0 && errno == EINTR) {
    }
}

#ifdef __linux__

/// The kernel's queue of requests. Kept for the next pool and until the process ends, since its end
/// waits for two grace periods of the kernel (32 to 48 ms); made anew only when it is too small.
class RequestQueue {
  public:
    static RequestQueue& instance()
    {
        static RequestQueue queue;
        return queue;
    }

    /// False where the system refuses: no such call, or its limit of requests (fs.aio-max-nr) is
    /// reached.
    bool has_room_for(std::size_t count)
    {
        if (count <= capacity_) {
            return true;
        }
        if (capacity_ > 0) {
            ::syscall(SYS_io_destroy, context_);
        }
        context_ = 0; // or io_setup refuses
        capacity_ = ::syscall(SYS_io_setup, count, &context_) == 0 ? count : 0;
        return capacity_ > 0;
    }

    /// Hands all of them in, in their order, and gives back how many the system took. A write to a
    /// pipe is over when it was taken.
    std::size_t submit(std::vector<iocb*> requests)
    {
        std::size_t taken = 0;
        while (taken < requests.size()) {
            const long now = ::syscall(SYS_io_submit, context_, requests.size() - taken,
                                       requests.data() + taken);
            if (now <= 0) {
                break;
            }
            taken += static_cast<std::size_t>(now);
        }
        make_room_again(taken);
        return taken;
    }

  private:
    /// How each write ended is of no interest: who has died shows elsewhere.
    void make_room_again(std::size_t ended)
    {
        std::vector<io_event> events(ended);
        while (ended > 0) {
            const long now =
                ::syscall(SYS_io_getevents, context_, 1, ended, events.data(), nullptr);
            if (now < 0 && errno != EINTR) {
                break;
            }
            ended -= static_cast<std::size_t>(std::max(now, 0L));
        }
    }

    aio_context_t context_ = 0;
    std::size_t capacity_ = 0;
};

#endif

} // namespace

void write_one_by_one(const std::vector<int>& descriptors, std::string_view line)
{
    for (const int descriptor : descriptors) {
        write_one(descriptor, line);
    }
}

void prepare_to_write_to([[maybe_unused]] std::size_t count)
{
#ifdef __linux__
    static_cast<void>(RequestQueue::instance().has_room_for(count));
#endif
}

void write_to_each(const std::vector<int>& descriptors, std::string_view line)
{
#ifdef __linux__
    RequestQueue& queue = RequestQueue::instance();
    if (!queue.has_room_for(descriptors.size())) {
        write_one_by_one(descriptors, line);
        return;
    }
    std::vector<iocb> requests(descriptors.size());
    std::vector<iocb*> places;
    places.reserve(requests.size());
    for (std::size_t index = 0; index < requests.size(); ++index) {
        iocb& request = requests[index];
        request.aio_lio_opcode = IOCB_CMD_PWRITE;
        request.aio_fildes = static_cast<std::uint32_t>(descriptors[index]);
        request.aio_buf = reinterpret_cast<std::uintptr_t>(line.data());
        request.aio_nbytes = line.size();
        places.push_back(&request);
    }
    const auto taken = static_cast<std::ptrdiff_t>(queue.submit(std::move(places)));
    write_one_by_one({descriptors.begin() + taken, descriptors.end()}, line);
#else
    write_one_by_one(descriptors, line);
#endif
}

} // namespace firstlock
