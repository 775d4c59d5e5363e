#include "helpers/web/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace firstlock::web {
namespace {

// 2048 buckets for each power of two above the first 2048 microseconds, of which the upper half is
// used: a bucket is at most 1/1024 of its value wide, and its middle at most half of that off.
constexpr unsigned bits = 11;
constexpr std::uint64_t half = std::uint64_t{1} << (bits - 1);
constexpr std::uint64_t longest_us = (std::uint64_t{1} << 32U) - 1;
constexpr std::size_t bucket_count = (32 - bits + 2) * half;

std::size_t bucket_of(std::uint64_t us)
{
    const auto width = static_cast<unsigned>(std::bit_width(us));
    const unsigned shift = width > bits ? width - bits : 0;
    return static_cast<std::size_t>(shift * half + (us >> shift));
}

/// The middle of a bucket, in microseconds.
double value_of(std::size_t bucket)
{
    const std::size_t shift = bucket < 2 * half ? 0 : bucket / half - 1;
    const auto least = static_cast<double>((bucket - shift * half) << shift);
    return least + static_cast<double>((std::uint64_t{1} << shift) - 1) / 2.0;
}

} // namespace

Histogram::Histogram() : buckets_(bucket_count) {}

void Histogram::record(std::chrono::nanoseconds latency)
{
    const auto rounded = (std::max<std::int64_t>(latency.count(), 0) + 500) / 1000;
    const std::uint64_t us =
        std::clamp<std::uint64_t>(static_cast<std::uint64_t>(rounded), 1, longest_us);
    ++buckets_[bucket_of(us)];
    ++count_;
    min_us_ = std::min(min_us_, us);
    max_us_ = std::max(max_us_, us);
    sum_us_ += static_cast<double>(us);
}

void Histogram::add(const Histogram& other)
{
    for (std::size_t bucket = 0; bucket < bucket_count; ++bucket) {
        buckets_[bucket] += other.buckets_[bucket];
    }
    count_ += other.count_;
    min_us_ = std::min(min_us_, other.min_us_);
    max_us_ = std::max(max_us_, other.max_us_);
    sum_us_ += other.sum_us_;
}

double Histogram::min_ms() const
{
    return count_ == 0 ? 0 : static_cast<double>(min_us_) / 1000.0;
}

double Histogram::max_ms() const
{
    return static_cast<double>(max_us_) / 1000.0;
}

double Histogram::mean_ms() const
{
    return count_ == 0 ? 0 : sum_us_ / static_cast<double>(count_) / 1000.0;
}

double Histogram::percentile_ms(double percent) const
{
    // Multiplied before it is divided, as percentile() of the statistics does.
    const auto rank =
        static_cast<std::uint64_t>(std::ceil(percent * static_cast<double>(count_) / 100.0));
    if (rank >= count_) {
        return max_ms(); // exact, and 0 when nothing was recorded
    }
    std::uint64_t below = 0;
    for (std::size_t bucket = 0; bucket < bucket_count; ++bucket) {
        below += buckets_[bucket];
        if (below >= std::max<std::uint64_t>(rank, 1)) {
            return std::min(value_of(bucket) / 1000.0, max_ms());
        }
    }
    return max_ms();
}

} // namespace firstlock::web
