// The general registers of x86-64.
#include "arch/x86/dump.hpp"
#include "arch/x86_64/dump.hpp"

#include <algorithm>

namespace cbf::arch {
namespace {

struct general_register {
    const char *name;
    cbf_qword cbf_cpu::*value;
};

constexpr general_register general_registers[] = {
    {"rax", &cbf_cpu::RAX}, {"rbx", &cbf_cpu::RBX}, {"rcx", &cbf_cpu::RCX}, {"rdx", &cbf_cpu::RDX},
    {"rsi", &cbf_cpu::RSI}, {"rdi", &cbf_cpu::RDI}, {"rbp", &cbf_cpu::RBP}, {"rsp", &cbf_cpu::RSP},
    {"r8", &cbf_cpu::R8},   {"r9", &cbf_cpu::R9},   {"r10", &cbf_cpu::R10}, {"r11", &cbf_cpu::R11},
    {"r12", &cbf_cpu::R12}, {"r13", &cbf_cpu::R13}, {"r14", &cbf_cpu::R14}, {"r15", &cbf_cpu::R15},
};

} // namespace

constinit const char *const stack_pointer_name = "rsp";

std::size_t argument_words(const cbf_cpu &cpu, std::span<argument_word, most_argument_words> out) noexcept {
    std::size_t count = 0;
    for (const auto argument : general_arguments) {
        const auto found = std::ranges::find(general_registers, argument, &general_register::value);
        out[count++] = {found->name, (cpu.*argument).u};
    }
    return count;
}

void show_general_registers(rows &to, const cbf_cpu &cpu) {
    to.begin_qwords("general");
    for (const general_register &each : general_registers)
        to.row({each.name, std::ranges::count(general_arguments, each.value) != 0, true}, cpu.*each.value);
}

} // namespace cbf::arch
