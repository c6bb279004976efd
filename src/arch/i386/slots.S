// The slots built into the image: pages of code that are all the same, and one page of records each. i386; what depends
// on the object format is chosen by include path.
//
//     page of code, POOL_PAGE_SIZE bytes            page of records, as many bytes
//     slot 0     endbr32                            record 0     handler, user
//                push $0          (imm32)
//                jmp tail         (rel32)
//     slot 1     endbr32; push $16; jmp tail        record 1     handler, user
//      ...                                           ...
//     last slot                                     last record
//     tail       push %eax                          page         its own address
//                call 1f                            entry        where the tail jumps
//                jmp *entry(%eax)
//             1: mov (%esp), %eax; ret
//
// These are the slots of frames: they change nothing but ESP and the stack below it, and EAX, which
// the entry finds on the stack. Nothing here is relative to the instruction pointer but calls and
// jumps, so the tail calls what returns its own address; calls and returns stay in pairs, as the
// predictor of returns and shadow stacks want them.
//
// The slots of functions whose signature is known may use EAX, which no convention of compiled C
// gives a meaning at a call (gcc's regparm, which does, is none of those we make functions for),
// and jump at once:
//
//     slot 0     endbr32                            record 0     code, object
//                call tail
//                add $distance, %eax
//                jmp *(%eax)
//     tail       mov (%esp), %eax; ret
//
// Those of taps call their entry, which finds the slot by the return address of that call. It does not return there: no
// jump of this CPU finds an address relative to the instruction pointer, and signal handlers write below ESP.
//
//     slot 0     endbr32                            record 0     original, what else there is of the tap
//                call tail
//     tail       as that of frames
//
// The distance from a slot to its record is the same everywhere, so a copy of the code pages works
// wherever fresh pages of records lie at that distance from it.
#include "assembly.inc"

#include "arch/shape.h"

    // The tail of a page, but for its beginning's CFI.
    .macro find_page
    push %eax
    .cfi_adjust_cfa_offset 4
    call 3f
2: // POOL_TAIL_RETURN
    jmp *C_SYMBOL(cbf_pool_data) + L(page) + POOL_ENTRY_FIELD - 2b(%eax)
    .cfi_adjust_cfa_offset 4
3:
    mov (%esp), %eax
    ret
    .endm

    .macro frame_pages
    .rept POOL_PAGES
    .cfi_startproc
    // CFA = ESP + 4, and 4 more behind the push:
    // breg(ESP) 4; breg8(EIP) 0; lit15; and; lit0 + POOL_PUSH_END; ge; lit2; shl; plus
    .cfi_escape 0x0f, 11, BREG_ESP, 4, 0x78, 0, 0x3f, 0x1a, 0x30 + POOL_PUSH_END, 0x2a, 0x32, 0x24, 0x22
    .set L(offset), 0
    .rept POOL_SLOTS
    endbr32
    .byte 0x68 // push imm32, in its long form in every slot
    .long L(offset)
    .byte 0xe9 // jmp rel32, likewise
    .long 1f - . - 4
    .p2align 4, 0xcc
    .set L(offset), L(offset) + POOL_SLOT_SIZE
    .endr
    .cfi_endproc
    .cfi_startproc
    .cfi_def_cfa_offset 8
1:
    find_page
    .cfi_endproc
    .p2align POOL_PAGE_SHIFT, 0xcc
    .set L(page), L(page) + POOL_PAGE_SIZE
    .endr
    .endm

    .macro tap_pages
    .rept POOL_PAGES
    .cfi_startproc
    .rept POOL_SLOTS
    endbr32
    .byte 0xe8 // call rel32
    .long 1f - . - 4
    .p2align 4, 0xcc
    .endr
    .cfi_adjust_cfa_offset 4
1:
    find_page
    .cfi_endproc
    .p2align POOL_PAGE_SHIFT, 0xcc
    .set L(page), L(page) + POOL_PAGE_SIZE
    .endr
    .endm

    .macro typed_pages
    .rept POOL_PAGES
    .cfi_startproc
    .set L(offset), 0
    .rept POOL_SLOTS
    endbr32
    call 2f
1:
    .byte 0x05 // add imm32, %eax
    .long C_SYMBOL(cbf_pool_data) + L(page) + L(offset) + (. - 1b) - .
    jmp *(%eax)
    .p2align 4, 0xcc
    .set L(offset), L(offset) + POOL_SLOT_SIZE
    .endr
    .cfi_adjust_cfa_offset 4
2:
    mov (%esp), %eax
    ret
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
