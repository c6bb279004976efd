// Refused: callback::as gives a pointer to a function type: write as<int(int)>(), not as<int (*)(int)>()
#include <cbframe/callback.hpp>

auto refused(const cbframe::callback<int(int)> &live) {
    return live.as<int (*)(int)>(); // here
}
