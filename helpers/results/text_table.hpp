#pragma once

#include <concepts>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace firstlock {

/// When a column of a table is printed.
enum class Shown {
    always,
    where_rows_differ, ///< what is the same for all stands below the table
    where_any,         ///< at least one of its cells is neither empty nor 0
};

/// What a table says of something: its text, a number in whole units, or "-" where there is none.
struct Cell {
    std::string text;

    // Implicit, so that a column can be a pointer to a member: {"writers", &TrialRecord::writers}.
    // NOLINTBEGIN(google-explicit-constructor)
    Cell(std::string given) : text(std::move(given)) {}
    Cell(const char* given) : text(given) {}
    Cell(double number);
    template <std::integral Number>
    Cell(Number number) : text(std::to_string(number))
    {
    }
    template <typename Value>
    Cell(const std::optional<Value>& value) : text(value ? Cell(*value).text : "-")
    {
    }
    // NOLINTEND(google-explicit-constructor)
};

/// A column: its title, and how to get its cell of what a row is about.
template <typename Row>
struct Column {
    std::string title;
    std::function<Cell(const Row&)> cell;
    Shown shown = Shown::always;
};

/// Puts a column at the end of `lines`, which hold the head, the line under it, and the rows. It is
/// as wide as its widest cell; the first one stands left, all others right. What would steer a
/// terminal is shown as its bytes (printable.hpp).
void append_column(std::vector<std::string>& lines, const std::string& title,
                   std::vector<std::string> cells, Shown shown);

/// A line per row; empty where there are no rows.
template <typename Row>
std::string table_of(const std::vector<Row>& rows, const std::vector<Column<Row>>& columns)
{
    std::vector<std::string> lines(rows.empty() ? 0 : rows.size() + 2);
    for (const Column<Row>& column : columns) {
        std::vector<std::string> cells;
        cells.reserve(rows.size());
        for (const Row& row : rows) {
            cells.push_back(column.cell(row).text);
        }
        append_column(lines, column.title, std::move(cells), column.shown);
    }
    std::string text;
    for (const std::string& line : lines) {
        text += line + "\n";
    }
    return text;
}

} // namespace firstlock
