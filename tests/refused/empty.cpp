// Refused: clang passes no class without members here, g++ passes a word: leave it out of the signature
#include <cbframe/callback.hpp>

struct empty {};

cbframe::callback<void(int, empty)> refused{[](int, empty) {}}; // here
