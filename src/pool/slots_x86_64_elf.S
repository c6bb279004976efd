// The slots of x86-64, ELF.
#include "assembly/elf.inc"

    .macro unwind_as info, begin, end
    .endm

#include "slots_x86_64.inc"
