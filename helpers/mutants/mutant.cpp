#include "helpers/mutants/mutant.hpp"

#include "helpers/described/json.hpp"
#include "helpers/results/recorded_files.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace firstlock {

std::string read_text(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        throw std::runtime_error("cannot read '" + file.string() + "'; accepted: an existing file");
    }
    return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<Mutant> read_mutants(const std::filesystem::path& table)
{
    return at_place("'" + table.string() + "'",
                    [&] { return read_json(table).get<std::vector<Mutant>>(); });
}

std::string mutated(const std::string& source, const Mutant& mutant)
{
    const auto at = mutant.text.empty() ? std::string::npos : source.find(mutant.text);
    const bool is_once =
        at != std::string::npos && source.find(mutant.text, at + 1) == std::string::npos;
    if (!is_once || mutant.text == mutant.becomes) {
        throw std::runtime_error(mutant.file + ": '" + mutant.text + "' " +
                                 (at == std::string::npos ? "is not there"
                                  : is_once               ? "becomes itself"
                                                          : "is there more than once") +
                                 "; accepted: text that is there once and becomes another");
    }
    return std::string(source).replace(at, mutant.text.size(), mutant.becomes);
}

} // namespace firstlock
