#include "helpers/sqlite/call_record.hpp"

#include "helpers/sqlite/vfs_call.hpp"

#include <sqlite3.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <system_error>

namespace firstlock {
namespace {

using Kind = VfsCall::Kind;

int record_file = -1; // the process's to close

void add(std::string line)
{
    line += '\n';
    if (::write(record_file, line.data(), line.size()) != static_cast<ssize_t>(line.size())) {
        std::perror("the record of calls");
        std::_Exit(EXIT_FAILURE);
    }
}

std::string level_name(int level)
{
    constexpr std::array names{"none", "shared", "reserved", "pending", "exclusive"};
    return names.at(static_cast<std::size_t>(level));
}

std::string slot_name(int slot)
{
    constexpr std::array names{"write", "checkpoint", "recover"};
    return slot < shm_read ? names.at(static_cast<std::size_t>(slot)) : "read";
}

std::string file_name(VfsCall::File file)
{
    constexpr std::array names{"database", "journal", "wal"};
    return names.at(static_cast<std::size_t>(file));
}

/// "" for what is not written down.
std::string words_of(const VfsCall& call)
{
    switch (call.kind) {
    case Kind::open:
        return "open " + file_name(call.file);
    case Kind::truncate:
        return "truncate " + file_name(call.file);
    case Kind::sync:
        return "sync " + file_name(call.file);
    case Kind::remove:
        return "delete " + file_name(call.file);
    case Kind::remove_and_sync:
        return "delete " + file_name(call.file) + " and sync directory";
    case Kind::lock:
        return "lock " + level_name(call.detail);
    case Kind::unlock:
        return "unlock " + level_name(call.detail);
    case Kind::shm_lock_shared:
        return "shm lock " + slot_name(call.detail) + " shared";
    case Kind::shm_lock_exclusive:
        return "shm lock " + slot_name(call.detail) + " exclusive";
    case Kind::shm_unlock_shared:
        return "shm unlock " + slot_name(call.detail) + " shared";
    case Kind::shm_unlock_exclusive:
        return "shm unlock " + slot_name(call.detail) + " exclusive";
    case Kind::none:
    case Kind::close:
    case Kind::write:
    case Kind::sleep: // before it began
        break;
    }
    return "";
}

constexpr CallListener listener{
    .sleeps = [](const VfsCall& call) { add("sleep " + std::to_string(call.detail)); },
    .done =
        [](const VfsCall& call) {
            if (const std::string words = words_of(call); !words.empty()) {
                add(words + (call.was_refused ? " refused" : ""));
            }
        },
};

int trace(unsigned event, void* /*context*/, void* /*statement*/, void* detail)
{
    add(event == SQLITE_TRACE_STMT ? "> " + std::string(static_cast<const char*>(detail)) : "<");
    return 0;
}

int trace_connection(sqlite3* connection, char** /*error*/, const void* /*routines*/)
{
    return sqlite3_trace_v2(connection, SQLITE_TRACE_STMT | SQLITE_TRACE_PROFILE, trace, nullptr);
}

} // namespace

void record_calls(const std::filesystem::path& file)
{
    record_file = ::open(file.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0666);
    if (record_file < 0) {
        throw std::system_error(errno, std::generic_category(),
                                "the record of calls '" + file.string() + "'");
    }
    listen_to_calls(listener);
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(trace_connection));
}

} // namespace firstlock
