// Goal:   a directory that cannot take databases is named with the reason, one with an odd name
//         works, and what failed in one can be looked at.
// Method: directories that are missing, of another user, and full; real trials, with the suite's
//         writer and the README's sh writer, in directories whose names hold what shells, URIs and
//         SQL treat as their own.
#include "fixtures/run/case_log.hpp"
#include "fixtures/run/settings.hpp"
#include "fixtures/run/unprivileged.hpp"
#include "fixtures/table/matchers.hpp"
#include "tests/trust/one_rogue.hpp"
#include "tests/trust/readme_writers.hpp"
#include "tests/trust/second_self.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>

using namespace firstlock;
using Catch::Matchers::ContainsSubstring;

TEST_CASE("helper.an unprivileged process that reads its settings", "[.]")
{
    become_unprivileged();
    try {
        tell("directory", read_settings().directory.string());
    } catch (const SettingsError& error) {
        tell("message", error.what());
    }
}

TEST_CASE("helper.a case that logs", "[.]")
try {
    case_log(); // opens it
} catch (const std::runtime_error& error) {
    tell("message", error.what());
}

TEST_CASE("helper.two failures and what passed between them", "[.]")
{
    for (const std::string text : {"first", "passed", "second"}) {
        const ScratchDirectory scratch;
        std::ofstream(scratch.path() / "file") << text;
        tell(text, scratch.path().string());
        CHECK(text == "passed");
    }
}

TEST_CASE("harness.directories: those of every failure of a case are kept, and no others")
{
    const ScratchDirectory scratch;
    SecondSelf self("helper.two failures and what passed between them",
                    {"FIRSTLOCK_DIR=" + scratch.path().string(), "FIRSTLOCK_KEEP=0"});
    const std::filesystem::path first = self.expect("first");
    const std::filesystem::path passed = self.expect("passed");
    const std::filesystem::path second = self.expect("second");
    CHECK_FALSE(self.end().ok());
    CHECK(std::filesystem::exists(first / "file"));
    CHECK_FALSE(std::filesystem::exists(passed));
    CHECK(std::filesystem::exists(second / "file"));
}

TEST_CASE("harness.directories: a log is not written through a symbolic link")
{
    const ScratchDirectory results;
    std::filesystem::create_directory(results.path() / "logs");
    std::filesystem::create_symlink(results.path() / "of_another",
                                    results.path() / "logs/helper.a_case_that_logs.log");
    SecondSelf self("helper.a case that logs", {"FIRSTLOCK_RESULTS=" + results.path().string()});
    CHECK_THAT(self.expect("message"), ContainsSubstring("a_case_that_logs.log', a symbolic link"));
    CHECK(self.end().ok());
    CHECK_FALSE(std::filesystem::exists(results.path() / "of_another"));
}

TEST_CASE("harness.directories: a missing one is refused before anything is started")
{
    CHECK_THROWS_WITH(make_table("/no/such/place/table.db", profile("rollback")),
                      ContainsSubstring("/no/such/place/table.db") &&
                          ContainsSubstring("SQLITE_CANTOPEN"));
    CHECK_THROWS_WITH(ScratchDirectory("/no/such/place"),
                      ContainsSubstring("/no/such/place") && ContainsSubstring("No such file"));
}

TEST_CASE("harness.directories: a read-only one is refused with the variable and the reason",
          "[nobody]")
{
    const UnprivilegedDirectory directory;
    const auto closed = directory.path() / "closed";
    std::filesystem::create_directory(closed);
    std::filesystem::permissions(closed, std::filesystem::perms(0555));
    SecondSelf self(
        "helper.an unprivileged process that reads its settings",
        {"FIRSTLOCK_DIR=" + closed.string(), "FIRSTLOCK_RESULTS=" + directory.results().string()});
    CHECK_THAT(self.expect("message"), ContainsSubstring("FIRSTLOCK_DIR is '" + closed.string() +
                                                         "'; accepted: an existing directory") &&
                                           ContainsSubstring("this one is not writable"));
    CHECK(self.end().ok());
}

TEST_CASE("harness.directories: the user nobody cannot change what root runs nor others what that "
          "user owns")
{
    if (::geteuid() != 0) {
        SKIP("only root has something to protect from the user nobody");
    }
    const UnprivilegedDirectory directory;
    const auto status_of = [](const std::filesystem::path& place) {
        struct stat status {};
        REQUIRE(::lstat(place.c_str(), &status) == 0);
        return status;
    };
    for (const auto& place : {directory.writer(), directory.writer().parent_path()}) {
        CHECK(status_of(place).st_uid == 0);
        CHECK((status_of(place).st_mode & (S_IWGRP | S_IWOTH)) == 0);
    }
    for (const auto& place : {directory.path(), directory.results()}) {
        CHECK(status_of(place).st_uid == 65534);
        CHECK((status_of(place).st_mode & (S_IRWXG | S_IRWXO)) == 0);
    }
}

TEST_CASE("harness.directories: a disk that is full for the writers is void and told by its code")
{
    // The limit is the writers' alone, for this process has a log to write. Ignored, the signal
    // lets a write beyond it fail as on a full disk. In blocks of 512 bytes, as POSIX has it for
    // sh.
    const Command writer{
        "/bin/sh",
        {"-c", "trap '' XFSZ; ulimit -f 8; exec " + shell_quoted(own_writer().executable.string())},
        {}};
    const Trial trial = unrecorded_trial(profile("rollback"), writer, 5);
    CHECK(trial.verdict == Verdict::void_);
    CHECK_THAT(trial.story(),
               ContainsSubstring("refused with SQLITE_") && ContainsSubstring("stage=insert"));
}

TEST_CASE("harness.directories: a full one is named with the reason")
{
    // A file system of half a megabyte, filled to the last byte; only root may make one.
    const UnprivilegedDirectory directory;
    const auto full = directory.path() / "full";
    std::filesystem::create_directory(full);
    if (!succeeds("exec mount -t tmpfs -o size=512k tmpfs " + full.string())) {
        SKIP("this user may not mount a file system of a given size here");
    }
    FreshTable table(full);
    table.use(profile("recommended"));
    succeeds("cat /dev/zero > " + (full / "filler").string());
    std::string message;
    try {
        make_table(full / "another.db", profile("recommended"));
    } catch (const std::exception& error) {
        message = error.what();
    }
    const Trial trial = table.insert_in_parallel(
        example_rows(3), {.writer = own_writer(), .recorded = Recorded::nowhere});
    succeeds("umount " + full.string());
    CHECK_THAT(message,
               ContainsSubstring("full") && ContainsSubstring((full / "another.db").string()));
    CHECK(trial.verdict != Verdict::stored);
    CHECK_THAT(trial.story(), ContainsSubstring(full.string()) && ContainsSubstring("SQLITE_"));
}

TEST_CASE("harness.directories: blanks and quotes and other letters in a path are no obstacle")
{
    const std::string name =
        GENERATE(as<std::string>(), "two blanks  here", "it's \"quoted\"", "a;b&c|d",
                 "100%41 ?mode=memory#x", "Größe-日本", "$HOME `id` \\n", "file:x");
    CAPTURE(name);
    const ScratchDirectory scratch;
    const auto directory = scratch.path() / name;
    std::filesystem::create_directory(directory);
    for (const Command& writer : {own_writer(), shell_writer(readme_writer("sh", directory))}) {
        CHECK_THAT(unrecorded_trial(profile("recommended"), writer, 3, directory), AllRowsStored());
    }
}
