// The pool: how it grows, that no page is ever writable and executable, and that it serves many frames. The other files
// of this program refuse it what it needs: pool_replaced_file.cpp, pool_memory.cpp.
#include "pool_crowd.hpp"

#include <cbframe/error.hpp>
#include <cbframe/frame.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <random>
#include <string_view>
#include <thread>
#include <vector>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

void expect_no_executable(crowd &frames) {
    const cbf_stats before = stats();
    const std::size_t bytes = address_space();
    for (int i = 0; i < 100; i++)
        EXPECT_EQ(frames.grow_by_one(), CBF_NO_EXECUTABLE);
    const auto owned = std::make_shared<int>(5);
    try {
        const cbframe::frame frame{[owned](cbframe::cpu &) {}};
        ADD_FAILURE() << "nothing was thrown";
    } catch (const cbframe::error &error) {
        EXPECT_EQ(error.code(), cbframe::errc::no_executable);
        EXPECT_NE(std::string_view(error.what()).find("executable mapping"), std::string_view::npos) << error.what();
    }
    EXPECT_EQ(owned.use_count(), 1);
    EXPECT_EQ(address_space(), bytes) << "a failure leaks";
    EXPECT_EQ(stats().live, before.live);
    EXPECT_EQ(stats().pages, before.pages);
    EXPECT_EQ(stats().source, before.source);
    expect_consistent();
    EXPECT_EQ(frames.wrong_answers(), 0U);
    EXPECT_EQ(cbf_frame_set(frames.front(), give_user, number(0)), CBF_OK);

    frames.shrink(frames.size() - 1024);
    EXPECT_EQ(frames.grow_by_one(), CBF_NO_EXECUTABLE) << "a slot in quarantine was taken";
    frames.shrink(frames.size() - 100);
    for (int i = 0; i < 100; i++)
        EXPECT_EQ(frames.grow_by_one(), CBF_OK);
    EXPECT_EQ(frames.grow_by_one(), CBF_NO_EXECUTABLE);
    EXPECT_EQ(frames.wrong_answers(), 0U);
    EXPECT_EQ(stats().pages, before.pages);
}

