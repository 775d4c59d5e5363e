#include "helpers/faults/disk.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>

namespace firstlock {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t sector = 512;

enum class Damage { none, all_lost, some_kept, one_lost, one_kept };

/// What becomes of one block of a write that was not synced.
enum class Block { kept, dropped, garbage };

Block draw(std::mt19937_64& random)
{
    const auto number = random() % 10;
    return number < 5 ? Block::kept : number < 9 ? Block::dropped : Block::garbage;
}

} // namespace

Disk::Disk(const fs::path& directory)
{
    for (const auto& entry : fs::directory_iterator(directory)) {
        if (entry.is_regular_file() && !entry.path().string().ends_with("-shm")) {
            std::ifstream in(entry.path(), std::ios::binary);
            auto file = std::make_shared<File>();
            file->durable.assign(std::istreambuf_iterator<char>(in), {});
            durable_[entry.path().filename().string()] = file;
        }
    }
    visible_ = durable_;
}

Disk::File& Disk::open_file(const std::string& name)
{
    const auto named = visible_.find(name);
    auto& file = named != visible_.end() ? named->second : unnamed_[name];
    if (file == nullptr) {
        file = std::make_shared<File>();
    }
    return *file;
}

std::map<std::string, std::string> Disk::contents() const
{
    std::map<std::string, std::string> contents;
    for (const auto& [name, file] : visible_) {
        std::string& content = contents[name] = file->durable;
        for (const Change& change : file->pending) {
            apply_change(content, change);
        }
    }
    return contents;
}

void Disk::apply_change(std::string& content, const Change& change)
{
    const auto offset = static_cast<std::size_t>(change.offset);
    if (change.is_truncate) {
        content.resize(offset);
        return;
    }
    content.resize(std::max(content.size(), offset + change.data.size()));
    content.replace(offset, change.data.size(), change.data);
}

void Disk::apply(const Operation& operation)
{
    switch (operation.kind) {
    case Operation::Kind::create:
        if (!visible_.contains(operation.name)) {
            visible_[operation.name] = std::make_shared<File>();
            pending_.push_back({operation.name, visible_[operation.name]});
        }
        break;
    case Operation::Kind::write:
    case Operation::Kind::truncate:
        open_file(operation.name)
            .pending.push_back({changes_++, operation.offset, operation.data,
                                operation.kind == Operation::Kind::truncate});
        break;
    case Operation::Kind::sync_begin:
        open_file(operation.name).sync_from[operation.writer] = changes_;
        break;
    case Operation::Kind::sync_end: {
        File& file = open_file(operation.name);
        const std::uint64_t covered = file.sync_from[operation.writer];
        for (; !file.pending.empty() && file.pending.front().number < covered;
             file.pending.pop_front()) {
            apply_change(file.durable, file.pending.front());
        }
        break;
    }
    case Operation::Kind::remove:
        visible_.erase(operation.name);
        pending_.push_back({operation.name, nullptr});
        break;
    case Operation::Kind::directory_sync:
        durable_ = visible_;
        pending_.clear();
        break;
    case Operation::Kind::begun:
    case Operation::Kind::acknowledged:
        break;
    }
}

std::string Disk::content_after_cut(const File& file, std::mt19937_64& random)
{
    std::string content = file.durable;
    const auto damage = static_cast<Damage>(random() % 5);
    const std::size_t chosen = file.pending.empty() ? 0 : random() % file.pending.size();
    for (std::size_t index = 0; index < file.pending.size(); ++index) {
        const Change& change = file.pending[index];
        const bool is_whole = damage == Damage::none ||
                              (damage == Damage::one_lost && index != chosen) ||
                              (damage == Damage::one_kept && index == chosen);
        if (is_whole) {
            apply_change(content, change);
        } else if (damage == Damage::some_kept && change.is_truncate) {
            if (random() % 2 == 0) {
                apply_change(content, change);
            }
        } else if (damage == Damage::some_kept) {
            const Block whole = random() % 2 == 0 ? draw(random) : Block::garbage;
            for (std::size_t at = 0; at < change.data.size();) {
                const std::size_t start = static_cast<std::size_t>(change.offset) + at;
                const std::size_t length =
                    std::min(sector - start % sector, change.data.size() - at);
                const Block fate = whole == Block::garbage ? draw(random) : whole;
                Change part{0, static_cast<std::int64_t>(start), change.data.substr(at, length),
                            false};
                if (fate == Block::garbage) {
                    std::generate(part.data.begin(), part.data.end(),
                                  [&] { return static_cast<char>(random()); });
                }
                if (fate != Block::dropped) {
                    apply_change(content, part);
                }
                at += length;
            }
        }
    }
    return content;
}

void Disk::cut(std::mt19937_64& random, const fs::path& directory) const
{
    for (const auto& entry : fs::directory_iterator(directory)) {
        fs::remove(entry.path());
    }
    Names found = durable_;
    const std::size_t entries = random() % (pending_.size() + 1);
    for (std::size_t index = 0; index < entries; ++index) {
        if (pending_[index].file == nullptr) {
            found.erase(pending_[index].name);
        } else {
            found[pending_[index].name] = pending_[index].file;
        }
    }
    for (const auto& [name, file] : found) {
        std::ofstream(directory / name, std::ios::binary) << content_after_cut(*file, random);
    }
}

} // namespace firstlock
