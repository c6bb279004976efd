// The slots of i386, COFF.
#include "assembly/coff.inc"

#include "slots_i386.inc"
