#pragma once

#include "helpers/rows/ledger.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace firstlock {

/// What a fault writer knows of one transaction. The first four are under way, the last four final,
/// with the meaning of Outcome.
enum class Fate : std::uint8_t {
    not_begun,
    waiting,    ///< BEGIN was called: perhaps in the busy handler, holding nothing yet
    inside,     ///< BEGIN has returned
    committing, ///< COMMIT was called
    acknowledged,
    locked,
    failed,
    unknown,
};

/// One transaction in the box. Rows are counted before BEGIN, so that those of a killed writer are
/// known.
struct Slot {
    std::atomic<Fate> fate;
    std::atomic<std::uint8_t> rows;
    std::atomic<std::uint16_t> spare;
    std::atomic<std::int32_t> code; ///< extended, of the refusal
};

/// Figures of one writer that its parent wants to know even when it was killed.
struct BoxHeader {
    std::atomic<std::uint32_t> begun; ///< slots in use
    std::atomic<std::uint32_t>
        is_opening; ///< 1 from open until the first statement has read the database
    std::atomic<std::uint32_t> injected; ///< errors that the shim has injected
    std::atomic<std::uint32_t> calls;    ///< calls of the class that is to fail, failed or not
};

/// A file that writer and parent map together: it says at any moment how far each transaction has
/// come, and it survives the writer's SIGKILL to the last store, which a pipe with a half-written
/// line would not. It lies outside of the database, as a ledger must.
class BlackBox {
  public:
    static constexpr std::size_t slots_most = 65'532;

    /// Makes the file when it is not there. Throws std::system_error.
    explicit BlackBox(const std::filesystem::path& file);
    ~BlackBox();
    BlackBox(BlackBox&& other) noexcept;
    BlackBox& operator=(BlackBox&&) = delete;

    BoxHeader& header() { return *static_cast<BoxHeader*>(memory_); }
    Slot& slot(std::size_t number);

  private:
    void* memory_ = nullptr;
};

/// Of a writer that has ended: the final fates as outcomes; one that was under way has failed until
/// COMMIT was called, and is unknown from then on.
Outcome outcome_of(Fate fate);

} // namespace firstlock
