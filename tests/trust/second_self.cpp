#include "tests/trust/second_self.hpp"

#include "fixtures/run/settings.hpp"

#include <catch2/catch_test_macros.hpp>

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <stdexcept>

namespace firstlock {

using namespace std::chrono_literals;

namespace {

/// What is handed over takes the place of an inherited variable of the same name.
std::vector<std::string> environment_with(const std::vector<std::string>& handed_over)
{
    std::vector<std::string> environment = inherited_environment("HARNESS_");
    for (const std::string& entry : handed_over) {
        const std::string name = entry.substr(0, entry.find('=') + 1);
        std::erase_if(environment, [&](const std::string& each) { return each.starts_with(name); });
        environment.push_back(entry);
    }
    return environment;
}

} // namespace

SecondSelf::SecondSelf(const std::string& hidden_case, const std::vector<std::string>& handed_over)
    : child_({std::filesystem::read_symlink("/proc/self/exe"),
              {hidden_case},
              environment_with(handed_over)})
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
