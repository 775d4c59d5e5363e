#include "helpers/results/line_cells.hpp"

#include <nlohmann/json.hpp>
#include <spdlog/fmt/fmt.h>

namespace firstlock {
namespace {

template <typename Value, typename Format>
LineCell cell_at(const std::string& pointer, Format format)
{
    return [place = nlohmann::ordered_json::json_pointer(pointer),
            format](const nlohmann::ordered_json& line) {
        const bool is_there = line.contains(place) && !line.at(place).is_null();
        return is_there ? format(line.at(place).get<Value>()) : "-";
    };
}

} // namespace

LineCell text_at(const std::string& pointer)
{
    return cell_at<std::string>(pointer, [](std::string text) { return text; });
}

LineCell number_at(const std::string& pointer, int digits)
{
    return cell_at<double>(
        pointer, [digits](double number) { return fmt::format("{:.{}f}", number, digits); });
}

LineCell percent_at(const std::string& pointer)
{
    return cell_at<double>(pointer, percent);
}

std::string percent(double share)
{
    return fmt::format("{:.1f} %", 100 * share);
}

} // namespace firstlock
