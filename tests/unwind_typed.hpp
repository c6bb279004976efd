// Closures and callbacks to be unwound.
#pragma once

#include "unwind_fixture.hpp"

#include <cbframe/abi.hpp>
#include <cbframe/callback.hpp>
#include <cbframe/closure.hpp>

#include <functional>
#include <memory>
#include <ostream>
#include <utility>

namespace unwinding {

/// A closure or callback whose handler ignores its arguments and calls a function.
struct typed_callee {
    explicit typed_callee(std::function<void()> handler) : act(std::move(handler)) {}

    const void *address() const { return closure ? closure.address() : callback->address(); }

    struct any_callback {
        virtual ~any_callback() = default;
        virtual const void *address() const = 0;
    };

    std::function<void()> act;
    word popped = 0; // by the function itself
    cbframe::closure closure;
    std::unique_ptr<any_callback> callback;
};

using typed_maker = void (*)(typed_callee &);

template <class Signature, const cbframe::abi::convention *const *Convention = nullptr>
void make_closure(typed_callee &target) {
    // By its name it has all vector registers.
    const cbframe::abi::convention &convention =
        Convention != nullptr ? **Convention : *cbframe::abi::find_convention(cbframe::native_convention().name);
    const cbframe::prepared_signature signature(cbframe::signature::of<Signature>(), convention);
    target.popped = static_cast<word>(signature.layout().popped);
    target.closure = cbframe::closure(signature, [&target](cbframe::arguments &) { target.act(); });
}

template <class Function, class R, class... Args>
void make_callback_of(typed_callee &target) {
    struct holder final : typed_callee::any_callback {
        explicit holder(typed_callee &of)
            : callback([&of](Args...) -> R {
                  of.act();
                  return R();
              }) {}
        const void *address() const override { return callback.address(); }
        cbframe::callback<Function> callback;
    };
    target.callback = std::make_unique<holder>(target);
}

template <class R, class... Args>
void make_callback(typed_callee &target) {
    make_callback_of<R(Args...), R, Args...>(target);
}

struct typed_way {
    const char *name;
    typed_maker make;
    friend std::ostream &operator<<(std::ostream &to, const typed_way &from) { return to << from.name; }
};

class TypedUnwinding : public testing::TestWithParam<typed_way> {
  protected:
    bits random{seed()};

    std::unique_ptr<typed_callee> make(std::function<void()> act) {
        auto made = std::make_unique<typed_callee>(std::move(act));
        GetParam().make(*made);
        return made;
    }
};

} // namespace unwinding
