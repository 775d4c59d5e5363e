// Goal:   helpers/bootstrap installs what is missing and only that, removes nothing to make room,
//         and has found by then what is there, compiler or not.
// Method: the script in a folder of its own, on a machine of made-up tools: what they are asked and
//         what CMake is given are in what it prints. It ends where CMake would configure.
#include "fixtures/run/program_run.hpp"
#include "fixtures/run/scratch_directory.hpp"
#include "fixtures/run/settings.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <cstdlib>
#include <fstream>
#include <sstream>

using namespace firstlock;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;

namespace {

namespace fs = std::filesystem;

/// A Debian on which only Boost is missing, and where it can be had only instead of another.
class MadeUpMachine {
  public:
    MadeUpMachine()
    {
        fs::create_directories(tools_);
        fs::create_directories(root_ / "helpers");
        fs::copy_file(FIRSTLOCK_SOURCE_DIRECTORY "/helpers/bootstrap", root_ / "helpers/bootstrap");
        std::ofstream(root_ / "CMakePresets.json") << "{}";
        add("cmake", "case \"$*\" in --version) echo 'cmake version 3.25.1' ;; "
                     "*--list-presets*) echo '  \"parallel\"' ;; "
                     "*) echo \"configured with $CMAKE_PREFIX_PATH\"; exit 1 ;; esac");
        for (const char* const tool : {"ctest", "ninja", "git", "sqlite3"}) {
            add(tool, "");
        }
        add("getconf", "echo 2"); // where there is no nproc
        add("sysctl", "echo 8589934592");
        // It finds the header that it is asked for on stdin: in CPATH, or one of an old Boost.
        add("c++", "case \"$*\" in *-E*) ;; *) exit 0 ;; esac\n"
                   "case $(cat)$CPATH in *boost*/packages/usr/include*) echo version 1_81 ;; "
                   "*BOOST_LIB_VERSION*) echo version 1_74 ;; *boost*) ;; *) echo version 3.9 ;; "
                   "esac");
        add("id", "echo 0");
        add("uname", "echo Linux");
        add("apt-cache", "case \"$*\" in *libboost-dev*) echo '  Candidate: 1.74.0.3' ;; "
                         "policy*) echo '  Candidate: 9.9' ;; *) echo libboost1.81-dev ;; esac");
        add("apt-get", "echo \"apt-get $*\" >> \"${0%/*}/../asked\"\n"
                       "case \"$*\" in *--simulate*libboost1.81-dev*) echo 'Remv libboost-dev' ;; "
                       "download*) : > boost.deb; : > headers.deb ;; esac");
        add("dpkg-deb", "mkdir -p usr/include");
    }

    void add(const std::string& tool, const std::string& does) const
    {
        std::ofstream(tools_ / tool) << "#!/bin/sh\n" << does << "\n";
        fs::permissions(tools_ / tool, fs::perms(0755));
    }
    void remove(const std::string& tool) const { fs::remove(tools_ / tool); }
    void add_system_tools() const
    {
        for (const char* const tool : {"cat", "dirname", "grep", "mkdir", "mktemp", "paste", "rm",
                                       "sed", "sh", "sort", "tail", "tr", "nproc"}) {
            std::istringstream path(std::getenv("PATH"));
            for (std::string folder; std::getline(path, folder, ':');) {
                if (fs::exists(fs::path(folder) / tool) && !fs::exists(tools_ / tool)) {
                    fs::create_symlink(fs::path(folder) / tool, tools_ / tool);
                }
            }
        }
    }

    /// What it prints, with a CMAKE_PREFIX_PATH of `prefix`.
    std::string bootstrap(const fs::path& prefix = {}) const
    {
        add_system_tools();
        const std::string command = "exec env -u CXX CMAKE_PREFIX_PATH=\"$1\" PATH=\"$2\" "
                                    "/bin/sh \"$0\" parallel </dev/null 2>&1";
        return run_program("/bin/sh",
                           {"-c", command, (root_ / "helpers/bootstrap").string(), prefix.string(),
                            tools_.string()},
                           {}, settings().scaled(60s))
            .output;
    }
    fs::path root() const { return root_; }
    std::string asked_of_apt() const { return text_of(asked()); }

