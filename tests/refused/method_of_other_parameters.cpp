// Refused: the callable cannot be called with the parameters of the callback's function type: give it these parameters
#include <cbframe/callback.hpp>

struct window {
    int resized(int, int) { return 0; }
};

void make(window &shown) {
    cbframe::callback<int(int)> refused{&window::resized, &shown}; // here
}
