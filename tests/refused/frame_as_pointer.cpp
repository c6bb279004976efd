// Refused: frame::as gives a pointer to a function type: write as<int(int)>(), not as<int (*)(int)>()
#include <cbframe/frame.hpp>

auto refused(const cbframe::frame &live) {
    return live.as<int (*)(int)>(); // here
}
