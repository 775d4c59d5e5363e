#include "helpers/mutants/mutant.hpp"

#include <algorithm>
#include <array>
#include <random>
#include <string_view>
#include <utility>

namespace firstlock {
namespace {

namespace fs = std::filesystem;
using Texts = std::vector<std::string>;

constexpr std::array rooms{"helpers/rows",    "helpers/statistics",
                           "helpers/process", "helpers/sqlite",
                           "helpers/writer",  "helpers/results",
                           "fixtures/run",    "fixtures/search",
                           "fixtures/table",  "helpers/programs/writer.cpp"};

// As clang-format sets them: an operator of two operands stands between blanks, which a template's
// bracket, a reference or a stream of options does not.
constexpr std::array<std::pair<const char*, const char*>, 19> turns{{
    {" < ", " <= "},  {" <= ", " < "},   {" > ", " >= "},     {" >= ", " > "},     {" == ", " != "},
    {" != ", " == "}, {" && ", " || "},  {" || ", " && "},    {" + ", " - "},      {" - ", " + "},
    {" * ", " / "},   {" / ", " * "},    {" += ", " -= "},    {" -= ", " += "},    {" |= ", " &= "},
    {" &= ", " |= "}, {"if (!", "if ("}, {" true", " false"}, {" false", " true"},
}};

Texts lines_of(const std::string& text)
{
    Texts lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t feed = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, feed - at));
        at = feed + 1;
    }
    return lines;
}

/// The line without its comment; empty where there is no code, or where quotes could hide some.
std::string code_of(const std::string& line)
{
    const std::string code = line.substr(0, line.find("//"));
    const auto first = code.find_first_not_of(' ');
    const bool has_code = first != std::string::npos && code[first] != '#';
    return has_code && code.find('"') == std::string::npos ? code : "";
}

bool ends_a_statement(const std::string& line)
{
    const std::string code = line.substr(0, line.find("//"));
    const auto last = code.find_last_not_of(' ');
    return last == std::string::npos ||
           std::string_view(";{}:").find(code[last]) != std::string_view::npos;
}

/// Whether the line is a whole statement that does something, by its first word.
bool is_statement(const std::string& code)
{
    const auto first = code.find_first_not_of(' ');
    const auto last = code.find_last_not_of(' ');
    if (first == std::string::npos || first == 0 || code[last] != ';' || last - first < 3) {
        return false;
    }
    if (code.find(".reserve(") != std::string::npos) { // room in time changes nothing
        return false;
    }
    for (const char* const word :
         {"return", "using", "const", "static", "auto", "struct", "class", "namespace", "template",
          "public", "private", "}", ")", "constexpr"}) {
        if (std::string_view(code).substr(first).starts_with(word)) {
            return false;
        }
    }
    return std::count(code.begin(), code.end(), '(') == std::count(code.begin(), code.end(), ')');
}

/// The mutant of one line, with as many of the lines before as make its text the only one.
Mutant of_line(const std::string& file, const std::string& source, const Texts& lines,
               std::size_t number, const std::string& becomes)
{
    std::string text = lines[number] + "\n";
    std::string before;
    for (std::size_t first = number; first > 0; --first) {
        const auto at = source.find(text);
        if (source.find(text, at + 1) == std::string::npos) {
            break;
        }
        before = lines[first - 1] + "\n" + before;
        text = lines[first - 1] + "\n" + text;
    }
    return {file, text, before + becomes + "\n", ""};
}

void add_mutants(const std::string& file, const std::string& source, std::vector<Mutant>& mutants)
{
    const Texts lines = lines_of(source);
    for (std::size_t number = 0; number < lines.size(); ++number) {
        const std::string code = code_of(lines[number]);
        for (const auto& [from, to] : turns) {
            for (auto at = code.find(from); at != std::string::npos; at = code.find(from, at + 1)) {
                if (code.find(" > 0 ? ") == at) { // "count > 0 ? count : 0" is the same with >=
                    continue;
                }
                std::string becomes = lines[number];
                becomes.replace(at, std::string_view(from).size(), to);
                mutants.push_back(of_line(file, source, lines, number, becomes));
            }
        }
        if (number > 0 && ends_a_statement(lines[number - 1]) && is_statement(code)) {
            mutants.push_back(of_line(file, source, lines, number, ";"));
        }
    }
}

} // namespace

std::vector<Mutant> random_mutants(const fs::path& root, unsigned seed)
{
    Texts files;
    for (const char* const room : rooms) {
        if (fs::is_regular_file(root / room)) {
            files.emplace_back(room);
            continue;
        }
        for (const auto& entry : fs::directory_iterator(root / room)) {
            if (entry.path().extension() == ".cpp") {
                files.push_back(fs::relative(entry.path(), root).string());
            }
        }
    }
    std::sort(files.begin(), files.end());
    std::vector<Mutant> mutants;
    for (const std::string& file : files) {
        add_mutants(file, read_text(root / file), mutants);
    }
    // Not std::shuffle: what it makes of a seed is another library's own choice.
    std::mt19937 random(seed);
    for (std::size_t left = mutants.size(); left > 1; --left) {
        std::swap(mutants[left - 1], mutants[random() % left]);
    }
    return mutants;
}

} // namespace firstlock
