#include "helpers/writer/protocol.hpp"

#include "helpers/described/names.hpp"
#include "helpers/sqlite/error.hpp"

#include <algorithm>
#include <charconv>

namespace firstlock {
namespace {

constexpr std::string_view prefix = "firstlock ";

[[noreturn]] void refuse(std::string_view line, const std::string& why)
{
    // A flood of one line must not become a flood of messages.
    const std::string quoted(line.substr(0, 200));
    throw ProtocolError("protocol error: " + why.substr(0, 300) + " in the line '" + quoted +
                        (line.size() > 200 ? "…'" : "'"));
}

std::string_view next_word(std::string_view& rest)
{
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    const std::string_view word = rest.substr(0, rest.find(' '));
    rest.remove_prefix(word.size());
    return word;
}

template <typename Number>
Number number(std::string_view line, std::string_view text)
{
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) {
        refuse(line, "'" + std::string(text) + "' is not a number");
    }
    return value;
}

bool is_message(std::string_view word)
{
    return word.size() == 36 &&
           word.find_first_not_of("0123456789abcdef-") == std::string_view::npos;
}

/// True when `word` is one of start=, end=, waited=, stage=, and taken.
bool take_attribute(std::string_view line, std::string_view word, Report& report)
{
    const std::string_view value = word.substr(std::min(word.find('=') + 1, word.size()));
    if (word.starts_with("start=")) {
        report.start_ns = number<std::int64_t>(line, value);
    } else if (word.starts_with("end=")) {
        report.end_ns = number<std::int64_t>(line, value);
    } else if (word.starts_with("waited=")) {
        report.waited_ms = number<std::uint32_t>(line, value);
    } else if (word.starts_with("stage=")) {
        report.stage = value;
    } else {
        return false;
    }
    return true;
}

void take_applied(std::string_view line, std::string_view word, Report& report)
{
    const auto equals = word.find('=');
    if (equals == std::string_view::npos || equals == 0) {
        refuse(line, "'" + std::string(word) + "' after ready is not of the form key=value");
    }
    const std::string_view key = word.substr(0, equals), value = word.substr(equals + 1);
    if (key == "busy_timeout_ms" || key == "payload_bytes") {
        number<std::uint32_t>(line, value);
    }
    report.applied[std::string(key)] = value;
}

void check(std::string_view line, const Report& report)
{
    if (report.kind == Report::Kind::locked && report.code && !is_locked_code(*report.code)) {
        refuse(line, code_name(*report.code) + " is neither of the SQLITE_BUSY or SQLITE_LOCKED "
                                               "family nor SQLITE_PROTOCOL, so the "
                                               "word is 'failed',");
    }
    if (report.start_ns && report.end_ns && *report.end_ns < *report.start_ns) {
        refuse(line, "end= lies before start=");
    }
}

} // namespace

std::optional<Report> parse_line(std::string_view line)
{
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    if (!line.starts_with(prefix)) {
        return std::nullopt;
    }
    std::string_view rest = line.substr(prefix.size());
    const std::string_view kind = next_word(rest);
    const auto known = find_named<Report::Kind>(kind);
    if (!known) {
        refuse(line, "'" + std::string(kind) + "' is not a word of the protocol; accepted: " +
                         names_of<Report::Kind>() + ",");
    }
    Report report;
    report.kind = *known;
    if (report.is_refusal()) {
        const std::string_view code = next_word(rest);
        if (code != "?") {
            report.code = number<int>(line, code);
        }
    }
    for (auto word = next_word(rest); !word.empty(); word = next_word(rest)) {
        if (report.kind == Report::Kind::ready) {
            take_applied(line, word, report);
        } else if (take_attribute(line, word, report)) {
            continue;
        } else if (is_message(word) && report.message.empty()) {
            report.message = word;
        } else {
            report.text += report.text.empty() ? "" : " ";
            report.text += word;
        }
    }
    check(line, report);
    return report;
}

std::string format(const Report& report)
{
    std::string line(prefix);
    line += name_of(report.kind);
    if (report.is_refusal()) {
        line += report.code ? " " + std::to_string(*report.code) : " ?";
    }
    for (const auto& [key, value] : report.applied) {
        line += " " + key + "=" + value;
    }
    for (const std::string& part : {report.message, report.text}) {
        line += part.empty() ? "" : " " + part;
    }
    line += report.start_ns ? " start=" + std::to_string(*report.start_ns) : "";
    line += report.end_ns ? " end=" + std::to_string(*report.end_ns) : "";
    line += report.waited_ms ? " waited=" + std::to_string(*report.waited_ms) : "";
    line += report.stage.empty() ? "" : " stage=" + report.stage;
    std::replace(line.begin(), line.end(), '\n', ' ');
    return line;
}

} // namespace firstlock
