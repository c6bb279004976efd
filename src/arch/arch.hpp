// All that a CPU must bring. Its files are in a folder of its own, which shares arch/x86/ with the other width of x86;
// arch.cmake there says which they are. Beside what is declared here, that is:
//
//     shape.h       the shape of the pages of slots, which this header checks
//     inline.hpp    what is inlined, of that declared here
//     slots.S       cbf_pool_code and cbf_pool_data, see slots.hpp
//     frame.S       the entries of frames and taps
//     typed.S       the entries of typed slots
//
// plan.hpp says what a plan is, planner.hpp has what the plans of all CPUs have in common, rows.hpp what is shown of a
// state.
#pragma once

#include "arch/slots.hpp"

#include <cbframe/detail/call.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace cbf {

class type;
struct signature;

namespace abi {
class convention;
struct value_layout;
} // namespace abi

} // namespace cbf

// ---------------------------------------------------------------- frames

// The entries, in assembly, one for each level. A slot's page jumps to one of them; nothing calls them.
extern "C" {
[[gnu::visibility("hidden")]] void cbf_entry_legacy();
[[gnu::visibility("hidden")]] void cbf_entry_all();
[[gnu::visibility("hidden")]] void cbf_entry_sse(); // of x86 alone

/// The handler of freed frames. Ends in cbf_pool_trapped().
[[gnu::visibility("hidden")]] void cbf_entry_trap();

// The same of taps, which go on in the original.
[[gnu::visibility("hidden")]] void cbf_tap_legacy();
[[gnu::visibility("hidden")]] void cbf_tap_all();
[[gnu::visibility("hidden")]] void cbf_tap_sse();
[[gnu::visibility("hidden")]] void cbf_tap_trap();
}

namespace cbf::arch {

/// Keeps what of a state is live, and makes a state what was kept. Lies on the way of calls.
void save(const cbf_cpu &cpu, cbf_saved_cpu &to) noexcept;
void restore(cbf_cpu &cpu, const cbf_saved_cpu &from) noexcept;

/// Copies the lowest bytes of a register. False if the state does not have them all.
bool read_register(const cbf_cpu &cpu, const cbf_register_bank &bank, std::size_t number,
                   std::span<std::byte> to) noexcept;

/// The most bytes of the caller's stack that slot and entry take before the handler runs.
std::size_t stack_size(cbf_level level) noexcept;

/// What the record of a tap leads to, by its object; its code is the original.
struct tap {
    record handler; ///< and its user, as a slot keeps its own
    void (*original)() = nullptr;
};

/// One call of a tap. It lies behind the cbf_cpu that the handler gets, where the entry of a frame stores null.
struct tap_call {
    const cbf_cpu *cpu; ///< that very one
    std::uintptr_t way; ///< where the call goes on; 0: it returns
    const record *slot; ///< its record
};

/// Null if it is no tap that has been called.
inline tap_call *tap_call_of(cbf_cpu &cpu) noexcept {
    auto *const behind = reinterpret_cast<tap_call *>(&cpu + 1);
    return behind->cpu == &cpu ? behind : nullptr;
}

// Inline:
//
//     entries[], tap_entries[]
//         those above, by level; which levels there are
//     stores_whole
//         whether store() changes a target as one, so that no load() gets the code of one and the object of another
//     store(record &, target), load(const record &)
//         if it does not: the object before the code, of a record that no live slot has, or whose object alone changes
//     trap(record &, target)
//         the same of a live slot that is freed: what loads the object before the code, gets the trap with it
//     store_pair(record &, const target *), pair_of(const record &)
//         of a live slot, where store() does not do: load() gets what is there, which never changes; null: not so kept
//     wait_a_moment()
//         what a thread does that waits for another one's store
//     stack_pointer(const cbf_cpu &)
//         of the caller, at the instant of the call
//     return_address(const cbf_cpu &)
//         that the call returns to
//     returns_by_stack
//         whether that lies where the stack pointer points
//     pop(cbf_cpu &, std::size_t bytes)
//         makes the call return as if it had popped so many bytes of arguments

//     closure_offset
//         bytes from the start of the memory of a call of a typed slot to a word that only C++ uses

} // namespace cbf::arch

// ---------------------------------------------------------------- typed slots

/// The code of freed records. Ends in cbf_pool_trapped().
extern "C" [[gnu::visibility("hidden")]] void cbf_typed_trap();

namespace cbf::arch {

struct full_plan;

/// Fills a plan whose layout is there: which entry, and where that puts everything.
/// Throws std::invalid_argument if this CPU cannot be called by the convention.
void complete(full_plan &plan);

/// Where the slots of a callback lead to that go on in code which a compiler made for this signature: null if no
/// register is left to tell it the object.
using entry = void (*)();
entry direct_entry(const signature &signature, const abi::convention &convention);

/// The address that a call returns to.
std::uintptr_t return_address(const cbf_v1_call &call, const full_plan &plan) noexcept;

/// What `...` takes. room: aligned.
void begin_variadic(cbf_v1_call &call, const full_plan &plan, std::byte *room) noexcept;
void *next_variadic(cbf_v1_call &call, const full_plan &plan, const type &type);

// ---------------------------------------------------------------- conventions

/// That of the system's own C.
const abi::convention &system_convention() noexcept;

/// Sizes in C++ on this system: a class without members has one byte.
const cbf_data_model &native_data_model() noexcept;

/// Whether functions of this CPU can be called by it.
bool is_callable(const abi::convention &convention) noexcept;

/// What to write where a vector needs a convention that is certain.
std::string_view certain_conventions() noexcept;

/// Whether compilers that pass vectors, and more, by rules of their own pass a value so, or return it. widest_vector:
/// of the instruction set.
bool is_irregular(const abi::value_layout &value, bool is_result, std::size_t widest_vector);

/// Whether such a compiler returns a vector in several registers, one alone being too small.
bool is_result_split(const signature &signature, cbf_v1_vectors vectors);

// ---------------------------------------------------------------- a state as text

class rows;
struct flag_register;

/// Shows all registers but those of flags.
void show_registers(rows &to, const cbf_cpu &cpu, const cbf_format_options &options);

/// Those of flags, in the order in which they are shown.
std::span<const flag_register> flag_registers() noexcept;

/// A word of a call in which the system's own C may pass an integer or a pointer.
struct argument_word {
    const char *name;
    std::uintptr_t value;
};

/// Those in registers, in order; how many.
inline constexpr std::size_t most_argument_words = 8;
std::size_t argument_words(const cbf_cpu &cpu, std::span<argument_word, most_argument_words> out) noexcept;

/// What the stack pointer is called: "rsp".
extern const char *const stack_pointer_name;

} // namespace cbf::arch

#if defined(__x86_64__)
#include "arch/x86_64/inline.hpp"
#elif defined(__i386__)
#include "arch/i386/inline.hpp"
#elif defined(__aarch64__)
#include "arch/aarch64/inline.hpp"
#elif defined(__riscv)
#include "arch/riscv64/inline.hpp"
#endif
