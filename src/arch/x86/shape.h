// The shape of the pages of slots: both widths of x86.
#pragma once

#if !defined(POOL_PAGE_SHIFT) /* tests build the library with the pages of other CPUs, too */
#define POOL_PAGE_SHIFT 12
#endif
#define POOL_PAGES         (0x10000 / POOL_PAGE_SIZE)
#define POOL_KINDS         3
#define POOL_KIND_OF_TAPS  2
#define POOL_PUSH_END      9                                 /* in a slot of a frame, behind its push */
#define POOL_TAIL_PUSH_END 6                                 /* x86-64: in a tail, behind its push */
#define POOL_TAP_RETURN    9                                 /* in a slot of a tap, behind its call */
#define POOL_TAIL_RETURN   (POOL_SLOTS * POOL_SLOT_SIZE + 6) /* i386: where a tail's call returns to, in its page */
