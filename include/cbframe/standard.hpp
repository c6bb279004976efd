// The language that the other headers are written in.
#pragma once

#if __cplusplus < 202002L
#error "cbframe needs C++20: compile with -std=c++20. cbframe/cbframe.h is for C and any C++"
#endif

// Of a function's object or argument: what it returns is good for as long. Clang warns where that is a temporary.
#if defined(__clang__) && __has_cpp_attribute(clang::lifetimebound)
#define CBF_LIFETIMEBOUND [[clang::lifetimebound]]
#else
#define CBF_LIFETIMEBOUND
#endif
