#include "host.hpp"

const std::vector<host> &hosts() {
    static const std::vector<host> all = {
        {"lp64d", "gcc", host_target("lp64d", "gcc"), true, ""},
        {"lp64d", "clang", host_target("lp64d", "clang"), true, ""},
        {"lp64f", "gcc", host_target("lp64f", "gcc"), false, ""},
        {"lp64f", "clang", host_target("lp64f", "clang"), false, ""},
        {"lp64", "gcc", host_target("lp64", "gcc"), false, ""},
        {"lp64", "clang", host_target("lp64", "clang"), false, ""},
    };
    return all;
}

void clean_up_after_call() {}

bool cpu_has(std::string_view instruction_set) { return instruction_set.empty(); }
