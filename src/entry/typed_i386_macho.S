// The entries of typed slots: i386, Mach-O.
#include "assembly/macho.inc"
#include "i386_far_macho.inc"

#include "typed_i386.inc"
