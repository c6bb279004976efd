// What this system and this CPU allow: the contracts of linux/ and of state_*.cpp.
#pragma once

#include <cbframe/cpu.hpp>

#include <string>
#include <vector>

/// What somebody may want to know, and what it is.
struct finding {
    std::string name;
    std::string value;
};

/// Of the system: kernel, pages, what it denies.
std::vector<finding> system_findings();

/// What a frame of level `all` captures of this CPU beside what all CPUs of its kind have.
std::string further_state(const cbframe::cpu &cpu);
