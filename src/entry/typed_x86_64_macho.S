// The entries of typed slots: x86-64, C++ compiled for the System V ABI, Mach-O.
#include "assembly/macho.inc"
#include "typed_x86_64_calls_sysv.inc"

#include "typed_x86_64.inc"
