#include "helpers/rows/verdict.hpp"

namespace firstlock {

Verdict judge(const Evidence& evidence)
{
    if (!evidence.holds() || evidence.integrity != "ok") {
        return Verdict::broken;
    }
    if (!evidence.flaw.empty() || evidence.failed > 0) {
        return Verdict::void_;
    }
    const bool excused = evidence.unknown == evidence.stopped && evidence.locked > 0;
    if (evidence.writers == 0 || (evidence.unknown > 0 && !excused)) {
        return Verdict::void_;
    }
    if (evidence.locked > 0) {
        return Verdict::locked;
    }
    return evidence.acknowledged == evidence.writers ? Verdict::stored : Verdict::void_;
}

} // namespace firstlock
