#include "helpers/faults/fault_task.hpp"

#include <array>

namespace firstlock {
namespace {

constexpr std::array<std::string_view, 4> role_names{"stream", "checkpointer", "actor", "starter"};
constexpr std::array<std::string_view, 10> mutation_names{"none",
                                                          "acknowledges_before_commit",
                                                          "ignores_busy",
                                                          "closes_database_file",
                                                          "carries_handle_across_fork",
                                                          "drops_last_frame",
                                                          "forgets_sync",
                                                          "writes_outside_lock",
                                                          "unlocks_early",
                                                          "forgets_journal"};

} // namespace

std::string_view name_of(FaultRole role)
{
    return role_names.at(static_cast<std::size_t>(role));
}

std::string_view name_of(Mutation mutation)
{
    return mutation_names.at(static_cast<std::size_t>(mutation));
}

const std::vector<Mutation>& all_mutations()
{
    static const std::vector<Mutation> all = [] {
        std::vector<Mutation> list;
        for (std::size_t index = 1; index < mutation_names.size(); ++index) {
            list.push_back(static_cast<Mutation>(index));
        }
        return list;
    }();
    return all;
}

std::vector<std::string> to_arguments(const FaultTask& task)
{
    std::vector<std::string> arguments{std::string(name_of(task.role)), task.database.string()};
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty() && value != "0") {
            arguments.insert(arguments.end(), {name, value});
        }
    };
    add("--box", task.box.string());
    add("--journal", task.settings.journal_mode);
    add("--synchronous", task.settings.synchronous);
    add("--timeout-ms", std::to_string(task.settings.busy_timeout.count()));
    add("--tag", std::to_string(task.tag));
    add("--writer", std::to_string(task.writer));
    add("--seed", std::to_string(task.seed));
    add("--transactions", std::to_string(task.transactions));
    add("--rows", std::to_string(task.rows_most));
    arguments.insert(arguments.end(), {"--payload", std::to_string(task.payload_most)});
    add("--cache", std::to_string(task.cache_pages));
    add("--autocheckpoint", std::to_string(task.autocheckpoint));
    add("--second", task.second.string());
    add("--log", task.log.string());
    add("--fail", task.injection.call);
    add("--nth", std::to_string(task.injection.nth));
    add("--code", std::to_string(task.injection.code));
    add("--mutation", std::string(name_of(task.mutation)));
    add("--file-bytes", std::to_string(task.file_bytes_most));
    add("--descriptors", std::to_string(task.descriptors_most));
    add("--processes", std::to_string(task.processes_most));
    if (task.injection.stays) {
        arguments.emplace_back("--stays");
    }
    if (task.is_plain) {
        arguments.emplace_back("--plain");
    }
    if (task.as_nobody) {
        arguments.emplace_back("--nobody");
    }
    return arguments;
}

} // namespace firstlock
