#include "tests/trust/second_self.hpp"

#include "fixtures/run/settings.hpp"

#include <catch2/catch_test_macros.hpp>

#include <poll.h>
#include <unistd.h>

#include <array>
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

bool SecondSelf::read_more(const Deadline& deadline)
{
    pollfd entry{child_.stdout_fd(), POLLIN, 0};
    ::poll(&entry, 1, static_cast<int>(deadline.left().count()));
    std::array<char, 4096> buffer{};
    const ssize_t got = ::read(child_.stdout_fd(), buffer.data(), buffer.size());
    if (got > 0) {
        said_.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return got != 0;
}

std::string SecondSelf::expect(const std::string& word)
{
    const Deadline deadline(settings().scaled(30s));
    const std::string wanted = word + " ";
    bool more = true;
    while (true) {
        for (auto feed = said_.find('\n', at_); feed != std::string::npos;
             feed = said_.find('\n', at_)) {
            const std::string line = said_.substr(at_, feed - at_);
            at_ = feed + 1;
            if (line.starts_with(wanted)) {
                return line.substr(wanted.size());
            }
        }
        if (!more || deadline.has_passed()) {
            FAIL("the other process did not say '" << word << "'; it said:\n"
                                                   << said_ << child_.stderr_tail());
        }
        more = read_more(deadline);
    }
}

ExitStatus SecondSelf::end()
{
    const Deadline deadline(settings().scaled(30s));
    while (!deadline.has_passed() && read_more(deadline)) {
    }
    const auto status = child_.wait(deadline);
    INFO(said_ << child_.stderr_tail());
    REQUIRE(status.has_value());
    return *status;
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
