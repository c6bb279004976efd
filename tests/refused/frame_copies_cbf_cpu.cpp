// Refused: the frame's handler gets a copy of the CPU, and what it writes is lost: write [](cbframe::cpu &cpu) {...}
#include <cbframe/frame.hpp>

cbframe::frame refused{[](cbf_cpu cpu) { cpu.wide = nullptr; }}; // here
