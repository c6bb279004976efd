// What exactness_state.hpp declares.
#include "exactness_state.hpp"

#if defined(__APPLE__)
#include "system_macos.hpp"
#else
#include "system_linux.hpp"
#endif

#include <cstring>
#include <string>

namespace exactness {

// ---- This CPU -------------------------------------------------------------------------------------

namespace {

constexpr word trap_enables = 0x9f00; // IOE, DZE, OFE, UFE, IXE, IDE

word find_vector_length() {
    if (!has_sve())
        return 0;
    word bytes;
    asm(".arch_extension sve\n rdvl %0, #1\n .arch_extension nosve" : "=r"(bytes));
    return bytes;
}

word find_writable_fpcr() {
    word kept, stored;
    asm volatile("mrs %0, fpcr\n msr fpcr, %2\n mrs %1, fpcr\n msr fpcr, %0"
                 : "=&r"(kept), "=&r"(stored)
                 : "r"(0xffffffff & ~trap_enables));
    return stored;
}

word find_writable_fpsr() {
    word kept, stored;
    asm volatile("mrs %0, fpsr\n msr fpsr, %2\n mrs %1, fpsr\n msr fpsr, %0"
                 : "=&r"(kept), "=&r"(stored)
                 : "r"(word{0xffffffff}));
    return stored;
}

} // namespace

word cpu_components() {
    static const word bytes = find_vector_length();
    return bytes;
}

word writable_fpcr() {
    static const word mask = find_writable_fpcr();
    return mask;
}

word writable_fpsr() {
    static const word mask = find_writable_fpsr();
    return mask;
}

// ---- Making states --------------------------------------------------------------------------------

state random_state(bits &random) {
    state made{};
    fill(random, made.gpr, sizeof(made.gpr));
    made.nzcv = random() & (N | Z | C | V);
    made.fpcr = random() & writable_fpcr();
    made.fpsr = random() & writable_fpsr();
    made.vector_length = cpu_components();
    made.call_by = random() % 3;
    const std::size_t bytes = made.vector_length != 0 ? made.vector_length : 16;
    for (auto &value : made.z)
        fill(random, value, bytes);
    for (auto &value : made.p)
        fill(random, value, made.vector_length / 8);
    // FFR is a number of ones, or what is read of it is not what was written (Arm ARM, WRFFR).
    for (std::size_t n = 0, ones = random() % (made.vector_length + 1); n < ones; ++n)
        made.ffr[n / 8] = static_cast<std::uint8_t>(made.ffr[n / 8] | 1u << n % 8);
    return made;
}

state with_sp(state of, word sp) {
    of.gpr[SP] = sp;
    return of;
}

void complete(state &in, const state &out) {
    static constexpr gpr_index registers[] = {X9, X16, X17};
    in.gpr[registers[in.call_by]] = out.callee;
    in.gpr[X30] = out.returned_to;
}

// ---- Comparing states -----------------------------------------------------------------------------

testing::AssertionResult same(const state &expected, const state &actual, word components) {
    differences found;
    for (unsigned n = 0; n < GPRS; ++n)
        if (n != X30 && !(n == X18 && is_x18_reserved)) // X30 is where the call has returned to
            found.compare(gpr_names[n], expected.gpr[n], actual.gpr[n]);
    found.compare("NZCV", expected.nzcv, actual.nzcv);
    found.compare("FPCR", expected.fpcr, actual.fpcr);
    found.compare("FPSR", expected.fpsr, actual.fpsr);
    for (unsigned n = 0; n < 32; ++n)
        found.compare(components != 0 ? "Z" : "V", n, expected.z[n], actual.z[n], components != 0 ? components : 16);
    for (unsigned n = 0; n < 16; ++n)
        found.compare("P", n, expected.p[n], actual.p[n], components / 8);
    found.compare("FFR", expected.ffr, actual.ffr, components / 8);
    return found.result();
}

// ---- The handler's side ---------------------------------------------------------------------------

void read(const cbf_cpu &from, state &into) {
    std::memcpy(into.gpr, from.GPR, sizeof(from.GPR));
    into.gpr[SP] = from.SP.u;
    into.nzcv = from.NZCV.val;
    into.fpcr = from.FPCR.val;
    into.fpsr = from.FPSR.val;
    into.vector_length = from.wide != nullptr ? from.wide->vector_length : 0;
    const std::size_t bytes = into.vector_length;
    for (unsigned n = 0; n < 32; ++n) {
        if (bytes != 0)
            std::memcpy(into.z[n], &from.wide->Z[n], bytes);
        std::memcpy(into.z[n], &from.V[n], 16);
    }
    if (bytes == 0)
        return;
    for (unsigned n = 0; n < 16; ++n)
        std::memcpy(into.p[n], &from.wide->P[n], bytes / 8);
    std::memcpy(into.ffr, &from.wide->FFR, bytes / 8);
}

void write(const state &from, cbf_cpu &into) {
    std::memcpy(into.GPR, from.gpr, sizeof(word) * X30);
    into.NZCV.val = from.nzcv;
    into.FPCR.val = from.fpcr;
    into.FPSR.val = from.fpsr;
    for (unsigned n = 0; n < 32; ++n)
        std::memcpy(&into.V[n], from.z[n], 16);
    if (into.wide == nullptr)
        return;
    // All of it: what this CPU has not may be written, too.
    for (unsigned n = 0; n < 32; ++n)
        std::memcpy(&into.wide->Z[n], from.z[n], sizeof(from.z[n]));
    for (unsigned n = 0; n < 16; ++n)
        std::memcpy(&into.wide->P[n], from.p[n], sizeof(from.p[n]));
    std::memcpy(&into.wide->FFR, from.ffr, sizeof(from.ffr));
}

} // namespace exactness
