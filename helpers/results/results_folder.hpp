#pragma once

#include "helpers/results/search_state.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace firstlock {

/// The results of one run, in one folder: run.json (id and start), trials.jsonl (a line per trial),
/// searches.jsonl (a line per state of a first-lock search), summary.json, logs/. Results of
/// earlier runs lie in earlier/RUN_ID/. Several processes of a run write at once: a line is
/// appended by one write, summary.json is derived from the lines and replaced by rename. Methods
/// throw std::runtime_error with the file's name.
class ResultsFolder {
  public:
    explicit ResultsFolder(std::filesystem::path root);

    /// Puts the results of the run before away into earlier/, and starts a new run.
    void begin_run();
    /// The id of this run; starts one where none was begun (a case that is run alone, without
    /// CTest).
    std::string run_id();
    /// Notes that the run has come to its end; one without that note was interrupted.
    void end_run();
    bool was_interrupted() const;
    /// The runs that were put away, newest first.
    std::vector<std::filesystem::path> earlier_runs() const;

    /// Appends `record`, with this run's id, to trials.jsonl.
    void append(const TrialRecord& record);
    /// Appends the state of a search, and renews the summary from all states.
    void append(const SearchState& state, const Environment& environment);
    /// Appends to `file` a line with the keys of `head`, with this run's id, of `figures` and of
    /// `environment`. Gives the line back.
    nlohmann::ordered_json append(const std::string& file, ResultHead head,
                                  const nlohmann::ordered_json& figures,
                                  const Environment& environment);

    std::vector<TrialRecord> trials() const;
    /// The last state of each search, in the order in which they began.
    std::vector<SearchState> searches() const;

    const std::filesystem::path& root() const { return root_; }

  private:
    std::filesystem::path root_;
};

/// One write of one line, at the end of `file`, under a lock. What a killed process left half
/// written there is cut off first: it would make one unreadable line of two.
void append_line(const std::filesystem::path& file, const std::string& line);
/// Replaces `file` by rename, so that a reader sees the old or the new text and nothing between.
void replace_file(const std::filesystem::path& file, const std::string& text);

} // namespace firstlock
