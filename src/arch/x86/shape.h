// The shape of the pages of slots: both widths of x86.
#pragma once

#define POOL_PAGES         16
#define POOL_PAGE_SIZE     4096
#define POOL_SLOT_SIZE     16
#define POOL_SLOTS         255 /* the tail takes the place of the last */
#define POOL_PAGE_FIELD    4080
#define POOL_ENTRY_FIELD   4088
#define POOL_PUSH_END      9                                 /* in a slot of a frame, behind its push */
#define POOL_TAIL_PUSH_END 6                                 /* x86-64: in a tail, behind its push */
#define POOL_TAIL_RETURN   (POOL_SLOTS * POOL_SLOT_SIZE + 6) /* i386: where a tail's call returns to, in its page */
