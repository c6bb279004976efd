// Refused: the frame's handler cannot be called with a cbframe::cpu &: write [](cbframe::cpu &cpu) {...}
#include <cbframe/frame.hpp>

void set(cbframe::frame &changed) {
    changed.set([] {}); // here
}
