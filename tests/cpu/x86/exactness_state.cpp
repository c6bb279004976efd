// What exactness_state.hpp declares.
#include "exactness_state.hpp"

#include <cpuid.h>

#include <cstring>
#include <iterator>

namespace exactness {

// ---- This CPU -------------------------------------------------------------------------------------

namespace {

bool find_xsave() {
    unsigned eax, ebx, ecx, edx;
    return __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & 1u << 27) != 0;
}

bool find_xgetbv1() {
    unsigned eax, ebx, ecx, edx;
    return cpu_has_xsave() && __get_cpuid_count(13, 1, &eax, &ebx, &ecx, &edx) != 0 && (eax & 1u << 2) != 0;
}

word find_components() {
    if (!cpu_has_xsave())
        return 0;
    std::uint32_t xcr0, high;
    asm volatile("xgetbv" : "=a"(xcr0), "=d"(high) : "c"(0));
    unsigned eax, ebx = 0, ecx, edx;
    const bool has_leaf_7 = __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0;
    const bool has_avx512f = has_leaf_7 && (ebx & 1u << 16) != 0, has_avx512bw = has_leaf_7 && (ebx & 1u << 30) != 0;
    const bool has_zmm = (xcr0 & COMPONENTS_ZMM) == COMPONENTS_ZMM && has_avx512f && has_avx512bw;
    return (xcr0 & COMPONENT_YMM) | (has_zmm ? COMPONENTS_ZMM : 0);
}

std::uint16_t find_writable_fcw() {
    const std::uint16_t all = 0xffff;
    std::uint16_t stored;
    asm volatile("fldcw %1\n fnstcw %0\n fninit" : "=m"(stored) : "m"(all));
    return stored;
}

} // namespace

// CPUID is slow on virtual machines: it is asked once.
bool cpu_has_xsave() {
    static const bool has_it = find_xsave();
    return has_it;
}

bool cpu_tells_xinuse() {
    static const bool tells = find_xgetbv1();
    return tells;
}

bool cpu_tells_initial_x87() {
    if (!cpu_tells_xinuse())
        return false;
    alignas(64) const std::uint8_t initial[576] = {};
    std::uint32_t xinuse, high;
    asm volatile(XRSTOR " %2\n xgetbv" : "=a"(xinuse), "=d"(high) : "m"(initial), "a"(1), "d"(0), "c"(1));
    return (xinuse & 1) == 0;
}

word cpu_components() {
    static const word components = find_components();
    return components;
}

std::uint16_t writable_fcw() {
    static const std::uint16_t mask = find_writable_fcw();
    return mask;
}

fxsave_image fxsave() {
    fxsave_image image;
    asm volatile(FXSAVE " %0" : "=m"(image));
    return image;
}

std::uint32_t writable_mxcsr() {
    static const std::uint32_t mask = fxsave().mxcsr_mask;
    return mask != 0 ? mask : 0xffbf; // Intel SDM vol. 1, 11.6.6
}

// ---- Making states --------------------------------------------------------------------------------

namespace {

/// Any 80 bits, often of those that a load and a store as a number would change.
void fill_x87_register(bits &random, std::uint8_t (&of)[16]) {
    std::memset(of, 0, sizeof(of));
    fill(random, of, 10);
    switch (random() % 8) {
    case 0: // infinity, quiet or signaling NaN
        of[8] = 0xff;
        of[9] |= 0x7f;
        break;
    case 1: // the same with an integer bit of 0: no number at all
        of[8] = 0xff;
        of[9] |= 0x7f;
        of[7] &= 0x7f;
        break;
    case 2: // denormal or pseudo-denormal
        of[8] = 0;
        of[9] &= 0x80;
        break;
    case 3: // as an MMX instruction leaves it
        of[8] = of[9] = 0xff;
        break;
    case 4:
        std::memset(of, 0, sizeof(of));
        break;
    default:
        break;
    }
}

} // namespace

void set_fsw(state &of, std::uint64_t value) {
    auto fsw = static_cast<std::uint16_t>(value & ~std::uint64_t{x87_error_summary | x87_busy});
    if ((fsw & ~of.fx.fcw & x87_exceptions) != 0)
        fsw |= x87_error_summary | x87_busy;
    of.fx.fsw = fsw;
}

