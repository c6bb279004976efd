// What exactness_state.hpp declares.
#include "exactness_state.hpp"

#include <cstring>

namespace exactness {

// ---- Making states --------------------------------------------------------------------------------

state random_state(bits &random) {
    state made{};
    fill(random, made.gpr, sizeof(made.gpr));
    made.gpr[X0] = 0;
    fill(random, made.fpr, sizeof(made.fpr));
    made.fcsr = (random() & exception_flags) | random() % rounding_modes << rounding_shift;
    made.call_by = random() % 3;
    return made;
}

state with_sp(state of, word sp) {
    of.gpr[SP] = sp;
    return of;
}

void complete(state &in, const state &out) {
    static constexpr gpr_index registers[] = {X1, X6, X31};
    in.gpr[registers[in.call_by]] = out.callee;
    in.gpr[X1] = out.returned_to;
    in.gpr[X3] = out.gpr[X3];
    in.gpr[X4] = out.gpr[X4];
}

// ---- Comparing states -----------------------------------------------------------------------------

testing::AssertionResult same(const state &expected, const state &actual, word) {
    differences found;
    for (unsigned n = 0; n < GPRS; ++n)
        if (n == SP || !leads_the_call(n))
            found.compare(gpr_names[n], expected.gpr[n], actual.gpr[n]);
    for (unsigned n = 0; n < 32; ++n)
        found.compare("F", n, &expected.fpr[n], &actual.fpr[n], sizeof(word));
    found.compare("FCSR", expected.fcsr, actual.fcsr);
    return found.result();
}

// ---- The handler's side ---------------------------------------------------------------------------

void read(const cbf_cpu &from, state &into) {
    std::memcpy(into.gpr, from.GPR, sizeof(from.GPR));
    std::memcpy(into.fpr, from.FPR, sizeof(from.FPR));
    into.fcsr = from.FCSR.val;
}

void write(const state &from, cbf_cpu &into) {
    for (unsigned n = 0; n < GPRS; ++n)
        if (n == X0 || !leads_the_call(n)) // of X0 nothing comes
            into.GPR[n].u = n == X0 ? 1 : from.gpr[n];
    std::memcpy(into.FPR, from.fpr, sizeof(from.fpr));
    into.FCSR.val = from.fcsr;
}

} // namespace exactness
