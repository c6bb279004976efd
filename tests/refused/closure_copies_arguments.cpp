// Refused: the closure's handler cannot be called with a cbframe::arguments &: write [](cbframe::arguments &args) {...}
#include <cbframe/closure.hpp>

cbframe::closure refused{cbframe::signature::of<int(int)>(), [](cbframe::arguments) {}}; // here
