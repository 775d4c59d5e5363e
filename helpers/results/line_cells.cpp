#include "helpers/results/line_cells.hpp"

#include <spdlog/fmt/fmt.h>

namespace firstlock {
namespace {

template <typename Format>
LineCell cell_at(const std::string& pointer, Format format)
{
    return [pointer, place = nlohmann::ordered_json::json_pointer(pointer),
            format](const nlohmann::ordered_json& line) {
        const bool is_there = line.contains(place) && !line.at(place).is_null();
        return is_there ? format(value_at<double>(line, pointer)) : "-";
    };
}

} // namespace

LineCell text_at(const std::string& pointer)
{
    return [pointer](const nlohmann::ordered_json& line) {
        return value_at<std::string>(line, pointer);
    };
}

LineCell number_at(const std::string& pointer, int digits)
{
    return cell_at(pointer,
                   [digits](double number) { return fmt::format("{:.{}f}", number, digits); });
}

LineCell percent_at(const std::string& pointer)
{
    return cell_at(pointer, percent);
}

std::string percent(double share)
{
    return fmt::format("{:.1f} %", 100 * share);
}

} // namespace firstlock