namespace {

// ---------------------------------------------------------------- scenarios: growth

void sources_come_in_order() {
    const memory_map maps;
    EXPECT_EQ(stats().live, 0U);
    EXPECT_EQ(stats().quarantined, 0U);
    EXPECT_EQ(stats().source, CBF_SOURCE_IMAGE);
    const std::size_t run = stats().pages;
    crowd frames;
    frames.grow(1024);
    EXPECT_EQ(stats().source, CBF_SOURCE_IMAGE);
    maps.expect_write_xor_execute();
    for (std::size_t runs = 1; runs <= 5; runs++) {
        frames.fill();
        EXPECT_EQ(stats().pages, runs * run) << "more only when all is taken";
        EXPECT_EQ(stats().live, stats().capacity) << "a slot was lost";
        EXPECT_EQ(stats().source, runs == 1 ? CBF_SOURCE_IMAGE : CBF_SOURCE_FILE);
        expect_consistent();
        EXPECT_EQ(frames.grow_by_one(), CBF_OK);
        EXPECT_EQ(stats().pages, (runs + 1) * run);
        EXPECT_EQ(stats().source, CBF_SOURCE_FILE);
        expect_consistent();
        maps.expect_write_xor_execute();
    }
    EXPECT_EQ(frames.wrong_answers(), 0U);
}

void levels_share_runs() {
    const std::size_t run = stats().pages;
    crowd legacy, all;
    EXPECT_EQ(legacy.grow_by_one(CBF_LEVEL_LEGACY), CBF_OK);
    for (std::size_t i = 0; i < (run - 1) * POOL_SLOTS; i++)
        ASSERT_EQ(all.grow_by_one(CBF_LEVEL_ALL), CBF_OK);
    EXPECT_EQ(stats().pages, run);
    EXPECT_EQ(all.grow_by_one(CBF_LEVEL_ALL), CBF_OK); // 254 slots are free, at the other level
    EXPECT_EQ(stats().pages, 2 * run);
    legacy.grow(254);
    EXPECT_EQ(stats().pages, 2 * run);
    EXPECT_EQ(legacy.wrong_answers() + all.wrong_answers(), 0U);
}

// In a pool that nobody has used: exactly the documented number of later frees.
void quarantine_is_exact() {
    for (const cbf_level level : {CBF_LEVEL_LEGACY, CBF_LEVEL_ALL}) {
        cbf_frame *first = nullptr;
        ASSERT_EQ(cbf_frame_new(&first, give_user, nullptr, level), CBF_OK);
        ASSERT_EQ(cbf_frame_free(first), CBF_OK);
        for (int i = 0; i <= 1024; i++) {
            cbf_frame *next = nullptr;
            ASSERT_EQ(cbf_frame_new(&next, give_user, nullptr, level), CBF_OK);
            ASSERT_EQ(next == first, i == 1024) << "after " << i << " later frees";
            ASSERT_EQ(cbf_frame_free(next), CBF_OK);
        }
    }
}

// The lock is whole in a child even if no slot was ever taken when it was forked.
void fork_before_the_first_frame() {
    std::atomic<bool> done = false;
    std::vector<std::thread> threads;
    int no_slot = 0;
    for (int i = 0; i < 2; i++)
        threads.emplace_back([&] {
            while (!done)
                EXPECT_EQ(cbf_frame_free(reinterpret_cast<cbf_frame *>(&no_slot)), CBF_NOT_A_SLOT);
        });
    bool right = true;
    for (int i = 0; right && i < (sanitizer ? 50 : 200); i++) {
        const pid_t child = fork();
        if (child == 0) {
            alarm(30); // a child that hangs is killed
            cbf_frame *frame = nullptr;
            const bool made = cbf_frame_new(&frame, give_user, number(1), CBF_LEVEL_LEGACY) == CBF_OK;
            _exit(made && call(frame) == number(1) && cbf_frame_free(frame) == CBF_OK ? 0 : 1);
        }
        int status = 0;
        EXPECT_EQ(waitpid(child, &status, 0), child);
        right = status == 0;
        EXPECT_TRUE(right) << "fork " << i << ": status " << status;
    }
    done = true;
    for (std::thread &thread : threads)
        thread.join();
}

// ---------------------------------------------------------------- scenarios: write xor execute

#if defined(__NR_mmap2)
constexpr std::uint32_t map_memory = __NR_mmap2;
#else
constexpr std::uint32_t map_memory = __NR_mmap;
#endif

// Kills this process when it sets permissions that contain all of prot; also when_mapped, or only
// where memory that is mapped already gets them.
void forbid(std::uint32_t prot, bool when_mapped) {
    const auto jump_if = [](std::uint32_t value, std::uint8_t then, std::uint8_t otherwise) {
        return sock_filter{BPF_JMP | BPF_JEQ | BPF_K, then, otherwise, value};
    };
    const auto load = [](std::size_t offset) {
        return sock_filter{BPF_LD | BPF_W | BPF_ABS, 0, 0, static_cast<std::uint32_t>(offset)};
    };
    std::array program{load(offsetof(seccomp_data, arch)),
                       jump_if(NATIVE_AUDIT_ARCH, 0, 7),
                       load(offsetof(seccomp_data, nr)),
                       jump_if(__NR_mprotect, 2, 0),
                       jump_if(__NR_pkey_mprotect, 1, 0),
                       jump_if(when_mapped ? map_memory : __NR_mprotect, 0, 3),
                       load(offsetof(seccomp_data, args) + 2 * sizeof(std::uint64_t)),
                       sock_filter{BPF_ALU | BPF_AND | BPF_K, 0, 0, prot},
                       jump_if(prot, 1, 0),
                       sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW},
                       sock_filter{BPF_RET | BPF_K, 0, 0, SECCOMP_RET_KILL_PROCESS}};
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) != 0)
        skip("no seccomp filters here");
}

