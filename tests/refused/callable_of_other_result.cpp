// Refused: what the callable returns does not convert to the result of the callback's function type: let it return that
#include <cbframe/callback.hpp>

#include <string>

cbframe::callback<int(int)> refused{[](int) { return std::string(); }}; // here
