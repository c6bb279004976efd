#include "host.hpp"

#include <stdexcept>

target host_target(std::string_view convention, std::string_view compiler, std::string_view command,
                   std::size_t widest_vector) {
    const target *found = find_target(convention, compiler);
    if (found == nullptr)
        throw std::logic_error("no target of that name");
    target made = *found;
    if (!command.empty())
        made.command = command;
    if (widest_vector != 0)
        made.widest_vector = widest_vector;
    return made;
}

namespace {

bool has(std::string_view feature) {
    if (feature == "avx512f")
        return __builtin_cpu_supports("avx512f");
    return __builtin_cpu_supports("avx2");
}

} // namespace

const host *find_host(std::string_view convention, std::string_view compiler) {
    for (const host &each : hosts())
        if (each.convention == convention && each.compiler == compiler)
            return &each;
    return nullptr;
}

bool can_run(const host &asked) { return asked.needs == nullptr || has(asked.needs); }
