#include "host.hpp"

#include <algorithm>
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

const host *find_host(std::string_view convention, std::string_view compiler, std::string_view best) {
    const host *found = nullptr;
    for (const host &each : hosts())
        if (each.convention == convention && each.compiler == compiler && (found == nullptr || !can_run(*found, best)))
            found = &each;
    return found;
}

bool can_run(const host &asked, std::string_view best) {
    return cpu_has(asked.needs) &&
           std::ranges::find(instruction_sets, asked.needs) <= std::ranges::find(instruction_sets, best);
}
