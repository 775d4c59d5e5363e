#include "helpers/writer/protocol.hpp"

#include "helpers/described/names.hpp"

#include <charconv>
#include <cstdlib>

namespace firstlock {
namespace {

std::string variable(std::string_view name)
{
    return "FIRSTLOCK_TASK_" + std::string(name);
}

std::string required(std::string_view name)
{
    const char* const value = std::getenv(variable(name).c_str());
    if (value == nullptr || *value == '\0') {
        throw std::invalid_argument(variable(name) +
                                    " is not set; the suite sets it for each writer");
    }
    return value;
}

[[noreturn]] void refuse(std::string_view name, const std::string& text,
                         const std::string& accepted)
{
    throw std::invalid_argument(variable(name) + " is '" + text + "'; accepted: " + accepted);
}

int whole_number(std::string_view name)
{
    const std::string text = required(name);
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0) {
        refuse(name, text, "a whole number from 0");
    }
    return value;
}

template <DescribedEnum Enum>
Enum named_by(std::string_view name)
{
    const std::string text = required(name);
    const auto found = find_named<Enum>(text);
    if (!found) {
        refuse(name, text, names_of<Enum>());
    }
    return *found;
}

} // namespace

std::vector<std::string> task_environment(const std::filesystem::path& database,
                                          const WriterSettings& settings)
{
    return {
        variable("DATABASE=") + database.string(),
        variable("JOURNAL_MODE=") + settings.journal_mode,
        variable("SYNCHRONOUS=") + settings.synchronous,
        variable("TIMEOUT_MS=") + std::to_string(settings.busy_timeout.count()),
        variable("TRANSACTION=") + std::string(name_of(settings.transaction)),
        variable("RETRY=") + std::string(name_of(settings.retry)),
        variable("CONNECT=") + std::string(name_of(settings.connect)),
        variable("PAYLOAD_BYTES=") + std::to_string(settings.payload_bytes),
    };
}

std::vector<std::string> task_environment(int index, const std::string& message)
{
    return {variable("INDEX=") + std::to_string(index), variable("MESSAGE=") + message};
}

std::string task_environment_of_calls(const std::filesystem::path& record)
{
    return variable("CALLS=") + record.string();
}

Task task_from_environment()
{
    Task task;
    task.database = required("DATABASE");
    task.index = whole_number("INDEX");
    task.message = required("MESSAGE");
    WriterSettings& settings = task.settings;
    settings.journal_mode = name_of(named_by<JournalMode>("JOURNAL_MODE"));
    settings.synchronous = name_of(named_by<Synchronous>("SYNCHRONOUS"));
    settings.busy_timeout = std::chrono::milliseconds(whole_number("TIMEOUT_MS"));
    settings.transaction = named_by<Transaction>("TRANSACTION");
    settings.retry = named_by<Retry>("RETRY");
    settings.connect = named_by<Connect>("CONNECT");
    settings.payload_bytes = whole_number("PAYLOAD_BYTES");
    if (const char* const calls = std::getenv(variable("CALLS").c_str())) {
        task.calls = calls;
    }
    return task;
}

} // namespace firstlock
