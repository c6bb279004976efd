// The entries of frames: i386, Mach-O.
#include "assembly/macho.inc"
#include "i386_far_macho.inc"

#include "i386.inc"
