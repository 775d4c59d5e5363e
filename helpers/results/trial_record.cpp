#include "helpers/results/trial_record.hpp"

#include "helpers/described/json.hpp"

namespace firstlock {

using nlohmann::ordered_json;

std::string line_of(const TrialRecord& record)
{
    return ordered_json(record).dump();
}

TrialRecord trial_from(const ordered_json& line)
{
    TrialRecord record;
    read_member(line, "schema", record.schema); // first: a newer one may lack the other keys
    if (record.schema > results_schema) {
        throw JsonError("schema " + std::to_string(record.schema) +
                        " is newer than this program, which reads up to " +
                        std::to_string(results_schema));
    }
    line.get_to(record);
    return record;
}

} // namespace firstlock
