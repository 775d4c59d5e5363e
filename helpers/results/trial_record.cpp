#include "helpers/results/trial_record.hpp"

#include "helpers/described/names.hpp"

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <stdexcept>

namespace firstlock {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

template <typename Value>
ordered_json or_null(const std::optional<Value>& value)
{
    return value ? ordered_json(*value) : ordered_json(nullptr);
}

/// Three digits behind the point: a microsecond of a millisecond figure, which is finer than what
/// is measured.
double rounded(double value)
{
    return std::round(value * 1000.0) / 1000.0;
}

std::optional<double> rounded(const std::optional<double>& value)
{
    return value ? std::optional(rounded(*value)) : std::nullopt;
}

template <typename Value>
void get(const json& line, const char* key, Value& value)
{
    const auto found = line.find(key);
    if (found == line.end()) {
        throw std::runtime_error(std::string("the key '") + key + "' is missing");
    }
    try {
        found->get_to(value);
    } catch (const json::exception&) {
        throw std::runtime_error(std::string("the key '") + key + "' has the value " +
                                 found->dump() + ", which is of the wrong type");
    }
}

template <typename Value>
void get(const json& line, const char* key, std::optional<Value>& value)
{
    if (line.contains(key) && !line.at(key).is_null()) {
        get(line, key, value.emplace());
    }
}

std::optional<Percentiles> wait_times_from(const json& line)
{
    if (!line.contains("wait_ms") || line.at("wait_ms").is_null()) {
        return std::nullopt;
    }
    const json& object = line.at("wait_ms");
    Percentiles wait;
    get(object, "p50", wait.p50);
    get(object, "p90", wait.p90);
    get(object, "p99", wait.p99);
    get(object, "max", wait.max);
    return wait;
}

std::optional<FirstLocked> first_locked_from(const json& line)
{
    if (!line.contains("first_locked") || line.at("first_locked").is_null()) {
        return std::nullopt;
    }
    const json& object = line.at("first_locked");
    FirstLocked first;
    get(object, "after_ms", first.after_ms);
    get(object, "acknowledged_before", first.acknowledged_before);
    get(object, "in_flight", first.in_flight);
    return first;
}

} // namespace

void add_environment(ordered_json& object, const Environment& environment)
{
    object["sqlite_version"] = environment.sqlite.version;
    object["sqlite_source_id"] = environment.sqlite.source_id;
    object["sqlite_options"] = environment.sqlite.options;
    object["sqlite_defines"] = environment.sqlite.defines;
    object["file_system"] = environment.file_system;
    object["cpu_count"] = environment.cpu_count;
    object["kernel"] = environment.kernel;
    object["host"] = environment.host;
}

Environment environment_from_json(const json& object)
{
    Environment environment;
    get(object, "sqlite_version", environment.sqlite.version);
    get(object, "sqlite_source_id", environment.sqlite.source_id);
    get(object, "sqlite_options", environment.sqlite.options);
    get(object, "sqlite_defines", environment.sqlite.defines);
    get(object, "file_system", environment.file_system);
    get(object, "cpu_count", environment.cpu_count);
    get(object, "kernel", environment.kernel);
    get(object, "host", environment.host);
    return environment;
}

