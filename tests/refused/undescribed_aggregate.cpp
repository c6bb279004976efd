// Refused: specialise cbframe::describe for this class: template <> struct cbframe::describe<T> :
// cbframe::fields<&T::a, &T::b> {}; or, of a plain aggregate, include <cbframe/pfr.hpp> Named: aggregate>
#include <cbframe/callback.hpp>

struct aggregate {
    int a;
    double b;
};

cbframe::callback<void(aggregate)> refused{[](aggregate) {}}; // here
