// What needs a pool that nobody has used, or a system that refuses something, is a scenario: the test program runs a
// copy of itself with --scenario=NAME.
#pragma once

#include "emulator.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

using scenario_map = std::map<std::string_view, void (*)()>;

inline constexpr int skipped = 77;

/// Ends a scenario that has no place here; the test is skipped with these words.
[[noreturn]] inline void skip(const std::string &reason) {
    std::cout << reason << ": " << std::strerror(errno) << std::endl;
    _exit(skipped);
}

/// From now on no memory that was writable, or is not yet executable, becomes executable.
inline void refuse_exec_gain() {
    constexpr int pr_set_mdwe = 65; // <linux/prctl.h> since Linux 6.3
    constexpr unsigned long pr_mdwe_refuse_exec_gain = 1;
    if (prctl(pr_set_mdwe, pr_mdwe_refuse_exec_gain, 0L, 0L, 0L) != 0)
        skip("this kernel has no PR_SET_MDWE");
}

inline std::filesystem::path own_file() { return std::filesystem::read_symlink("/proc/self/exe"); }

struct outcome {
    int status;
    std::string output;
};

inline outcome run(const std::string &program, const std::string &scenario) {
    const std::string argument = "--scenario=" + scenario;
    std::array<int, 2> pipe_ends{};
    EXPECT_EQ(pipe2(pipe_ends.data(), O_CLOEXEC), 0);
    const pid_t child = fork();
    if (child == 0) {
        dup2(pipe_ends[1], STDOUT_FILENO);
        dup2(pipe_ends[1], STDERR_FILENO);
        execl(program.c_str(), program.c_str(), argument.c_str(), nullptr);
        if (errno == EACCES)
            skip("no programs in temporary directories");
        _exit(126);
    }
    close(pipe_ends[1]);
    outcome result{};
    std::array<char, 4096> part{};
    for (ssize_t count; (count = read(pipe_ends[0], part.data(), part.size())) > 0;)
        result.output.append(part.data(), static_cast<std::size_t>(count));
    close(pipe_ends[0]);
    EXPECT_EQ(waitpid(child, &result.status, 0), child);
    return result;
}

/// Runs a scenario in a copy of this program, which it may change: this user's file, to which nobody else can write, in
/// a directory where everybody can make others.
inline void expect_success(const std::string &scenario, const std::string &name = "program") {
    if (emulator::is_there())
        GTEST_SKIP() << emulator::reason;
    std::string directory = std::filesystem::temp_directory_path() / "cbframe-pool-XXXXXX";
    ASSERT_NE(mkdtemp(directory.data()), nullptr);
    std::filesystem::permissions(directory, std::filesystem::perms(01777));
    const std::filesystem::path copy = std::filesystem::path(directory) / name;
    std::filesystem::copy_file(own_file(), copy);
    std::filesystem::permissions(copy, std::filesystem::perms(0755));
    const outcome result = run(copy, scenario);
    std::filesystem::remove_all(directory);
    if (WIFEXITED(result.status) && WEXITSTATUS(result.status) == skipped)
        GTEST_SKIP() << result.output;
    EXPECT_TRUE(WIFEXITED(result.status)) << "signal " << WTERMSIG(result.status) << "\n" << result.output;
    EXPECT_EQ(WEXITSTATUS(result.status), 0) << result.output;
}

inline int run_scenario(const scenario_map &scenarios, std::string_view name) {
    const auto found = scenarios.find(name);
    if (found == scenarios.end()) {
        std::cerr << "no scenario " << name << std::endl;
        return 1;
    }
    found->second();
    return testing::UnitTest::GetInstance()->Failed() ? 1 : 0;
}

/// The main function of a test program with scenarios.
inline int run_tests_or_scenario(int argc, char **argv, const scenario_map &scenarios) {
    testing::InitGoogleTest(&argc, argv);
    constexpr std::string_view option = "--scenario=";
    if (argc != 2 || !std::string_view(argv[1]).starts_with(option))
        return RUN_ALL_TESTS();
    const int status = run_scenario(scenarios, std::string_view(argv[1]).substr(option.size()));
    std::cout.flush();
    std::fflush(nullptr);
    _exit(status); // the sanitizers' last checks need what a scenario may have taken away
}
