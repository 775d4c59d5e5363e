#include "helpers/process/start_gate.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#ifdef FIRSTLOCK_LINUX
#include <linux/aio_abi.h>
#include <sys/syscall.h>
#endif

namespace firstlock {
namespace {

#ifdef FIRSTLOCK_LINUX

/// The kernel's queue of requests. Kept for the next pool and until the process ends, since its end
/// waits for two grace periods of the kernel (32 to 48 ms); made anew only when it is too small.
struct {
    aio_context_t context = 0;
    std::size_t capacity = 0;
} queue;

/// False where the system refuses: no such call, or its limit of requests (fs.aio-max-nr) is
/// reached.
bool queue_has_room_for(std::size_t count)
{
    if (count <= queue.capacity) {
        return true;
    }
    if (queue.capacity > 0) {
        ::syscall(SYS_io_destroy, queue.context);
    }
    queue.context = 0; // or io_setup refuses
    queue.capacity = ::syscall(SYS_io_setup, count, &queue.context) == 0 ? count : 0;
    return queue.capacity > 0;
}

/// Gives back to how many, from the first on, the system has taken the write. A write to a pipe is
/// over when it was taken; how it ended is of no interest, for who has died shows elsewhere.
std::ptrdiff_t write_at_once(const std::vector<int>& descriptors, std::string_view line)
{
    if (!queue_has_room_for(descriptors.size())) {
        return 0;
    }
    std::vector<iocb> requests(descriptors.size());
    std::vector<iocb*> places;
    for (std::size_t index = 0; index < requests.size(); ++index) {
        iocb& request = requests[index];
        request.aio_lio_opcode = IOCB_CMD_PWRITE;
        request.aio_fildes = static_cast<std::uint32_t>(descriptors[index]);
        request.aio_buf = reinterpret_cast<std::uintptr_t>(line.data());
        request.aio_nbytes = line.size();
        places.push_back(&request);
    }
    long taken = 0;
    for (long now = 1; now > 0; taken += std::max(now, 0L)) {
        now = ::syscall(SYS_io_submit, queue.context,
                        places.size() - static_cast<std::size_t>(taken), places.data() + taken);
    }
    std::vector<io_event> events(places.size()); // read, or the queue would stay full
    for (long left = taken, now = 0; left > 0 && (now >= 0 || errno == EINTR);) {
        now = ::syscall(SYS_io_getevents, queue.context, 1, left, events.data(), nullptr);
        left -= std::max(now, 0L);
    }
    return taken;
}

#else

bool queue_has_room_for(std::size_t /*unused*/)
{
    return false;
}

std::ptrdiff_t write_at_once(const std::vector<int>& /*unused*/, std::string_view /*unused*/)
{
    return 0;
}

#endif

} // namespace

void write_one_by_one(const std::vector<int>& descriptors, std::string_view line)
{
    for (const int descriptor : descriptors) {
        while (::write(descriptor, line.data(), line.size()) < 0 && errno == EINTR) {
        }
    }
}

bool prepare_to_write_to(std::size_t count)
{
    return queue_has_room_for(count);
}

std::size_t write_to_each(const std::vector<int>& descriptors, std::string_view line)
{
    const std::ptrdiff_t taken = write_at_once(descriptors, line);
    write_one_by_one({descriptors.begin() + taken, descriptors.end()}, line);
    return static_cast<std::size_t>(taken);
}

} // namespace firstlock
