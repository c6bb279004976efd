// The functions that are called.
#pragma once

#include <cstdint>

namespace bench {

struct pair_of_doubles {
    double x, y;
};
struct sixty_four_bytes {
    std::int64_t words[8];
};

using function = int(int, int);
/// More arguments than there are registers for them.
using many = int(int, int, int, int, int, int, int, int);
using swap = pair_of_doubles(void *, void *, void *, pair_of_doubles);
using large = sixty_four_bytes(sixty_four_bytes);

} // namespace bench
