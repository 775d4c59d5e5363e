#include "helpers/web/api.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace firstlock::web {
namespace {

constexpr std::array<std::string_view, endpoint_count> paths{"/ping",
                                                             "/count",
                                                             "/insert",
                                                             "/insert_many",
                                                             "/create_user/",
                                                             "/read/",
                                                             "/write/",
                                                             "/read_write/",
                                                             "/write_read/",
                                                             "/read_write_transaction/",
                                                             "/read_write_transaction_immediate/",
                                                             "/write_read_transaction/"};
constexpr std::array<std::string_view, 4> kinds{"ok", "locked", "failed", "exhausted"};

template <typename Number>
std::optional<Number> number_from(std::string_view text, int base)
{
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
        return std::nullopt;
    }
    return value;
}

/// Hexadecimal with exactly that many lower-case digits: one row has one text.
std::optional<std::uint32_t> hex_from(std::string_view text, std::size_t digits)
{
    if (text.size() != digits ||
        text.find_first_not_of("0123456789abcdef") != std::string_view::npos) {
        return std::nullopt;
    }
    return number_from<std::uint32_t>(text, 16);
}

std::optional<RequestId> request_id_from(std::string_view text)
{
    if (text.size() != 17 || text[8] != '-') {
        return std::nullopt;
    }
    const auto sender = hex_from(text.substr(0, 8), 8);
    const auto sequence = hex_from(text.substr(9), 8);
    return sender && sequence ? std::optional(RequestId{*sender, *sequence}) : std::nullopt;
}

std::string text_of(const RequestId& id)
{
    std::array<char, 24> text{};
    const int length = std::snprintf(text.data(), text.size(), "%08x-%08x", id.sender, id.sequence);
    return {text.data(), static_cast<std::size_t>(length)};
}

/// Takes one `name=value` into the request; the reason when it makes no sense, else empty.
std::string take_parameter(std::string_view parameter, Request& request)
{
    const auto equals = std::min(parameter.find('='), parameter.size());
    const std::string_view name = parameter.substr(0, equals);
    const std::string_view value = parameter.substr(std::min(equals + 1, parameter.size()));
    if (name == "id") {
        request.id = request_id_from(value);
        return request.id ? "" : "id is not of the form 0a1b2c3d-0000002a";
    }
    if (name == "num") {
        const auto num = number_from<unsigned>(value, 10);
        request.num = num.value_or(0);
        return num && *num >= 1 && *num <= rows_most ? "" : "num is no number from 1 to 1000";
    }
    return "there is no parameter '" + std::string(name.substr(0, 40)) + "'; accepted: id, num";
}

/// What came over the network need not be UTF-8.
std::string dump(const nlohmann::ordered_json& body)
{
    return body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace

std::string_view path_of(Endpoint endpoint)
{
    return paths.at(static_cast<std::size_t>(endpoint));
}

std::string_view name_of(Endpoint endpoint)
{
    std::string_view name = path_of(endpoint).substr(1);
    if (name.ends_with('/')) {
        name.remove_suffix(1);
    }
    return name;
}

std::optional<Endpoint> endpoint_named(std::string_view name)
{
    for (std::size_t index = 0; index < endpoint_count; ++index) {
        if (name_of(static_cast<Endpoint>(index)) == name) {
            return static_cast<Endpoint>(index);
        }
    }
    return std::nullopt;
}

std::string text_of(const RowId& row)
{
    std::array<char, 16> tail{};
    std::snprintf(tail.data(), tail.size(), "-%04x", row.row);
    return text_of(row.request) + tail.data();
}

std::optional<RowId> row_from(std::string_view text)
{
    if (text.size() != 22 || text[17] != '-') {
        return std::nullopt;
    }
    const auto id = request_id_from(text.substr(0, 17));
    const auto row = hex_from(text.substr(18), 4);
    return id && row ? std::optional(RowId{*id, *row}) : std::nullopt;
}

unsigned Request::rows() const
{
    switch (endpoint) {
    case Endpoint::ping:
    case Endpoint::count:
    case Endpoint::read:
        return 0;
    case Endpoint::insert_many:
        return num;
    default:
        return 1;
    }
}

std::string target_of(const Request& request)
{
    std::string target(path_of(request.endpoint));
    if (request.id) {
        target += "?id=" + text_of(*request.id);
    }
    if (request.endpoint == Endpoint::insert_many) {
        target += (request.id ? "&num=" : "?num=") + std::to_string(request.num);
    }
    return target;
}

ParsedTarget parse_target(std::string_view target)
{
    const auto question = std::min(target.find('?'), target.size());
    const std::string_view path = target.substr(0, question);
    const auto* const found = std::find(paths.begin(), paths.end(), path);
    if (found == paths.end()) {
        return {std::nullopt, {404, "there is no such endpoint"}};
    }
    Request request;
    request.endpoint = static_cast<Endpoint>(found - paths.begin());
    std::string_view rest = target.substr(std::min(question + 1, target.size()));
    while (!rest.empty()) {
        const auto end = std::min(rest.find('&'), rest.size());
        if (std::string why = take_parameter(rest.substr(0, end), request); !why.empty()) {
            return {std::nullopt, {400, std::move(why)}};
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return {request, {}};
}

unsigned status_of(const Answer& answer)
{
    switch (answer.kind) {
    case Answer::Kind::ok:
        return 200;
    case Answer::Kind::exhausted:
        return 503;
    default:
        return 500;
    }
}

std::string body_of_refusal(const std::string& text)
{
    return dump({{"result", "refused"}, {"text", text}});
}

std::string body_of(const Answer& answer)
{
    nlohmann::ordered_json body{{"result", kinds.at(static_cast<std::size_t>(answer.kind))}};
    if (answer.kind != Answer::Kind::ok) {
        body["code"] = answer.code;
        body["stage"] = answer.stage;
    }
    if (!answer.text.empty()) {
        body["text"] = answer.text;
    }
    return dump(body);
}

std::optional<Answer> answer_from(std::string_view body)
{
    const auto json = nlohmann::json::parse(body, nullptr, false);
    if (!json.is_object() || !json.contains("result") || !json["result"].is_string()) {
        return std::nullopt;
    }
    const auto* const kind =
        std::find(kinds.begin(), kinds.end(), json["result"].get<std::string>());
    if (kind == kinds.end() || (json.contains("code") && !json["code"].is_number_integer())) {
        return std::nullopt;
    }
    return Answer{static_cast<Answer::Kind>(kind - kinds.begin()), json.value("code", 0),
                  json.value("stage", ""), json.value("text", "")};
}

} // namespace firstlock::web
