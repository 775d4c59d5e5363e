#include "helpers/results/text_table.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

namespace firstlock {

void append_column(std::vector<std::string>& lines, const std::string& title,
                   const std::vector<std::string>& cells, Shown shown)
{
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

void TextTable::drop_if_same(const std::string& name)
{
    drop_if_all(name, rows_.at(1).at(column_of(name)));
}

void TextTable::drop_if_all(const std::string& name, const std::string& text)
{
    const std::size_t column = column_of(name);
    const bool same = std::all_of(rows_.begin() + 1, rows_.end(),
                                  [&](const auto& row) { return row[column] == text; });
    if (same) {
        for (auto& row : rows_) {
            row.erase(row.begin() + static_cast<std::ptrdiff_t>(column));
        }
    }
}

std::size_t TextTable::column_of(const std::string& name) const
{
    const auto found = std::find(rows_[0].begin(), rows_[0].end(), name);
    return static_cast<std::size_t>(found - rows_[0].begin());
}

std::string TextTable::text() const
{
    std::vector<std::size_t> widths(rows_.front().size());
    for (const auto& row : rows_) {
        for (std::size_t column = 0; column < row.size(); ++column) {
            widths[column] = std::max(widths[column], row[column].size());
        }
    }
    std::string text;
    for (std::size_t line = 0; line < rows_.size(); ++line) {
        for (std::size_t column = 0; column < widths.size(); ++column) {
            text += column == 0 ? fmt::format("{:<{}}", rows_[line][column], widths[column])
                                : fmt::format("  {:>{}}", rows_[line][column], widths[column]);
        }
        text += "\n";
        if (line == 0) {
            for (std::size_t column = 0; column < widths.size(); ++column) {
                text += (column == 0 ? "" : "  ") + std::string(widths[column], '-');
            }
            text += "\n";
        }
    }
    return text;
}

} // namespace firstlock
