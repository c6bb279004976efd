// The flags of EFLAGS, MXCSR, FSW and FCW, by name.
#include "arch/arch.hpp"
#include "arch/rows.hpp"

#include <cbframe/cbframe.h>

#include <cstdint>
#include <span>

namespace cbf::arch {
namespace {

// Intel SDM vol. 1, 3.4.3.
constexpr flag eflags[] = {
    {"CF", 0, 1, "Carry"},
    {"PF", 2, 1, "Parity"},
    {"AF", 4, 1, "Auxiliary carry"},
    {"ZF", 6, 1, "Zero"},
    {"SF", 7, 1, "Sign"},
    {"TF", 8, 1, "Trap"},
    {"IF", 9, 1, "Interrupt enable"},
    {"DF", 10, 1, "Direction"},
    {"OF", 11, 1, "Overflow"},
    {"IOPL", 12, 2, "I/O privilege level"},
    {"NT", 14, 1, "Nested task"},
    {"RF", 16, 1, "Resume"},
    {"VM", 17, 1, "Virtual 8086 mode"},
    {"AC", 18, 1, "Alignment check"},
    {"VIF", 19, 1, "Virtual interrupt"},
    {"VIP", 20, 1, "Virtual interrupt pending"},
    {"ID", 21, 1, "CPUID is available"},
};

// Intel SDM vol. 1, 10.2.3.
constexpr flag mxcsr[] = {
    {"IE", 0, 1, "Invalid operation exception"},
    {"DE", 1, 1, "Denormal exception"},
    {"ZE", 2, 1, "Divide by zero exception"},
    {"OE", 3, 1, "Overflow exception"},
    {"UE", 4, 1, "Underflow exception"},
    {"PE", 5, 1, "Precision exception"},
    {"DAZ", 6, 1, "Denormals are zero"},
    {"IM", 7, 1, "Invalid operation mask"},
    {"DM", 8, 1, "Denormal mask"},
    {"ZM", 9, 1, "Divide by zero mask"},
    {"OM", 10, 1, "Overflow mask"},
    {"UM", 11, 1, "Underflow mask"},
    {"PM", 12, 1, "Precision mask"},
    {"RM", 13, 2, "Rounding mode (0 nearest, 1 down, 2 up, 3 toward zero)"},
    {"FZ", 15, 1, "Flush to zero"},
};

// Intel SDM vol. 1, 8.1.3.
constexpr flag fsw[] = {
    {"I", 0, 1, "Invalid operation exception"},
    {"D", 1, 1, "Denormal exception"},
    {"Z", 2, 1, "Divide by zero exception"},
    {"O", 3, 1, "Overflow exception"},
    {"U", 4, 1, "Underflow exception"},
    {"P", 5, 1, "Precision exception"},
    {"SF", 6, 1, "Stack fault"},
    {"IR", 7, 1, "Error summary (interrupt request)"},
    {"C0", 8, 1, "Condition code 0"},
    {"C1", 9, 1, "Condition code 1"},
    {"C2", 10, 1, "Condition code 2"},
    {"TOP", 11, 3, "Top of stack: the physical register that is st(0)"},
    {"C3", 14, 1, "Condition code 3"},
    {"B", 15, 1, "Busy"},
};

// Intel SDM vol. 1, 8.1.5.
constexpr flag fcw[] = {
    {"IM", 0, 1, "Invalid operation mask"},
    {"DM", 1, 1, "Denormal mask"},
    {"ZM", 2, 1, "Divide by zero mask"},
    {"OM", 3, 1, "Overflow mask"},
    {"UM", 4, 1, "Underflow mask"},
    {"PM", 5, 1, "Precision mask"},
    {"IEM", 7, 1, "Interrupt enable mask (8087 only)"},
    {"PC", 8, 2, "Precision control (0 single, 2 double, 3 extended)"},
    {"RC", 10, 2, "Rounding control (0 nearest, 1 down, 2 up, 3 toward zero)"},
    {"IC", 12, 1, "Infinity control (80287 and before)"},
};

constexpr flag_register registers[] = {
    {"EFLAGS", "flags", 2 * sizeof(cbf_eflags), [](const cbf_cpu &cpu) -> std::uint64_t { return cpu.EFLAGS.val; },
     eflags},
    {"MXCSR", "SSE control and status register", 8, [](const cbf_cpu &cpu) -> std::uint64_t { return cpu.MXCSR.val; },
     mxcsr},
    {"FSW", "x87 status word", 4, [](const cbf_cpu &cpu) -> std::uint64_t { return cpu.FSW.val; }, fsw},
    {"FCW", "x87 control word", 4, [](const cbf_cpu &cpu) -> std::uint64_t { return cpu.FCW.val; }, fcw},
};

} // namespace

std::span<const flag_register> flag_registers() noexcept { return registers; }

} // namespace cbf::arch
