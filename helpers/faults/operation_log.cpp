#include "helpers/faults/operation_log.hpp"

#include "helpers/writer/protocol.hpp"

#include <fcntl.h>
#include <sys/uio.h>

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

OperationLog::OperationLog(const std::filesystem::path& file, std::uint32_t writer)
    : descriptor_(file.empty()
                      ? -1
                      : ::open(file.c_str(), O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0666)),
      writer_(writer)
{
    if (!file.empty() && descriptor_.get() < 0) {
        throw std::system_error(errno, std::generic_category(), "log '" + file.string() + "'");
    }
}

void OperationLog::add(OperationHead head, std::string_view name, std::string_view data) const
{
    if (descriptor_.get() < 0) {
        return;
    }
    head.writer = writer_;
    head.time_ns = monotonic_ns();
    head.name_bytes = name.size();
    head.data_bytes = data.size();
    std::array<iovec, 3> parts{iovec{&head, sizeof head},
                               iovec{const_cast<char*>(name.data()), name.size()},
                               iovec{const_cast<char*>(data.data()), data.size()}};
    const auto whole = static_cast<ssize_t>(sizeof head + name.size() + data.size());
    if (::writev(descriptor_.get(), parts.data(), static_cast<int>(parts.size())) != whole) {
        std::perror("firstlock-fault-writer: the log of operations");
        std::_Exit(WriterExit::setup_failed);
    }
}

std::vector<Operation> read_operations(const std::filesystem::path& file)
{
    std::ifstream in(file, std::ios::binary);
    const std::string text(std::istreambuf_iterator<char>(in), {});
    std::size_t at = 0;
    const auto take = [&](std::size_t bytes) {
        if (bytes > text.size() - at) {
            throw std::runtime_error("the log of operations ends within a record");
        }
        at += bytes;
        return text.data() + at - bytes;
    };
    std::vector<Operation> operations;
    while (at < text.size()) {
        Operation& next = operations.emplace_back();
        OperationHead& head = next;
        std::memcpy(&head, take(sizeof head), sizeof head);
        next.name.assign(take(head.name_bytes), head.name_bytes);
        next.data.assign(take(head.data_bytes), head.data_bytes);
    }
    return operations;
}

} // namespace firstlock
