// How growth treats the process's other memory: it maps over nothing, whatever the system refuses or others map
// meanwhile, takes few mappings and leaves some.
#include <cbframe/error.hpp>
#include <cbframe/frame.hpp>
#include <cbframe/pool.hpp>

#include "arch/slots.hpp"
#include "memory_map.hpp"
#include "numbered_frames.hpp"
#include "scenarios.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <sys/mman.h>
#include <sys/syscall.h>

namespace {

enum class event {
    refused,              ///< the call fails and changes nothing
    refused_with_a_hole,  ///< the call fails; what was mapped at its address is gone, and somebody else maps there
    preceded_by_a_mapping ///< somebody else maps at its address first
};

// What happens to one of the library's calls; nothing while it counts down from less than 0.
long calls_left = -1;
event happens = event::refused;
std::vector<std::uint64_t *> strangers; // memory of others
constexpr std::uint64_t of_a_stranger = 0x5742'414e'4745'5221;

void *map(void *at, std::size_t size, int protection, int flags, int file, off_t offset) {
#if defined(SYS_mmap) && !defined(SYS_mmap2)
    return reinterpret_cast<void *>(syscall(SYS_mmap, at, size, protection, flags, file, offset));
#else
    return reinterpret_cast<void *>(syscall(SYS_mmap2, at, size, protection, flags, file, offset / 4096));
#endif
}

void move_in(void *at) {
    void *const mapped = map(at, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped != at)
        return;
    strangers.push_back(static_cast<std::uint64_t *>(mapped));
    std::fill_n(strangers.back(), 512, of_a_stranger);
}

bool is_the_one() { return calls_left >= 0 && calls_left-- == 0; }

} // namespace

// In place of the C library's.
extern "C" {

void *mmap(void *at, std::size_t size, int protection, int flags, int file, off_t offset) noexcept {
    if (!is_the_one())
        return map(at, size, protection, flags, file, offset);
    if (happens == event::refused_with_a_hole && (flags & MAP_FIXED) != 0)
        syscall(SYS_munmap, at, size);
    if (happens != event::refused && at != nullptr)
        move_in(at);
    if (happens == event::preceded_by_a_mapping)
        return map(at, size, protection, flags, file, offset);
    errno = ENOMEM;
    return MAP_FAILED;
}

int munmap(void *at, std::size_t size) noexcept {
    if (is_the_one() && happens == event::refused) {
        errno = ENOMEM;
        return -1;
    }
    return static_cast<int>(syscall(SYS_munmap, at, size));
}

int mprotect(void *at, std::size_t size, int protection) noexcept {
    if (is_the_one() && happens == event::refused) {
        errno = ENOMEM;
        return -1;
    }
    return static_cast<int>(syscall(SYS_mprotect, at, size, protection));
}
}

namespace {

using cbframe::errc;
using cbframe::frame;

constexpr std::size_t slots_of_run = std::size_t{POOL_PAGES} * POOL_SLOTS;

frame make(std::size_t i) {
    return frame([i](cbframe::cpu &cpu) { native_return(&cpu, static_cast<intptr_t>(i)); });
}

// Grows once while something happens to one of its calls, then goes on. True if there was such a call.
bool grow_while(event what, long call) {
    std::vector<frame> many = make_frames(slots_of_run);
    many.reserve(10 * slots_of_run);
    happens = what;
    calls_left = call;
    try {
        many.push_back(make(many.size()));
    } catch (const cbframe::error &refused) {
        EXPECT_TRUE(refused.code() == errc::no_memory || refused.code() == errc::no_executable) << refused.what();
    }
    const bool happened = calls_left < 0;
    calls_left = -1;
    while (many.size() < 10 * slots_of_run)
        many.push_back(make(many.size()));
    EXPECT_EQ(wrong_answers(many), 0U);
    for (const std::uint64_t *memory : strangers)
        EXPECT_EQ(std::count(memory, memory + 512, of_a_stranger), 512) << "growth wrote to what is not its own";
    return happened;
}

// Each call in a process of its own.
void grow_while(event what) {
    int status = 0;
    long call = 0;
    for (; status == 0 && call < 1000; ++call) {
        const pid_t child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            const bool happened = grow_while(what, call);
            _exit(testing::Test::HasFailure() ? 2 : happened ? 0 : 1);
        }
        ASSERT_EQ(waitpid(child, &status, 0), child);
    }
    EXPECT_TRUE(WIFEXITED(status)) << "signal " << WTERMSIG(status) << " after call " << call - 1;
    EXPECT_EQ(WEXITSTATUS(status), 1) << "call " << call - 1;
    EXPECT_GT(call, 3) << "the library's calls do not come here";
}

void remove_file() { ASSERT_TRUE(std::filesystem::remove(own_file())); }

void refused_call() { grow_while(event::refused); }
void refused_call_that_leaves_a_hole() { grow_while(event::refused_with_a_hole); }
void place_that_is_taken() { grow_while(event::preceded_by_a_mapping); }
void refused_call_without_a_file() { remove_file(), refused_call(); }
void refused_call_that_leaves_a_hole_without_a_file() { remove_file(), refused_call_that_leaves_a_hole(); }
void place_that_is_taken_without_a_file() { remove_file(), place_that_is_taken(); }

// ---------------------------------------------------------------- how many mappings

constexpr std::size_t stretch = 16; // runs for which addresses are found together

