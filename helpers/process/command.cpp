#include "helpers/process/command.hpp"

#include "helpers/process/limits.hpp"

#include <unistd.h>

#include <algorithm>
#include <system_error>

#ifndef __GLIBC__ // which declares it in unistd.h
extern char** environ;
#endif

namespace firstlock {

void throw_start_error(const Command& command, const std::string& step, int error)
{
    const std::string advice = advice_on_limit(error);
    const std::string what = "cannot start '" + command.executable.string() + "': " + step + ": " +
                             std::generic_category().message(error) + advice;
    if (!advice.empty()) {
        throw LimitError(what, 0);
    }
    throw StartError(what);
}

std::vector<std::string> inherited_environment(std::string_view without_prefix,
                                               const std::vector<std::string>& extra)
{
    std::vector<std::string> environment = extra;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view inherited(*entry);
        const auto name = inherited.substr(0, inherited.find('=') + 1);
        if (!inherited.starts_with(without_prefix) &&
            std::none_of(extra.begin(), extra.end(),
                         [&](const auto& each) { return each.starts_with(name); })) {
            environment.emplace_back(inherited);
        }
    }
    return environment;
}

} // namespace firstlock