void set_top(state &of, unsigned top) {
    of.fx.fsw = static_cast<std::uint16_t>((of.fx.fsw & ~x87_top) | (top & 7) << 11);
}

state random_state(bits &random) {
    state made{};
    fill(random, made.gpr, sizeof(made.gpr));
    made.rflags = static_cast<word>(random() & usual_flags) | set_flags;
    made.components = cpu_components();
    made.ask_xinuse = cpu_tells_xinuse();
    made.alignment = static_cast<word>(random() % 16);
    made.fx.mxcsr = static_cast<std::uint32_t>(random() & writable_mxcsr()) | sse_masks;
    made.fx.fcw = static_cast<std::uint16_t>(random() & writable_fcw()) | 0x40 | x87_exceptions;
    set_fsw(made, random());
    switch (random() % 4) {
    case 0:
        break;
    case 1:
        made.fx.ftw = 0xff;
        break;
    default:
        made.fx.ftw = static_cast<std::uint8_t>(random());
        break;
    }
    for (auto &value : made.fx.st)
        fill_x87_register(random, value);
    const bool has_zmm = (made.components & COMPONENTS_ZMM) != 0;
    fill(random, made.zmm, has_zmm ? sizeof(made.zmm) : vectors * sizeof(made.zmm[0]));
    fill(random, made.k, has_zmm ? sizeof(made.k) : 0);
    return made;
}

void set_initial_x87(state &of) {
    of.fx.fcw = 0x37f;
    of.fx.fsw = 0;
    of.fx.ftw = 0;
    of.x87_by = cpu_has_xsave() ? X87_BY_XRSTOR : X87_BY_FNINIT;
}

state random_caller(bits &random) {
    state made = random_state(random);
    if (random() % 2 == 0) {
        set_initial_x87(made);
        if (random() % 2 == 0)
            made.x87_by = X87_BY_FLD_FSTP;
    } else if (random() % 4 == 0) {
        made.fx.ftw = 0;
    }
    return made;
}

void add_rare_flags(bits &random, state &to) {
    to.rflags |= static_cast<word>(random() & rare_flags);
    to.alignment = static_cast<word>(random() % 2 * 8);
}

void unmask_sse_exceptions(bits &random, state &of) {
    of.fx.mxcsr &= ~static_cast<std::uint32_t>(random() & sse_masks);
    of.fx.mxcsr &= ~(~of.fx.mxcsr >> 7 & sse_exceptions); // none pending
}

void unmask_x87_exceptions(bits &random, state &of) {
    of.fx.fcw &= static_cast<std::uint16_t>(~(random() & x87_exceptions));
    set_fsw(of, of.fx.fsw & ~(~of.fx.fcw & x87_exceptions)); // none pending
}

void make_x87_exception_pending(bits &random, state &of) {
    const unsigned which = 1u << random() % 6;
    of.fx.fcw &= static_cast<std::uint16_t>(~which);
    set_fsw(of, of.fx.fsw | which);
}

// ---- Comparing states -----------------------------------------------------------------------------

namespace {

void compare_x87(const fxsave_image &expected, const fxsave_image &actual, differences &found) {
    found.compare("FCW", expected.fcw, actual.fcw);
    found.compare("FSW", expected.fsw, actual.fsw);
    found.compare("FTWX", expected.ftw, actual.ftw);
    const unsigned top = expected.fsw >> 11 & 7;
    for (unsigned n = 0; n < 8; ++n)
        if ((expected.ftw >> ((top + n) & 7) & 1) != 0)
            found.compare("ST", n, expected.st[n], actual.st[n], 10);
}

void compare_vectors(const state &expected, const state &actual, std::uint64_t components, differences &found) {
    const bool zmm = (components & COMPONENTS_ZMM) != 0, ymm = (components & COMPONENT_YMM) != 0;
    for (unsigned n = 0; n < (zmm ? std::size(expected.zmm) : vectors); ++n)
        if (zmm)
            found.compare("ZMM", n, expected.zmm[n], actual.zmm[n], 64);
        else if (ymm)
            found.compare("YMM", n, expected.zmm[n], actual.zmm[n], 32);
        else
            found.compare("XMM", n, expected.zmm[n], actual.zmm[n], 16);
    for (unsigned n = 0; zmm && n < 8; ++n)
        found.compare("k", n, &expected.k[n], &actual.k[n], sizeof(expected.k[n]));
}

} // namespace

