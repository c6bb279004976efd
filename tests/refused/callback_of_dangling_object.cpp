// Refused: temporary whose address is used as value of local variable 'made' will be destroyed
#include <cbframe/callback.hpp>

#pragma clang diagnostic error "-Wdangling"

struct window {
    int resized(int n) const { return n; }
};

int refused() {
    const cbframe::callback made{&window::resized, &static_cast<const window &>(window{})}; // here
    return made(1);
}
