#include "helpers/faults/shim.hpp"

#include "helpers/faults/shim_files.hpp"

#include <cstring>
#include <memory>
#include <string_view>

namespace firstlock {
namespace {

constexpr int frame_header_bytes = 24;
constexpr int wal_header_bytes = 32;

std::string_view base_name(const char* path)
{
    const char* const slash = std::strrchr(path, '/');
    return slash == nullptr ? path : slash + 1;
}

class Policy : public ShimPolicy {
  public:
    Policy(const FaultTask& task, BoxHeader& header, OperationLog* log)
        : task_(task), header_(header), log_(log)
    {
    }

    int before(const char* call) override
    {
        const Injection& plan = task_.injection;
        if (plan.call != call) {
            return 0;
        }
        const std::uint32_t number = ++header_.calls;
        if (number != plan.nth && !(plan.stays && number > plan.nth)) {
            return 0;
        }
        ++header_.injected;
        return plan.code;
    }

    bool drops(ShimFile& file, const void* data, int bytes, sqlite3_int64 offset) override
    {
        switch (task_.mutation) {
        case Mutation::forgets_journal:
            return file.kind == SQLITE_OPEN_MAIN_JOURNAL;
        case Mutation::drops_last_frame:
            return file.kind == SQLITE_OPEN_WAL && is_of_commit_frame(file, data, bytes, offset);
        case Mutation::unlocks_early:
            unlock_early(file);
            return false;
        default:
            return false;
        }
    }

    bool drops_sync() override { return task_.mutation == Mutation::forgets_sync; }
    bool drops_locks() override { return task_.mutation == Mutation::writes_outside_lock; }

    void opened(ShimFile& file, bool is_new) override
    {
        if (file.kind == SQLITE_OPEN_MAIN_DB) {
            main_ = &file;
        }
        if (is_new) {
            add(Operation::Kind::create, file.name);
        }
    }
    void written(ShimFile& file, const void* data, int bytes, sqlite3_int64 offset) override
    {
        add(Operation::Kind::write, file.name, offset,
            {static_cast<const char*>(data), static_cast<std::size_t>(bytes)});
    }
    void truncated(ShimFile& file, sqlite3_int64 size) override
    {
        add(Operation::Kind::truncate, file.name, size);
    }
    void sync_begins(ShimFile& file) override { add(Operation::Kind::sync_begin, file.name); }
    void sync_ended(ShimFile& file, bool with_directory) override
    {
        add(Operation::Kind::sync_end, file.name);
        if (with_directory) {
            add(Operation::Kind::directory_sync, file.name);
        }
    }
    void removed(const char* name, bool with_directory) override
    {
        add(Operation::Kind::remove, name);
        if (with_directory) {
            add(Operation::Kind::directory_sync, name);
        }
    }

  private:
    void add(Operation::Kind kind, const char* name, sqlite3_int64 offset = 0,
             std::string_view data = {})
    {
        if (log_ != nullptr) {
            log_->add(kind, base_name(name), offset, data);
        }
    }

    /// A frame is written as its header, whose second word is not zero in the last of a commit, and
    /// its page.
    static bool is_of_commit_frame(ShimFile& file, const void* data, int bytes,
                                   sqlite3_int64 offset)
    {
        if (bytes == frame_header_bytes && offset >= wal_header_bytes) {
            constexpr std::string_view zero("\0\0\0\0", 4);
            file.drops_next_page = std::string_view(static_cast<const char*>(data) + 4, 4) != zero;
            return file.drops_next_page;
        }
        return file.drops_next_page;
    }

    /// Before the first page goes out, the lock that protects it is given up.
    void unlock_early(ShimFile& file)
    {
        if (main_ == nullptr || main_->has_written) {
            return;
        }
        if (file.kind == SQLITE_OPEN_MAIN_DB) {
            main_->has_written = true;
            main_->real()->pMethods->xUnlock(main_->real(), SQLITE_LOCK_NONE);
        } else if (file.kind == SQLITE_OPEN_WAL) {
            main_->has_written = true;
            main_->real()->pMethods->xShmLock(main_->real(), 0, 1,
                                              SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE);
        }
    }

    const FaultTask& task_;
    BoxHeader& header_;
    OperationLog* log_;
    ShimFile* main_ =
        nullptr; ///< the database file that was opened last; the bearer of a WAL's locks
};

} // namespace

bool needs_shim(const FaultTask& task)
{
    const bool vfs_mutation = task.mutation >= Mutation::drops_last_frame;
    return !task.log.empty() || !task.injection.call.empty() || vfs_mutation;
}

void install_shim(const FaultTask& task, BoxHeader& header, OperationLog* log)
{
    sqlite3_initialize();
    static Policy policy(task, header, log);
    register_shim(policy);
}

} // namespace firstlock
