// Must not compile by clang for i386, where compilers pass such a class in different ways.
#include <cbframe/type_of.hpp>

struct empty {};

template <>
struct cbframe::describe<empty> : cbframe::fields<> {};

auto refused() { return cbframe::signature::of<void(int, empty)>(); }
