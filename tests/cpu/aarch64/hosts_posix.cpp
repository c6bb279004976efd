#include "host.hpp"

const std::vector<host> &hosts() {
    static const std::vector<host> all = {
        {"aapcs64", "gcc", host_target("aapcs64", "gcc"), true, ""},
        {"aapcs64", "clang", host_target("aapcs64", "clang"), true, ""},
        {"aapcs64_darwin", "clang_darwin", host_target("aapcs64_darwin", "clang_darwin"), false, ""},
        {"aapcs64_windows", "clang_msvc", host_target("aapcs64_windows", "clang_msvc"), false, ""},
    };
    return all;
}

void clean_up_after_call() {}

bool cpu_has(std::string_view instruction_set) { return instruction_set.empty(); }
