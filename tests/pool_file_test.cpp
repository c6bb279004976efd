// Whose file executable pages come from: only from the one that this program was loaded from, and only while nobody
// but root and the effective user can write to it.
#include <cbframe/frame.hpp>
#include <cbframe/pool.hpp>

#include "arch/shape.h"
#include "memory_map.hpp"
#include "numbered_frames.hpp"
#include "scenarios.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <grp.h>
#include <sys/stat.h>

namespace {

namespace fs = std::filesystem;
using cbframe::frame;

constexpr std::size_t beyond_the_image = 20'000;

// Users that need not exist.
constexpr uid_t attacker = 61001, victim = 61002;

void need_root() {
    if (geteuid() != 0)
        skip("two users, or chroot, need root");
}

// What another user does meanwhile.
template <class Function>
void as_attacker(Function function) {
    const pid_t child = fork();
    if (child == 0) {
        const bool is_attacker = seteuid(0) == 0 && setgroups(0, nullptr) == 0 &&
                                 setresgid(attacker, attacker, attacker) == 0 &&
                                 setresuid(attacker, attacker, attacker) == 0;
        _exit(is_attacker && function() ? 0 : 1);
    }
    int status = 0;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0) << "the other user cannot do that";
}

std::string contents(const fs::path &path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// Where the code of all slots is in this program's file.
std::size_t offset_of_code(const memory_map &maps, const frame &first) {
    const mapping code = maps.of(first.address());
    return static_cast<std::size_t>(reinterpret_cast<std::uintptr_t>(first.address()) - code.first + code.offset);
}

bool write_file(const fs::path &path, const std::string &text) {
    return bool(std::ofstream(path, std::ios::binary) << text << std::flush);
}

// As who owns the file may do whenever he likes.
bool fill_with_breakpoints(const fs::path &path, std::size_t code) {
    std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(static_cast<std::streamoff>(code));
    return bool(file << std::string(POOL_KINDS * POOL_PAGES * POOL_PAGE_SIZE, '\xcc') << std::flush);
}

void grow_from(cbf_source source) {
    const std::vector<frame> many = make_frames(beyond_the_image);
    EXPECT_EQ(cbframe::pool_stats().source, source);
    EXPECT_EQ(wrong_answers(many), 0U);
}

// Growth, and then calls, while another user has a copy of this program at a path that might be taken for its own.
void grow_beside_a_copy_of(const fs::path &path, std::size_t code) {
    const std::vector<frame> many = make_frames(beyond_the_image);
    EXPECT_EQ(cbframe::pool_stats().source, CBF_SOURCE_ANONYMOUS);
    as_attacker([&] { return fill_with_breakpoints(path, code); });
    EXPECT_EQ(wrong_answers(many), 0U);
}

// ---------------------------------------------------------------- names that are somebody else's by now

// Unpacked, loaded and removed again, as bundles of one file do. What /proc/self/maps calls it then may be anybody's.
void deleted_name() {
    need_root();
    const memory_map maps;
    const std::vector<frame> first = make_frames(1);
    const fs::path path = own_file();
    const std::string bytes = contents(path);
    ASSERT_EQ(chown(path.c_str(), victim, victim), 0);
    ASSERT_EQ(seteuid(victim), 0);
    ASSERT_TRUE(fs::remove(path));
    const fs::path deleted = path.string() + " (deleted)";
    as_attacker([&] { return write_file(deleted, bytes); });
    grow_beside_a_copy_of(deleted, offset_of_code(maps, first.front()));
}

// A root directory that belongs to another user, with a copy of this program where that was.
fs::path make_jail() {
    const fs::path path = own_file(), jail = path.parent_path() / "jail";
    const std::string bytes = contents(path);
    EXPECT_TRUE(fs::create_directory(jail));
    EXPECT_EQ(chown(jail.c_str(), attacker, attacker), 0);
    as_attacker([&] {
        return fs::create_directories(jail.string() + path.parent_path().string()) &&
               write_file(jail.string() + path.string(), bytes);
    });
    return jail;
}

void enter(const fs::path &jail) {
    ASSERT_EQ(chroot(jail.c_str()), 0);
    ASSERT_EQ(chdir("/"), 0);
}

void after_chroot() {
    need_root();
    const memory_map maps;
    const std::vector<frame> first = make_frames(5000);
    EXPECT_EQ(cbframe::pool_stats().source, CBF_SOURCE_FILE);
    const fs::path path = own_file();
    enter(make_jail());
    grow_beside_a_copy_of(path, offset_of_code(maps, first.front()));
}

void after_chroot_with_a_proc_of_files() {
    need_root();
    const memory_map maps;
    const std::vector<frame> first = make_frames(1);
    const fs::path path = own_file(), jail = make_jail();
    as_attacker(
        [&] { return fs::create_directories(jail / "proc/self") && write_file(jail / "proc/self/maps", maps.text()); });
    enter(jail);
    grow_beside_a_copy_of(path, offset_of_code(maps, first.front()));
}

void after_chroot_with_a_proc_of_pipes() {
    need_root();
    const fs::path jail = make_jail();
    as_attacker([&] {
        return fs::create_directories(jail / "proc/self") && mkfifo((jail / "proc/self/maps").c_str(), 0666) == 0;
    });
    enter(jail);
    alarm(60); // who waits at a pipe is ended
    grow_from(CBF_SOURCE_ANONYMOUS);
}

void pipe_in_its_place() {
    const std::vector<frame> first = make_frames(5000);
    EXPECT_EQ(cbframe::pool_stats().source, CBF_SOURCE_FILE);
    const fs::path path = own_file();
    ASSERT_TRUE(fs::remove(path));
    ASSERT_EQ(mkfifo(path.c_str(), 0644), 0);
    alarm(60);
    grow_from(CBF_SOURCE_ANONYMOUS);
}

// ---------------------------------------------------------------- files that somebody else may change

void with_mode(mode_t mode, cbf_source source) {
    ASSERT_EQ(chmod(own_file().c_str(), mode), 0);
    grow_from(source);
}
void writable_by_owner() { with_mode(0755, CBF_SOURCE_FILE); }
void writable_by_group() { with_mode(0775, CBF_SOURCE_ANONYMOUS); }
void writable_by_others() { with_mode(0757, CBF_SOURCE_ANONYMOUS); }

void writable_by_group_after_growth() {
    const std::vector<frame> first = make_frames(5000);
    EXPECT_EQ(cbframe::pool_stats().source, CBF_SOURCE_FILE);
    writable_by_group();
}

void with_users(uid_t file, uid_t real, uid_t effective, cbf_source source) {
    need_root();
    ASSERT_EQ(chown(own_file().c_str(), file, file), 0);
    ASSERT_EQ(setresuid(real, effective, effective), 0);
    grow_from(source);
}
void owned_by_root() { with_users(0, victim, victim, CBF_SOURCE_FILE); }
void owned_by_effective_user() { with_users(victim, victim, victim, CBF_SOURCE_FILE); }
void owned_by_another_user() { with_users(attacker, victim, victim, CBF_SOURCE_ANONYMOUS); }
void owned_by_a_user_while_root() { with_users(attacker, 0, 0, CBF_SOURCE_ANONYMOUS); }
void owned_by_who_started_it() { with_users(attacker, attacker, victim, CBF_SOURCE_ANONYMOUS); } // as setuid does

// No other way to have pages, so there are none.
void not_trusted_and_exec_gain_refused() {
    ASSERT_EQ(chmod(own_file().c_str(), 0775), 0);
    refuse_exec_gain();
    std::vector<frame> made;
    try {
        for (std::size_t i = 0; i < beyond_the_image; ++i)
            made.emplace_back([i](cbframe::cpu &cpu) { native_return(&cpu, static_cast<intptr_t>(i)); });
        ADD_FAILURE() << "nothing was thrown";
    } catch (const cbframe::error &refused) {
        EXPECT_EQ(refused.code(), cbframe::errc::no_executable);
    }
    EXPECT_EQ(made.size(), std::size_t{POOL_PAGES} * POOL_SLOTS);
    EXPECT_EQ(wrong_answers(made), 0U);
}

const scenario_map scenarios{
#define SCENARIO(name) {#name, name}
    SCENARIO(deleted_name),
    SCENARIO(after_chroot),
    SCENARIO(after_chroot_with_a_proc_of_files),
    SCENARIO(after_chroot_with_a_proc_of_pipes),
    SCENARIO(pipe_in_its_place),
    SCENARIO(writable_by_owner),
    SCENARIO(writable_by_group),
    SCENARIO(writable_by_others),
    SCENARIO(writable_by_group_after_growth),
    SCENARIO(owned_by_root),
    SCENARIO(owned_by_effective_user),
    SCENARIO(owned_by_another_user),
    SCENARIO(owned_by_a_user_while_root),
    SCENARIO(owned_by_who_started_it),
    SCENARIO(not_trusted_and_exec_gain_refused),
#undef SCENARIO
};

TEST(PoolFileOfAnother, deleted_name) { expect_success("deleted_name"); }
TEST(PoolFileOfAnother, after_chroot) { expect_success("after_chroot"); }
TEST(PoolFileOfAnother, after_chroot_with_a_proc_of_files) { expect_success("after_chroot_with_a_proc_of_files"); }
TEST(PoolFileOfAnother, after_chroot_with_a_proc_of_pipes) { expect_success("after_chroot_with_a_proc_of_pipes"); }
TEST(PoolFileOfAnother, pipe_in_its_place) { expect_success("pipe_in_its_place"); }

TEST(PoolFileMode, writable_by_owner) { expect_success("writable_by_owner"); }
TEST(PoolFileMode, writable_by_group) { expect_success("writable_by_group"); }
TEST(PoolFileMode, writable_by_others) { expect_success("writable_by_others"); }
TEST(PoolFileMode, writable_by_group_after_growth) { expect_success("writable_by_group_after_growth"); }
TEST(PoolFileMode, not_trusted_and_exec_gain_refused) { expect_success("not_trusted_and_exec_gain_refused"); }

TEST(PoolFileOwner, root) { expect_success("owned_by_root"); }
TEST(PoolFileOwner, effective_user) { expect_success("owned_by_effective_user"); }
TEST(PoolFileOwner, another_user) { expect_success("owned_by_another_user"); }
TEST(PoolFileOwner, a_user_while_root) { expect_success("owned_by_a_user_while_root"); }
TEST(PoolFileOwner, who_started_it) { expect_success("owned_by_who_started_it"); }

} // namespace

int main(int argc, char **argv) { return run_tests_or_scenario(argc, argv, scenarios); }
