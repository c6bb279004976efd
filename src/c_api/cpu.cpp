// What cbframe.h does with the state of an x86 CPU of either width.
#include "arch/arch.hpp"

#include <cbframe/cbframe.h>

#include <cstddef>
#include <cstring>

using cbframe::entry::stack_pointer;

extern "C" {

void cbf_cpu_pop(cbf_cpu *cpu, size_t bytes) noexcept {
    auto *const stack = static_cast<unsigned char *>(cpu->GPR[stack_pointer].p);
    void *return_address;
    std::memcpy(&return_address, stack, sizeof(return_address));
    std::memcpy(stack + bytes, &return_address, sizeof(return_address));
    cpu->GPR[stack_pointer].p = stack + bytes;
}

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
