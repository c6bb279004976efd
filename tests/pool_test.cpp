// The pool: how it grows, what it gives back, and that it lives with what a system may refuse.
#include <cbframe/error.hpp>
#include <cbframe/frame.hpp>
#include <cbframe/pool.hpp>

#include "arch/shape.h"
#include "memory_map.hpp"
#include "native.h"
#include "sanitizers.hpp"
#include "scenarios.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

// ---------------------------------------------------------------- frames in bulk

void give_user(cbf_cpu *cpu, void *user) { native_return_pointer(cpu, user); }
void *number(std::size_t i) { return reinterpret_cast<void *>(i * 2 + 1); }
void *call(const cbf_frame *frame) { return reinterpret_cast<void *(*)()>(cbf_frame_address(frame))(); }

// The pool without the pages of typed slots in the image, which no frame gets.
cbf_stats stats() {
    cbf_stats now = cbframe::pool_stats();
    now.pages -= POOL_PAGES;
    now.capacity -= POOL_PAGES * POOL_SLOTS;
    now.bytes -= 2 * POOL_PAGES * POOL_PAGE_SIZE;
    return now;
}

// Live frames, each with a user value of its own.
class crowd {
  public:
    ~crowd() { shrink(0); }

    cbf_status grow_by_one(cbf_level level = CBF_LEVEL_LEGACY) {
        cbf_frame *frame = untouched();
        const cbf_status status = cbf_frame_new(&frame, give_user, number(next_), level);
        if (status == CBF_OK)
            members_.push_back({frame, number(next_++)});
        else
            EXPECT_EQ(frame, untouched());
        return status;
    }

    void grow(std::size_t count) {
        for (std::size_t i = 0; i < count; i++)
            ASSERT_EQ(grow_by_one(), CBF_OK) << "frame " << members_.size();
    }

    // Takes slots until every page is full: the next frame needs a further run.
    void fill() {
        while (stats().live + stats().quarantined < stats().capacity)
            ASSERT_EQ(grow_by_one(), CBF_OK);
    }

    void shrink(std::size_t count) {
        for (; members_.size() > count; members_.pop_back())
            EXPECT_EQ(cbf_frame_free(members_.back().frame), CBF_OK);
    }

    void shuffle(std::uint64_t seed) { std::ranges::shuffle(members_, std::mt19937_64(seed)); }

    std::size_t wrong_answers() const {
        return static_cast<std::size_t>(
            std::ranges::count_if(members_, [](const member &m) { return call(m.frame) != m.user; }));
    }

    std::size_t size() const { return members_.size(); }
    cbf_frame *front() const { return members_.front().frame; }
    void reserve(std::size_t count) { members_.reserve(count); }

  private:
    struct member {
        cbf_frame *frame;
        void *user;
    };
    static cbf_frame *untouched() { return reinterpret_cast<cbf_frame *>(std::uintptr_t{0xdead}); }

    std::vector<member> members_;
    std::size_t next_ = 0;
};

void expect_consistent() {
    const cbf_stats now = stats();
    EXPECT_LE(now.live + now.quarantined, now.capacity);
    EXPECT_EQ(now.capacity, now.pages * 255);
    EXPECT_EQ(now.bytes, now.pages * 2 * 4096);
}

// ---------------------------------------------------------------- what the system knows

// In bytes. Sanitizers map what they like: 0 there.
std::size_t address_space() {
    std::size_t pages = 0;
    if (!sanitizer)
        std::ifstream("/proc/self/statm") >> pages;
    return pages * 4096;
}

template <class Function>
void with_limit(int resource, rlim_t value, Function function) {
    rlimit before{};
    ASSERT_EQ(getrlimit(static_cast<__rlimit_resource>(resource), &before), 0);
    const rlimit lower{value, before.rlim_max};
    ASSERT_EQ(setrlimit(static_cast<__rlimit_resource>(resource), &lower), 0);
    function();
    ASSERT_EQ(setrlimit(static_cast<__rlimit_resource>(resource), &before), 0);
}

#if defined(__x86_64__)
constexpr std::uint32_t this_architecture = AUDIT_ARCH_X86_64, map_memory = __NR_mmap;
#else
constexpr std::uint32_t this_architecture = AUDIT_ARCH_I386, map_memory = __NR_mmap2;
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
                       jump_if(this_architecture, 0, 7),
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
    for (std::size_t i = 0; i < (run - 1) * 255; i++)
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

// ---------------------------------------------------------------- scenarios: refused execution

// Every slot is taken, and there will not be more.
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

// ---------------------------------------------------------------- scenarios: the file is another one

