#include "helpers/locks/lock_probe.hpp"

#include "helpers/sqlite/clock.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace firstlock {
namespace {

// PENDING_BYTE and what follows it in os.h, UNIX_SHM_BASE and what follows it in os_unix.c.
constexpr std::int64_t pending = 0x40000000, reserved = pending + 1, shared_first = pending + 2,
                       shared_size = 510;
constexpr std::int64_t wal_write = 120, wal_checkpoint = 121, wal_recover = 122;

} // namespace

LockProbe::LockProbe(const std::filesystem::path& database)
{
    // SQLite follows links before it makes the names of the other files.
    std::error_code error;
    const std::filesystem::path real = std::filesystem::canonical(database, error);
    database_.path = error ? database : real;
    shm_.path = database_.path.string() + "-shm";
    keep_open(database_);
    if (!has_database()) {
        throw std::system_error(errno, std::generic_category(),
                                "the database '" + database.string() + "'");
    }
    struct stat found {};
    if (::fstat(database_.file.get(), &found) != 0 || !S_ISREG(found.st_mode)) {
        throw std::runtime_error("'" + database.string() + "' is not a file");
    }
    notes_.clear();
}

void LockProbe::note(const std::string& what)
{
    constexpr std::size_t notes_max = 20;
    if (notes_.size() < notes_max &&
        std::find(notes_.begin(), notes_.end(), what) == notes_.end()) {
        notes_.push_back(what);
    }
}

void LockProbe::keep_open(File& file)
{
    struct stat now {};
    if (::stat(file.path.c_str(), &now) != 0) {
        const int error = errno;
        if (file.file.get() >= 0 && &file == &database_) {
            note("the database was removed");
        }
        file.file.reset();
        errno = error;
        return;
    }
    if (file.file.get() >= 0 && now.st_ino == file.inode && now.st_dev == file.device) {
        return;
    }
    if (file.file.get() >= 0 && &file == &database_) {
        note("the database was replaced by another file");
    }
    file.file.reset(::open(file.path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY));
    if (file.file.get() < 0) {
        const int error = errno;
        note("cannot open '" + file.path.string() + "': " + std::generic_category().message(error));
        errno = error;
        return;
    }
    file.device = now.st_dev;
    file.inode = now.st_ino;
}

std::optional<LockProbe::Holder> LockProbe::holder_of(const File& file, std::int64_t first,
                                                      std::int64_t bytes)
{
    struct flock asked {};
    asked.l_type = F_WRLCK; // asked for F_RDLCK the kernel would hide readers
    asked.l_whence = SEEK_SET;
    asked.l_start = first;
    asked.l_len = bytes;
    if (::fcntl(file.file.get(), F_GETLK, &asked) != 0 || asked.l_type == F_UNLCK) {
        return std::nullopt;
    }
    return Holder{asked.l_pid, asked.l_type == F_WRLCK};
}

void LockProbe::look_at_rollback(LockSample& sample) const
{
    // In WAL nobody takes these, so as a rule one question is all.
    if (!holder_of(database_, pending, 2)) {
        return;
    }
    const auto of_reserved = holder_of(database_, reserved, 1);
    const auto of_pending = holder_of(database_, pending, 1);
    const bool is_pending = of_pending && of_pending->is_exclusive; // a reader takes it for reading
    // In WAL it is one that closes its connection, and in no writer's way.
    const bool is_writer = of_reserved || (is_pending && shm_.file.get() < 0);
    if (!is_writer) {
        return;
    }
    sample.writer = of_reserved ? of_reserved->pid : of_pending->pid;
    const auto of_shared = holder_of(database_, shared_first, shared_size);
    const bool is_exclusive = of_shared && of_shared->is_exclusive;
    sample.doing = !of_reserved   ? Doing::recovery
                   : is_exclusive ? Doing::commit
                   : is_pending   ? Doing::wait
                                  : Doing::insert;
}

void LockProbe::look_at_wal(LockSample& sample) const
{
    if (shm_.file.get() < 0 || !holder_of(shm_, wal_write, 3)) {
        return;
    }
    const auto pid_of = [&](std::int64_t byte) -> std::optional<std::int64_t> {
        const auto holder = holder_of(shm_, byte, 1);
        return holder && holder->is_exclusive ? std::optional(holder->pid) : std::nullopt;
    };
    sample.checkpointer = pid_of(wal_checkpoint);
    sample.recoverer = pid_of(wal_recover);
    if (const auto writer = pid_of(wal_write)) {
        sample.writer = writer;
        sample.doing = writer == sample.recoverer      ? Doing::recovery
                       : writer == sample.checkpointer ? Doing::checkpoint
                                                       : Doing::write;
    }
}

LockSample LockProbe::look()
{
    keep_open(database_);
    keep_open(shm_);
    LockSample sample;
    sample.from_ns = monotonic_ns();
    if (has_database()) {
        look_at_rollback(sample);
        look_at_wal(sample);
    }
    sample.to_ns = monotonic_ns();
    return sample;
}

std::vector<std::int64_t> LockProbe::readers(std::int64_t writer) const
{
    // 1: POSIX  ADVISORY  READ  4242 08:01:131 1073741826 1073742335
    std::ifstream table("/proc/locks");
    std::vector<std::int64_t> found;
    for (std::string line; std::getline(table, line);) {
        std::istringstream words(line);
        std::string number, kind, advisory, type, file;
        std::int64_t pid = 0, first = -1;
        words >> number >> kind >> advisory >> type >> pid >> file >> first;
        // The device is left out: that of a stat() is another one on btrfs.
        const bool is_ours = file.substr(file.rfind(':') + 1) == std::to_string(database_.inode) &&
                             first >= shared_first && first < shared_first + shared_size;
        if (is_ours && kind == "POSIX" && type == "READ" && pid != writer && number.back() == ':') {
            found.push_back(pid);
        }
    }
    return found;
}

} // namespace firstlock
