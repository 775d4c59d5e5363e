#include "helpers/faults/black_box.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace firstlock {
namespace {

static_assert(sizeof(Slot) == 8 && sizeof(BoxHeader) == 16 &&
                  std::atomic<Fate>::is_always_lock_free,
              "both sides of the box must agree on its layout, and store without a lock");

constexpr std::size_t header_bytes = 32;
constexpr std::size_t box_bytes = header_bytes + BlackBox::slots_most * sizeof(Slot);

} // namespace

BlackBox::BlackBox(const std::filesystem::path& file)
{
    const int descriptor = ::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0666);
    const bool sized = descriptor >= 0 && ::ftruncate(descriptor, box_bytes) == 0;
    memory_ = sized ? ::mmap(nullptr, box_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
                    : MAP_FAILED;
    const int error = errno;
    ::close(descriptor);
    if (memory_ == MAP_FAILED) {
        throw std::system_error(error, std::generic_category(),
                                "black box '" + file.string() + "'");
    }
}

BlackBox::~BlackBox()
{
    if (memory_ != nullptr) {
        ::munmap(memory_, box_bytes);
    }
}

BlackBox::BlackBox(BlackBox&& other) noexcept : memory_(std::exchange(other.memory_, nullptr)) {}

Slot& BlackBox::slot(std::size_t number)
{
    if (number >= slots_most) {
        throw std::out_of_range("the black box holds " + std::to_string(slots_most) +
                                " transactions");
    }
    return reinterpret_cast<Slot*>(static_cast<char*>(memory_) + header_bytes)[number];
}

Outcome outcome_of(Fate fate)
{
    switch (fate) {
    case Fate::acknowledged:
        return Outcome::acknowledged;
    case Fate::locked:
        return Outcome::locked;
    case Fate::not_begun: // killed before it called COMMIT, so nobody may ever see its rows
    case Fate::waiting:
    case Fate::inside:
    case Fate::failed:
        return Outcome::failed;
    case Fate::committing:
    case Fate::unknown:
        break;
    }
    return Outcome::unknown;
}

} // namespace firstlock
