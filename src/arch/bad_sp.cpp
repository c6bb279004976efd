// Where the stack pointer is a multiple of 16 at every instruction: what a handler may not make of it.
#include "arch/arch.hpp"
#include "error/abort.hpp"

extern "C" [[noreturn, gnu::visibility("hidden")]] void cbf_entry_bad_sp(const cbf_cpu *cpu) {
    cbf::error::abort("cbframe: a handler set the stack pointer to ", cbf::arch::stack_pointer(*cpu),
                      ", which is not a multiple of 16, or in the state of the call itself");
}
