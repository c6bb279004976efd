// The general registers of x86 in 32-bit mode. The C of every system passes arguments on the stack.
#include "arch/x86/dump.hpp"

#include <bit>

namespace cbf::arch {
namespace {

struct general_register {
    const char *name;
    cbf_gpr cbf_cpu::*value;
};

constexpr general_register general_registers[] = {
    {"eax", &cbf_cpu::EAX}, {"ebx", &cbf_cpu::EBX}, {"ecx", &cbf_cpu::ECX}, {"edx", &cbf_cpu::EDX},
    {"esi", &cbf_cpu::ESI}, {"edi", &cbf_cpu::EDI}, {"ebp", &cbf_cpu::EBP}, {"esp", &cbf_cpu::ESP},
};

} // namespace

constinit const std::size_t xmm_arguments = 0;

constinit const char *const stack_pointer_name = "esp";

std::size_t argument_words(const cbf_cpu &, std::span<argument_word, most_argument_words>) noexcept { return 0; }

void show_general_registers(rows &to, const cbf_cpu &cpu) {
    to.begin_dwords("general");
    for (const general_register &each : general_registers)
        to.row({each.name, false, true}, std::bit_cast<cbf_dword>((cpu.*each.value).u));
}

} // namespace cbf::arch