ordered_json to_json(const TrialRecord& record)
{
    ordered_json line{
        {"schema", results_schema},
        {"run_id", record.run_id},
        {"case", record.case_name},
        {"started_at", record.started_at},
        {"profile", record.profile},
        {"journal_mode", record.journal_mode},
        {"synchronous", record.synchronous},
        {"transaction", record.transaction},
        {"retry", record.retry},
        {"connect", record.connect},
        {"busy_timeout_ms", record.busy_timeout_ms},
        {"payload_bytes", record.payload_bytes},
        {"sequential", record.sequential},
        {"writers", record.writers},
        {"acknowledged", record.acknowledged},
        {"locked", record.locked},
        {"failed", record.failed},
        {"unknown", record.unknown},
        {"lost", record.lost},
        {"unexpected", record.unexpected},
        {"duplicate", record.duplicate},
        {"unknown_stored", record.unknown_stored},
        {"rows_before", record.rows_before},
        {"rows_after", record.rows_after},
        {"codes", record.codes},
        {"stages", record.stages},
        {"wait_ms", nullptr},
        {"start_skew_ms", or_null(rounded(record.start_skew_ms))},
        {"in_flight_peak", or_null(record.in_flight_peak)},
        {"span_ms", or_null(rounded(record.span_ms))},
        {"commits_per_second", or_null(rounded(record.commits_per_second))},
        {"first_locked", nullptr},
        {"sequential_ms", or_null(rounded(record.sequential_ms))},
        {"total_s", rounded(record.total_s)},
        {"ready_ms", rounded(record.ready_ms)},
        {"integrity", record.integrity},
        {"verdict", name_of(record.verdict)},
        {"void_because", record.void_because},
        {"stopped_early", record.stopped_early},
        {"writer", record.writer},
        {"search", record.search},
        {"seed", record.seed},
    };
    if (record.wait_ms) {
        line["wait_ms"] = {{"p50", rounded(record.wait_ms->p50)},
                           {"p90", rounded(record.wait_ms->p90)},
                           {"p99", rounded(record.wait_ms->p99)},
                           {"max", rounded(record.wait_ms->max)}};
    }
    if (record.first_locked) {
        line["first_locked"] = {{"after_ms", rounded(record.first_locked->after_ms)},
                                {"acknowledged_before", record.first_locked->acknowledged_before},
                                {"in_flight", record.first_locked->in_flight}};
    }
    add_environment(line, record.environment);
    return line;
}

TrialRecord trial_from_json(const json& line)
{
    int schema = 0;
    get(line, "schema", schema);
    if (schema > results_schema) {
        throw std::runtime_error("schema " + std::to_string(schema) +
                                 " is newer than this program, which reads up to " +
                                 std::to_string(results_schema));
    }
    TrialRecord record;
    get(line, "run_id", record.run_id);
    get(line, "case", record.case_name);
    get(line, "started_at", record.started_at);
    get(line, "profile", record.profile);
    get(line, "journal_mode", record.journal_mode);
    get(line, "synchronous", record.synchronous);
    get(line, "transaction", record.transaction);
    get(line, "retry", record.retry);
    get(line, "connect", record.connect);
    get(line, "busy_timeout_ms", record.busy_timeout_ms);
    get(line, "payload_bytes", record.payload_bytes);
    get(line, "sequential", record.sequential);
    get(line, "writers", record.writers);
    get(line, "acknowledged", record.acknowledged);
    get(line, "locked", record.locked);
    get(line, "failed", record.failed);
    get(line, "unknown", record.unknown);
    get(line, "lost", record.lost);
    get(line, "unexpected", record.unexpected);
    get(line, "duplicate", record.duplicate);
    get(line, "unknown_stored", record.unknown_stored);
    get(line, "rows_before", record.rows_before);
    get(line, "rows_after", record.rows_after);
    get(line, "codes", record.codes);
    get(line, "stages", record.stages);
    record.wait_ms = wait_times_from(line);
    get(line, "start_skew_ms", record.start_skew_ms);
    get(line, "in_flight_peak", record.in_flight_peak);
    get(line, "span_ms", record.span_ms);
    get(line, "commits_per_second", record.commits_per_second);
    record.first_locked = first_locked_from(line);
    get(line, "sequential_ms", record.sequential_ms);
    get(line, "total_s", record.total_s);
    get(line, "ready_ms", record.ready_ms);
    get(line, "integrity", record.integrity);
    std::string verdict;
    get(line, "verdict", verdict);
    record.verdict = named<Verdict>(verdict, "verdict");
    get(line, "void_because", record.void_because);
    get(line, "stopped_early", record.stopped_early);
    get(line, "writer", record.writer);
    get(line, "search", record.search);
    get(line, "seed", record.seed);
    record.environment = environment_from_json(line);
    return record;
}

std::string utc_now()
{
    const auto now = std::chrono::system_clock::now();
    const auto ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count();
    const std::time_t seconds = static_cast<std::time_t>(ms / 1000);
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 40> text{};
    const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(text.data() + length, text.size() - length, ".%03dZ",
                  static_cast<int>(ms % 1000));
    return text.data();
}

} // namespace firstlock
