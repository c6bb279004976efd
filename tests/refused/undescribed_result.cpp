// Refused: specialise cbframe::describe for this class: template <> struct cbframe::describe<T> :
// cbframe::fields<&T::a, &T::b> {}; or, of a plain aggregate, include <cbframe/pfr.hpp> Named: undescribed>
#include <cbframe/callback.hpp>

class undescribed {
  public:
    undescribed(int number) : number_(number) {}

  private:
    int number_;
};

cbframe::callback<undescribed(int)> refused{[](int n) { return undescribed(n); }}; // here
