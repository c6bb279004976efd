/* Code that passes vectors of 32 bytes, and whether this CPU can run it. */
#pragma once

#include "has_avx.h"

#define WIDE_VECTOR_CODE __attribute__((target("avx")))

static inline bool has_wide_vectors(void) { return has_avx(); }
