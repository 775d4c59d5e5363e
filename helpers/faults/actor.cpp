#include "helpers/faults/roles.hpp"

#include "helpers/sqlite/error.hpp"
#include "helpers/writer/say.hpp"

#include <algorithm>
#include <charconv>
#include <iostream>

namespace firstlock {
namespace {

constexpr std::string_view sql_word = "sql ";
constexpr std::string_view transact_word = "transact ";

std::string run_sql(Connection& connection, const std::string& sql)
{
    try {
        std::string answer = "0";
        for (const std::string& value : connection.row(sql)) {
            answer += " " + value;
        }
        return answer;
    } catch (const SqliteError& error) {
        std::string text = error.what();
        std::replace(text.begin(), text.end(), '\n', ' ');
        return std::to_string(error.code()) + " " + text;
    }
}

} // namespace

int run_actor(const FaultTask& task, BlackBox& box)
{
    Transactor transactor(task, box, nullptr);
    say("firstlock ready");
    for (std::string line; std::getline(std::cin, line);) {
        const std::string_view text = line;
        if (text.starts_with(sql_word)) {
            say(run_sql(transactor.connection(), line.substr(sql_word.size())));
        } else if (text.starts_with(transact_word)) {
            int count = 0;
            std::from_chars(text.data() + transact_word.size(), text.data() + text.size(), count);
            while (count-- > 0 && transactor.transact()) {
            }
            say("0");
        } else {
            say("1 no such command: " + line);
        }
    }
    return WriterExit::done;
}

} // namespace firstlock
