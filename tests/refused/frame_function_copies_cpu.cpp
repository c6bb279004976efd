// Refused: the frame's handler gets a copy of the CPU, and what it writes is lost: write [](cbframe::cpu &cpu) {...}
#include <cbframe/frame.hpp>

void handler(cbf_cpu cpu);

cbframe::frame refused{handler}; // here
