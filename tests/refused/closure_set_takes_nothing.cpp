// Refused: the closure's handler cannot be called with a cbframe::arguments &: write [](cbframe::arguments &args) {...}
#include <cbframe/closure.hpp>

void set(cbframe::closure &changed) {
    changed.set([] {}); // here
}
