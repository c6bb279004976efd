// The pool in a system that refuses files, descriptors, addresses or mappings: nothing but memory, or not even that.
#include "pool_crowd.hpp"

#include <cbframe/error.hpp>
#include <cbframe/frame.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

void enter_an_empty_root() {
    std::string directory = std::filesystem::temp_directory_path() / "cbframe-root-XXXXXX";
    ASSERT_NE(mkdtemp(directory.data()), nullptr);
    if (geteuid() != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0)
        skip("neither root nor user namespaces");
    const bool entered = chdir(directory.c_str()) == 0 && chroot(".") == 0;
    const int error = errno;
    if (!entered) {
        std::filesystem::remove(directory);
        errno = error;
        skip("no chroot");
    }
    EXPECT_EQ(access("/proc", F_OK), -1);
}

void expect_anonymous(const memory_map &maps, const crowd &frames) {
    EXPECT_EQ(stats().source, CBF_SOURCE_ANONYMOUS);
    EXPECT_EQ(frames.wrong_answers(), 0U);
    maps.expect_write_xor_execute();
    expect_consistent();
}

void deleted_file() {
    const memory_map maps;
    crowd frames;
    std::filesystem::remove(own_file());
    frames.grow(20'000);
    expect_anonymous(maps, frames);
}

void no_proc() {
    const memory_map maps;
    crowd frames;
    enter_an_empty_root();
    frames.grow(20'000);
    expect_anonymous(maps, frames);
}

void no_proc_after_growth() {
    const memory_map maps;
    crowd frames;
    frames.grow(10'000);
    EXPECT_EQ(stats().source, CBF_SOURCE_FILE);
    enter_an_empty_root();
    frames.grow(20'000);
    expect_anonymous(maps, frames);
}

void no_file_descriptors() {
    const memory_map maps;
    crowd frames;
    with_limit(RLIMIT_NOFILE, 0, [&] { frames.grow(20'000); });
    expect_anonymous(maps, frames);
    frames.grow(10'000);
    EXPECT_EQ(stats().source, CBF_SOURCE_FILE) << "the lack was passing";
    EXPECT_EQ(frames.wrong_answers(), 0U);
}

void no_address_space() {
    crowd frames;
    frames.reserve(20'000);
    frames.grow(5000);
    frames.fill();
    const cbf_stats before = stats();
    const std::size_t bytes = address_space();
    const auto owned = std::make_shared<int>(5);
    std::array<cbf_status, 100> statuses{};
    cbframe::errc thrown{};
    std::string what;
    what.reserve(200);
    with_limit(RLIMIT_AS, bytes, [&] {
        for (cbf_status &status : statuses)
            status = frames.grow_by_one();
        try {
            const cbframe::frame frame{[owned](cbframe::cpu &) {}};
        } catch (const cbframe::error &error) {
            thrown = error.code();
            what = error.what();
        }
        EXPECT_EQ(frames.wrong_answers(), 0U);
        EXPECT_EQ(cbf_frame_set(frames.front(), give_user, number(0)), CBF_OK);
        frames.shrink(frames.size() - 1024);
        EXPECT_EQ(frames.grow_by_one(), CBF_NO_MEMORY) << "a slot in quarantine was taken";
        frames.shrink(frames.size() - 100);
        EXPECT_EQ(frames.grow_by_one(), CBF_OK);
        EXPECT_EQ(frames.wrong_answers(), 0U);
    });
    for (const cbf_status status : statuses)
        EXPECT_EQ(status, CBF_NO_MEMORY);
    EXPECT_EQ(thrown, cbframe::errc::no_memory);
    EXPECT_NE(what.find("no memory"), what.npos) << what;
    EXPECT_EQ(owned.use_count(), 1);
    EXPECT_EQ(address_space(), bytes) << "a failure leaks";
    EXPECT_EQ(stats().pages, before.pages);
    expect_consistent();

    frames.grow(5000);
    EXPECT_EQ(stats().source, CBF_SOURCE_FILE);
    EXPECT_EQ(frames.wrong_answers(), 0U);
}

// Whatever step of the growth finds no room: a clear answer, no leak, and a whole pool.
void little_address_space() {
    crowd frames;
    frames.reserve(20'000);
    frames.grow(5000);
    frames.fill();
    const std::size_t bytes = address_space();
    std::size_t refused = 0, granted = 0;
    for (std::size_t more = 0; granted < 20; more += 4096 + more / 64 / 4096 * 4096) {
        const pid_t child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            std::array<cbf_status, 10> statuses{};
            with_limit(RLIMIT_AS, bytes + more, [&] {
                for (cbf_status &status : statuses)
                    status = frames.grow_by_one();
            });
            const bool granted_all = std::ranges::count(statuses, CBF_OK) == 10;
            const bool refused_all = std::ranges::count(statuses, CBF_NO_MEMORY) == 10;
            const bool from_file = stats().source == CBF_SOURCE_FILE;
            const bool whole = frames.grow_by_one() == CBF_OK && frames.wrong_answers() == 0;
            _exit(!whole || !from_file ? 3 : granted_all ? 0 : refused_all ? 1 : 2);
        }
        int status = 0;
        ASSERT_EQ(waitpid(child, &status, 0), child);
        ASSERT_TRUE(WIFEXITED(status)) << status << " with " << more << " bytes more";
        ASSERT_LE(WEXITSTATUS(status), 1) << "with " << more << " bytes more";
        refused += WEXITSTATUS(status) == 1;
        granted += WEXITSTATUS(status) == 0;
    }
    EXPECT_GT(refused, 0U);
}

// vm.max_map_count: another way to have no memory.
void no_mappings() {
    std::size_t limit = 0;
    std::ifstream("/proc/sys/vm/max_map_count") >> limit;
    if (limit == 0 || limit > 300'000)
        skip("too many mappings allowed: " + std::to_string(limit));
    crowd frames;
    frames.reserve(100'000);
    frames.grow(17 * stats().capacity); // the image, and a stretch of addresses for 16 runs
    const std::size_t size = 2 * limit * 4096;
    auto *const ballast =
        static_cast<char *>(mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    ASSERT_NE(ballast, MAP_FAILED);
    std::size_t pieces = 0;
    while (mprotect(ballast + 2 * pieces * 4096, 4096, PROT_READ) == 0)
        ++pieces;
    const std::size_t bytes = address_space();
    const cbf_stats before = stats();
    std::size_t failures = 0;
    cbf_status status = CBF_OK;
    for (; (status = frames.grow_by_one()) != CBF_OK && failures < 100; failures++) {
        EXPECT_TRUE(status == CBF_NO_MEMORY || status == CBF_NO_EXECUTABLE) << cbf_strerror(status);
        EXPECT_EQ(address_space(), bytes) << "failure " << failures << " leaks";
        EXPECT_EQ(stats().pages, before.pages);
        --pieces; // two mappings less
        ASSERT_EQ(mprotect(ballast + 2 * pieces * 4096, 4096, PROT_NONE), 0);
    }
    EXPECT_GT(failures, 0U);
    EXPECT_EQ(status, CBF_OK);
    munmap(ballast, size);
    frames.grow(5000);
    EXPECT_EQ(frames.wrong_answers(), 0U);
    expect_consistent();
}

// ---------------------------------------------------------------- running scenarios

TEST(PoolFile, deleted) { expect_success("deleted_file"); }
TEST(PoolSystem, no_proc) { expect_success("no_proc"); }
TEST(PoolSystem, no_proc_after_growth) { expect_success("no_proc_after_growth"); }
TEST(PoolSystem, no_file_descriptors) { expect_success("no_file_descriptors"); }
TEST(PoolMemory, no_address_space) {
    if (sanitizer)
        GTEST_SKIP() << "the sanitizer itself needs address space";
    expect_success("no_address_space");
}

TEST(PoolMemory, little_address_space) {
    if (sanitizer)
        GTEST_SKIP() << "the sanitizer itself needs address space";
    expect_success("little_address_space");
}

TEST(PoolMemory, no_mappings) {
    if (sanitizer)
        GTEST_SKIP() << "the sanitizer itself needs mappings";
    expect_success("no_mappings");
}

} // namespace

const scenario_map memory_scenarios{
#define SCENARIO(name) {#name, name}
    SCENARIO(deleted_file),        SCENARIO(no_proc),          SCENARIO(no_proc_after_growth),
    SCENARIO(no_file_descriptors), SCENARIO(no_address_space), SCENARIO(little_address_space),
    SCENARIO(no_mappings),
#undef SCENARIO
};
