// Refused: clang passes no class without members here, g++ passes a word: leave it out of the signature
#include <cbframe/type_of.hpp>

struct empty {};

template <>
struct cbframe::describe<empty> : cbframe::fields<> {};

auto refused() {
    return cbframe::signature::of<void(int, empty)>(); // here
}
