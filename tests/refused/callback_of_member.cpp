// Refused: cbframe::callback is given a type that is no function: write callback<int(double)>
#include <cbframe/callback.hpp>

struct window {
    int resized(int);
};

cbframe::callback<int (window::*)(int)> refused{&window::resized}; // here
