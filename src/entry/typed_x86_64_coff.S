// The entries of typed slots: x86-64, C++ compiled for the Microsoft convention, COFF.
#include "assembly/coff.inc"
#include "x86_64_calls_ms.inc"

    // The function keeps what the caller wants kept.
    .macro keep_general
    .endm

    .macro keep_vectors
    .endm

    .macro restore_kept
    .endm

#include "typed_x86_64.inc"
