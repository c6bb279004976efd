// Must not compile: the compiler does not see what the class consists of.
#include <cbframe/callback.hpp>

class undescribed {
  public:
    undescribed(int number) : number_(number) {}

  private:
    int number_;
};

cbframe::callback<void(undescribed)> refused{[](undescribed) {}};
