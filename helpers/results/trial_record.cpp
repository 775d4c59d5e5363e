#include "helpers/results/trial_record.hpp"

#include "helpers/described/task.hpp"

namespace firstlock {

using nlohmann::ordered_json;

std::string line_of(const TrialRecord& record)
{
    return json_text(record);
}

TrialRecord trial_from(const ordered_json& line)
{
    constexpr std::size_t writers_max = 1'000'000'000; // as a search has it
    auto record = line.get<TrialRecord>();
    check_value(record.writers <= writers_max, "writers", record.writers,
                "up to " + std::to_string(writers_max));
    check_value(record.locked <= record.writers, "locked", record.locked,
                "up to its writers, " + std::to_string(record.writers));
    return record;
}

} // namespace firstlock
