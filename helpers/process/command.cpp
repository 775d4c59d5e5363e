#include "helpers/process/command.hpp"

#include <unistd.h>

#ifndef __GLIBC__ // which declares it in unistd.h
extern char** environ;
#endif

namespace firstlock {

std::vector<std::string> inherited_environment(std::string_view without_prefix,
                                               const std::vector<std::string>& extra)
{
    std::vector<std::string> environment;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        if (!std::string_view(*entry).starts_with(without_prefix)) {
            environment.emplace_back(*entry);
        }
    }
    environment.insert(environment.end(), extra.begin(), extra.end());
    return environment;
}

} // namespace firstlock
