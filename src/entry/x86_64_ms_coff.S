// The entries of frames: x86-64, handlers called by the Microsoft convention, COFF.
#include "assembly/coff.inc"
#include "x86_64_calls_ms.inc"

#include "x86_64.inc"
