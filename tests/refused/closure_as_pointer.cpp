// Refused: closure::as gives a pointer to a function type: write as<int(int)>(), not as<int (*)(int)>()
#include <cbframe/closure.hpp>

auto refused(const cbframe::closure &live) {
    return live.as<int (*)(int)>(); // here
}
