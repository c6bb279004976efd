// The entries of frames: i386, ELF.
#include "assembly/elf.inc"
#include "i386_far_direct.inc"

#include "i386.inc"
