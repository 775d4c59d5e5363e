#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>

namespace firstlock {

/// More children were asked for than the system lets this process have. `what()` names the limit,
/// its value, what was needed and how to raise it.
class LimitError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Raises the soft limit of open descriptors to the hard one, where `children` children need more
/// than it is (three each, and some for ourselves); children inherit it. Throws LimitError when the
/// hard limit is below what they need.
void make_room_for_children(std::size_t children);

/// For an errno of a failed start: which limit it comes from and what to do, as a sentence that
/// begins with "; ". Empty for other errors.
std::string advice_on_limit(int error);

} // namespace firstlock