// How many mappings further runs take, each of which is one more if it has no neighbour.
std::size_t mappings_of_runs(std::size_t runs) {
    const memory_map maps;
    std::vector<frame> many;
    many.reserve((runs + 1) * slots_of_run);
    while (many.size() < slots_of_run)
        many.push_back(make(many.size()));
    const std::size_t before = maps.read().size();
    while (many.size() < (runs + 1) * slots_of_run)
        many.push_back(make(many.size()));
    EXPECT_EQ(wrong_answers(many), 0U);
    return maps.read().size() - before;
}

// Code and records take turns at most as often as this.
std::size_t rows_of_stretch() {
    const auto runs_of_row = static_cast<std::size_t>(std::abs(cbf::arch::distance())) / cbf::arch::run_size;
    return (stretch + runs_of_row - 1) / runs_of_row;
}

constexpr std::size_t elsewhere = 4; // what the heap may have taken meanwhile

void few_mappings_from_file() {
    EXPECT_LE(mappings_of_runs(4 * stretch), 4 * (stretch + rows_of_stretch()) + elsewhere);
    EXPECT_EQ(cbframe::pool_stats().source, CBF_SOURCE_FILE);
}

void few_mappings_without_a_file() {
    remove_file();
    EXPECT_LE(mappings_of_runs(4 * stretch), 4 * 2 * rows_of_stretch() + elsewhere);
    EXPECT_EQ(cbframe::pool_stats().source, CBF_SOURCE_ANONYMOUS);
}

/// Mappings of no use. Two pieces of memory cannot be one mapping if one of them may be read.
class ballast {
  public:
    explicit ballast(std::size_t most)
        : size_(2 * most * 4096),
          first_(
              static_cast<char *>(map(nullptr, size_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0))) {
    }
    ballast(const ballast &) = delete;
    ballast &operator=(const ballast &) = delete;
    ~ballast() { syscall(SYS_munmap, first_, size_); }

    // Both in pairs of mappings.
    void take_all() {
        while (2 * (pairs_ + 1) * 4096 <= size_ && set(pairs_, PROT_READ))
            ++pairs_;
    }
    void give_back(std::size_t pairs) {
        for (; pairs > 0; --pairs)
            ASSERT_TRUE(set(--pairs_, PROT_NONE));
    }
    std::size_t pairs() const { return pairs_; }

  private:
    bool set(std::size_t pair, int protection) const {
        return syscall(SYS_mprotect, first_ + 2 * pair * 4096, 4096, protection) == 0;
    }

    std::size_t size_;
    char *first_;
    std::size_t pairs_ = 0;
};

// A process that makes callbacks until it gets no more must be able to go on with those that it has.
void mappings_are_left() {
    std::size_t limit = 0;
    std::ifstream("/proc/sys/vm/max_map_count") >> limit;
    if (limit == 0 || limit > 300'000)
        skip("too many mappings allowed: " + std::to_string(limit));
    std::vector<frame> many = make_frames(slots_of_run);
    many.reserve(400 * slots_of_run);
    ballast others(limit);
    others.take_all();
    others.give_back(100);
    errc refused{};
    try {
        while (many.size() < many.capacity())
            many.push_back(make(many.size()));
    } catch (const cbframe::error &error) {
        refused = error.code();
    }
    EXPECT_EQ(refused, errc::no_memory);
    EXPECT_GT(many.size(), 2 * slots_of_run) << "there was room for some";
    std::size_t answered = 0;
    std::thread([&] { answered = many.size() - wrong_answers(many); }).join();
    EXPECT_EQ(answered, many.size());
    const std::size_t before = others.pairs();
    others.take_all();
    EXPECT_GE(2 * (others.pairs() - before), 10U);
}

const scenario_map scenarios{
#define SCENARIO(name) {#name, name}
    SCENARIO(refused_call),
    SCENARIO(refused_call_that_leaves_a_hole),
    SCENARIO(place_that_is_taken),
    SCENARIO(refused_call_without_a_file),
    SCENARIO(refused_call_that_leaves_a_hole_without_a_file),
    SCENARIO(place_that_is_taken_without_a_file),
    SCENARIO(few_mappings_from_file),
    SCENARIO(few_mappings_without_a_file),
    SCENARIO(mappings_are_left),
#undef SCENARIO
};

TEST(PoolRefusal, any_call) { expect_success("refused_call"); }
TEST(PoolRefusal, any_call_without_a_file) { expect_success("refused_call_without_a_file"); }
TEST(PoolRefusal, leaves_a_hole) { expect_success("refused_call_that_leaves_a_hole"); }
TEST(PoolRefusal, leaves_a_hole_without_a_file) { expect_success("refused_call_that_leaves_a_hole_without_a_file"); }
TEST(PoolRefusal, taken_place) { expect_success("place_that_is_taken"); }
TEST(PoolRefusal, taken_place_without_a_file) { expect_success("place_that_is_taken_without_a_file"); }

TEST(PoolMappings, few_from_file) { expect_success("few_mappings_from_file"); }
TEST(PoolMappings, few_without_a_file) { expect_success("few_mappings_without_a_file"); }
TEST(PoolMappings, some_are_left) { expect_success("mappings_are_left"); }

} // namespace

int main(int argc, char **argv) { return run_tests_or_scenario(argc, argv, scenarios); }