  private:
    fs::path asked() const { return scratch_.path() / "asked"; }

    const ScratchDirectory scratch_;
    const fs::path root_ = scratch_.path() / "checkout";
    const fs::path tools_ = scratch_.path() / "tools";
};

} // namespace

TEST_CASE_METHOD(MadeUpMachine,
                 "harness.bootstrap: what would remove an installed package is unpacked and found")
{
    const std::string said = bootstrap();
    CAPTURE(said, asked_of_apt());
    CHECK_THAT(said, ContainsSubstring("process/v2.hpp (found: 1.74)"));
    CHECK_THAT(said, ContainsSubstring("unpacked into build/packages, since installing it would "
                                       "remove others: libboost1.81-dev"));
    CHECK_THAT(said,
               ContainsSubstring("configured with " + root().string() + "/build/packages/usr"));
    CHECK_THAT(asked_of_apt(), ContainsSubstring("download -qq libboost1.81-dev"));
    CHECK_THAT(asked_of_apt(), !ContainsSubstring("install -y"));

    const std::string again = bootstrap();
    CAPTURE(again);
    CHECK_THAT(again, !ContainsSubstring("missing") &&
                          ContainsSubstring("configured with " + root().string()));
}

TEST_CASE_METHOD(MadeUpMachine, "harness.bootstrap: a package that is not unpacked is told")
{
    add("dpkg-deb", "case $2 in boost.deb) echo broken archive >&2; exit 2 ;; esac");
    const std::string said = bootstrap();
    CAPTURE(said);
    CHECK_THAT(said, ContainsSubstring("broken archive") &&
                         ContainsSubstring("bootstrap: installing failed"));
}

TEST_CASE_METHOD(MadeUpMachine, "harness.bootstrap: only libraries are unpacked")
{
    remove("sqlite3");
    add("apt-get", "case \"$*\" in *--simulate*sqlite3*) echo 'Remv another' ;; esac");
    const std::string said = bootstrap();
    CAPTURE(said);
    CHECK_THAT(said, ContainsSubstring("installing sqlite3 would remove other packages, and only a "
                                       "library can be unpacked beside them"));
}

TEST_CASE_METHOD(MadeUpMachine, "harness.bootstrap: what is installed may remove nothing")
{
    remove("sqlite3");
    const std::string said = bootstrap();
    CAPTURE(said);
    CHECK_THAT(said, ContainsSubstring("install -y --no-remove"));
    CHECK_THAT(asked_of_apt(), ContainsSubstring("install -y --no-remove") &&
                                   !ContainsSubstring("install -y --no-install"));
}

TEST_CASE_METHOD(MadeUpMachine,
                 "harness.bootstrap: without a compiler libraries that are there are not missing")
{
    remove("c++");
    const fs::path prefix = root() / "prefix";
    for (const auto& [header, text] :
         {std::pair{"sqlite3.h", ""},
          {"spdlog/spdlog.h", ""},
          {"nlohmann/json.hpp", ""},
          {"CLI/CLI.hpp", ""},
          {"catch2/catch_version_macros.hpp",
           "#define CATCH_VERSION_MAJOR 3\n#define CATCH_VERSION_MINOR 7\n"},
          {"boost/version.hpp", "//  BOOST_LIB_VERSION\n#define BOOST_LIB_VERSION \"1_74\"\n"},
          {"boost/process/v2.hpp", ""}}) {
        fs::create_directories((prefix / "include" / header).parent_path());
        std::ofstream(prefix / "include" / header) << text;
    }
    const std::string said = bootstrap(prefix);
    CAPTURE(said);
    CHECK_THAT(said, ContainsSubstring("missing on this machine:\n"
                                       "    a compiler for C++20 (found: nothing)\n"
                                       "    Boost 1.80 or newer with boost/process/v2.hpp "
                                       "(found: 1.74)\n"
                                       "bootstrap: "));
}
