// The slots built into the image: pages of code that are all the same, and one page of records each. x86-64; what
// depends on the object format and on who unwinds is chosen by include path.
//
//     page of code, POOL_PAGE_SIZE bytes            page of records, as many bytes
//     slot 0     endbr64                            record 0     handler, user
//                push $0          (imm32)
//                jmp tail         (rel32)
//     slot 1     endbr64; push $16; jmp tail        record 1     handler, user
//      ...                                           ...
//     last slot                                     last record
//     tail       push page(%rip)                    page         its own address
//                jmp *entry(%rip)                   entry        where the tail jumps
//
// These are the slots of frames: they change nothing but RSP and the stack below it. The slots of
// functions whose signature is known may use R11, which no convention of compiled C gives a meaning
// at a call, and jump at once; their pages need no tail:
//
//     slot 0     endbr64                            record 0     code, object
//                lea record(%rip), %r11
//                jmp *(%r11)
//
// Those of taps call their entry, which finds the slot by where the call returns to, and returns there when all is as
// the original is to find it:
//
//     slot 0     endbr64                            record 0     original, what else there is of the tap
//                call tail
//                jmp to the original, see calls.inc
//     tail       jmp *entry(%rip)                   entry        where the tail jumps
//
// So the jump to the original needs no register, and each call has its return, as predictors and shadow stacks want it.
//
// The distance from a slot to its record is the same everywhere, so the code reaches its records
// relative to RIP, and a copy of the code pages works wherever fresh pages of records lie at that
// distance from it.
#include "assembly.inc"
#include "calls.inc"
#include "unwind.inc"

#include "arch/shape.h"

    .macro frame_tail page
    .cfi_startproc
    .cfi_def_cfa_offset 16
L(tail\@):
    push C_SYMBOL(cbf_pool_data) + \page + POOL_PAGE_FIELD(%rip)
    .cfi_adjust_cfa_offset 8
    jmp *C_SYMBOL(cbf_pool_data) + \page + POOL_ENTRY_FIELD(%rip)
L(tail_end\@):
    .cfi_endproc
    unwind_as tail, L(tail\@), L(tail_end\@)
    .endm

    .macro frame_jump tail
L(jump\@):
    .byte 0xe9 // jmp rel32, likewise
    .long \tail - . - 4
L(jump_end\@):
    unwind_as jump, L(jump\@), L(jump_end\@)
    .endm

    .macro frame_pages
    .rept POOL_PAGES
    .cfi_startproc
    // CFA = RSP + 8, and 8 more behind the push:
    // breg7(RSP) 8; breg16(RIP) 0; lit15; and; lit0 + POOL_PUSH_END; ge; lit3; shl; plus
    .cfi_escape 0x0f, 11, 0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x30 + POOL_PUSH_END, 0x2a, 0x33, 0x24, 0x22
    .set L(offset), 0
    .rept POOL_SLOTS
    endbr64
    .byte 0x68 // push imm32, in its long form in every slot
    .long L(offset)
    frame_jump 1f
    .p2align 4, 0xcc
    .set L(offset), L(offset) + POOL_SLOT_SIZE
    .endr
    .cfi_endproc
1:
    frame_tail L(page)
    .p2align POOL_PAGE_SHIFT, 0xcc
    .set L(page), L(page) + POOL_PAGE_SIZE
    .endr
    .endm

    .macro typed_pages
    .rept POOL_PAGES
    .cfi_startproc
    .set L(offset), 0
    .rept POOL_SLOTS
    endbr64
    lea C_SYMBOL(cbf_pool_data) + L(page) + L(offset)(%rip), %r11
    jmp *(%r11)
    .p2align 4, 0xcc
    .set L(offset), L(offset) + POOL_SLOT_SIZE
    .endr
    .cfi_endproc
    .p2align POOL_PAGE_SHIFT, 0xcc
    .set L(page), L(page) + POOL_PAGE_SIZE
    .endr
    .endm

    .macro tap_jump record
L(jump\@):
    go_on_from_slot \record
L(jump_end\@):
    unwind_as called, L(jump\@), L(jump_end\@)
    .endm

    .macro tap_tail page
L(tail\@):
    jmp *C_SYMBOL(cbf_pool_data) + \page + POOL_ENTRY_FIELD(%rip)
L(tail_end\@):
    unwind_as jump, L(tail\@), L(tail_end\@)
    .endm

    .macro tap_pages
    .rept POOL_PAGES
    .cfi_startproc
    .set L(offset), 0
    .rept POOL_SLOTS
    endbr64
    .byte 0xe8 // call rel32
    .long 1f - . - 4
    tap_jump C_SYMBOL(cbf_pool_data)+L(page)+L(offset)
    .p2align 4, 0xcc
    .set L(offset), L(offset) + POOL_SLOT_SIZE
    .endr
    .cfi_adjust_cfa_offset 8
1:
    tap_tail L(page)
    .cfi_endproc
    .p2align POOL_PAGE_SHIFT, 0xcc
    .set L(page), L(page) + POOL_PAGE_SIZE
    .endr
    .endm

    .text
    .p2align POOL_PAGE_SHIFT
    .set L(page), 0
    begin_hidden C_SYMBOL(cbf_pool_code), @function
    frame_pages
    typed_pages
    tap_pages
    end_hidden C_SYMBOL(cbf_pool_code)

    .set L(size), POOL_KINDS * POOL_PAGES * POOL_PAGE_SIZE
    hidden_zeros C_SYMBOL(cbf_pool_data), L(size), POOL_PAGE_SHIFT
