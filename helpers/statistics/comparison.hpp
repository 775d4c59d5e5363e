#pragma once

namespace firstlock {

/// How many of some trials locked.
struct LockedShare {
    int locked = 0;
    int trials = 0;
};

/// The one-sided p-value of Fisher's exact test (R. A. Fisher, "Statistical Methods for Research
/// Workers", section 21.02) that `now` locks no more often than `baseline`: the probability, were
/// both the same, that of all locked trials as many as seen or more fall into `now`. Small means
/// that locks have become more frequent. Trials on either side have to be fixed in number
/// beforehand. No trial on a side gives 1: nothing is shown. Throws std::invalid_argument for
/// negative counts and for more locked than trials.
double locked_more_often(LockedShare baseline, LockedShare now);

} // namespace firstlock
