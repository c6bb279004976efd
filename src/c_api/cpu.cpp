// What cbframe.h does with the state of a CPU.
#include "arch/arch.hpp"

#include <cbframe/cbframe.h>

#include <cstddef>
#include <cstring>

extern "C" {

void cbf_cpu_pop(cbf_cpu *cpu, size_t bytes) noexcept { cbf::arch::pop(*cpu, bytes); }

double cbf_float80to64(const void *from) noexcept {
    long double number = 0;
    std::memcpy(&number, from, 10);
    return static_cast<double>(number);
}

void cbf_float64to80(double value, void *to) noexcept {
    const long double number = value;
    std::memcpy(to, &number, 10);
}

} // extern "C"
