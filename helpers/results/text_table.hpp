#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace firstlock {

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
