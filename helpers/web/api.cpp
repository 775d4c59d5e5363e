#include "helpers/web/api.hpp"

#include "helpers/described/task.hpp"

#include <boost/uuid/uuid_io.hpp>
#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <charconv>

namespace firstlock::web {
namespace {

constexpr std::uint32_t web_tag = 0x77656200; // "web" in ASCII: tells these rows from a fault's

/// Django's paths end with a slash, those of systems A and C do not.
std::string path_of(Endpoint endpoint)
{
    return "/" + std::string(name_of(endpoint)) + (endpoint >= Endpoint::create_user ? "/" : "");
}

std::optional<Endpoint> endpoint_at(std::string_view path)
{
    std::string_view name = path.substr(path.starts_with('/') ? 1 : 0);
    name.remove_suffix(name.ends_with('/') ? 1 : 0);
    const auto endpoint = find_named<Endpoint>(name);
    return endpoint && path_of(*endpoint) == path ? endpoint : std::nullopt;
}

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

std::optional<RequestId> request_id_from(std::string_view text)
{
    if (text.size() != 17 || text[8] != '-') {
        return std::nullopt;
    }
    if (text.find_first_not_of("0123456789abcdef-") != std::string_view::npos) {
        return std::nullopt; // one row has one text
    }
    const auto sender = number_from<std::uint32_t>(text.substr(0, 8), 16);
    const auto sequence = number_from<std::uint32_t>(text.substr(9), 16);
    return sender && sequence ? std::optional(RequestId{*sender, *sequence}) : std::nullopt;
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
        return num && *num >= 1 && *num <= rows_max ? "" : "num is not a number from 1 to 1000";
    }
    return "there is no parameter '" + std::string(name.substr(0, 40)) + "'; accepted: id, num";
}

} // namespace

Message row_of(const RequestId& request, std::uint32_t row)
{
    return row_name(web_tag, request.sender, request.sequence, row);
}

std::string row_text(const RequestId& request, std::uint32_t row)
{
    return boost::uuids::to_string(row_of(request, row));
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
    std::string target = path_of(request.endpoint);
    if (request.id) {
        target += fmt::format("?id={:08x}-{:08x}", request.id->sender, request.id->sequence);
    }
    if (request.endpoint == Endpoint::insert_many) {
        target += (request.id ? "&num=" : "?num=") + std::to_string(request.num);
    }
    return target;
}

std::variant<Request, BadTarget> parse_target(std::string_view target)
{
    const auto question = std::min(target.find('?'), target.size());
    const auto endpoint = endpoint_at(target.substr(0, question));
    if (!endpoint) {
        return BadTarget{404, "there is no such endpoint"};
    }
    Request request{*endpoint, std::nullopt};
    std::string_view rest = target.substr(std::min(question + 1, target.size()));
    while (!rest.empty()) {
        const auto end = std::min(rest.find('&'), rest.size());
        if (std::string why = take_parameter(rest.substr(0, end), request); !why.empty()) {
            return BadTarget{400, std::move(why)};
        }
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return request;
}

unsigned status_of(const RequestResult& result)
{
    switch (result.result) {
    case Result::ok:
        return 200;
    case Result::exhausted:
        return 503;
    default:
        return 500;
    }
}

std::string body_of(const RequestResult& result)
{
    return json_text(result);
}

std::optional<RequestResult> result_from(std::string_view body)
{
    try {
        return task_from<RequestResult>(body);
    } catch (const JsonError&) {
        return std::nullopt;
    }
}

} // namespace firstlock::web
