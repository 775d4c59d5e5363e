#include "helpers/writer/protocol.hpp"

#include "helpers/described/names.hpp"

#include <array>
#include <charconv>
#include <cstdlib>

namespace firstlock {
namespace {

constexpr std::array<std::string_view, 6> journal_modes{"delete", "truncate", "persist",
                                                        "memory", "wal",      "off"};
constexpr std::array<std::string_view, 4> synchronous_levels{"off", "normal", "full", "extra"};

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

int whole_number(std::string_view name)
{
    const std::string text = required(name);
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value < 0) {
        throw std::invalid_argument(variable(name) + " is '" + text +
                                    "'; accepted: a whole number from 0");
    }
    return value;
}

template <std::size_t Count>
std::size_t one_of(std::string_view name, const std::array<std::string_view, Count>& accepted)
{
    const std::string text = required(name);
    std::string list;
    for (std::size_t index = 0; index < Count; ++index) {
        if (accepted.at(index) == text) {
            return index;
        }
        list += (list.empty() ? "" : ", ") + std::string(accepted.at(index));
    }
    throw std::invalid_argument(variable(name) + " is '" + text + "'; accepted: " + list);
}

template <DescribedEnum Enum>
Enum named_by(std::string_view name)
{
    const std::string text = required(name);
    if (const auto found = find_named<Enum>(text)) {
        return *found;
    }
    throw std::invalid_argument(variable(name) + " is '" + text +
                                "'; accepted: " + names_of<Enum>());
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

Task task_from_environment()
{
    Task task;
    task.database = required("DATABASE");
    task.index = whole_number("INDEX");
    task.message = required("MESSAGE");
    WriterSettings& settings = task.settings;
    settings.journal_mode = journal_modes.at(one_of("JOURNAL_MODE", journal_modes));
    settings.synchronous = synchronous_levels.at(one_of("SYNCHRONOUS", synchronous_levels));
    settings.busy_timeout = std::chrono::milliseconds(whole_number("TIMEOUT_MS"));
    settings.transaction = named_by<Transaction>("TRANSACTION");
    settings.retry = named_by<Retry>("RETRY");
    settings.connect = named_by<Connect>("CONNECT");
    settings.payload_bytes = whole_number("PAYLOAD_BYTES");
    return task;
}

} // namespace firstlock
