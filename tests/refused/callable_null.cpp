// Refused: the callable cannot be called with the parameters of the callback's function type: give it these parameters
#include <cbframe/callback.hpp>

cbframe::callback<int(int)> refused{nullptr}; // here
