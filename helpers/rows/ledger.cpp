#include "helpers/rows/ledger.hpp"

#include <boost/uuid/uuid_io.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>

namespace firstlock {
namespace {

constexpr std::size_t examples_max = 5;

void add_example(std::vector<std::string>& examples, const std::string& text)
{
    if (examples.size() < examples_max) {
        examples.push_back(text);
    }
}

constexpr std::uint8_t no_digit = 0xff;

constexpr std::array<std::uint8_t, 256> digit_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(no_digit);
    for (unsigned char value = 0; value < 16; ++value) {
        values.at(static_cast<unsigned char>("0123456789abcdef"[value])) = value;
    }
    return values;
}();

/// The message that `text` is, in the one spelling that writers are given; another spelling of the
/// same 128 bits (upper case, braces) is not one. Without a branch per letter: those are guessed
/// wrong, and Boost's string_generator with a look at the spelling before it took half of the time
/// of a comparison.
std::optional<Message> message_from(const std::string& text)
{
    if (text.size() != 36) {
        return std::nullopt;
    }
    Message message{};
    unsigned wrong = 0;
    std::size_t at = 0;
    const auto digit = [&] {
        const unsigned value = digit_values[static_cast<unsigned char>(text[at++])];
        wrong |= value & 0xf0U;
        return value;
    };
    for (std::uint8_t& byte : message) {
        if (at == 8 || at == 13 || at == 18 || at == 23) {
            wrong |= text[at++] == '-' ? 0U : 1U;
        }
        const unsigned high = digit();
        byte = static_cast<std::uint8_t>(high << 4U | digit());
    }
    return wrong == 0 ? std::optional(message) : std::nullopt;
}

/// Splits the table into messages and foreign texts.
std::vector<Message> messages_of(const std::vector<std::string>& stored, Account& account)
{
    std::vector<Message> messages;
    messages.reserve(stored.size());
    for (const std::string& text : stored) {
        if (const auto message = message_from(text)) {
            messages.push_back(*message);
        } else {
            ++account.unexpected;
            add_example(account.unexpected_rows, "'" + text.substr(0, 60) + "'");
        }
    }
    std::sort(messages.begin(), messages.end());
    return messages;
}

/// Books one row of the ledger against the number of its copies in the table.
void book(Account& account, const Message& message, Outcome outcome, std::size_t copies)
{
    if (copies == 0) {
        if (outcome == Outcome::acknowledged) {
            ++account.lost;
            add_example(account.lost_rows, boost::uuids::to_string(message));
        }
        return;
    }
    if (outcome == Outcome::unknown) {
        ++account.unknown_stored;
    } else if (outcome != Outcome::acknowledged) {
        ++account.unexpected;
        add_example(account.unexpected_rows, boost::uuids::to_string(message));
    }
    if (copies > 1) {
        account.duplicate += copies - 1;
        add_example(account.duplicate_rows, boost::uuids::to_string(message));
    }
}

} // namespace

Message row_name(std::uint32_t tag, std::uint32_t writer, std::uint32_t transaction,
                 std::uint32_t row)
{
    Message name{};
    const std::array<std::uint32_t, 4> words{tag, writer, transaction, row};
    for (std::size_t byte = 0; byte < 16; ++byte) {
        name.data[byte] = static_cast<std::uint8_t>(words.at(byte / 4) >> (24 - 8 * (byte % 4)));
    }
    return name;
}

Account Ledger::compare(const std::vector<std::string>& stored)
{
    Account account;
    account.stored = stored.size();
    const std::vector<Message> table = messages_of(stored, account);
    std::sort(entries_.begin(), entries_.end(),
              [](const Entry& left, const Entry& right) { return left.message < right.message; });

    auto row = table.begin();
    const Entry* previous = nullptr;
    for (const Entry& entry : entries_) {
        if (previous != nullptr && previous->message == entry.message) {
            throw std::logic_error("the ledger has two opinions on the row " +
                                   boost::uuids::to_string(entry.message));
        }
        previous = &entry;
        for (; row != table.end() && *row < entry.message; ++row) {
            ++account.unexpected; // never attempted; each copy of such a row is one too many
            add_example(account.unexpected_rows, boost::uuids::to_string(*row));
        }
        const auto end = std::find_if(
            row, table.end(), [&](const Message& message) { return message != entry.message; });
        account.count(entry.outcome);
        book(account, entry.message, entry.outcome, static_cast<std::size_t>(end - row));
        row = end;
    }
    for (; row != table.end(); ++row) {
        ++account.unexpected;
        add_example(account.unexpected_rows, boost::uuids::to_string(*row));
    }
    return account;
}

} // namespace firstlock
