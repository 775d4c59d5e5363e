#pragma once

#include <sys/types.h>

namespace firstlock {

/// Children live in process groups of their own, which a terminal's Ctrl-C does not reach. These
/// two keep the account of the groups that are alive; on SIGINT, SIGTERM or SIGHUP each of them is
/// killed, and the signal then takes its former course (Catch2's handler, which reports the case
/// and dies of the same signal). At most 16,384 groups at once are remembered; those beyond are
/// stopped by the end of their stdin. Call from one thread only.
void remember_group(pid_t group);
void forget_group(pid_t group);

/// A writer that dies early would otherwise kill us through its pipe. Idempotent.
void ignore_sigpipe();

} // namespace firstlock
