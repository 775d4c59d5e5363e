#include "helpers/results/recorded_files.hpp"

#include "helpers/described/task.hpp"
#include "helpers/results/result_head.hpp"

#include <cerrno>
#include <fstream>
#include <iterator>
#include <system_error>

namespace firstlock {
namespace {

using nlohmann::ordered_json;
namespace fs = std::filesystem;

std::string readable_text(const fs::path& file)
{
    std::error_code error;
    // A FIFO would be waited for, and a folder reads as an empty file.
    if (const auto status = fs::status(file, error);
        fs::exists(status) && !fs::is_regular_file(status)) {
        throw JsonError("is not a regular file; accepted: a file of JSON");
    }
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        throw JsonError("cannot be read: " + std::generic_category().message(errno) +
                        "; accepted: a file of JSON");
    }
    return {std::istreambuf_iterator<char>(in), {}};
}

ordered_json line_from(const std::string& text)
{
    auto line = parsed_json<ordered_json>(text);
    if (!line.is_object()) {
        throw JsonError("found " + shown(line) + "; accepted: an object with keys");
    }
    // First: a newer one may lack the other keys. A state of a search has none.
    if (int schema = 1; line.contains("schema")) {
        read_member(line, "schema", schema);
        check_value(1 <= schema && schema <= results_schema, "schema", schema,
                    "1 to " + std::to_string(results_schema) +
                        "; a larger one is newer than this program");
    }
    return line;
}

} // namespace

ordered_json read_json(const fs::path& file)
{
    return parsed_json<ordered_json>(readable_text(file));
}

std::vector<ordered_json> read_lines(const fs::path& file,
                                     const std::function<void(const ordered_json&)>& check)
{
    std::vector<ordered_json> lines;
    std::error_code error;
    if (fs::status(file, error).type() == fs::file_type::not_found) {
        return lines;
    }
    const std::string text = at_place(file.string(), [&] { return readable_text(file); });
    for (std::size_t at = 0, feed = 0; (feed = text.find('\n', at)) != std::string::npos;
         at = feed + 1) {
        at_place(file.string() + ", line " + std::to_string(lines.size() + 1), [&] {
            lines.push_back(line_from(text.substr(at, feed - at)));
            if (check) {
                check(lines.back());
            }
        });
    }
    return lines;
}

} // namespace firstlock
