// firstlock-companion MODE: a process beside the web server, on the same database, until its stdin
// ends:
//   script    inserts row after row, with a chosen delay (system C's command-line program)
//   reader    reads the newest rows and their number in one transaction, again and again (C's web
//   UI) observer  SELECT count(*) at an interval (A's helper, its harmless half) pruner    deletes
//   the oldest rows through SQL when the file has grown (A's helper, its other half)
// Prints `ready` once it has its connection, and at its end one JSON object of what it did. Exit
// status 0; 1 when it could not start or write its file; 105 and above for a wrong call (CLI11's
// own).
#include "helpers/sqlite/connection.hpp"
#include "helpers/sqlite/error.hpp"
#include "helpers/web/outcomes.hpp"
#include "helpers/web/requests.hpp"

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <map>

namespace {

using namespace firstlock;
using namespace firstlock::web;

struct CompanionSettings {
    std::string mode;
    ServerSettings server; ///< database and what its connections are like: the same as the server's
    std::chrono::milliseconds interval{0};
    std::size_t rows_most = 15'000;     ///< of the script
    std::int64_t prune_above_kib = 256; ///< of pages in use
    std::uint32_t sender = 2;
    std::string outcomes;
};

class Companion {
  public:
    explicit Companion(const CompanionSettings& settings)
        : settings_(settings), connection_(settings.server.database,
                                           {.busy_timeout = settings.server.sqlite.busy_timeout,
                                            .retry = settings.server.sqlite.retry})
    {
        outcomes_.sender = settings.sender;
    }

    void run()
    {
        std::cout << "ready" << std::endl;
        while (!stdin_has_ended()) {
            step();
        }
        if (settings_.mode == "script") {
            write_outcomes(settings_.outcomes, outcomes_);
        } else if (settings_.mode == "pruner") {
            write_texts(settings_.outcomes, pruned_);
        }
        std::cout << figures().dump() << std::endl;
    }

  private:
    /// Waits for the interval as well. A script that has done all its rows waits for the end.
    bool stdin_has_ended() const
    {
        const bool done =
            settings_.mode == "script" && outcomes_.requests.size() >= settings_.rows_most;
        pollfd entry{STDIN_FILENO, POLLIN, 0};
        const int wait = attempts_ == 0 ? 0 : static_cast<int>(settings_.interval.count());
        ::poll(&entry, 1, done ? -1 : wait);
        char byte = 0;
        return entry.revents != 0 && ::read(STDIN_FILENO, &byte, 1) <= 0;
    }

    void step()
    {
        ++attempts_;
        try {
            if (!configured_) { // may be refused like any other step
                connection_.execute("PRAGMA synchronous=" + settings_.server.sqlite.synchronous);
                configured_ = true;
            }
            if (settings_.mode == "script") {
                insert();
            } else if (settings_.mode == "pruner") {
                prune();
            } else {
                read();
            }
        } catch (const SqliteError& error) {
            connection_.try_execute(
                "ROLLBACK"); // fails where no transaction is open, and is not needed there
            note(error.code());
        }
    }

    void note(int code)
    {
        if (code == 0) {
            ++done_;
        } else {
            ++codes_[code];
            (is_locked_code(code) ? locked_ : failed_)++;
        }
    }

    void insert()
    {
        const auto sequence = static_cast<std::uint32_t>(outcomes_.requests.size());
        const Request request{Endpoint::insert, RequestId{settings_.sender, sequence}, 1};
        const Answer answer = run_request(request, connection_, settings_.server);
        outcomes_.requests.push_back({sequence, 1, ending_of(answer)});
        note(answer.code);
    }

    void read()
    {
        if (settings_.mode == "observer") {
            connection_.integer("SELECT count(*) FROM messages");
        } else {
            connection_.execute("BEGIN");
            connection_.column("SELECT msg FROM messages ORDER BY rowid DESC LIMIT 20");
            connection_.integer("SELECT count(*) FROM messages");
            connection_.execute("COMMIT");
        }
        note(0);
    }

