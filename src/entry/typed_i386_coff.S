// The entries of typed slots: i386, COFF.
#include "assembly/coff.inc"
#include "i386_far_direct.inc"

#include "typed_i386.inc"
