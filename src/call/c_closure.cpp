#include "c_closure.hpp"

#include "arch/arch.hpp"
#include "pair.hpp"
#include "typed_slots.hpp"

namespace cbf::closures {

namespace {

/// What the slot of a C closure leads to. One lies ready for each slot of a page; a freed slot's keeps all that it has,
/// for calls under way, until the slot is taken again.
struct alignas(64) c_closure : cbf_v1_closure {
    c_closure() noexcept : cbf_v1_closure{{reinterpret_cast<void (*)()>(&call), nullptr}, nullptr} {}
    c_closure(const c_closure &) = delete;
    c_closure &operator=(const c_closure &) = delete;
    ~c_closure() { plan_owner::drop(plan); }

    // The handler may free its closure, but the plan lives as long as a closure of the signature or its handle.
    static unsigned call(cbf_v1_call &state, const c_closure &self) {
        const cbf_v1_plan &plan = *self.plan;
        state.plan = &plan;
        const unsigned loads = plan.loads;
        if (plan.simple == 0) [[unlikely]]
            call_with_care(state, self, plan);
        else
            self.run(state);
        return loads;
    }

    [[gnu::noinline]] static void call_with_care(cbf_v1_call &state, const c_closure &self, const cbf_v1_plan &plan) {
        typed::begin(state, plan, __builtin_alloca(plan.room));
        const unsigned finish = plan.finish;
        const plan_owner kept(plan.scatter != 0 ? plan_owner::share(&plan) : nullptr);
        self.run(state);
        typed::end(state, finish);
    }

    void run(cbf_v1_call &state) const {
        const pool::target now = pool::load(handler);
        reinterpret_cast<cbf_closure_handler>(now.code)(reinterpret_cast<cbf_arguments *>(&state), now.object);
    }

    pool::record handler{}; ///< and its user, as a slot keeps its own
};
static_assert(sizeof(c_closure) == 64, "one line of the cache each");

struct closures_of_page : pool::page_objects {
    c_closure each[POOL_SLOTS];
};

constinit pool::free_list c_closures{
    pool::owner::closures, nullptr, cbf_typed_trap,
    []() -> std::unique_ptr<pool::page_objects> { return std::make_unique<closures_of_page>(); }};

c_closure &object_of(const pool::slot_record &slot) noexcept {
    return static_cast<closures_of_page *>(slot.objects)->each[slot.index()];
}

pool::target target_of(cbf_closure_handler handler, void *user) noexcept {
    return {reinterpret_cast<void (*)()>(handler), user};
}

} // namespace

cbf_closure *take(plan_owner plan, cbf_closure_handler handler, void *user) {
    target_pair before; // likewise
    do {
        pool::lock_guard locked;
        if (!locked) [[unlikely]]
            return nullptr;
        const pool::slot_record slot = locked.take(c_closures);
        if (slot) [[likely]] {
            c_closure &object = object_of(slot);
            void (*const entry)() = plan.get()->entry;
            plan = plan_owner(std::exchange(object.plan, plan.give())); // dropped when the lock is free again
            before.pair = arch::pair_of(object.handler);
            pool::store(object.handler, target_of(handler, user));
            pool::store(*slot.self, {entry, &object});
            return static_cast<cbf_closure *>(pool::slot_of(slot.self));
        }
    } while (pool::grow(c_closures));
    return nullptr;
}

cbf_status set(cbf_closure *closure, cbf_closure_handler handler, void *user) noexcept {
    target_pair pair;
    if constexpr (!arch::stores_whole)
        if (!pair.make(target_of(handler, user)))
            return CBF_NO_MEMORY;
    pool::lock_guard locked;
    if (!locked) [[unlikely]]
        return CBF_BUSY;
    const pool::slot_record live = locked.find_live(pool::owner::closures, closure);
    if (!live) [[unlikely]]
        return pool::lock_guard::refusal(pool::owner::closures, closure);
    pool::record &changed = object_of(live).handler;
    if constexpr (arch::stores_whole)
        pool::store(changed, target_of(handler, user));
    else
        pair.pair = pool::exchange_pair(changed, pair.pair);
    return CBF_OK;
}

cbf_status give(cbf_closure *closure) noexcept { return pool::give(pool::owner::closures, closure); }

void add_stats(const pool::lock_guard &locked, cbf_stats &out) noexcept { locked.add_stats(c_closures, out); }

} // namespace cbf::closures
