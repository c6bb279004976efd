// The shape of the pages of slots: 64-bit RISC-V, whose pages have 4 KiB.
#pragma once

#if !defined(POOL_PAGE_SHIFT) /* tests build the library with other pages, too */
#define POOL_PAGE_SHIFT 12
#endif
#define POOL_PAGE_SIZE   (1 << POOL_PAGE_SHIFT)
#define POOL_PAGES       (0x10000 / POOL_PAGE_SIZE)
#define POOL_SLOT_SIZE   16
#define POOL_SLOTS       (POOL_PAGE_SIZE / POOL_SLOT_SIZE - 1) /* the tail takes the place of the last */
#define POOL_PAGE_FIELD  (POOL_SLOTS * POOL_SLOT_SIZE)
#define POOL_ENTRY_FIELD (POOL_PAGE_FIELD + 8)
#define POOL_JUMP_END    10 /* in a slot of a frame, behind its jump: what the entry finds in X6 */
