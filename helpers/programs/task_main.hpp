#pragma once

#include "helpers/described/task.hpp"

#include <sys/resource.h>

#include <chrono>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>

namespace firstlock {

/// Throws JsonError unless each duration of the task is one that a person would wait for.
template <DescribedStruct Task>
void check_durations(const Task& task)
{
    for_each_member<Task>([&](const std::string& key, auto member) {
        using Value = std::decay_t<decltype(task.*member)>;
        if constexpr (std::is_same_v<Value, std::chrono::milliseconds>) {
            check_value(task.*member >= std::chrono::milliseconds(0) &&
                            task.*member <= std::chrono::hours(1),
                        key, task.*member, "0 to 3600000");
        } else if constexpr (DescribedStruct<Value>) {
            check_durations(task.*member);
        }
    });
}

/// Throws JsonError unless `word` is the name of one of the values.
template <DescribedEnum Enum>
void check_word(std::string_view key, const std::string& word)
{
    check_value(find_named<Enum>(word).has_value(), key, word, names_of<Enum>());
}

/// The main() of a private child: `work` gets the task, and gives back the exit status. 1 when it
/// throws, or when the task is not accepted; the reason is then on stderr.
template <DescribedStruct Task, typename Work>
int run_task(const char* program, int argc, char** argv, Work work)
{
    rlimit limit{}; // each connection is a descriptor, and the usual soft limit is 1024
    if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
    }
    try {
        const auto task = task_from<Task>(argc, argv);
        check_durations(task);
        return work(task);
    } catch (const std::exception& error) {
        std::cerr << program << ": " << error.what() << "\n";
        return 1;
    }
}

} // namespace firstlock
