#include "helpers/results/text_table.hpp"

#include "helpers/described/printable.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

namespace firstlock {

Cell::Cell(double number) : text(fmt::format("{:.0f}", number)) {}

void append_column(std::vector<std::string>& lines, const std::string& given_title,
                   std::vector<std::string> cells, Shown shown)
{
    const std::string title = printable(given_title);
    std::transform(cells.begin(), cells.end(), cells.begin(), printable);
    const auto is_same = [&](const std::string& cell) { return cell == cells.front(); };
    const auto is_nothing = [](const std::string& cell) { return cell.empty() || cell == "0"; };
    if (cells.empty() ||
        (shown == Shown::where_rows_differ && std::all_of(cells.begin(), cells.end(), is_same)) ||
        (shown == Shown::where_any && std::all_of(cells.begin(), cells.end(), is_nothing))) {
        return;
    }
    std::size_t width = title.size();
    for (const std::string& cell : cells) {
        width = std::max(width, cell.size());
    }
    const bool is_first = lines.front().empty();
    const auto append = [&](std::string& line, const std::string& cell) {
        line +=
            is_first ? fmt::format("{:<{}}", cell, width) : fmt::format("  {:>{}}", cell, width);
    };
    append(lines.at(0), title);
    append(lines.at(1), std::string(width, '-'));
    for (std::size_t row = 0; row < cells.size(); ++row) {
        append(lines.at(row + 2), cells[row]);
    }
}

} // namespace firstlock
