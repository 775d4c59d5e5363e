// What makes firstlock-recorded-writer of the writer: the same object code, and before its main()
// a record of its calls that goes to FIRSTLOCK_TASK_RECORD.
#include "helpers/sqlite/call_record.hpp"
#include "helpers/writer/protocol.hpp"

#include <cstdio>
#include <cstdlib>
#include <exception>

namespace {

[[maybe_unused]] const bool is_recorded = [] {
    try {
        const char* const file = std::getenv("FIRSTLOCK_TASK_RECORD");
        if (file == nullptr) {
            throw std::invalid_argument("FIRSTLOCK_TASK_RECORD is not set; expected: the file or "
                                        "FIFO that takes the record of calls");
        }
        firstlock::record_calls(file);
        return true;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "firstlock-recorded-writer: %s\n", error.what());
        std::_Exit(firstlock::WriterExit::bad_task);
    }
}();

} // namespace
