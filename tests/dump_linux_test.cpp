// Memory that a dump does not read, as Linux has it.
#include "dump_rows.hpp"
#include "guarded_pages.hpp"
#include "sanitizers.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <string>
#include <vector>

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using namespace dump_rows;

TEST(DumpStack, behind_the_end_of_a_mapped_file) {
    const int fd = static_cast<int>(::syscall(SYS_memfd_create, "dump_test", 0));
    ASSERT_GE(fd, 0);
    ASSERT_EQ(::ftruncate(fd, guarded_pages::page), 0);
    const guarded_pages memory{1, fd}; // to touch its second page would raise SIGBUS
    ::close(fd);
    const std::vector<std::string> found = stack(memory.end() - 8);
    ASSERT_EQ(found.size(), 2U);
    EXPECT_EQ(found[1], unreadable(8, memory.end()));
}

// From now on process_vm_readv fails with this errno, as in a sandbox.
void forbid_process_vm_readv(int with_errno) {
    sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_readv, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(with_errno)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog filter{std::size(program), program};
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) != 0)
        std::_Exit(77);
}

// Whether this system filters system calls: an emulator of a CPU need not.
bool filters_system_calls() {
    const pid_t child = ::fork();
    if (child == 0) {
        forbid_process_vm_readv(EPERM);
        std::_Exit(0);
    }
    int status = 0;
    return ::waitpid(child, &status, 0) == child && status == 0;
}

class DumpDeathTest : public testing::Test {
  protected:
    void SetUp() override {
        if (!filters_system_calls())
            GTEST_SKIP() << "this system has no seccomp";
    }
};

// Exits with 0 when both are the same.
[[noreturn]] void compare(const std::vector<std::string> &left, const std::vector<std::string> &right) {
    std::_Exit(left == right ? 0 : 1);
}

TEST_F(DumpDeathTest, a_sandbox_changes_nothing) {
    const guarded_pages memory{2};
    const std::uintptr_t starts[] = {0, UINTPTR_MAX / 2 + 1, memory.start(), memory.start() + guarded_pages::page - 12,
                                     memory.end() - 16};
    for (const std::uintptr_t address : starts) {
        for (const int error : {EPERM, ENOSYS}) {
            const std::vector<std::string> expected = stack(address);
            EXPECT_EXIT((forbid_process_vm_readv(error), compare(stack(address), expected)), testing::ExitedWithCode(0),
                        "");
        }
    }
}

TEST_F(DumpDeathTest, a_sandbox_without_file_descriptors_has_no_stack) {
    if (address_sanitizer)
        GTEST_SKIP() << "what is built with it looks at objects by way of file descriptors, too";
    const std::uint64_t word = 0;
    const auto address = reinterpret_cast<std::uintptr_t>(&word);
    const rlimit none{0, 0};
    EXPECT_EXIT((forbid_process_vm_readv(EPERM), ::setrlimit(RLIMIT_NOFILE, &none),
                 compare(stack(address), {unreadable(0, address)})),
                testing::ExitedWithCode(0), "");
}

TEST_F(DumpDeathTest, a_sandbox_leaks_no_file_descriptors) {
    const guarded_pages memory{2};
    const std::uintptr_t address = memory.end() - 16;
    const std::vector<std::string> expected = stack(address);
    const rlimit few{64, 64};
    const auto dump_often = [&] {
        for (int i = 0; i < 100; i++)
            stack(address);
        return stack(address);
    };
    EXPECT_EXIT((forbid_process_vm_readv(EPERM), ::setrlimit(RLIMIT_NOFILE, &few), compare(dump_often(), expected)),
                testing::ExitedWithCode(0), "");
}

} // namespace
