// Refused: the closure's handler cannot be called with a cbframe::arguments &: write [](cbframe::arguments &args) {...}
#include <cbframe/closure.hpp>

void make(const cbframe::prepared_signature &called) {
    cbframe::closure refused{called, [] {}}; // here
}
