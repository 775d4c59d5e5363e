#pragma once

#include <boost/describe/class.hpp>

#include <filesystem>
#include <string>
#include <vector>

// Defects that are put into the instrument on purpose, one at a time, to see whether a case goes
// red.
namespace firstlock {

struct Mutant {
    std::string file;    ///< from the root of the tree
    std::string text;    ///< occurs once in the file
    std::string becomes; ///< what stands there instead
    std::string red;     ///< the case that must see it; empty: any will do
};
BOOST_DESCRIBE_STRUCT(Mutant, (), (file, text, becomes, red))

/// A JSON array of objects with these four keys. Throws std::runtime_error that names the file, the
/// entry and what is wrong with it.
std::vector<Mutant> read_mutants(const std::filesystem::path& table);

/// `source` with the defect in it. Throws std::runtime_error unless `text` is there exactly once
/// and becomes something else.
std::string mutated(const std::string& source, const Mutant& mutant);

/// Every mutant of the rooms of the instrument that the generator knows, in a random order that
/// `seed` decides: an operator turned, a word turned (true, false), a statement dropped. Some do
/// not compile. `root` is that of the tree.
std::vector<Mutant> random_mutants(const std::filesystem::path& root, unsigned seed);

/// The whole text of a file. Throws std::runtime_error.
std::string read_text(const std::filesystem::path& file);

} // namespace firstlock
