// Refused: cbframe::signature::of is given a function type with a calling convention, or with const
#include <cbframe/type_of.hpp>

auto refused() {
    return cbframe::signature::of<int(int) const>(); // here
}
