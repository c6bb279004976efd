// Refused: the frame's handler cannot be called with a cbframe::cpu &: write [](cbframe::cpu &cpu) {...}
#include <cbframe/frame.hpp>

cbframe::frame refused{[](auto cpu) { cpu.FCW.val = 0; }}; // here
