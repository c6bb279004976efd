// The slots of x86-64, COFF. Without unwind data code is a leaf function, which is right for a slot until its push.
#include "assembly/coff.inc"

#include "slots_x86_64.inc"
