// When the callables of frames, closures and callbacks are destroyed that are freed while a call is under way.
#include <cbframe/callback.hpp>
#include <cbframe/closure.hpp>
#include <cbframe/frame.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>

namespace {

using cbframe::arguments;
using cbframe::callback;
using cbframe::closure;
using cbframe::cpu;
using cbframe::frame;
using cbframe::signature;

/// What a callable has on the heap.
const std::string long_text(100, 'x');

/// Says so when it is destroyed.
class witness {
  public:
    explicit witness(bool &destroyed) : destroyed_(&destroyed) {}
    witness(witness &&other) noexcept : destroyed_(std::exchange(other.destroyed_, nullptr)) {}
    ~witness() {
        if (destroyed_ != nullptr)
            *destroyed_ = true;
    }

  private:
    bool *destroyed_;
};

TEST(Destruction, ComesWithTheOwners) {
    for (const int kind : {0, 1, 2}) {
        bool destroyed = false;
        if (kind == 0)
            frame{[seen = witness(destroyed)](cpu &) {}};
        else if (kind == 1)
            closure{signature::of<void()>(), [seen = witness(destroyed)](arguments &) {}};
        else
            callback<void()>{[seen = witness(destroyed)] {}};
        EXPECT_TRUE(destroyed) << kind;
    }
}

template <class Kind, class... Made>
void expect_destroyed_after_the_call(Made &&...made) {
    bool destroyed = false, destroyed_in_call = true;
    int calls = 0;
    std::optional<Kind> owner;
    const auto call = [&, seen = witness(destroyed)](auto &&...) {
        if (++calls == 2) {
            owner.reset();
            destroyed_in_call = destroyed;
        } else if (calls == 1)
            reinterpret_cast<void (*)()>(reinterpret_cast<std::uintptr_t>(owner->address()))();
        ASSERT_FALSE(destroyed);
    };
    owner.emplace(std::forward<Made>(made)..., std::move(const_cast<std::remove_const_t<decltype(call)> &>(call)));
    reinterpret_cast<void (*)()>(reinterpret_cast<std::uintptr_t>(owner->address()))();
    EXPECT_EQ(calls, 2);
    EXPECT_FALSE(destroyed_in_call);
    EXPECT_TRUE(destroyed);
}

TEST(Destruction, ComesAfterTheLastCall) {
    expect_destroyed_after_the_call<frame>();
    expect_destroyed_after_the_call<closure>(signature::of<void()>());
    expect_destroyed_after_the_call<callback<void()>>();
}

TEST(Destruction, ComesAfterACallThatThrows) {
    bool destroyed = false;
    std::optional<callback<void()>> owner;
    owner.emplace([&, seen = witness(destroyed)] {
        owner.reset();
        throw 1;
    });
    EXPECT_THROW(owner->get()(), int);
    EXPECT_TRUE(destroyed);
}

TEST(Destruction, OfOverAlignedCallablesGivesTheirMemoryBack) {
    struct alignas(128) over_aligned {
        char bytes[128];
    };
    for (int n = 0; n < 3000; ++n) { // more than there are in quarantine
        const callback<bool()> made{[wide = over_aligned{}, text = long_text] {
            return reinterpret_cast<std::uintptr_t>(&wide) % alignof(over_aligned) == 0;
        }};
        ASSERT_TRUE(made());
    }
}

} // namespace
