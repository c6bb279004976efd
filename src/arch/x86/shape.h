// The shape of the pages of slots, for the assembly and for C++.
#pragma once

#define POOL_KINDS         2  /* of slots, see slots.S */
#define POOL_PAGES         16 /* pages of code of each kind built into the image, and in every further mapping */
#define POOL_PAGE_SIZE     4096
#define POOL_SLOT_SIZE     16  /* of a slot, and of its record */
#define POOL_SLOTS         255 /* in a page; the tail takes the place of the last */
#define POOL_PAGE_FIELD    4080
#define POOL_ENTRY_FIELD   4088
#define POOL_PUSH_END      9                                 /* in a slot of a frame, behind its push */
#define POOL_TAIL_PUSH_END 6                                 /* x86-64: in a tail, behind its push */
#define POOL_TAIL_RETURN   (POOL_SLOTS * POOL_SLOT_SIZE + 6) /* i386: where a tail's call returns to, in its page */
