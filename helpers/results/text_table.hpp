#pragma once

#include <functional>
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

/// A column: its title, and how to get its cell of what a row is about.
template <typename Row>
struct Column {
    std::string title;
    std::function<std::string(const Row&)> cell;
    Shown shown = Shown::always;
};

/// Puts a column at the end of `lines`, which hold the head, the line under it, and the rows. It is
/// as wide as its widest cell; the first one stands left, all others right.
void append_column(std::vector<std::string>& lines, const std::string& title,
                   const std::vector<std::string>& cells, Shown shown);

/// A line per row; empty where there are no rows.
template <typename Row>
std::string table_of(const std::vector<Row>& rows, const std::vector<Column<Row>>& columns)
{
    std::vector<std::string> lines(rows.empty() ? 0 : rows.size() + 2);
    for (const Column<Row>& column : columns) {
        std::vector<std::string> cells;
        for (const Row& row : rows) {
            cells.push_back(column.cell(row));
        }
        append_column(lines, column.title, cells, column.shown);
    }
    std::string text;
    for (const std::string& line : lines) {
        text += line + "\n";
    }
    return text;
}

/// Rows of cells, printed with columns as wide as their widest cell. The first column stands left,
/// all others right.
class TextTable {
  public:
    explicit TextTable(std::vector<std::string> head) { rows_.push_back(std::move(head)); }
    void add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
    bool empty() const { return rows_.size() == 1; }
    /// Takes out the column `name` where every row says the same: what is common stands below the
    /// table.
    void drop_if_same(const std::string& name);
    /// Takes out the column `name` where every row says `text`.
    void drop_if_all(const std::string& name, const std::string& text);
    std::string text() const;

  private:
    std::size_t column_of(const std::string& name) const;

    std::vector<std::vector<std::string>> rows_;
};

} // namespace firstlock
