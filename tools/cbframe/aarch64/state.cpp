#include "system.hpp"

std::string further_state(const cbframe::cpu &cpu) {
    if (cpu.wide == nullptr || cpu.wide->vector_length == 0)
        return "none: there is no SVE";
    return "Z0-Z31 (SVE), " + std::to_string(cpu.wide->vector_length) + " bytes each";
}
