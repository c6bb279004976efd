// Refused: cbframe::signature::of is given a function that returns an object of a class that is no copy of bytes: a
// closure
#include <cbframe/type_of.hpp>

#include <string>

auto refused() {
    return cbframe::signature::of<std::string(int)>(); // here
}
