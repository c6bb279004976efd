#include "host.hpp"

bool cpu_has(std::string_view instruction_set) {
    if (instruction_set == "avx512f")
        return __builtin_cpu_supports("avx512f");
    return instruction_set.empty() || __builtin_cpu_supports("avx2");
}
