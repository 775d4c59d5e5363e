// Goal:   `go` reaches every writer once, however many there are, whoever has died meanwhile, and
//         also where the system refuses the one call that writes to all of them.
// Method: pipes of our own in the writers' place; then a pool in a second process of this
//         executable that is not allowed to make that call (a seccomp filter, as some containers
//         have one).
#include "helpers/process/start_gate.hpp"
#include "helpers/process/descriptor.hpp"
#include "helpers/process/interrupt.hpp"
#include "helpers/process/limits.hpp"
#include "tests/trust/refused_calls.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <fcntl.h>

#ifdef FIRSTLOCK_LINUX
#include <sys/syscall.h>
#endif

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <string>
#include <vector>

using namespace firstlock;

namespace {

/// Gates of as many writers, which the case reads itself.
class Gates {
  public:
    explicit Gates(std::size_t count)
    {
        make_room_for_children(count);
        for (std::size_t index = 0; index < count; ++index) {
            std::array<int, 2> ends{};
            REQUIRE(::pipe(ends.data()) == 0);
            REQUIRE(::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
            REQUIRE(::fcntl(ends[1], F_SETFL, O_NONBLOCK) == 0);
            readers_.emplace_back(ends[0]);
            writers_.emplace_back(ends[1]);
        }
    }
    std::vector<int> all() const
    {
        std::vector<int> numbers;
        for (const Descriptor& writer : writers_) {
            numbers.push_back(writer.get());
        }
        return numbers;
    }
    void lose_reader(std::size_t index) { readers_.at(index).reset(); }
    /// What there is to read, "" for nothing.
    std::string at(std::size_t index) const
    {
        std::array<char, 16> bytes{};
        const ssize_t count = ::read(readers_.at(index).get(), bytes.data(), bytes.size());
        return {bytes.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
    }

  private:
    std::vector<Descriptor> readers_, writers_;
};

} // namespace

TEST_CASE("harness.gate: each of few and then of many gets its line once")
{
    for (const std::size_t count : {1U, 5U, 1200U, 20U}) { // the queue grows, and is used again
        const Gates gates(count);
        const std::size_t at_once = prepare_to_write_to(count) ? count : 0;
        CHECK(write_to_each(gates.all(), "go\n") == at_once);
        std::size_t once = 0;
        for (std::size_t index = 0; index < count; ++index) {
            once += gates.at(index) == "go\n" ? 1 : 0;
        }
        CHECK(once == count);
    }
    write_to_each({}, "go\n");
}

TEST_CASE("harness.gate: those behind a dead one, or one whose gate is closed, get their line")
{
    set_parents_signals();
    Gates gates(5);
    gates.lose_reader(0);
    gates.lose_reader(2);
    std::vector<int> numbers = gates.all();
    numbers.at(3) = -1;
    const auto write = GENERATE(&write_to_each, &write_one_by_one);
    write(numbers, "go\n");
    CHECK(gates.at(1) == "go\n");
    CHECK(gates.at(4) == "go\n");
}

#ifdef FIRSTLOCK_LINUX

TEST_CASE("helper.a pool where the system refuses io_setup", "[.]")
{
    refuse_calls({SYS_io_setup}, ENOSYS);
    unsigned long context = 0;
    REQUIRE(::syscall(SYS_io_setup, 1, &context) == -1);
    tell_what_a_pool_stores();
}

TEST_CASE(
    "harness.gate: where the system refuses the one call, each gets its line by a call of its own")
{
    check_that_a_pool_stores("helper.a pool where the system refuses io_setup");
}

#endif
