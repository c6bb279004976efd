// The entries of typed slots: x86-64, C++ compiled for the System V ABI, ELF.
#include "assembly/elf.inc"
#include "typed_x86_64_calls_sysv.inc"

#include "typed_x86_64.inc"
