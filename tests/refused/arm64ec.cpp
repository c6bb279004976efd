// Refused: cbframe: ARM64EC is not supported: compile for x64 or for ARM64
#define __arm64ec__          // as compilers for it do, beside the macros of x86-64
#include <cbframe/cbframe.h> // here
