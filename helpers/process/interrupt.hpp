#pragma once

#include <csignal>
#include <sys/types.h>

namespace firstlock {

/// Children live in process groups of their own, which a terminal's Ctrl-C does not reach. These
/// two keep the account of the groups that are alive (guardian.hpp); on SIGINT, SIGTERM, SIGHUP or
/// SIGQUIT each of them is killed, and this process dies of that signal at once. Not by way of
/// Catch2's handler, which reports the case first: it allocates, and a signal that comes amid an
/// allocation then waits for itself for ever. A signal that was ignored before, as nohup does with
/// SIGHUP, stays so. Call from one thread only.
void remember_group(pid_t group);
void forget_group(pid_t group);

/// Holds those signals back while it lives: a child that was started and is not yet in the
/// account would outlive them.
class SignalsHeld {
  public:
    SignalsHeld();
    ~SignalsHeld();
    SignalsHeld(const SignalsHeld&) = delete;
    SignalsHeld& operator=(const SignalsHeld&) = delete;
    /// Between fork and exec: no signal is blocked any more, and none runs a handler of the parent.
    static void let_go_in_child();

  private:
    sigset_t former_;
};

/// What a parent of children needs, whatever it inherited: a writer that dies early must not kill
/// us through its pipe, and with SIGCHLD ignored the system would reap children before we see how
/// they ended. Idempotent.
void set_parents_signals();

} // namespace firstlock
