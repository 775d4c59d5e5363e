#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

namespace firstlock::web {

/// Latencies from 1 microsecond to 68 minutes with at least three significant digits, in memory
/// that does not grow with their number: the buckets of HdrHistogram (https://hdrhistogram.org),
/// linear within each power of two. Least, greatest and mean are exact. What is longer than the
/// range counts as its end.
class Histogram {
  public:
    Histogram();

    void record(std::chrono::nanoseconds latency);
    void add(const Histogram& other);

    std::uint64_t count() const { return count_; }
    double min_ms() const;
    double max_ms() const;
    double mean_ms() const;
    /// The nearest-rank percentile, off by at most 0.1 %; 0 when nothing was recorded. `percent` in
    /// (0, 100].
    double percentile_ms(double percent) const;

  private:
    std::vector<std::uint64_t> buckets_;
    std::uint64_t count_ = 0;
    std::uint64_t min_us_ = UINT64_MAX;
    std::uint64_t max_us_ = 0;
    double sum_us_ = 0;
};

} // namespace firstlock::web
