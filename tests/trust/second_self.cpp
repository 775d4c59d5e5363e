#include "tests/trust/second_self.hpp"

#include "fixtures/run/settings.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <iostream>
#include <stdexcept>

namespace firstlock {

using namespace std::chrono_literals;

SecondSelf::SecondSelf(const std::string& hidden_case, const std::vector<std::string>& handed_over)
    : child_(
          {FIRSTLOCK_OWN_EXECUTABLE, {hidden_case}, inherited_environment("HARNESS_", handed_over)})
{
}

std::string SecondSelf::expect(const std::string& word)
{
    const Deadline deadline(settings().scaled(30s));
    const std::string wanted = word + " ";
    for (;;) {
        INFO("the other process has said:\n" << said_);
        const std::string line = child_.line(deadline, "a line that begins with '" + wanted + "'");
        said_ += line + "\n";
        if (line.starts_with(wanted)) {
            return line.substr(wanted.size());
        }
    }
}

ExitStatus SecondSelf::end()
{
    INFO("the other process has said:\n" << said_);
    return child_.finish(Deadline(settings().scaled(30s))).status;
}

std::string handed_over(const std::string& name)
{
    const char* const value = std::getenv(("HARNESS_" + name).c_str());
    if (value == nullptr) {
        throw std::runtime_error("HARNESS_" + name +
                                 " is not set: this hidden case is for SecondSelf");
    }
    return value;
}

void tell(const std::string& word, const std::string& rest)
{
    std::cout << word << ' ' << rest << std::endl;
}

} // namespace firstlock
