// Refused: cbframe::signature::of is given a type that is no function: write signature::of<int(double)>()
#include <cbframe/type_of.hpp>

auto refused() {
    return cbframe::signature::of<int (*)(int)>(); // here
}
