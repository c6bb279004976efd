// The entries of frames: x86-64, handlers called by the System V ABI, Mach-O.
#include "assembly/macho.inc"
#include "x86_64_calls_sysv.inc"

#include "x86_64.inc"
