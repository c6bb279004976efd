// Refused: cbframe::type_of is given a type that C does not pass: of an array or a function, write a pointer to it
#include <cbframe/type_of.hpp>

auto refused() {
    return cbframe::type_of<int[3]>(); // here
}
