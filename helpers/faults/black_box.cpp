#include "helpers/faults/black_box.hpp"

#include "helpers/described/names.hpp"
#include "helpers/process/descriptor.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>
#include <system_error>

namespace firstlock {

static_assert(sizeof(Slot) == 12 && sizeof(BoxHeader) == 16 &&
                  std::atomic<Step>::is_always_lock_free,
              "both sides of the box must agree on its layout, and store without a lock");

BlackBox::BlackBox(const std::filesystem::path& file)
{
    const Descriptor opened(::open(file.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0666));
    const bool is_sized = opened.get() >= 0 && ::ftruncate(opened.get(), sizeof(Content)) == 0;
    void* const memory = is_sized ? ::mmap(nullptr, sizeof(Content), PROT_READ | PROT_WRITE,
                                           MAP_SHARED, opened.get(), 0)
                                  : MAP_FAILED;
    if (memory == MAP_FAILED) {
        throw std::system_error(errno, std::generic_category(),
                                "black box '" + file.string() + "'");
    }
    content_.reset(static_cast<Content*>(memory));
}

void BlackBox::Unmap::operator()(Content* content) const
{
    ::munmap(content, sizeof(Content));
}

std::optional<std::uint32_t> BlackBox::begin(Step step, std::uint8_t rows)
{
    const std::uint32_t number = header().begun;
    if (number == slots_max) {
        return std::nullopt;
    }
    slot(number).rows = rows;
    slot(number).step = step;
    header().begun = number + 1;
    return number;
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
