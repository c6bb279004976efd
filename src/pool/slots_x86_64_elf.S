// The slots of x86-64, ELF.
#include "assembly/elf.inc"

#include "slots_x86_64.inc"
