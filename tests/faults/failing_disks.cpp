// Goal:   when the disk is full or may not be written, every writer says so with a code, and nothing
//         that was acknowledged is lost.
// Method: a limit of the file's size; a small tmpfs; files and directories that may not be written,
//         by writers that have given up root.
#include "fixtures/faults/fault_record.hpp"
#include "fixtures/faults/fault_run.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <sqlite3.h>
#ifdef FIRSTLOCK_LINUX
#include <sys/mount.h>
#endif
#include <unistd.h>

#include <cstring>

using namespace firstlock;
namespace fs = std::filesystem;

namespace {

void check_and_record(const char* fault, const FaultTable& table, const FaultRun& run)
{
    record_fault(fault, figures_of(table, run));
    INFO(table.journal_mode << ", reported " << run.reported());
    CHECK(run.account.verdict() == "ok");
}

/// A disk that can take no more, whoever says so.
void check_full(const char* fault, const FaultTable& table, const FaultRun& run)
{
    CHECK(run.refusals(SQLITE_FULL) + run.refusals(SQLITE_IOERR) > 0);
    CHECK(run.acknowledged > 0);
    check_and_record(fault, table, run);
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

TEST_CASE("faults.a limit of the file size is reported and costs no acknowledged row")
{
    FaultTable table(GENERATE("delete", "wal"));
    check_full("file size limit", table,
               run_under_fault(table, {.transactions = 60, .adjust = [](FaultTask& task) {
                                           task.file_bytes_max = 120'000;
                                       }}));
}

#ifdef FIRSTLOCK_LINUX
namespace {

/// A tmpfs of a few hundred KB while it lives.
class SmallDisk {
  public:
    explicit SmallDisk(const fs::path& place) : place_(place)
    {
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
    FaultTable table(GENERATE("delete", "wal"));
    SmallDisk disk(table.files);
    if (disk.error() != 0) {
        SKIP("no right to mount a small tmpfs: " << std::strerror(disk.error()));
    }
    make_fault_table(table.database, table.journal_mode); // once more: the disk hides the first
    check_full("full disk", table, run_under_fault(table, {.transactions = 60, .before_check = [&] {
                                                               disk.enlarge();
                                                           }}));
}
#endif

TEST_CASE("faults.a file or directory that may not be written is reported and costs nothing")
{
    const bool file = GENERATE(true, false);
    FaultTable table(GENERATE("delete", "wal"));
    fs::permissions(table.directory.path(), fs::perms(0755));
    if (!nobody_reaches(table.directory.path())) {
        SKIP("a directory above " << table.files.string() << " lets nobody but its owner through");
    }
    fs::permissions(table.database, fs::perms(file ? 0444 : 0666));
    fs::permissions(table.files, fs::perms(file ? 0777 : 0555));
    const FaultRun run = run_under_fault(
        table, {.transactions = 3, .adjust = [](FaultTask& task) { task.as_nobody = true; }});
    fs::permissions(table.files, fs::perms(0755));
    CHECK(run.acknowledged == 0);
    CHECK(run.refusals(SQLITE_READONLY) + run.refusals(SQLITE_CANTOPEN) > 0);
    check_and_record(file ? "read-only file" : "read-only directory", table, run);
}
