// The language that the other headers are written in.
#pragma once

#if __cplusplus < 202002L
#error "cbframe needs C++20: compile with -std=c++20. cbframe/cbframe.h is for C and any C++"
#endif
