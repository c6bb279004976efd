#include "c_closure.hpp"

#include "arch/arch.hpp"

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

/// What the slot of a C closure leads to. One lies ready for each slot of a page; a freed slot's keeps all that it has,
/// for calls under way, until the slot is taken again.
struct alignas(64) c_closure : detail::closure_of<c_handler> {
    c_closure() noexcept : closure_of(c_handler(), nullptr) {}
};
static_assert(sizeof(c_closure) == 64, "one line of the cache each");

struct closures_of_page : pool::page_objects {
    c_closure each[POOL_SLOTS];
};

constinit pool::shelf c_closures{
    pool::owner::closures, nullptr, cbf_typed_trap,
    []() -> std::unique_ptr<pool::page_objects> { return std::make_unique<closures_of_page>(); }};

c_closure &object_of(const pool::kept_record &slot) noexcept {
    return static_cast<closures_of_page *>(slot.objects)->each[slot.index()];
}

pool::record one(cbf_closure_handler handler, void *user) noexcept {
    return {reinterpret_cast<void (*)()>(handler), user};
}

} // namespace

cbf_closure *take(const prepared_signature &called, cbf_closure_handler handler, void *user) {
    std::shared_ptr<const detail::plan> rules = called.plan();
    do {
        pool::session locked;
        if (!locked) [[unlikely]]
            return nullptr;
        const pool::kept_record taken = locked.take(c_closures);
        if (taken.found != nullptr) [[likely]] {
            c_closure &object = object_of(taken);
            object.rules.swap(rules); // what it had is destroyed when the lock is free again
            pool::store(object.callable.both, one(handler, user));
            pool::store(*taken.found, {object.rules->entry, &object});
            return static_cast<cbf_closure *>(pool::slot_of(taken.found));
        }
    } while (pool::grow(c_closures));
    return nullptr;
}

cbf_status set(cbf_closure *closure, cbf_closure_handler handler, void *user) noexcept {
    pool::session locked;
    if (!locked) [[unlikely]]
        return CBF_BUSY;
    const pool::kept_record live = locked.find_live(pool::owner::closures, closure);
    if (live.found == nullptr) [[unlikely]]
        return pool::session::refusal(pool::owner::closures, closure);
    pool::store(object_of(live).callable.both, one(handler, user));
    return CBF_OK;
}

cbf_status give(cbf_closure *closure) noexcept {
    return pool::give(pool::owner::closures, closure, pool::refusals::answered);
}

void add_stats(const pool::session &locked, cbf_stats &out) noexcept { locked.add_stats(c_closures, out); }

} // namespace cbframe::closures
