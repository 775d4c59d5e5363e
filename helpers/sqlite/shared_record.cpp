#include "helpers/sqlite/shared_record.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace firstlock {
namespace {

/// What the file begins with; the parts follow, each of whole pages.
struct Head {
    std::uint64_t writers, part_bytes;
};

/// What each part begins with; the calls follow.
struct Part {
    std::atomic<std::uint32_t> count;
    std::atomic<std::uint32_t> is_full;
    std::uint64_t room;
};
static_assert(std::atomic<std::uint32_t>::is_always_lock_free && sizeof(VfsCall) == 24 &&
                  sizeof(Part) == 16,
              "both ends of the record must agree on its layout, and store without a lock");

constexpr std::size_t page_bytes = 4096;

VfsCall* calls_in(Part& part)
{
    return reinterpret_cast<VfsCall*>(&part + 1);
}

Part& part_of(std::byte* memory, std::size_t writer)
{
    const auto& head = *reinterpret_cast<const Head*>(memory);
    return *reinterpret_cast<Part*>(memory + page_bytes + writer * head.part_bytes);
}

Part* own_part = nullptr; // of this writer
bool is_sleeping = false; // the last call in it has not ended

void add(const VfsCall& call)
{
    const std::uint32_t count = own_part->count.load(std::memory_order_relaxed);
    if (count >= own_part->room) {
        own_part->is_full = 1;
        return;
    }
    calls_in(*own_part)[count] = call;
    own_part->count.store(count + 1, std::memory_order_release);
}

constexpr CallListener listener{
    .sleeps =
        [](const VfsCall& call) {
            is_sleeping = own_part->count < own_part->room;
            add(call);
        },
    .done =
        [](const VfsCall& call) {
            if (std::exchange(is_sleeping, false)) {
                calls_in(*own_part)[own_part->count - 1].end_ns = call.end_ns;
            } else if (call.kind != VfsCall::Kind::sleep) {
                add(call);
            }
        },
};

[[noreturn]] void refuse(const std::filesystem::path& path, int error)
{
    throw std::system_error(error, std::generic_category(),
                            "the shared record of calls '" + path.string() + "'");
}

int make_file(std::filesystem::path& path)
{
    for (const std::filesystem::path& directory :
         {std::filesystem::path("/dev/shm"), std::filesystem::temp_directory_path()}) {
        std::string name = (directory / "firstlock-calls-XXXXXX").string();
        const int file = ::mkostemp(name.data(), O_CLOEXEC);
        path = name;
        if (file >= 0) {
            return file;
        }
    }
    refuse(path, errno);
}

/// Half of what is free, so that no one who writes into it finds that there is no more.
std::size_t bytes_allowed(int file)
{
    struct statvfs place {};
    return ::fstatvfs(file, &place) == 0
               ? static_cast<std::size_t>(place.f_bavail) * place.f_frsize / 2
               : 0;
}

} // namespace

void SharedRecord::Unmap::operator()(std::byte* memory) const
{
    ::munmap(memory, bytes);
}

SharedRecord::SharedRecord(std::size_t writers, std::size_t pages_for_each)
{
    const int file = make_file(path_);
    const std::size_t pages = std::min(pages_for_each, bytes_allowed(file) / page_bytes /
                                                           std::max<std::size_t>(writers, 1));
    const std::size_t part_bytes = pages * page_bytes;
    const std::size_t bytes = page_bytes + writers * part_bytes;
    errno = ENOSPC;
    void* const memory = pages > 0 && ::ftruncate(file, static_cast<off_t>(bytes)) == 0
                             ? ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
                             : MAP_FAILED;
    const int error = errno;
    ::close(file);
    if (memory == MAP_FAILED) {
        has_been_mapped();
        refuse(path_, error);
    }
    memory_ = {static_cast<std::byte*>(memory), Unmap{bytes}};
    new (memory) Head{writers, part_bytes};
    for (std::size_t writer = 0; writer < writers; ++writer) {
        new (&part_of(memory_.get(), writer))
            Part{0, 0, (part_bytes - sizeof(Part)) / sizeof(VfsCall)};
    }
}

SharedRecord::~SharedRecord()
{
    has_been_mapped();
}

void SharedRecord::has_been_mapped()
{
    if (!path_.empty()) {
        ::unlink(path_.c_str());
    }
}

RecordedCalls SharedRecord::calls_of(std::size_t writer) const
{
    Part& part = part_of(memory_.get(), writer);
    const VfsCall* const first = calls_in(part);
    return {{first, first + part.count.load(std::memory_order_acquire)}, part.is_full != 0};
}

void record_calls_in(const std::filesystem::path& record, std::size_t writer)
{
    const int file = ::open(record.c_str(), O_RDWR | O_CLOEXEC);
    struct stat found {};
    void* const memory = file >= 0 && ::fstat(file, &found) == 0
                             ? ::mmap(nullptr, static_cast<std::size_t>(found.st_size),
                                      PROT_READ | PROT_WRITE, MAP_SHARED, file, 0)
                             : MAP_FAILED;
    if (memory == MAP_FAILED) {
        refuse(record, errno);
    }
    ::close(file);
    auto* const bytes = static_cast<std::byte*>(memory);
    if (const auto writers = reinterpret_cast<const Head*>(bytes)->writers; writer >= writers) {
        throw std::invalid_argument("the shared record of calls has " + std::to_string(writers) +
                                    " parts, and none for writer " + std::to_string(writer));
    }
    own_part = &part_of(bytes, writer);
    listen_to_calls(listener);
}

} // namespace firstlock
