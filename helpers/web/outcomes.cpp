#include "helpers/web/outcomes.hpp"

#include <fstream>
#include <stdexcept>

namespace firstlock::web {
namespace {

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& why)
{
    throw std::runtime_error("'" + file.string() + "': " + why);
}

std::ofstream opened_for_writing(const std::filesystem::path& file)
{
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    if (!out) {
        fail(file, "cannot be written");
    }
    return out;
}

void close(std::ofstream& out, const std::filesystem::path& file, std::size_t lines)
{
    out << "end " << lines << "\n";
    if (!out.flush()) {
        fail(file, "cannot be written to its end");
    }
}

} // namespace

Ending ending_of(const Answer& answer)
{
    switch (answer.kind) {
    case Answer::Kind::ok:
        return Ending::acknowledged;
    case Answer::Kind::locked:
        return Ending::locked;
    case Answer::Kind::exhausted:
        return Ending::exhausted;
    case Answer::Kind::failed:
        break; // a failed fsync was seen to be reported while the row was there after recovery
    }
    return Ending::unknown;
}

unsigned rows_before_refusal(const Request& request, const Answer& answer, bool is_atomic)
{
    if (is_atomic || answer.kind != Answer::Kind::locked || answer.stage == "open") {
        return 0; // rolled back as a whole, or no statement was run
    }
    switch (request.endpoint) {
    case Endpoint::insert_many:
        return request.rows() - 1; // of all but the last, each has a commit of its own
    case Endpoint::write_read:
        return answer.stage == "read" ? 1 : 0; // its write has been committed by then
    default:
        return 0;
    }
}

void write_outcomes(const std::filesystem::path& file, const SenderOutcomes& outcomes)
{
    std::ofstream out = opened_for_writing(file);
    out << "sender " << outcomes.sender << "\n";
    for (const RequestOutcome& each : outcomes.requests) {
        out << each.sequence << ' ' << each.rows << ' ' << static_cast<int>(each.ending) << ' '
            << each.may_remain << '\n';
    }
    close(out, file, outcomes.requests.size());
}

SenderOutcomes read_outcomes(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    SenderOutcomes outcomes;
    std::string word;
    if (!(in >> word >> outcomes.sender) || word != "sender") {
        fail(file, "no outcomes of a sender");
    }
    while (in >> word && word != "end") {
        RequestOutcome each;
        int ending = 0;
        each.sequence = static_cast<std::uint32_t>(std::stoul(word));
        if (!(in >> each.rows >> ending >> each.may_remain) || ending < 0 ||
            ending > static_cast<int>(Ending::unknown)) {
            fail(file, "request " + word + " is not followed by rows, ending and what may remain");
        }
        each.ending = static_cast<Ending>(ending);
        outcomes.requests.push_back(each);
    }
    std::size_t lines = 0;
    if (word != "end" || !(in >> lines) || lines != outcomes.requests.size()) {
        fail(file, "ends early: its writer did not come to its end");
    }
    return outcomes;
}

void write_texts(const std::filesystem::path& file, const std::vector<std::string>& texts)
{
    std::ofstream out = opened_for_writing(file);
    for (const std::string& text : texts) {
        out << text << '\n';
    }
    close(out, file, texts.size());
}

std::vector<std::string> read_texts(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    std::vector<std::string> texts;
    for (std::string line; std::getline(in, line);) {
        texts.push_back(line);
    }
    if (texts.empty() || texts.back() != "end " + std::to_string(texts.size() - 1)) {
        fail(file, "ends early: its writer did not come to its end");
    }
    texts.pop_back();
    return texts;
}

} // namespace firstlock::web
