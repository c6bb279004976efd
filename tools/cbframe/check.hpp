// cbframe check: whether callbacks work here, and what the system has to say about it.
#pragma once

#include "system.hpp"

#include <string>
#include <vector>

struct check_report {
    std::vector<finding> system;
    std::vector<finding> kinds; ///< a callback of each kind, run
    bool all_run;
};

check_report check();

std::string text_of(const check_report &report);
std::string json_of(const check_report &report);