std::string contents(const std::filesystem::path &path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

void replace(const std::filesystem::path &path, const std::string &text) {
    std::filesystem::remove(path);
    std::ofstream(path, std::ios::binary) << text;
}

// Where the image's code pages are in the file: at the first slot of a pool that nobody has used.
std::size_t offset_of_code(const crowd &frames, const memory_map &maps) {
    const auto slot = reinterpret_cast<std::uintptr_t>(frames.front());
    EXPECT_EQ(slot % 4096, 0U);
    const mapping code = maps.of(frames.front());
    return static_cast<std::size_t>(slot - code.first + code.offset);
}

enum class knowledge { fresh, has_mapped_the_file };

// Puts what changed() makes of this program's bytes in the place of its file; then expects further
// slots to come from source.
template <class Changed>
void replaced_file(knowledge before, Changed changed, cbf_source source) {
    const memory_map maps;
    crowd frames;
    frames.grow(1);
    const std::size_t code = offset_of_code(frames, maps);
    if (before == knowledge::has_mapped_the_file) {
        frames.grow(5000);
        EXPECT_EQ(stats().source, CBF_SOURCE_FILE);
    }
    frames.fill();
    const std::string bytes = changed(contents(own_file()), code);
    const std::string path = own_file();
    replace(path, bytes);
    replace(path + " (deleted)", bytes); // what /proc/self/maps now calls it
    frames.grow(20'000);
    EXPECT_EQ(stats().source, source);
    EXPECT_EQ(frames.wrong_answers(), 0U);
    maps.expect_write_xor_execute();
    expect_consistent();
}

std::string other_bytes(const std::string &bytes, std::size_t) { return std::string(bytes.size(), '\xcc'); }

std::string one_other_bit(std::string bytes, std::size_t code) {
    const std::size_t last = code + std::size_t{15} * 4096 + std::size_t{254} * 16; // slot
    bytes[last + 12] = static_cast<char>(bytes[last + 12] ^ 1);
    return bytes;
}

std::string cut_short(const std::string &bytes, std::size_t code) { return bytes.substr(0, code + 15 * 4096 + 100); }

void other_file_before_growth() { replaced_file(knowledge::fresh, other_bytes, CBF_SOURCE_ANONYMOUS); }
void other_file_after_growth() { replaced_file(knowledge::has_mapped_the_file, other_bytes, CBF_SOURCE_ANONYMOUS); }
void file_with_one_other_bit() { replaced_file(knowledge::has_mapped_the_file, one_other_bit, CBF_SOURCE_ANONYMOUS); }
void file_cut_short() { replaced_file(knowledge::has_mapped_the_file, cut_short, CBF_SOURCE_ANONYMOUS); }

// As a package manager does that installs the same version again. It is another file: who knows whose?
void same_file_again() {
    replaced_file(
        knowledge::has_mapped_the_file, [](const std::string &bytes, std::size_t) { return bytes; },
        CBF_SOURCE_ANONYMOUS);
}

// As a package manager does that keeps the old version until it has put the new one in place.
void file_renamed() {
    crowd frames;
    frames.grow(5000);
    EXPECT_EQ(stats().source, CBF_SOURCE_FILE);
    frames.fill();
    const std::filesystem::path path = own_file();
    std::filesystem::rename(path, path.string() + ".old");
    replace(path, other_bytes(contents(path.string() + ".old"), 0));
    frames.grow(5000);
    EXPECT_EQ(stats().source, CBF_SOURCE_FILE) << "/proc/self/maps tells where the file is now";
    EXPECT_EQ(frames.wrong_answers(), 0U);
}

void other_file_and_exec_gain_refused() {
    crowd frames;
    frames.grow(5000);
    EXPECT_EQ(stats().source, CBF_SOURCE_FILE);
    frames.fill();
    replace(own_file(), other_bytes(contents(own_file()), 0));
    refuse_exec_gain();
    expect_no_executable(frames);
}

void file_is_mapped() {
    crowd frames;
    frames.grow(20'000);
    EXPECT_EQ(stats().source, CBF_SOURCE_FILE);
    EXPECT_EQ(frames.wrong_answers(), 0U);
}

void any_source() {
    crowd frames;
    frames.grow(20'000);
    EXPECT_NE(stats().source, CBF_SOURCE_IMAGE);
    EXPECT_EQ(frames.wrong_answers(), 0U);
}

// Everything that a slot of the image can.
void slots_are_slots() {
    for (const cbf_level level : {CBF_LEVEL_LEGACY, CBF_LEVEL_ALL}) {
        cbf_frame *frame = nullptr;
        ASSERT_EQ(cbf_frame_new(&frame, give_user, number(1), level), CBF_OK);
        EXPECT_EQ(call(frame), number(1));
        EXPECT_EQ(cbf_frame_set(frame, give_user, number(2)), CBF_OK);
        EXPECT_EQ(call(frame), number(2));
        const cbf_handler thrower = [](cbf_cpu *, void *user) { throw user; };
        EXPECT_EQ(cbf_frame_set(frame, thrower, number(3)), CBF_OK);
        EXPECT_THROW(call(frame), void *);
        const auto address = reinterpret_cast<std::uintptr_t>(frame);
        for (const std::uintptr_t no_slot : {address + 8, address | 4080, (address & ~std::uintptr_t{4095}) + 8})
            EXPECT_EQ(cbf_frame_free(reinterpret_cast<cbf_frame *>(no_slot)), CBF_NOT_A_SLOT);
        EXPECT_EQ(cbf_frame_free(frame), CBF_OK);
        EXPECT_EQ(cbf_frame_free(frame), CBF_FREED);
        const pid_t child = fork();
        if (child == 0) {
            call(frame);
            _exit(0);
        }
        int status = 0;
        EXPECT_EQ(waitpid(child, &status, 0), child);
        EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT) << status;
    }
}

void file_slots_are_slots() {
    crowd frames;
    frames.grow(5000);
    EXPECT_EQ(stats().source, CBF_SOURCE_FILE);
    slots_are_slots();
}

void anonymous_slots_are_slots() {
    crowd frames;
    frames.fill();
    std::filesystem::remove(own_file());
    frames.grow(1);
    EXPECT_EQ(stats().source, CBF_SOURCE_ANONYMOUS);
    slots_are_slots();
}

// ---------------------------------------------------------------- scenarios: nothing but memory

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

const scenario_map scenarios{
#define SCENARIO(name) {#name, name}
    SCENARIO(sources_come_in_order),
    SCENARIO(levels_share_runs),
    SCENARIO(quarantine_is_exact),
    SCENARIO(fork_before_the_first_frame),
    SCENARIO(never_asks_for_writable_and_executable),
    SCENARIO(seals_nothing_while_there_is_a_file),
    SCENARIO(exec_gain_refused),
    SCENARIO(exec_gain_refused_and_no_file_descriptors),
    SCENARIO(other_file_before_growth),
    SCENARIO(other_file_after_growth),
    SCENARIO(file_with_one_other_bit),
    SCENARIO(file_cut_short),
    SCENARIO(same_file_again),
    SCENARIO(file_renamed),
    SCENARIO(other_file_and_exec_gain_refused),
    SCENARIO(deleted_file),
    SCENARIO(file_is_mapped),
    SCENARIO(any_source),
    SCENARIO(file_slots_are_slots),
    SCENARIO(anonymous_slots_are_slots),
    SCENARIO(no_proc),
    SCENARIO(no_proc_after_growth),
    SCENARIO(no_file_descriptors),
    SCENARIO(no_address_space),
    SCENARIO(little_address_space),
    SCENARIO(no_mappings),
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

TEST(PoolFile, another_one_before_growth) { expect_success("other_file_before_growth"); }
TEST(PoolFile, another_one_after_growth) { expect_success("other_file_after_growth"); }
TEST(PoolFile, differs_in_one_bit) { expect_success("file_with_one_other_bit"); }
TEST(PoolFile, cut_short) { expect_success("file_cut_short"); }
TEST(PoolFile, the_same_again) { expect_success("same_file_again"); }
TEST(PoolFile, renamed) { expect_success("file_renamed"); }
TEST(PoolFile, another_one_and_exec_gain_refused) { expect_success("other_file_and_exec_gain_refused"); }
TEST(PoolFile, deleted) { expect_success("deleted_file"); }
TEST(PoolFile, slots_are_slots) { expect_success("file_slots_are_slots"); }
TEST(PoolFile, anonymous_slots_are_slots) { expect_success("anonymous_slots_are_slots"); }
TEST(PoolFile, blanks_in_its_name) { expect_success("file_is_mapped", " a  program "); }
TEST(PoolFile, called_deleted) { expect_success("any_source", "program (deleted)"); }
TEST(PoolFile, line_feed_in_its_name) { expect_success("any_source", "a\nprogram"); }
TEST(PoolFile, longest_name) { expect_success("any_source", std::string(255, 'x')); }

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

// ---------------------------------------------------------------- many frames

std::uint64_t seed() {
    const char *const given = std::getenv("CBFRAME_TEST_SEED");
    const std::uint64_t value = given != nullptr ? std::strtoull(given, nullptr, 0) : std::random_device{}();
    std::cout << "CBFRAME_TEST_SEED=" << value << std::endl;
    return value;
}

TEST(PoolCrowd, a_million_frames) {
    const std::size_t count = sanitizer ? 200'000 : 1'000'000; // slower there
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
    const int count = sanitizer ? 500'000 : 5'000'000; // slower there
    crowd frames;
    for (int i = 0; i < 3000; i++) {
        for (const cbf_level level : {CBF_LEVEL_LEGACY, CBF_LEVEL_ALL})
            ASSERT_EQ(frames.grow_by_one(level), CBF_OK);
        frames.shrink(0);
    }
    const std::size_t pages = stats().pages;
    for (int i = 0; i < count; i++) {
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

int main(int argc, char **argv) { return run_tests_or_scenario(argc, argv, scenarios); }
