// What the callers of the exactness and the unwinding tests have in common: exactness.S of each, which includes this
// behind what is its own.
#pragma once

#include <cstddef>
#include <cstdint>

namespace exactness {

/// What FXSAVE and FXSAVE64 store (Intel SDM vol. 1, 10.5.1). XMM registers are not used from here, but from state.zmm.
struct alignas(16) fxsave_image {
    std::uint16_t fcw;
    std::uint16_t fsw;
    std::uint8_t ftw;
    std::uint8_t reserved;
    std::uint16_t fop;
    std::uint64_t fip;
    std::uint64_t fdp;
    std::uint32_t mxcsr;
    std::uint32_t mxcsr_mask;
    std::uint8_t st[8][16];
    std::uint8_t xmm[16][16];
    std::uint8_t rest[96];
};

/// Every register of a CPU.
struct alignas(16) state {
    word gpr[GPRS]; // the stack pointer: out only
    word rflags;
    word called_sp;       // out: the stack pointer before the call instruction
    word xinuse;          // out: XGETBV with ECX=1 before the call, if asked for
    word components;      // in: which parts of zmm and k there are
    word x87_by;          // in: X87_BY_*
    word alignment;       // in: the stack pointer modulo 16 before the call instruction
    word ask_xinuse;      // in
    word returned_xinuse; // out: XGETBV with ECX=1 after the call, if asked for
    fxsave_image fx;
    fxsave_image loaded;                 // out: FXSAVE before the call
    std::uint8_t zmm[zmm_registers][64]; // XMM and YMM registers are the low bytes
    std::uint64_t k[8];
};

static_assert(offsetof(state, gpr) == STATE_GPR && offsetof(state, rflags) == STATE_RFLAGS);
static_assert(offsetof(state, called_sp) == STATE_CALLED_RSP && offsetof(state, xinuse) == STATE_XINUSE);
static_assert(offsetof(state, components) == STATE_COMPONENTS && offsetof(state, x87_by) == STATE_X87_BY);
static_assert(offsetof(state, alignment) == STATE_ALIGNMENT && offsetof(state, ask_xinuse) == STATE_ASK_XINUSE);
static_assert(offsetof(state, returned_xinuse) == STATE_RETURNED_XINUSE);
static_assert(offsetof(state, fx) == STATE_FXSAVE && offsetof(state, loaded) == STATE_LOADED);
static_assert(offsetof(state, zmm) == STATE_ZMM && offsetof(state, k) == STATE_K && sizeof(fxsave_image) == 512);

} // namespace exactness

extern "C" {
/// Calls function with the registers of *in and stores what they are on return in *out. CALL_ARGUMENTS
/// bytes above RSP are the callee's to pop. Returns 1 if the call ended with a C++ exception, which is
/// caught; then only RSP and the callee-saved registers of *out are set, to what the unwinder restored.
/// Calls may nest, in one thread.
int exactness_call(const exactness::state *in, exactness::state *out, const void *function);

/// The return address of the call.
extern const char exactness_return[];
}
