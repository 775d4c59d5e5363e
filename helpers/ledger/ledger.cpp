#include "helpers/ledger/ledger.hpp"

#include <boost/uuid/string_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include <algorithm>
#include <stdexcept>

namespace firstlock {
namespace {

constexpr std::size_t examples_most = 5;

void add_example(std::vector<std::string>& examples, const std::string& text)
{
    if (examples.size() < examples_most) {
        examples.push_back(text);
    }
}

/// Whether `text` is written as a message is: another spelling of the same 128 bits (upper case,
/// braces) is not what a writer was given. Beside parsing a million rows, writing each back to
/// compare it took half of the time.
bool is_spelt_as_message(const std::string& text)
{
    return text.size() == 36 && std::all_of(text.begin(), text.end(), [](char letter) {
               return letter == '-' || (letter >= '0' && letter <= '9') ||
                      (letter >= 'a' && letter <= 'f');
           });
}

/// Splits the table into messages and foreign texts.
std::vector<Message> messages_of(const std::vector<std::string>& stored, Account& account)
{
    std::vector<Message> messages;
    messages.reserve(stored.size());
    const boost::uuids::string_generator parse;
    for (const std::string& text : stored) {
        Message message{};
        bool is_message = is_spelt_as_message(text);
        try {
            message = is_message ? parse(text) : message;
        } catch (const std::runtime_error&) {
            is_message = false;
        }
        if (is_message) {
            messages.push_back(message);
        } else {
            ++account.unexpected;
            add_example(account.unexpected_rows, "'" + text.substr(0, 60) + "'");
        }
    }
    std::sort(messages.begin(), messages.end());
    return messages;
}

void count(Account& account, Outcome outcome)
{
    switch (outcome) {
    case Outcome::acknowledged:
        ++account.acknowledged;
        break;
    case Outcome::locked:
        ++account.locked;
        break;
    case Outcome::failed:
        ++account.failed;
        break;
    case Outcome::unknown:
        ++account.unknown;
        break;
    }
}

/// Books one row of the ledger against the number of its copies in the table.
void judge(Account& account, const Message& message, Outcome outcome, std::size_t copies)
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
        count(account, entry.outcome);
        judge(account, entry.message, entry.outcome, static_cast<std::size_t>(end - row));
        row = end;
    }
    for (; row != table.end(); ++row) {
        ++account.unexpected;
        add_example(account.unexpected_rows, boost::uuids::to_string(*row));
    }
    return account;
}

} // namespace firstlock
