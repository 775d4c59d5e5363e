#pragma once

#include <cstdlib>
#include <optional>
#include <string>
#include <utility>

namespace firstlock {

/// One variable of the environment, for as long as this lives.
class EnvironmentVariable {
  public:
    EnvironmentVariable(std::string name, const std::string& value) : name_(std::move(name))
    {
        if (const char* const former = std::getenv(name_.c_str())) {
            former_ = former;
        }
        ::setenv(name_.c_str(), value.c_str(), 1);
    }
    ~EnvironmentVariable()
    {
        if (former_) {
            ::setenv(name_.c_str(), former_->c_str(), 1);
        } else {
            ::unsetenv(name_.c_str());
        }
    }
    EnvironmentVariable(const EnvironmentVariable&) = delete;
    EnvironmentVariable& operator=(const EnvironmentVariable&) = delete;

  private:
    std::string name_;
    std::optional<std::string> former_;
};

} // namespace firstlock
