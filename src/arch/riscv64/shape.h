// The shape of the pages of slots: 64-bit RISC-V, whose pages have 4 KiB.
#pragma once

#if !defined(POOL_PAGE_SHIFT) /* tests build the library with other pages, too */
#define POOL_PAGE_SHIFT 12
#endif
#define POOL_PAGES        (0x10000 / POOL_PAGE_SIZE)
#define POOL_KINDS        2
#define POOL_KIND_OF_TAPS 0
#define POOL_JUMP_END     10 /* in a slot of a frame, behind its jump: what the entry finds in X6 */
