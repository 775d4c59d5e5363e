#include "helpers/faults/operation_log.hpp"

#include "helpers/writer/protocol.hpp"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <system_error>

namespace firstlock {
namespace {

struct Head {
    Operation::Kind kind;
    std::uint32_t writer, name_bytes, data_bytes;
    std::int64_t time_ns, offset;
    std::uint64_t size;
};

Head head_at(const std::string& text, std::size_t at)
{
    Head head{};
    if (at + sizeof head > text.size()) {
        throw std::runtime_error("the log of operations ends within a record");
    }
    std::memcpy(&head, text.data() + at, sizeof head);
    if (at + sizeof head + head.name_bytes + head.data_bytes > text.size()) {
        throw std::runtime_error("the log of operations ends within a record");
    }
    return head;
}

} // namespace

OperationLog::OperationLog(const std::filesystem::path& file, std::uint32_t writer)
    : descriptor_(::open(file.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0666)),
      writer_(writer)
{
    if (descriptor_ < 0) {
        throw std::system_error(errno, std::generic_category(), "log '" + file.string() + "'");
    }
}

OperationLog::~OperationLog()
{
    ::close(descriptor_);
}

void OperationLog::add(Operation::Kind kind, std::string_view name, std::int64_t offset,
                       std::string_view data)
{
    Operation head;
    head.kind = kind;
    head.offset = offset;
    head.size = data.size();
    append(head, name, data);
}

void OperationLog::note(Operation::Kind kind, std::uint32_t transaction, std::uint32_t rows)
{
    Operation head;
    head.kind = kind;
    head.offset = transaction;
    head.size = rows;
    append(head, {}, {});
}

void OperationLog::append(const Operation& operation, std::string_view name,
                          std::string_view data) const
{
    Head head{};
    head.kind = operation.kind;
    head.writer = writer_;
    head.name_bytes = static_cast<std::uint32_t>(name.size());
    head.data_bytes = static_cast<std::uint32_t>(data.size());
    head.time_ns = monotonic_ns();
    head.offset = operation.offset;
    head.size = operation.size;
    std::array<iovec, 3> parts{iovec{&head, sizeof head},
                               iovec{const_cast<char*>(name.data()), name.size()},
                               iovec{const_cast<char*>(data.data()), data.size()}};
    const auto whole = static_cast<ssize_t>(sizeof head + name.size() + data.size());
    if (::writev(descriptor_, parts.data(), static_cast<int>(parts.size())) != whole) {
        std::perror("firstlock-fault-writer: the log of operations");
        std::_Exit(WriterExit::setup_failed);
    }
}

OperationReader::OperationReader(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    text_.assign(std::istreambuf_iterator<char>(in), {});
    for (std::size_t at = 0; at < text_.size(); ++count_) {
        const Head head = head_at(text_, at);
        at += sizeof head + head.name_bytes + head.data_bytes;
    }
}

bool OperationReader::next(Operation& operation)
{
    if (at_ == text_.size()) {
        return false;
    }
    const Head head = head_at(text_, at_);
    at_ += sizeof head;
    operation.kind = head.kind;
    operation.writer = head.writer;
    operation.time_ns = head.time_ns;
    operation.offset = head.offset;
    operation.size = head.size;
    operation.name.assign(text_, at_, head.name_bytes);
    at_ += head.name_bytes;
    operation.data.assign(text_, at_, head.data_bytes);
    at_ += head.data_bytes;
    return true;
}

} // namespace firstlock
