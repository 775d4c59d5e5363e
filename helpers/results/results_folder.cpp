#include "helpers/results/results_folder.hpp"

#include "helpers/described/task.hpp"
#include "helpers/process/descriptor.hpp"
#include "helpers/results/recorded_files.hpp"

#include <spdlog/fmt/fmt.h>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <random>
#include <stdexcept>
#include <system_error>

namespace firstlock {
namespace {

using nlohmann::ordered_json;
namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& file, const std::string& step)
{
    throw std::runtime_error(step + " '" + file.string() +
                             "': " + std::generic_category().message(errno));
}

/// Opens a file to write to. Not through a symbolic link: in a folder of several users it might be
/// another's, that leads to a file of ours.
Descriptor open_file(const fs::path& file, int flags)
{
    Descriptor opened(::open(file.c_str(), flags | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (opened.get() < 0 && errno == ELOOP) {
        throw std::runtime_error("will not write through '" + file.string() +
                                 "', a symbolic link; accepted: a file, or none yet");
    }
    if (opened.get() < 0) {
        fail(file, "cannot open");
    }
    return opened;
}

/// False, with errno, where not all of it could be written: a full disk takes a part first.
bool write_all(int descriptor, std::string_view text)
{
    while (!text.empty()) {
        const ssize_t written = ::write(descriptor, text.data(), text.size());
        if (written < 0 && errno != EINTR) {
            return false;
        }
        text.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
    }
    return true;
}

/// An open file that no other process has locked too. The lock ends with its process.
class LockedFile {
  public:
    explicit LockedFile(const fs::path& file) : file_(open_file(file, O_RDWR | O_APPEND))
    {
        if (::flock(descriptor(), LOCK_EX) != 0) {
            fail(file, "cannot lock");
        }
    }

    int descriptor() const { return file_.get(); }

  private:
    Descriptor file_;
};

/// Held while the summary or the run is renewed.
LockedFile lock_folder(const fs::path& root)
{
    return LockedFile(root / ".lock");
}

/// What run.json says.
struct Run {
    int schema = results_schema;
    std::string run_id; ///< empty: there is no such file
    std::string started_at;
    bool finished = true;
};
BOOST_DESCRIBE_STRUCT(Run, (), (schema, run_id, started_at, finished))

std::string new_run_id()
{
    // To the second; the rest keeps two of one second apart.
    std::string stamp = utc_now().substr(0, 19);
    std::erase_if(stamp, [](char letter) { return letter == '-' || letter == ':'; });
    return stamp + fmt::format("Z-{:06x}", std::random_device{}() & 0xffffffU);
}

/// The id becomes the name of a folder.
bool is_run_id(const std::string& text)
{
    return text.find_first_not_of("0123456789abcdefTZ-") == std::string::npos;
}

Run run_from(const ordered_json& json)
{
    if (!json.is_object()) {
        throw JsonError("found " + shown(json) + "; accepted: an object with keys");
    }
    ordered_json keys = Run(); // of an older run that was cut short it may hold less
    keys.update(json);
    Run run = keys.get<Run>();
    check_value(is_run_id(run.run_id), "run_id", run.run_id,
                "letters and digits as in 20260131T120000Z-0a1b2c");
    return run;
}

Run read_run(const fs::path& root)
{
    const fs::path file = root / "run.json";
    if (!fs::exists(file)) {
        return {};
    }
    return at_place(file.string(), [&] {
        try {
            return run_from(read_json(file));
        } catch (const JsonError& error) {
            throw JsonError(std::string(error.what()) + "; remove it to begin anew");
        }
    });
}

void write_run(const fs::path& root, const Run& run)
{
    replace_file(root / "run.json", ordered_json(run).dump(2) + "\n");
}

/// The place after the last line feed: the size of the file, unless its writer was killed within a
/// line.
off_t end_of_whole_lines(int descriptor)
{
    off_t end = ::lseek(descriptor, 0, SEEK_END);
    char last = '\0';
    while (end > 0 && ::pread(descriptor, &last, 1, end - 1) == 1 && last != '\n') {
        --end;
    }
    return end;
}

template <typename Record>
std::vector<Record> read_records(const fs::path& file, Record (*record_from)(const ordered_json&))
{
    std::vector<Record> records;
    read_lines(file, [&](const ordered_json& line) { records.push_back(record_from(line)); });
    return records;
}

} // namespace

ResultsFolder::ResultsFolder(fs::path root) : root_(std::move(root))
{
    fs::create_directories(root_);
}

void ResultsFolder::begin_run()
{
    const LockedFile lock = lock_folder(root_);
    const std::string former = read_run(root_).run_id;
    if (!former.empty()) {
        const fs::path place = root_ / "earlier" / former;
        fs::create_directories(place);
        for (const char* const name :
             {"trials.jsonl", "searches.jsonl", "summary.json", "requests.jsonl", "requests.txt",
              "fairness.jsonl", "fairness.txt", "faults.jsonl", "mutations.txt", "web.jsonl",
              "bench.jsonl", "bench.txt", "logs", "run.json"}) {
            if (fs::exists(root_ / name)) { // not every run has searches
                fs::rename(root_ / name, place / name);
            }
        }
    }
    write_run(root_, {.run_id = new_run_id(), .started_at = utc_now(), .finished = false});
}

void ResultsFolder::end_run()
{
    const LockedFile lock = lock_folder(root_);
    Run run = read_run(root_);
    run.finished = true;
    write_run(root_, run);
}

bool ResultsFolder::was_interrupted() const
{
    return !read_run(root_).finished;
}

std::vector<fs::path> ResultsFolder::earlier_runs() const
{
    std::vector<fs::path> runs;
    if (fs::is_directory(root_ / "earlier")) {
        for (const auto& entry : fs::directory_iterator(root_ / "earlier")) {
            runs.push_back(entry.path());
        }
    }
    std::sort(runs.rbegin(), runs.rend()); // run ids begin with their time
    return runs;
}

std::string ResultsFolder::run_id()
{
    Run run = read_run(root_);
    if (run.run_id.empty()) {
        const LockedFile lock = lock_folder(root_);
        run = read_run(root_); // another process may have been faster
        if (run.run_id.empty()) {
            // Of one case alone: there is nothing to go on with.
            run = {.run_id = new_run_id(), .started_at = utc_now(), .finished = true};
            write_run(root_, run);
        }
    }
    return run.run_id;
}

void ResultsFolder::append(const TrialRecord& record)
{
    TrialRecord own = record;
    own.run_id = run_id();
    append_line(root_ / "trials.jsonl", line_of(own));
}

void ResultsFolder::append(const SearchState& state, const Environment& environment)
{
    append_line(root_ / "searches.jsonl", line_of(state));
    const std::string id = run_id();
    const LockedFile lock = lock_folder(root_);
    replace_file(root_ / "summary.json", summary_text(id, environment, searches()));
}

ordered_json ResultsFolder::append(const std::string& file, ResultHead head,
                                   const ordered_json& figures, const Environment& environment)
{
    head.run_id = run_id();
    ordered_json line = head;
    line.update(figures);
    line.update(ordered_json(environment));
    append_line(root_ / file, json_text(line));
    return line;
}

std::vector<TrialRecord> ResultsFolder::trials() const
{
    return read_records(root_ / "trials.jsonl", trial_from);
}

std::vector<SearchState> ResultsFolder::searches() const
{
    std::vector<SearchState> latest;
    for (SearchState& state : read_records(root_ / "searches.jsonl", search_from)) {
        const auto same = std::find_if(latest.begin(), latest.end(), [&](const auto& each) {
            return each.search == state.search;
        });
        if (same == latest.end()) {
            latest.push_back(std::move(state));
        } else {
            *same = std::move(state);
        }
    }
    return latest;
}

void append_line(const fs::path& file, const std::string& line)
{
    const std::string text = line + "\n";
    const LockedFile locked(file);
    // Whoever holds the lock may cut off what a killed process left half written.
    if (::ftruncate(locked.descriptor(), end_of_whole_lines(locked.descriptor())) != 0 ||
        !write_all(locked.descriptor(), text)) {
        fail(file, "cannot append a line to");
    }
}

void replace_file(const fs::path& file, const std::string& text)
{
    fs::path draft = file;
    draft += "." + std::to_string(::getpid()) + ".draft";
    const Descriptor opened = open_file(draft, O_WRONLY | O_TRUNC);
    if (!write_all(opened.get(), text) || ::rename(draft.c_str(), file.c_str()) != 0) {
        const int error = errno;
        ::unlink(draft.c_str());
        errno = error;
        fail(file, "cannot write");
    }
}

} // namespace firstlock
