#include "c_closure.hpp"

#include "arch/arch.hpp"
#include "error/abort.hpp"
#include "pair.hpp"
#include "typed_slots.hpp"

namespace cbf::closures {

namespace {

/// What one led to before: dropped when the lock is free again.
struct leftovers {
    target_pair handler;
    plan_owner plan;
};

pool::target target_of(cbf_closure_handler handler, void *user) noexcept {
    return {reinterpret_cast<void (*)()>(handler), user};
}

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

    // Of a slot that has been reserved.
    static unsigned refuse_call(cbf_v1_call &, const c_closure &self) {
        error::abort("cbframe: call of a callback without a signature at ", reinterpret_cast<std::uintptr_t>(self.slot),
                     "");
    }

    bool is_reserved() const noexcept { return object.code == reinterpret_cast<void (*)()>(&refuse_call); }

    /// Under the lock. One that has the plan already, as a slot's that is taken again for the same signature, does not
    /// count it.
    void become(const cbf_v1_plan *its_plan, cbf_closure_handler its_handler, void *user, leftovers &before) noexcept {
        if (plan != its_plan)
            before.plan = plan_owner(std::exchange(plan, plan_owner::share(its_plan)));
        before.handler.pair = arch::pair_of(handler);
        pool::store(handler, target_of(its_handler, user));
        lead_to(&call);
    }

    /// Under the lock.
    void lead_to(unsigned (*code)(cbf_v1_call &, const c_closure &)) noexcept {
        object.code = reinterpret_cast<void (*)()>(code);
    }

    void run(cbf_v1_call &state) const {
        *reinterpret_cast<const void **>(reinterpret_cast<std::byte *>(&state) + arch::closure_offset) = this;
        const pool::target now = pool::load(handler);
        reinterpret_cast<cbf_closure_handler>(now.code)(reinterpret_cast<cbf_arguments *>(&state), now.object);
    }

    cbf_closure *slot = nullptr;
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
    return slot.among(static_cast<closures_of_page *>(slot.objects)->each);
}

/// Where the slots of what has no signature lead to: any entry will do.
void (*reserved_entry())() {
    static void (*const entry)() =
        cbf::prepare({type_kind::void_, {}, false}, arch::system_convention(), arch::native_data_model()).get()->entry;
    return entry;
}

/// Takes a slot that leads by entry to its object, once fill has given that, under the lock, all but its slot.
template <class Fill>
cbf_closure *take_slot(void (*entry)(), Fill fill) {
    do {
        pool::lock_guard locked;
        if (!locked) [[unlikely]]
            return nullptr;
        const pool::slot_record slot = locked.take(c_closures);
        if (slot) [[likely]] {
            c_closure &object = object_of(slot);
            fill(object);
            object.slot = static_cast<cbf_closure *>(pool::slot_of(slot.self));
            pool::store(*slot.self, {entry, &object});
            return object.slot;
        }
    } while (pool::grow(c_closures));
    return nullptr;
}

} // namespace

cbf_closure *take(const cbf_v1_plan *plan, cbf_closure_handler handler, void *user) {
    leftovers before;
    return take_slot(plan->entry, [&](c_closure &object) { object.become(plan, handler, user, before); });
}

cbf_closure *reserve() {
    // What else the object has it keeps, for prepare().
    return take_slot(reserved_entry(), [](c_closure &object) { object.lead_to(&c_closure::refuse_call); });
}

cbf_status prepare(cbf_closure *closure, const cbf_v1_plan *plan, cbf_closure_handler handler, void *user) noexcept {
    leftovers before;
    pool::lock_guard locked;
    if (!locked) [[unlikely]]
        return CBF_BUSY;
    const pool::slot_record live = locked.find_live(pool::owner::closures, closure);
    if (!live) [[unlikely]]
        return pool::lock_guard::refusal(pool::owner::closures, closure);
    c_closure &object = object_of(live);
    object.become(plan, handler, user, before);
    pool::store(*live.self, {plan->entry, &object});
    return CBF_OK;
}

cbf_status find(const cbf_closure *closure, found &out, bool with_plan) noexcept {
    pool::lock_guard locked;
    if (!locked) [[unlikely]]
        return CBF_BUSY;
    const pool::slot_record live = locked.find_live(pool::owner::closures, closure);
    if (!live) [[unlikely]]
        return pool::lock_guard::refusal(pool::owner::closures, closure);
    const c_closure &object = object_of(live);
    if (object.is_reserved())
        return CBF_OK;
    const pool::target now = pool::load(object.handler);
    out.handler = reinterpret_cast<cbf_closure_handler>(now.code);
    out.user = now.object;
    if (with_plan)
        out.plan = plan_owner(plan_owner::share(object.plan));
    return CBF_OK;
}

cbf_closure *closure_of(const cbf_v1_call &call) noexcept {
    const void *const *const kept =
        reinterpret_cast<const void *const *>(reinterpret_cast<const std::byte *>(&call) + arch::closure_offset);
    return static_cast<const c_closure *>(*kept)->slot;
}

cbf_status set(cbf_closure *closure, cbf_closure_handler handler, void *user) noexcept {
    target_pair pair;
    if (!pair.prepare(target_of(handler, user)))
        return CBF_NO_MEMORY;
    pool::lock_guard locked;
    if (!locked) [[unlikely]]
        return CBF_BUSY;
    const pool::slot_record live = locked.find_live(pool::owner::closures, closure);
    if (!live) [[unlikely]]
        return pool::lock_guard::refusal(pool::owner::closures, closure);
    if (object_of(live).is_reserved())
        return CBF_INVALID_ARGUMENT;
    pair.exchange(object_of(live).handler, target_of(handler, user));
    return CBF_OK;
}

cbf_status give(cbf_closure *closure) noexcept { return pool::give(pool::owner::closures, closure); }

void add_stats(const pool::lock_guard &locked, cbf_stats &out) noexcept { locked.add_stats(c_closures, out); }

} // namespace cbf::closures
