#include "helpers/faults/black_box.hpp"

#include "helpers/described/names.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace firstlock {
namespace {

static_assert(sizeof(Slot) == 12 && sizeof(BoxHeader) == 16 &&
                  std::atomic<Step>::is_always_lock_free,
              "both sides of the box must agree on its layout, and store without a lock");

constexpr std::size_t header_bytes = 32;
constexpr std::size_t box_bytes = header_bytes + BlackBox::slots_max * sizeof(Slot);

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
    if (number >= slots_max) {
        throw std::out_of_range("the black box holds " + std::to_string(slots_max) +
                                " transactions");
    }
    return reinterpret_cast<Slot*>(static_cast<char*>(memory_) + header_bytes)[number];
}

Slot* BlackBox::begin(Step step, std::uint8_t rows)
{
    const std::uint32_t number = header().begun;
    if (number >= slots_max) {
        return nullptr;
    }
    Slot& next = slot(number);
    next.rows = rows;
    next.step = step;
    header().begun = number + 1;
    return &next;
}

Step BlackBox::last_step()
{
    const std::uint32_t begun = header().begun;
    return begun == 0 ? Step::none : slot(begun - 1).step.load();
}

Outcome outcome_of(const Slot& slot)
{
    return slot.step == Step::told
               ? slot.outcome.load()
               : outcome_of(Refusal{.code = {}, .stage = name_of(slot.step.load())});
}

} // namespace firstlock
