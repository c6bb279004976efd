// The slots of i386, Mach-O.
#include "assembly/macho.inc"

#include "slots_i386.inc"
