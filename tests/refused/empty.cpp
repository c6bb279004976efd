// Must not compile by clang for i386, where compilers pass such a class in different ways.
#include <cbframe/callback.hpp>

struct empty {};

cbframe::callback<void(int, empty)> refused{[](int, empty) {}};
