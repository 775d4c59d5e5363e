#pragma once

#include "helpers/process/command.hpp"

#include <cstddef>
#include <string>

namespace firstlock {

/// More was asked for than the system gives this process: children, their descriptors, memory.
/// `what()` names what is short, the limit where there is one, and what to do.
class LimitError : public StartError {
  public:
    LimitError(const std::string& what, std::size_t children_possible)
        : StartError(what), children(children_possible)
    {
    }
    std::size_t children; ///< so many of those asked for were possible
};

/// Raises the soft limit of open descriptors to the hard one, where `children` children need more
/// than it is (three each, and some for ourselves); children inherit it. Throws LimitError when the
/// hard limit is below what they need; `what()` then says what that is.
void make_room_for_children(std::size_t children);

/// For an errno of a failed start: which limit it comes from and what to do, as a sentence that
/// begins with "; ". Empty for other errors.
std::string advice_on_limit(int error);

} // namespace firstlock
