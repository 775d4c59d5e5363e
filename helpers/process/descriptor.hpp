#pragma once

#include <unistd.h>

#include <utility>

namespace firstlock {

/// A descriptor that closes itself, unless it is released. Move-only.
class Descriptor {
  public:
    explicit Descriptor(int number = -1) : number_(number) {}
    ~Descriptor() { reset(); }
    Descriptor(Descriptor&& other) noexcept : number_(other.release()) {}
    Descriptor& operator=(Descriptor&& other) noexcept
    {
        reset(other.release());
        return *this;
    }
    int get() const { return number_; }
    int release() { return std::exchange(number_, -1); }
    void reset(int number = -1)
    {
        if (number_ >= 0) {
            ::close(number_);
        }
        number_ = number;
    }

  private:
    int number_;
};

} // namespace firstlock
