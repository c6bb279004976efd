// The snippets of docs/life.md.
#include <cbframe/cbframe.hpp>

#include <cstdio>
#include <cstdlib>
#include <memory>

namespace {

// A C library that keeps a callback.
void (*registered)(int) = nullptr;
void set_listener(void (*listener)(int)) { registered = listener; }
void fire(int value) {
    if (registered != nullptr)
        registered(value);
}

class listener {
  public:
    listener() { set_listener(changed_); }
    ~listener() { set_listener(nullptr); } // before the callback goes
    int sum() const { return sum_; }

  private:
    int sum_ = 0;
    cbframe::callback<void(int)> changed_{[this](int value) { sum_ += value; }};
};

void once() {
    // Destroys itself when it is called.
    auto *self = new std::unique_ptr<cbframe::callback<void(int)>>;
    *self = std::make_unique<cbframe::callback<void(int)>>([self](int value) {
        std::printf("once: %d\n", value);
        set_listener(nullptr);
        delete self; // and nothing of the captures is touched afterwards
    });
    set_listener(**self);
    fire(7);
}

} // namespace

int main() {
    {
        const listener object;
        fire(40);
        fire(2);
        std::printf("sum: %d\n", object.sum());
    }
    once();
}
