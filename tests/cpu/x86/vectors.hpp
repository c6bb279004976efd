// What vectors_compiled.cpp, compiled once for each instruction set, has for vectors_test.cpp.
#pragma once

/// Says that a check found something other than it wanted.
void vectors_check(const char *what, int bytes, int found, int expected);

struct vectors_compiled {
    void (*check)();              ///< calls callbacks and closures with vectors of all sizes
    const char *of_no_vectors;    ///< the name of a type of callbacks
    const char *of_vectors_of_64; ///< likewise
};

namespace vectors {
extern const vectors_compiled none, mmx, sse, sse2, avx, avx512f;
}
