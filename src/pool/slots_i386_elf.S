// The slots of i386, ELF.
#include "assembly/elf.inc"

#include "slots_i386.inc"
