// Refused: cbframe::callback cannot tell by which parameters the callable is to be called: write them
#include <cbframe/callback.hpp>

cbframe::callback refused{[](auto n) { return n; }}; // here
