// The shape of the pages of slots: 64-bit Arm, whose systems have pages of 4, 16 or 64 KiB.
#pragma once

#if defined(POOL_PAGE_SHIFT) /* tests build the library with other pages, too */
#elif defined(__APPLE__)
#define POOL_PAGE_SHIFT 14 /* all that macOS has */
#elif defined(_WIN32)
#define POOL_PAGE_SHIFT 12
#else
#define POOL_PAGE_SHIFT 16
#endif
#define POOL_KINDS        2
#define POOL_KIND_OF_TAPS 0
#define POOL_PAGES        (0x20000 / POOL_PAGE_SIZE) /* one of 64 KiB for each level */
