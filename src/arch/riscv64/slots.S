// The slots built into the image: pages of code that are all the same, and one page of records each. 64-bit RISC-V.
//
//     page of code, POOL_PAGE_SIZE bytes            page of records, as many bytes
//     slot 0     addi sp, sp, -32                   record 0     handler, user
//                sd x6, 16(sp)
//                sd x7, 24(sp)
//                jal x6, tail
//      ...                                           ...
//     last slot                                     last record
//     tail       auipc x7, entry                    page         its own address
//                ld x7, entry(x7)                   entry        where the tail jumps
//                jr x7
//
// These are the slots of frames: they change nothing but SP, the stack below it and X6 and X7, which the entry finds
// there. X6 tells which slot it was, and is no register that a CPU takes for a return address's. The slots of functions
// whose signature is known may use both, and need no tail, nor an entry of their page's:
//
//     slot 0     auipc x6, record                   record 0     code, object
//                ld x7, record(x6)
//                addi x6, x6, record
//                jr x7
//
// The distance from a slot to its record is the same everywhere, so a copy of the code pages works wherever fresh pages
// of records lie at that distance from it. A linker must not shorten what is here.
#include "assembly.inc"

#include "arch/shape.h"

    .option norelax

    .macro frame_pages
    .rept POOL_PAGES
    .cfi_startproc
    .rept POOL_SLOTS
    .cfi_def_cfa_offset 0
    c.addi16sp sp, -32
    .cfi_def_cfa_offset 32
    c.sdsp x6, 16(sp)
    c.sdsp x7, 24(sp)
    jal x6, 1f
    c.unimp
    c.unimp
    c.unimp
    .endr
1:
    auipc x7, %pcrel_hi(C_SYMBOL(cbf_pool_data) + L(page) + POOL_ENTRY_FIELD)
    ld x7, %pcrel_lo(1b)(x7)
    c.jr x7
    .cfi_endproc
    .zero 6
    .set L(page), L(page) + POOL_PAGE_SIZE
    .endr
    .endm

    .macro typed_pages
    .rept POOL_PAGES
    .cfi_startproc
    .set L(offset), 0
    .rept POOL_SLOTS
1:
    auipc x6, %pcrel_hi(C_SYMBOL(cbf_pool_data) + L(page) + L(offset))
    ld x7, %pcrel_lo(1b)(x6)
    addi x6, x6, %pcrel_lo(1b)
    c.jr x7
    c.unimp
    .set L(offset), L(offset) + POOL_SLOT_SIZE
    .endr
    .cfi_endproc
    .zero POOL_SLOT_SIZE
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
