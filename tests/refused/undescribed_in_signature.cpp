// Refused: specialise cbframe::describe for this class: template <> struct cbframe::describe<T> :
// cbframe::fields<&T::a, &T::b> {}; or, of a plain aggregate, include <cbframe/pfr.hpp> Named: undescribed>
#include <cbframe/type_of.hpp>

class undescribed {
  public:
    undescribed(int number) : number_(number) {}

  private:
    int number_;
};

auto refused() {
    return cbframe::signature::of<int(undescribed)>(); // here
}
