#include "helpers/rows/verdict.hpp"

namespace firstlock {

std::string_view name_of(Verdict verdict)
{
    switch (verdict) {
    case Verdict::stored:
        return "stored";
    case Verdict::locked:
        return "locked";
    case Verdict::broken:
        return "broken";
    case Verdict::is_void:
        break;
    }
    return "void";
}

Verdict judge(const Evidence& evidence)
{
    if (!evidence.table.holds() || evidence.integrity != "ok") {
        return Verdict::broken;
    }
    if (!evidence.setup_error.empty() || !evidence.protocol_errors.empty() || evidence.failed > 0) {
        return Verdict::is_void;
    }
    const bool excused = evidence.unknown == evidence.stopped && evidence.locked > 0;
    if (evidence.writers == 0 || (evidence.unknown > 0 && !excused)) {
        return Verdict::is_void;
    }
    if (evidence.locked > 0) {
        return Verdict::locked;
    }
    return evidence.acknowledged == evidence.writers ? Verdict::stored : Verdict::is_void;
}

} // namespace firstlock
