// The entries of typed slots: i386, ELF.
#include "assembly/elf.inc"
#include "i386_far_direct.inc"

#include "typed_i386.inc"
