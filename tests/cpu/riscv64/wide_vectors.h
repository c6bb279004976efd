/* Code that passes vectors of 32 bytes, and whether this CPU can run it: they are in memory. */
#pragma once

#include <stdbool.h>

#define WIDE_VECTOR_CODE

static inline bool has_wide_vectors(void) { return true; }
