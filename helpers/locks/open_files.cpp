#include "helpers/locks/open_files.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <string_view>

namespace firstlock {
namespace {

std::int64_t number_in(std::string_view text)
{
    std::int64_t pid = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), pid);
    return error == std::errc{} && end == text.data() + text.size() ? pid : 0;
}

bool has_open(const std::filesystem::path& descriptors, const struct stat& file)
{
    for (const auto& entry : std::filesystem::directory_iterator(descriptors)) {
        struct stat found {};
        if (::stat(entry.path().c_str(), &found) == 0 && found.st_ino == file.st_ino &&
            found.st_dev == file.st_dev) {
            return true;
        }
    }
    return false;
}

} // namespace

Openers openers_of(const std::filesystem::path& file)
{
    Openers openers;
    struct stat wanted {};
    std::error_code error;
    if (::stat(file.c_str(), &wanted) != 0) {
        return openers;
    }
    for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
        const std::int64_t pid = number_in(entry.path().filename().native());
        if (pid == 0 || pid == ::getpid()) {
            continue;
        }
        try {
            if (has_open(entry.path() / "fd", wanted)) {
                openers.processes.push_back(process_of(pid));
            }
        } catch (const std::filesystem::filesystem_error& refused) {
            openers.closed_to_us +=
                refused.code() == std::errc::permission_denied ? 1U : 0U; // else it has ended
        }
    }
    return openers;
}

std::string journal_of(const std::filesystem::path& database)
{
    std::array<char, 20> head{};
    std::ifstream in(database, std::ios::binary);
    in.read(head.data(), head.size());
    const bool is_database =
        in.gcount() == std::ssize(head) && std::string_view(head.data()) == "SQLite format 3";
    constexpr char wal = 2; // of the write version
    return !is_database ? "" : head[18] == wal ? "WAL" : "rollback journal";
}

} // namespace firstlock