// Every call that maps or protects memory is watched, between the moments that tests can look at, too.
void never_asks_for_writable_and_executable() {
    forbid(PROT_WRITE | PROT_EXEC, true);
    crowd frames;
    frames.grow(50'000);
    EXPECT_EQ(stats().source, CBF_SOURCE_FILE);
    with_limit(RLIMIT_NOFILE, 0, [&] { frames.grow(50'000); });
    EXPECT_EQ(stats().source, CBF_SOURCE_ANONYMOUS);
    EXPECT_EQ(frames.wrong_answers(), 0U);
}

void seals_nothing_while_there_is_a_file() {
    forbid(PROT_EXEC, false);
    crowd frames;
    frames.grow(50'000);
    EXPECT_EQ(stats().source, CBF_SOURCE_FILE);
    EXPECT_EQ(frames.wrong_answers(), 0U);
}

void exec_gain_refused() {
    refuse_exec_gain();
    const memory_map maps;
    crowd frames;
    frames.grow(100'000);
    EXPECT_EQ(stats().source, CBF_SOURCE_FILE);
    EXPECT_EQ(frames.wrong_answers(), 0U);
    maps.expect_write_xor_execute();
}

void exec_gain_refused_and_no_file_descriptors() {
    refuse_exec_gain();
    crowd frames;
    frames.grow(10'000);
    frames.fill();
    const std::size_t bytes = address_space();
    with_limit(RLIMIT_NOFILE, 0, [&] { EXPECT_EQ(frames.grow_by_one(), CBF_NO_EXECUTABLE); });
    EXPECT_EQ(address_space(), bytes) << "a failure leaks";
    EXPECT_EQ(frames.grow_by_one(), CBF_OK) << "they are back";
    EXPECT_EQ(stats().source, CBF_SOURCE_FILE);
    EXPECT_EQ(frames.wrong_answers(), 0U);
}

// ---------------------------------------------------------------- running scenarios

const scenario_map growth_scenarios{
#define SCENARIO(name) {#name, name}
    SCENARIO(sources_come_in_order),
    SCENARIO(levels_share_runs),
    SCENARIO(quarantine_is_exact),
    SCENARIO(fork_before_the_first_frame),
    SCENARIO(never_asks_for_writable_and_executable),
    SCENARIO(seals_nothing_while_there_is_a_file),
    SCENARIO(exec_gain_refused),
    SCENARIO(exec_gain_refused_and_no_file_descriptors),
#undef SCENARIO
};

TEST(PoolGrowth, image_first_then_file) { expect_success("sources_come_in_order"); }
TEST(PoolGrowth, levels_share_runs) { expect_success("levels_share_runs"); }
TEST(PoolGrowth, quarantine_is_exact) { expect_success("quarantine_is_exact"); }
TEST(PoolGrowth, fork_before_the_first_frame) { expect_success("fork_before_the_first_frame"); }

TEST(PoolWriteXorExecute, never_asked_for_both) { expect_success("never_asks_for_writable_and_executable"); }
TEST(PoolWriteXorExecute, nothing_sealed_while_there_is_a_file) {
    expect_success("seals_nothing_while_there_is_a_file");
}

TEST(PoolWriteXorExecute, exec_gain_refused) { expect_success("exec_gain_refused"); }
TEST(PoolWriteXorExecute, exec_gain_refused_and_no_file_descriptors) {
    if (sanitizer)
        GTEST_SKIP() << "the sanitizer itself needs descriptors";
    expect_success("exec_gain_refused_and_no_file_descriptors");
}

// ---------------------------------------------------------------- many frames

std::uint64_t seed() {
    const char *const text = std::getenv("CBFRAME_TEST_SEED");
    const std::uint64_t value = text != nullptr ? std::strtoull(text, nullptr, 0) : std::random_device{}();
    std::cout << "CBFRAME_TEST_SEED=" << value << std::endl;
    return value;
}

// As many, or fewer where each takes longer.
std::size_t fewer_where_slow(std::size_t count, std::size_t fewer) {
    if (!sanitizer && !emulator::is_there())
        return count;
    std::cout << fewer << " in place of " << count << '\n';
    return fewer;
}

TEST(PoolCrowd, a_million_frames) {
    const std::size_t count = fewer_where_slow(1'000'000, 200'000);
    const memory_map maps;
    const cbf_stats before = stats();
    crowd frames;
    for (int quarter = 1; quarter <= 4; quarter++) {
        frames.grow(count / 4);
        maps.expect_write_xor_execute();
        expect_consistent();
    }
    EXPECT_EQ(stats().live, before.live + count);
    EXPECT_NE(stats().source, CBF_SOURCE_IMAGE);
    EXPECT_EQ(frames.wrong_answers(), 0U);

    frames.shuffle(seed());
    EXPECT_EQ(frames.wrong_answers(), 0U);
    const std::size_t pages = stats().pages;
    frames.shrink(count / 2);
    EXPECT_EQ(frames.wrong_answers(), 0U) << "others were freed";
    frames.grow(count / 4); // from what was freed
    EXPECT_EQ(stats().pages, pages);
    EXPECT_EQ(frames.wrong_answers(), 0U);
    frames.shrink(0);
    EXPECT_EQ(stats().live, before.live);
    EXPECT_EQ(stats().pages, pages);
    maps.expect_write_xor_execute();
    expect_consistent();
}

TEST(PoolCrowd, memory_is_reused) {
    const std::size_t count = fewer_where_slow(5'000'000, 500'000);
    crowd frames;
    for (int i = 0; i < 3000; i++) {
        for (const cbf_level level : {CBF_LEVEL_LEGACY, CBF_LEVEL_ALL})
            ASSERT_EQ(frames.grow_by_one(level), CBF_OK);
        frames.shrink(0);
    }
    const std::size_t pages = stats().pages;
    for (std::size_t i = 0; i < count; i++) {
        cbf_frame *frame = nullptr;
        ASSERT_EQ(cbf_frame_new(&frame, give_user, nullptr, i % 4 == 0 ? CBF_LEVEL_ALL : CBF_LEVEL_LEGACY), CBF_OK);
        ASSERT_EQ(cbf_frame_free(frame), CBF_OK);
    }
    EXPECT_EQ(stats().pages, pages);
    expect_consistent();
}

// Against a model: what was created lives, with its own user value, until it is freed.
TEST(PoolCrowd, random_operations) {
    std::mt19937_64 random(seed());
    struct member {
        cbf_frame *frame;
        void *user;
    };
    std::vector<member> live, freed;
    const cbf_stats before = stats();
    for (std::size_t i = 0; i < 300'000; i++) {
        const auto at = static_cast<std::size_t>(live.empty() ? 0 : random() % live.size());
        switch (random() % 8) {
        case 0:
        case 1:
        case 2: {
            cbf_frame *frame = nullptr;
            const cbf_level level = random() % 2 != 0 ? CBF_LEVEL_ALL : CBF_LEVEL_LEGACY;
            ASSERT_EQ(cbf_frame_new(&frame, give_user, number(i), level), CBF_OK);
            live.push_back({frame, number(i)});
            break;
        }
        case 3:
        case 4:
            if (!live.empty() && i / 30'000 % 2 != 0) { // grows and shrinks in turns
                ASSERT_EQ(cbf_frame_free(live[at].frame), CBF_OK);
                freed.push_back(live[at]);
                live[at] = live.back();
                live.pop_back();
            }
            break;
        case 5:
            if (!live.empty()) {
                live[at].user = number(i);
                ASSERT_EQ(cbf_frame_set(live[at].frame, give_user, live[at].user), CBF_OK);
            }
            break;
        case 6:
            if (!freed.empty()) { // surely still in quarantine
                ASSERT_EQ(cbf_frame_free(freed.back().frame), CBF_FREED);
                ASSERT_EQ(cbf_frame_set(freed.back().frame, give_user, nullptr), CBF_FREED);
            }
            break;
        default:
            if (!live.empty()) {
                ASSERT_EQ(call(live[at].frame), live[at].user);
            }
        }
    }
    EXPECT_EQ(stats().live, before.live + live.size());
    for (const member &m : live) {
        ASSERT_EQ(call(m.frame), m.user);
        ASSERT_EQ(cbf_frame_free(m.frame), CBF_OK);
    }
    EXPECT_EQ(stats().live, before.live);
}

} // namespace

int main(int argc, char **argv) {
    scenario_map scenarios = growth_scenarios;
    scenarios.insert(replaced_file_scenarios.begin(), replaced_file_scenarios.end());
    scenarios.insert(memory_scenarios.begin(), memory_scenarios.end());
    return run_tests_or_scenario(argc, argv, scenarios);
}
