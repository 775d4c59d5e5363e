#pragma once

#include "helpers/rows/outcome.hpp"

#include <boost/describe/enum.hpp>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

namespace firstlock {

/// How far one transaction has come: which of its statements was called last, and at the end that
/// its outcome is there. The names of those under way are stages of a Refusal.
enum class Step : std::uint8_t {
    none,
    begin,  ///< perhaps in the busy handler, holding nothing yet
    insert, ///< BEGIN has returned
    commit,
    told,
};
BOOST_DESCRIBE_ENUM(Step, none, begin, insert, commit, told)

/// One transaction in the box. Rows are counted before BEGIN, so that those of a killed writer are
/// known.
struct Slot {
    std::atomic<Step> step;
    std::atomic<std::uint8_t> rows;
    std::atomic<Outcome> outcome;   ///< when `step` is told
    std::atomic<std::int32_t> code; ///< extended, of the refusal

    void tell(Outcome final_outcome, std::int32_t refusal)
    {
        code = refusal;
        outcome = final_outcome;
        step = Step::told;
    }
};

/// Figures of one writer that its parent wants to know even when it was killed.
struct BoxHeader {
    std::atomic<std::uint32_t> begun; ///< slots in use
    /// 1 from open until the first statement has read the database.
    std::atomic<std::uint32_t> is_opening;
    std::atomic<std::uint32_t> injected; ///< errors that the shim has injected
    std::atomic<std::uint32_t> calls;    ///< calls of the class that is to fail, failed or not
};

/// A file that writer and parent map together: it says at any moment how far each transaction has
/// come, and it survives the writer's SIGKILL to the last store, which a pipe with a half-written
/// line would not. It lies outside of the database, as a ledger must.
class BlackBox {
  public:
    static constexpr std::size_t slots_max = 65'532;

    /// Makes the file when it is not there. Throws std::system_error.
    explicit BlackBox(const std::filesystem::path& file);

    BoxHeader& header() { return content_->header; }
    Slot& slot(std::size_t number) { return content_->slots.at(number); }
    /// Takes the next slot into use and gives back its number; nullopt when the box is full.
    std::optional<std::uint32_t> begin(Step step, std::uint8_t rows);
    /// Of the transaction that has begun last; none before the first.
    Step last_step();

  private:
    struct Content {
        BoxHeader header;
        std::array<Slot, slots_max> slots;
    };
    struct Unmap {
        void operator()(Content* content) const;
    };

    std::unique_ptr<Content, Unmap> content_;
};

/// Of a writer that has ended: what it told, or what the rule makes of where it was killed. Nobody
/// may ever see its rows before COMMIT was called, and nobody knows from then on.
Outcome outcome_of(const Slot& slot);

} // namespace firstlock
