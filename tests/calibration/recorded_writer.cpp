#include "tests/calibration/recorded_writer.hpp"

#include "fixtures/run/settings.hpp"
#include "fixtures/table/fresh_table.hpp"
#include "fixtures/transactions/session.hpp"

#include <boost/uuid/uuid_io.hpp>
#include <catch2/catch_test_macros.hpp>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <sstream>
#include <system_error>

namespace firstlock {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view sleep_word = "sleep ";

Deadline patience()
{
    return Deadline(settings().scaled(40s));
}

Command command_for(const std::filesystem::path& database, const WriterSettings& settings,
                    const std::filesystem::path& record)
{
    auto task = task_environment(database, settings);
    for (const std::string& own :
         task_environment(0, boost::uuids::to_string(example_rows(1).front()))) {
        task.push_back(own);
    }
    task.push_back("FIRSTLOCK_TASK_RECORD=" + record.string());
    return {recorded_writer(), {}, inherited_environment("FIRSTLOCK_", task)};
}

/// A name of its own for each record of a database.
std::filesystem::path next_record(const std::filesystem::path& database)
{
    static int number = 0;
    return database.string() + ".calls-" + std::to_string(++number);
}

} // namespace

CallRecord::CallRecord(const std::filesystem::path& fifo) : path_(fifo)
{
    if (::mkfifo(path_.c_str(), 0600) == 0) {
        descriptor_.reset(::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    }
    if (descriptor_.get() < 0) {
        throw std::system_error(errno, std::generic_category(), "FIFO '" + fifo.string() + "'");
    }
}

bool CallRecord::read_some()
{
    std::array<char, 16'384> bytes{};
    const ssize_t count = ::read(descriptor_.get(), bytes.data(), bytes.size());
    unread_.append(bytes.data(), static_cast<std::size_t>(count > 0 ? count : 0));
    return count > 0;
}

std::vector<std::string> CallRecord::take()
{
    while (read_some()) {
    }
    std::vector<std::string> lines;
    std::istringstream text(std::exchange(unread_, ""));
    for (std::string line; std::getline(text, line);) {
        lines.push_back(line);
    }
    return lines;
}

void CallRecord::await_sleeps(std::size_t count)
{
    const Deadline deadline = patience();
    const auto asked = [&] {
        std::size_t found = 0;
        for (auto at = unread_.find(sleep_word); at != std::string::npos;
             at = unread_.find(sleep_word, at + 1)) {
            ++found;
        }
        return found;
    };
    while (asked() < count) {
        pollfd entry{descriptor_.get(), POLLIN, 0};
        ::poll(&entry, 1, static_cast<int>(deadline.left().count()));
        if (!read_some() && ((entry.revents & POLLHUP) != 0 || deadline.has_passed())) {
            throw std::runtime_error("a writer asked for " + std::to_string(asked()) +
                                     " sleeps where " + std::to_string(count) +
                                     " were expected; it asked for:\n" + unread_);
        }
    }
}

std::filesystem::path recorded_writer()
{
    return FIRSTLOCK_RECORDED_WRITER_EXECUTABLE;
}

RecordedWriter::RecordedWriter(const std::filesystem::path& database,
                               const WriterSettings& settings)
    : record(next_record(database)), child_(command_for(database, settings, record.path()))
{
    child_.expect("firstlock ready", patience());
}

Report RecordedWriter::report()
{
    const std::string line = child_.line(patience(), "a report");
    const ExitStatus status = child_.wait(patience());
    const auto report = parse_line(line);
    if (!report || !status.ok()) {
        throw std::runtime_error("the recorded writer said '" + line + "', " + status.text());
    }
    return *report;
}

void skip_where_no_sleep_is_asked_for(const std::string& journal_mode)
{
    if (journal_mode == "wal" && may_wait_in_kernel()) {
        SKIP("this SQLite may leave a wait for a WAL's lock to the kernel (ENABLE_SETLK_TIMEOUT)");
    }
}

std::vector<double> sleeps_ms(const std::vector<std::string>& lines)
{
    std::vector<double> sleeps;
    for (const std::string& line : lines) {
        if (line.starts_with(sleep_word)) {
            sleeps.push_back(std::stod(line.substr(sleep_word.size())) / 1000);
        }
    }
    return sleeps;
}

} // namespace firstlock