    /// Half of the rows at once. In autocommit the DELETE is one transaction, and it has committed
    /// when column() returns: what is collected until then and then refused was not deleted.
    void prune()
    {
        const auto used =
            connection_.integer("PRAGMA page_count") - connection_.integer("PRAGMA freelist_count");
        if (used * connection_.integer("PRAGMA page_size") / 1024 <= settings_.prune_above_kib) {
            note(0);
            return;
        }
        const auto texts = connection_.column("DELETE FROM messages WHERE rowid <= (SELECT "
                                              "(min(rowid) + max(rowid)) / 2 FROM messages) "
                                              "RETURNING msg");
        pruned_.insert(pruned_.end(), texts.begin(), texts.end());
        note(0);
    }

    nlohmann::ordered_json figures() const
    {
        nlohmann::ordered_json json{{"mode", settings_.mode}, {"attempts", attempts_},
                                    {"done", done_},          {"locked", locked_},
                                    {"failed", failed_},      {"pruned", pruned_.size()}};
        json["codes"] = nlohmann::ordered_json::object();
        for (const auto& [code, count] : codes_) {
            json["codes"][std::to_string(code)] = count;
        }
        return json;
    }

    const CompanionSettings& settings_;
    Connection connection_;
    SenderOutcomes outcomes_;
    std::vector<std::string> pruned_;
    std::map<int, std::uint64_t> codes_;
    std::uint64_t attempts_ = 0, done_ = 0, locked_ = 0, failed_ = 0;
    bool configured_ = false;
};

void add_options(CLI::App& app, CompanionSettings& settings)
{
    static const std::map<std::string, Transaction> transactions{
        {"autocommit", Transaction::autocommit},
        {"deferred", Transaction::deferred},
        {"immediate", Transaction::immediate},
        {"exclusive", Transaction::exclusive}};
    const auto add_ms = [&app](const std::string& name, std::chrono::milliseconds& target,
                               const std::string& description) {
        app.add_option_function<std::int64_t>(
               name, [&target](std::int64_t value) { target = std::chrono::milliseconds(value); },
               description)
            ->check(CLI::Range(std::int64_t{0}, std::int64_t{3'600'000}));
    };
    app.add_option("mode", settings.mode, "script, reader, observer or pruner")
        ->required()
        ->check(CLI::IsMember({"script", "reader", "observer", "pruner"}));
    app.add_option("--database", settings.server.database)->required()->check(CLI::ExistingFile);
    app.add_option("--synchronous", settings.server.sqlite.synchronous, "SQLite's word")
        ->check(CLI::IsMember({"off", "normal", "full", "extra"}));
    app.add_option("--transaction", settings.server.sqlite.transaction, "what an insert runs in")
        ->transform(CLI::CheckedTransformer(transactions, CLI::ignore_case));
    add_ms("--timeout-ms", settings.server.sqlite.busy_timeout, "busy timeout");
    add_ms("--interval-ms", settings.interval, "pause between two steps");
    app.add_option("--rows", settings.rows_most, "how many the script inserts");
    app.add_option("--prune-above-kib", settings.prune_above_kib, "pages in use that are too many");
    app.add_option("--sender", settings.sender, "number in the texts of the script's rows");
    app.add_option("--outcomes", settings.outcomes,
                   "file for what the script inserted or the pruner deleted");
    app.callback([&settings] { // at the start, since what has been done is lost without it
        if ((settings.mode == "script" || settings.mode == "pruner") && settings.outcomes.empty()) {
            throw CLI::RequiredError("--outcomes of a " + settings.mode);
        }
    });
}

} // namespace

int main(int argc, char** argv)
{
    try {
        CompanionSettings settings;
        CLI::App app{"A process beside the web server, on the same database."};
        add_options(app, settings);
        CLI11_PARSE(app, argc, argv);
        ::signal(SIGTERM, SIG_IGN); // its end is the end of stdin: what it reports has to be whole
        Companion(settings).run();
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "firstlock-companion: " << error.what() << "\n";
        return 1;
    }
}
