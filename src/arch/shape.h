// The shape of the pages of slots, for the assembly and for C++. What each CPU defines:
//
//     POOL_PAGES        pages of code of each kind built into the image, and in every further mapping
//     POOL_PAGE_SHIFT   log2 of POOL_PAGE_SIZE
//     POOL_KINDS        of slots: of frames, typed, and where those of frames do not do, of taps
//     POOL_KIND_OF_TAPS which of them taps have
//
// And what is the same on all of them:
//
//     POOL_PAGE_SIZE    of code, and of the records of its slots: a page of the system, or several. One build runs on
//                       systems with pages of that size and of every smaller one
//     POOL_SLOT_SIZE    of a slot, and of its record
//     POOL_SLOTS        in a page
//     POOL_PAGE_FIELD   where a page of records has its own address
//     POOL_ENTRY_FIELD  where a page of records has the address of its entry
#pragma once

#if defined(__x86_64__) || defined(__i386__)
#include "arch/x86/shape.h"
#elif defined(__aarch64__)
#include "arch/aarch64/shape.h"
#elif defined(__riscv)
#include "arch/riscv64/shape.h"
#endif

#define POOL_PAGE_SIZE   (1 << POOL_PAGE_SHIFT)
#define POOL_SLOT_SIZE   16
#define POOL_SLOTS       (POOL_PAGE_SIZE / POOL_SLOT_SIZE - 1) /* the tail takes the place of the last */
#define POOL_PAGE_FIELD  (POOL_SLOTS * POOL_SLOT_SIZE)
#define POOL_ENTRY_FIELD (POOL_PAGE_FIELD + 8)