testing::AssertionResult same(const state &expected, const state &actual, std::uint64_t components) {
    differences found;
    for (unsigned n = 0; n < GPRS; ++n)
        found.compare(gpr_names[n], expected.gpr[n], actual.gpr[n]);
    found.compare("EFLAGS", expected.rflags, actual.rflags);
    found.compare("MXCSR", expected.fx.mxcsr, actual.fx.mxcsr);
    compare_x87(expected.fx, actual.fx, found);
    compare_vectors(expected, actual, components, found);
    return found.result();
}

state with_sp(state of, word rsp) {
    of.gpr[SP] = rsp;
    return of;
}

state with_x87_of(state of, const state &other) {
    const std::uint32_t mxcsr = of.fx.mxcsr;
    of.fx = other.fx;
    of.fx.mxcsr = mxcsr;
    return of;
}

void move_to(cbf_cpu &cpu, unsigned char *top) {
    auto &stack_pointer = cpu.GPR[SP];
    std::memcpy(top, stack_pointer.p, sizeof(void *));
    stack_pointer.p = top;
}

void complete(state &in, const state &out) {
    if (in.x87_by == X87_BY_FXRSTOR)
        return;
    const std::uint32_t mxcsr = in.fx.mxcsr;
    in.fx = out.loaded;
    in.fx.mxcsr = mxcsr;
}

// ---- The handler's side ---------------------------------------------------------------------------

namespace {

constexpr std::size_t fxsave_offset = offsetof(cbf_cpu, FCW);

} // namespace

void read(const cbf_cpu &from, state &into) {
    std::memcpy(into.gpr, from.GPR, sizeof(into.gpr));
    into.rflags = from.EFLAGS.val;
    std::memcpy(&into.fx, reinterpret_cast<const char *>(&from) + fxsave_offset, sizeof(into.fx));
    for (unsigned n = 0; n < vectors; ++n)
        std::memcpy(into.zmm[n], &from.XMM[n], 16);
    into.components = from.wide != nullptr ? static_cast<word>(from.wide->components) : 0;
    if ((into.components & COMPONENT_YMM) != 0)
        for (unsigned n = 0; n < vectors; ++n)
            std::memcpy(into.zmm[n] + 16, &from.wide->YMM_Hi128[n], 16);
    if ((into.components & COMPONENTS_ZMM) == 0)
        return;
    for (unsigned n = 0; n < vectors; ++n) {
        std::memcpy(into.zmm[n] + 32, &from.wide->ZMM_Hi256[n], 32);
#if defined(__x86_64__)
        std::memcpy(into.zmm[n + 16], &from.wide->Hi16_ZMM[n], 64);
#endif
    }
    std::memcpy(into.k, from.wide->K, sizeof(into.k));
}

void write(const state &from, cbf_cpu &into) {
    const auto stack_pointer = into.GPR[SP];
    std::memcpy(into.GPR, from.gpr, sizeof(from.gpr));
    into.GPR[SP] = stack_pointer;
    into.EFLAGS.val = from.rflags;
    std::memcpy(reinterpret_cast<char *>(&into) + fxsave_offset, &from.fx, sizeof(from.fx));
    for (unsigned n = 0; n < vectors; ++n)
        std::memcpy(&into.XMM[n], from.zmm[n], 16);
    if (into.wide == nullptr)
        return;
    // All of it: the arrays of an absent component may be written, too.
    for (unsigned n = 0; n < vectors; ++n) {
        std::memcpy(&into.wide->YMM_Hi128[n], from.zmm[n] + 16, 16);
        std::memcpy(&into.wide->ZMM_Hi256[n], from.zmm[n] + 32, 32);
#if defined(__x86_64__)
        std::memcpy(&into.wide->Hi16_ZMM[n], from.zmm[n + 16], 64);
#endif
    }
    std::memcpy(into.wide->K, from.k, sizeof(from.k));
}

} // namespace exactness
