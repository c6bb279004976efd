// The entries of frames: i386, COFF.
#include "assembly/coff.inc"
#include "i386_far_direct.inc"

#include "i386.inc"
