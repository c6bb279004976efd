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
#define POOL_PUSH_END     8                          /* in a slot of a frame, behind its push */

/* What Windows is told of so many bytes of a slot or tail behind that push: nothing else has changed since the call.
 * Microsoft, "ARM64 exception handling", Packed unwind data: Flag 2 (no prologue), Function Length, Frame Size. */
#define POOL_PUSHED(bytes) (2 | (bytes) / 4 << 2 | 1 << 23)
