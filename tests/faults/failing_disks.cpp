// Goal:   when the disk fails or is full, every writer says so with a code, and nothing that was
//         acknowledged is lost.
// Method: a VFS that fails the n-th call of each class, for n spread over all calls of a run; a
//         limit of the file's size; a small tmpfs; files and directories that may not be written,
//         by writers that have given up root.
#include "fixtures/faults/failing_disk.hpp"
#include "fixtures/faults/fault_record.hpp"
#include "fixtures/run/scratch_directory.hpp"
#include "fixtures/run/settings.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <sqlite3.h>
#ifdef __linux__
#include <sys/mount.h>
#endif
#include <unistd.h>

#include <array>
#include <cstring>

using namespace firstlock;
namespace fs = std::filesystem;

namespace {

constexpr std::array<FailingCall, 10> failing_calls{{
    {"read", SQLITE_IOERR_READ, true, true},
    {"write", SQLITE_IOERR_WRITE, true, true},
    {"write", SQLITE_FULL, true, true},
    {"sync", SQLITE_IOERR_FSYNC, true, true},
    {"truncate", SQLITE_IOERR_TRUNCATE, false, true},
    {"lock", SQLITE_IOERR_LOCK, true, true},
    {"shm_map", SQLITE_IOERR_SHMMAP, true, false},
    {"shm_lock", SQLITE_IOERR_SHMLOCK, true, false},
    {"open", SQLITE_CANTOPEN, true, true},
    {"delete", SQLITE_IOERR_DELETE, false, true},
}};

void fail_every_call(const std::string& mode)
{
    const std::size_t runs = settings().depth == Depth::deep ? 1000 : 12;
    for (const FailingCall& failing : failing_calls) {
        if (mode == "wal" ? !failing.in_wal : !failing.in_rollback) {
            continue;
        }
        const std::string journal = std::strcmp(failing.call, "truncate") == 0 ? "truncate" : mode;
        const InjectionFigures found = run_injections(journal, failing, runs);
        record_fault("failing calls", {{"journal_mode", journal},
                                       {"call", failing.call},
                                       {"code", failing.code},
                                       {"calls", found.calls},
                                       {"runs", found.runs},
                                       {"injected", found.injected},
                                       {"reported", in_words(found.codes)},
                                       {"acknowledged", found.rows.acknowledged},
                                       {"lost", found.rows.lost}});
        INFO(journal << " " << failing.call << ", reported " << in_words(found.codes));
        INFO(found.violation);
        CHECK(found.violation.empty());
        CHECK(found.rows.lost == 0);
        CHECK(found.injected >=
              found.runs / 2); // the neighbour may change how many calls there are
        CHECK(found.injected > 0);
    }
}

void check_and_record(const char* fault, const std::string& mode, const FaultRun& run)
{
    record_fault(fault, {{"journal_mode", mode},
                         {"reported", in_words(run.codes)},
                         {"acknowledged", run.account.rows.acknowledged},
                         {"lost", run.account.rows.lost},
                         {"verdict", run.account.verdict()}});
    INFO(mode << ", reported " << in_words(run.codes));
    CHECK(run.account.verdict() == "ok");
}

std::size_t count_of(const FaultRun& run, int primary)
{
    std::size_t sum = 0;
    for (const auto& [code, count] : run.codes) {
        sum += (code & 0xff) == primary ? count : 0;
    }
    return sum;
}

/// Writers as nobody reach a directory below only when every one above lets them through.
bool nobody_reaches(const fs::path& directory)
{
    for (fs::path each = directory; each != each.root_path(); each = each.parent_path()) {
        if ((fs::status(each).permissions() & fs::perms::others_exec) == fs::perms::none) {
            return false;
        }
    }
    return true;
}

} // namespace

TEST_CASE("faults.a failing call in rollback costs no acknowledged row")
{
    fail_every_call("delete");
}

TEST_CASE("faults.a failing call in WAL costs no acknowledged row")
{
    fail_every_call("wal");
}

TEST_CASE("faults.a limit of the file size is reported and costs no acknowledged row")
{
    const std::string mode = GENERATE("delete", "wal");
    const ScratchDirectory directory;
    const fs::path database = directory.path() / "limited.db";
    make_fault_table(database, mode);
    const FaultRun run =
        run_under_fault({.database = database,
                         .boxes = directory.path(),
                         .journal_mode = mode,
                         .transactions = 60,
                         .adjust = [](FaultTask& task) { task.file_bytes_most = 120'000; }});
    CHECK(count_of(run, SQLITE_FULL) + count_of(run, SQLITE_IOERR) > 0);
    CHECK(run.acknowledged > 0);
    check_and_record("file size limit", mode, run);
}

#ifdef __linux__
namespace {

/// A tmpfs of a few hundred KB while it lives.
class SmallDisk {
  public:
    explicit SmallDisk(const fs::path& place) : place_(place)
    {
        fs::create_directory(place_);
        error_ = ::mount("firstlock", place_.c_str(), "tmpfs", 0, "size=300k") == 0 ? 0 : errno;
    }
    ~SmallDisk() { error_ == 0 ? ::umount(place_.c_str()) : 0; }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    int error() const { return error_; }
    /// So that the look at the table has room for its checkpoint.
    void enlarge() { ::mount("firstlock", place_.c_str(), "tmpfs", MS_REMOUNT, "size=8m"); }

  private:
    fs::path place_;
    int error_ = 0;
};

} // namespace

TEST_CASE("faults.a full disk is reported and costs no acknowledged row")
{
    const std::string mode = GENERATE("delete", "wal");
    const ScratchDirectory directory;
    const fs::path place = directory.path() / "small";
    SmallDisk disk(place);
    if (disk.error() != 0) {
        SKIP("no right to mount a small tmpfs: " << std::strerror(disk.error()));
    }
    make_fault_table(place / "full.db", mode);
    const FaultRun run = run_under_fault({.database = place / "full.db",
                                          .boxes = directory.path(),
                                          .journal_mode = mode,
                                          .transactions = 60,
                                          .before_check = [&] { disk.enlarge(); }});
    CHECK(count_of(run, SQLITE_FULL) + count_of(run, SQLITE_IOERR) > 0);
    CHECK(run.acknowledged > 0);
    check_and_record("full disk", mode, run);
}
#endif

TEST_CASE("faults.a file or directory that may not be written is reported and costs nothing")
{
    const bool file = GENERATE(true, false);
    const std::string mode = GENERATE("delete", "wal");
    const ScratchDirectory directory;
    fs::permissions(directory.path(), fs::perms(0755));
    if (!nobody_reaches(directory.path())) {
        SKIP("a directory above " << directory.path().string()
                                  << " lets nobody but its owner through");
    }
    const fs::path place = directory.path() / "place";
    const fs::path boxes = directory.path() / "boxes";
    fs::create_directory(place);
    fs::create_directory(boxes);
    make_fault_table(place / "closed.db", mode);
    fs::permissions(place / "closed.db", fs::perms(file ? 0444 : 0666));
    fs::permissions(place, fs::perms(file ? 0777 : 0555));
    const FaultRun run =
        run_under_fault({.database = place / "closed.db",
                         .boxes = boxes,
                         .journal_mode = mode,
                         .transactions = 3,
                         .adjust = [](FaultTask& task) { task.as_nobody = true; }});
    fs::permissions(place, fs::perms(0755));
    CHECK(run.acknowledged == 0);
    CHECK(count_of(run, SQLITE_READONLY) + count_of(run, SQLITE_CANTOPEN) > 0);
    check_and_record(file ? "read-only file" : "read-only directory", mode, run);
}
