// What the C++ headers need beneath cbframe.h: slots, calls, memory.
#include "call/frame.hpp"
#include "call/retired.hpp"
#include "call/tap.hpp"
#include "call/typed_slots.hpp"
#include "error/abort.hpp"
#include "failure.hpp"

namespace {

using namespace cbf;
using namespace cbf::c_api;

constexpr const char *not_a_typed_slot = "not a closure or callback of this library";

} // namespace

extern "C" {

void cbf_v1_call_begin(cbf_v1_call *call, const cbf_v1_plan *plan, void *room) noexcept {
    typed::begin(*call, *plan, room);
}

void cbf_v1_call_end(cbf_v1_call *call, unsigned finish) noexcept { typed::end(*call, finish); }

unsigned cbf_v1_call_again(cbf_v1_call *call, const void *slot) { return typed::call_again(*call, slot); }

void cbf_v1_frame_call_again(cbf_cpu *cpu, const void *record) {
    if (const arch::tap_call *const call = arch::tap_call_of(*cpu))
        taps::call_again(*cpu, *call);
    else
        frames::call_again(cpu, record);
}

void *cbf_v1_slot_take(void (*code)(void), void *object, cbf_status *why) noexcept {
    return guarded_take(why, [&] { return typed::take(code, object); });
}

cbf_frame *cbf_v1_frame_take(cbf_handler handler, void *user, cbf_level level, cbf_status *why) noexcept {
    if (!frames::is_level(number(level))) [[unlikely]] {
        *why = refuse(no_such_level);
        return nullptr;
    }
    return guarded_take(why, [&] { return frames::take(handler, user, level); });
}

cbf_status cbf_v1_slot_set(void *slot, void (*code)(void), void *object) noexcept {
    return guarded_slot(not_a_typed_slot, [&] { return typed::set(slot, code, object); });
}

cbf_status cbf_v1_slot_give(void *slot) noexcept {
    return guarded_slot(not_a_typed_slot, [&] { return typed::give(slot); });
}

void *cbf_v1_allocate(size_t size, size_t alignment) noexcept { return memory::allocate(size, alignment); }

void cbf_v1_deallocate(void *freed, size_t alignment) noexcept { memory::deallocate(freed, alignment); }

void cbf_v1_retire(void *freed, size_t alignment) noexcept { memory::retire(freed, alignment); }

void cbf_v1_retire_closure(cbf_v1_closure *closure, size_t alignment) noexcept {
    memory::retire_closure(closure, alignment);
}

cbf_status cbf_v1_fail(cbf_status status, const char *words) noexcept { return failed(status, words); }

void cbf_v1_no_such_argument(size_t index, size_t count) noexcept {
    guarded([&] {
        throw std::invalid_argument("argument " + std::to_string(index) + " of " + std::to_string(count) +
                                    ", counted from 0");
    });
}

void cbf_v1_not_of_size(ptrdiff_t index, size_t size, size_t expected) noexcept {
    guarded([&] {
        const std::string which = index < 0 ? "result" : "argument " + std::to_string(index);
        throw std::invalid_argument("the " + which + " has " + std::to_string(size) + " bytes, not " +
                                    std::to_string(expected));
    });
}

void cbf_v1_die(const char *words) noexcept { error::abort("cbframe: ", words); }

void cbf_v1_die_at(const char *before, const void *slot, const char *after) noexcept {
    error::abort(before, reinterpret_cast<std::uintptr_t>(slot), after);
}

} // extern "C"
