// The slots of x86-64, Mach-O.
#include "assembly/macho.inc"

#include "slots_x86_64.inc"
