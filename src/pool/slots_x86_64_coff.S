// The slots of x86-64, COFF. Without unwind data code is a leaf function, which is right for a slot until its push.
//
// What follows has unwind data of version 2, which says where epilogues are; there are none. By version 1, which .seh
// directives make, Windows takes each jump out of a function for an epilogue. Wine does by either version, but not in a
// prologue: so all of it is prologue.
#include "assembly/coff.inc"

#include "shape.h"

#define UNWIND_VERSION   2
#define PUSHED(end)      end, 2 /* UWOP_ALLOC_SMALL, 8 bytes, from the end of an instruction on */
#define NO_CODE          0, 0
#define NO_FRAME_POINTER 0

    .section .xdata, "dr"
    .p2align 2
L(unwind_jump):
    .byte UNWIND_VERSION, POOL_SLOT_SIZE - POOL_PUSH_END, 1, NO_FRAME_POINTER, PUSHED(0), NO_CODE
L(unwind_tail):
    .byte UNWIND_VERSION, POOL_SLOT_SIZE, 2, NO_FRAME_POINTER, PUSHED(POOL_TAIL_PUSH_END), PUSHED(0)

    .macro unwind_as info, begin, end
    .section .pdata, "dr"
    .p2align 2
    .rva \begin, \end, L(unwind_\info)
    .text
    .endm

#include "slots_x86_64.inc"
