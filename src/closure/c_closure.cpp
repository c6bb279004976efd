#include "c_closure.hpp"

#include "entry/typed.hpp"
#include "pool/pool.hpp"

namespace cbframe::closures {

namespace {

/// A handler and its user, changed and read as one.
struct c_handler {
    pool::record both{};

    void operator()(arguments &args) const {
        const pool::record now = pool::load(both);
        reinterpret_cast<cbf_closure_handler>(now.code)(reinterpret_cast<cbf_arguments *>(&args), now.object);
    }
};

/// What the slot of a C closure leads to. One lies ready for each slot of a page; while the slot is free it keeps all
/// but its share of the plan.
struct alignas(64) c_closure : detail::closure_of<c_handler> {
    c_closure() noexcept : closure_of(c_handler(), nullptr) {}
};
static_assert(sizeof(c_closure) == 64, "one line of the cache each");

constinit pool::shelf c_closures{pool::owner::closures, nullptr, cbf_typed_trap,
                                 []() -> void * { return new c_closure[POOL_SLOTS]; }};

c_closure &object_of(const pool::kept_record &slot) noexcept {
    return static_cast<c_closure *>(slot.objects)[slot.index()];
}

pool::record one(cbf_closure_handler handler, void *user) noexcept {
    return {reinterpret_cast<void (*)()>(handler), user};
}

} // namespace

cbf_closure *take(const prepared_signature &called, cbf_closure_handler handler, void *user) {
    std::shared_ptr<const detail::plan> rules = called.plan();
    pool::session locked;
    const pool::kept_record taken = locked.take(c_closures);
    c_closure &object = object_of(taken);
    object.rules = std::move(rules);
    pool::store(object.callable.both, one(handler, user));
    pool::store(*taken.found, {object.rules->entry, &object});
    return static_cast<cbf_closure *>(pool::slot_of(taken.found));
}

void set(cbf_closure *closure, cbf_closure_handler handler, void *user) {
    pool::session locked;
    pool::store(object_of(locked.find_live(pool::owner::closures, closure)).callable.both, one(handler, user));
}

void give(cbf_closure *closure) {
    std::shared_ptr<const detail::plan> released; // destroyed when the lock is free again
    pool::session locked;
    released = std::move(object_of(locked.give(pool::owner::closures, closure)).rules);
}

void add_stats(cbf_stats &out) noexcept { pool::add_stats(c_closures, out); }

} // namespace cbframe::closures
