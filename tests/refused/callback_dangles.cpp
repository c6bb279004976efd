// Refused: temporary whose address is used as value of local variable 'function' will be destroyed
#include <cbframe/callback.hpp>

#pragma clang diagnostic error "-Wdangling"

int refused() {
    int (*function)(int) = cbframe::callback{[](int n) { return n; }}; // here
    return function(1);
}
