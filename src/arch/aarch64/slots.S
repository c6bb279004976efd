// The slots built into the image: pages of code that are all the same, and one page of records each. 64-bit Arm.
//
//     page of code, POOL_PAGE_SIZE bytes            page of records, as many bytes
//     slot 0     bti c                              record 0     handler, user
//                stp x16, x17, [sp, #-16]!
//                adr x16, slot
//                b tail
//      ...                                           ...
//     last slot                                     last record
//     tail       adrp x17, entry                    page         its own address
//                ldr x17, [x17, entry]              entry        where the tail jumps
//                br x17
//
// These are the slots of frames: they change nothing but SP, the stack below it and X16 and X17, which the entry finds
// there. The slots of functions whose signature is known may use X16 and X17, which veneers may change at any call
// (AAPCS64, 6.1.1), and need no entry of their page's:
//
//     slot 0     bti c                              record 0     code, object
//                adrp x17, record
//                add x17, x17, record
//                b tail
//     tail       ldr x16, [x17]
//                br x16
//
// The distance from a slot to its record is the same everywhere and whole pages of 4 KiB, so a copy of the code pages
// works wherever fresh pages of records lie at that distance from it.
#include "assembly.inc"

#include "arch/shape.h"

    .macro frame_pages
    .rept POOL_PAGES
    .cfi_startproc
    .cfi_def_cfa sp, 0 // not an offset: so macOS' compact unwind table, which cannot say what follows, leaves it to DWARF
    .rept POOL_SLOTS
    .cfi_def_cfa_offset 0
    bti c
    stp x16, x17, [sp, #-16]!
    .cfi_def_cfa_offset 16
    seh_packed POOL_PUSHED(POOL_SLOT_SIZE-POOL_PUSH_END)
    adr x16, . - POOL_PUSH_END
    b 1f
    .endr
1:
    seh_packed POOL_PUSHED(POOL_SLOT_SIZE)
    adrp x17, PAGE_OF(C_SYMBOL(cbf_pool_data), L(page) + POOL_ENTRY_FIELD)
    ldr x17, [x17, OFFSET_OF(C_SYMBOL(cbf_pool_data), L(page) + POOL_ENTRY_FIELD)]
    br x17
    brk #0
    .cfi_endproc
    .set L(page), L(page) + POOL_PAGE_SIZE
    .endr
    .endm

    .macro typed_pages
    .rept POOL_PAGES
    .cfi_startproc
    .set L(offset), 0
    .rept POOL_SLOTS
    bti c
    adrp x17, PAGE_OF(C_SYMBOL(cbf_pool_data), L(page) + L(offset))
    add x17, x17, OFFSET_OF(C_SYMBOL(cbf_pool_data), L(page) + L(offset))
    b 1f
    .set L(offset), L(offset) + POOL_SLOT_SIZE
    .endr
1:
    ldr x16, [x17]
    br x16
    brk #0
    brk #0
    .cfi_endproc
    .set L(page), L(page) + POOL_PAGE_SIZE
    .endr
    .endm

    .text
    .p2align POOL_PAGE_SHIFT
    .set L(page), 0
    begin_hidden C_SYMBOL(cbf_pool_code), %function
    frame_pages
    typed_pages
    end_hidden C_SYMBOL(cbf_pool_code)

    .set L(size), POOL_KINDS * POOL_PAGES * POOL_PAGE_SIZE
    hidden_zeros C_SYMBOL(cbf_pool_data), L(size), POOL_PAGE_SHIFT
