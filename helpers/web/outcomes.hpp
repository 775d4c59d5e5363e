#pragma once

#include "helpers/web/api.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace firstlock::web {

/// What became of one request that asked for rows, by its sender's word.
enum class Ending {
    acknowledged, ///< 200: every row was promised
    locked,       ///< 500 with a code of the locked family: no row should be there
    exhausted,    ///< 503: SQLite was never asked
    unknown,      ///< no answer, or an answer after which the rows may be there (an I/O error at a
                  ///< commit)
};

struct RequestOutcome {
    std::uint32_t sequence = 0;
    std::uint16_t rows = 0;
    Ending ending = Ending::unknown;
    std::uint16_t may_remain = 0; ///< rows that its refusal may have left behind, at most
};

/// Everything that one sender asked to be stored, in a file of its own: the memory of a run
/// outlives its processes.
struct SenderOutcomes {
    std::uint32_t sender = 0;
    std::vector<RequestOutcome> requests;
};

/// What an answer makes of a request's rows.
Ending ending_of(const Answer& answer);

/// How many rows of a refused request may be there nonetheless: those that it had committed before
/// the statement that was refused. `is_atomic`: the site runs each request in one transaction.
unsigned rows_before_refusal(const Request& request, const Answer& answer, bool is_atomic);

/// Text: the sender, then a line `sequence rows ending may_remain` for each request. The last line
/// says how many, so that a file whose writer was killed is refused. Both throw std::runtime_error
/// with the file's name.
void write_outcomes(const std::filesystem::path& file, const SenderOutcomes& outcomes);
SenderOutcomes read_outcomes(const std::filesystem::path& file);

/// The texts of the rows that a pruner has deleted, one a line, closed in the same way.
void write_texts(const std::filesystem::path& file, const std::vector<std::string>& texts);
std::vector<std::string> read_texts(const std::filesystem::path& file);

} // namespace firstlock::web
