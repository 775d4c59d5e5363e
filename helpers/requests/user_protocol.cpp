#include "helpers/requests/user_protocol.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace firstlock {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 10> names{"read",
                                                 "write",
                                                 "read_write",
                                                 "write_read",
                                                 "read_write_transaction",
                                                 "read_write_transaction_immediate",
                                                 "write_read_transaction",
                                                 "create_user",
                                                 "increment",
                                                 "chain"};

} // namespace

std::string_view name_of(Kind kind)
{
    return names.at(static_cast<std::size_t>(kind));
}

Kind kind_from(std::string_view name)
{
    const auto* const found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
        std::string list;
        for (const std::string_view each : names) {
            list += (list.empty() ? "" : ", ") + std::string(each);
        }
        throw std::invalid_argument("'" + std::string(name) +
                                    "' is no kind of request; accepted: " + list);
    }
    return static_cast<Kind>(found - names.begin());
}

const std::vector<Kind>& seven_kinds()
{
    static const std::vector<Kind> kinds{Kind::read,
                                         Kind::write,
                                         Kind::read_write,
                                         Kind::write_read,
                                         Kind::read_write_transaction,
                                         Kind::read_write_transaction_immediate,
                                         Kind::write_read_transaction};
    return kinds;
}

std::vector<std::string> arguments_of(const UserPlan& plan)
{
    std::vector<std::string> arguments;
    const auto add = [&](const std::string& name, auto value) {
        arguments.push_back(name);
        arguments.push_back(std::to_string(value));
    };
    for (const Kind kind : plan.kinds) {
        arguments.emplace_back("--kind");
        arguments.emplace_back(name_of(kind));
    }
    add("--duration-ms", plan.duration.count());
    add("--requests", plan.requests);
    add("--pace-ms", plan.pace.count());
    add("--think-ms", plan.think.count());
    add("--work-ms", plan.work.count());
    add("--seed", plan.seed);
    if (plan.until_acknowledged) {
        arguments.emplace_back("--until-acknowledged");
    }
    return arguments;
}

std::string format(const RequestReport& report)
{
    const json object{{"kind", name_of(report.kind)},
                      {"intended", report.intended_ns},
                      {"start", report.start_ns},
                      {"end", report.end_ns},
                      {"code", report.code},
                      {"stage", report.stage},
                      {"message", report.message},
                      {"row", report.row},
                      {"attempts", report.attempts},
                      {"slept_us", report.slept_us},
                      {"refused_sleeps", report.refused_sleeps},
                      {"refused_slept_us", report.refused_slept_us},
                      {"refused_took_ns", report.refused_took_ns}};
    return std::string(request_prefix) + object.dump();
}

RequestReport request_from(std::string_view line)
{
    try {
        const json object = json::parse(line.substr(std::min(request_prefix.size(), line.size())));
        return {.kind = kind_from(object.at("kind").get<std::string>()),
                .intended_ns = object.at("intended"),
                .start_ns = object.at("start"),
                .end_ns = object.at("end"),
                .code = object.at("code"),
                .stage = object.at("stage"),
                .message = object.at("message"),
                .row = object.at("row"),
                .attempts = object.at("attempts"),
                .slept_us = object.at("slept_us"),
                .refused_sleeps = object.at("refused_sleeps"),
                .refused_slept_us = object.at("refused_slept_us"),
                .refused_took_ns = object.at("refused_took_ns")};
    } catch (const std::exception& error) {
        throw std::runtime_error("no report of a user: '" + std::string(line.substr(0, 200)) +
                                 "': " + error.what());
    }
}

} // namespace firstlock
