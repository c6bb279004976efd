// Layouts: where a calling convention puts each argument and the result of a signature.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/closure.hpp>
#include <cbframe/spelling.hpp>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cbframe {

namespace abi {

// ---------------------------------------------------------------- sizes

/// How a system places the fields of a structure: see cbf_record_rules.
using record_rules = cbf_record_rules;

namespace detail {
inline const data_model &known_model(const char *name) noexcept { return *cbf_data_model_find(name); }
inline const cbf_register_bank &known_bank(const char *name) noexcept { return *cbf_register_bank_find(name); }
inline const convention &known_convention(const char *name) noexcept { return *cbf_convention_find(name); }
} // namespace detail

/// x86-64 Linux, BSD, macOS. System V x86-64 psABI, 3.1.2
inline const data_model &lp64_sysv = detail::known_model("lp64_sysv");
/// x86-64 Windows, gcc: long double is x87's, in 16 bytes
inline const data_model &llp64_mingw = detail::known_model("llp64_mingw");
/// x86-64 Windows, MSVC: long double is double
inline const data_model &llp64_msvc = detail::known_model("llp64_msvc");
/// i386 Linux, BSD. System V i386 psABI, 2.1
inline const data_model &ilp32_sysv = detail::known_model("ilp32_sysv");
/// x86 Windows, gcc
inline const data_model &ilp32_mingw = detail::known_model("ilp32_mingw");
/// x86 Windows, MSVC
inline const data_model &ilp32_msvc = detail::known_model("ilp32_msvc");
/// i386 macOS. Apple, "IA-32 Function Calling Conventions", Data Types
inline const data_model &ilp32_darwin = detail::known_model("ilp32_darwin");
/// aarch64 Linux, BSD. AAPCS64, 10.1
inline const data_model &lp64_aapcs = detail::known_model("lp64_aapcs");
/// aarch64 macOS. Apple, "Writing ARM64 code for Apple platforms"
inline const data_model &lp64_darwin = detail::known_model("lp64_darwin");
/// riscv64 Linux, BSD. RISC-V ELF psABI, 6, C/C++ type details
inline const data_model &lp64_riscv = detail::known_model("lp64_riscv");

/// Bytes of a value with its padding, as sizeof. Throws error (errc::invalid_argument) if the type is incomplete, does
/// not exist on the target, or has 2^31 bytes or more (2^59 on a 64-bit target).
inline std::size_t size_of(const data_model &model, const type &type) {
    std::size_t size = 0;
    cbframe::detail::check(cbf_data_model_size(&model, type.handle(), &size));
    return size;
}

/// As _Alignof. Throws as size_of().
inline std::size_t alignment_of(const data_model &model, const type &type) {
    std::size_t alignment = 0;
    cbframe::detail::check(cbf_data_model_alignment(&model, type.handle(), &alignment));
    return alignment;
}

/// Where a field is. Bits count from the lowest of the record's first byte up.
struct field_place {
    std::size_t offset = 0; ///< bytes from the start; of a bit-field, its first bit's byte
    unsigned bit = 0;       ///< of a bit-field, its first bit in that byte
    unsigned bits = 0;      ///< width of a bit-field, else 0

    bool operator==(const field_place &) const = default;
};

/// A struct or union laid out.
struct record_layout {
    std::size_t size;
    std::size_t alignment;
    std::vector<field_place> fields; ///< one for each of type::fields()
};

/// Lays out a struct or union. Throws error (errc::invalid_argument) if it is neither, and as size_of().
inline record_layout layout_of(const data_model &model, const type &record) {
    std::vector<cbf_field_place> places(cbf_type_field_count(record.handle()));
    cbframe::detail::check(cbf_data_model_fields(&model, record.handle(), places.data(), places.size()));
    record_layout layout{size_of(model, record), alignment_of(model, record), {}};
    for (const cbf_field_place &each : places)
        layout.fields.push_back({each.offset, each.bit, each.bits});
    return layout;
}

// ---------------------------------------------------------------- registers

/// Registers of one size with a common numbering, named as in the manuals of their CPU: see cbf_register_bank.
using register_bank = cbf_register_bank;

/// One register.
struct machine_register {
    const register_bank *bank;
    std::size_t number;

    std::string_view name() const noexcept { return bank->names[number]; }
    bool operator==(const machine_register &) const = default;
};

/// The registers of x86. Numbers are those of Intel's manual (vol. 2, 3.1.1.1): RAX 0, RCX 1, RDX 2, RBX 3, …
namespace x86 {
inline const register_bank &general64 = detail::known_bank("general64"); ///< RAX … R15
inline const register_bank &general32 = detail::known_bank("general32"); ///< EAX … EDI
inline const register_bank &xmm = detail::known_bank("xmm");             ///< XMM0 … XMM31
inline const register_bank &ymm = detail::known_bank("ymm");             ///< YMM0 … YMM31, with XMM below
inline const register_bank &zmm = detail::known_bank("zmm");             ///< ZMM0 … ZMM31, with YMM below
inline const register_bank &x87 = detail::known_bank("x87");             ///< ST0 … ST7
inline const register_bank &mmx = detail::known_bank("mmx");             ///< MM0 … MM7
} // namespace x86

/// The registers of 64-bit Arm. Numbers are those of Arm's manual.
namespace aarch64 {
inline const register_bank &general = detail::known_bank("aarch64_general"); ///< X0 … X30
inline const register_bank &vector = detail::known_bank("aarch64_vector");   ///< V0 … V31
} // namespace aarch64

/// The registers of 64-bit RISC-V. Numbers are those of its manual: X10 is also A0, and F10 FA0.
namespace riscv {
inline const register_bank &general = detail::known_bank("riscv_general");   ///< X0 … X31
inline const register_bank &floating = detail::known_bank("riscv_floating"); ///< F0 … F31
} // namespace riscv

// ---------------------------------------------------------------- layout

/// The class of an eightbyte of a value: System V x86-64 psABI, 3.2.3.
enum class value_class : unsigned char { NO_CLASS, INTEGER, SSE, SSEUP, X87, X87UP, COMPLEX_X87, MEMORY };

/// "INTEGER", "SSE", …
inline std::string_view to_string(value_class named) noexcept {
    return cbf_value_class_name(static_cast<cbf_value_class>(named));
}

/// How the bits of a register or stack word above a small number are filled: see cbf_extension.
enum class extension : unsigned char { none, zero, sign, ones };

/// Consecutive bytes of a value and where they are.
struct piece {
    std::size_t offset = 0;             ///< the first byte of the value that it carries
    std::size_t size = 0;               ///< how many it carries, at the low end of the register or stack word
    std::optional<machine_register> in; ///< the register, or none: it is on the stack
    std::size_t stack = 0;              ///< bytes from the stack pointer at entry, see cbf_piece
    /// How the bytes above the value are filled, up to `extended` in all. Do so when making a value, but do not rely
    /// on it when reading one: compilers differ.
    extension extends = extension::none;
    std::size_t extended = 0;
    /// Another piece carries the same bytes (Microsoft, "x64 calling convention", Varargs): read either, write both.
    bool duplicate = false;
    /// The register holds the number in another format: ST0 a float or double in 80 bits.
    bool converted = false;

    bool operator==(const piece &) const = default;
};

/// Where an argument or the result is.
struct value_layout {
    cbframe::type type;
    std::size_t size = 0;
    std::size_t alignment = 1;
    bool by_pointer = false; ///< the pieces carry the address of the value, not the value
    /// In order of offset; they may leave out padding. Empty for void and for values without bytes.
    std::vector<piece> pieces = {};
    std::vector<value_class> classes = {}; ///< of its eightbytes, in conventions that have classes
};

/// What va_start needs: how many registers the named arguments of a variadic function took, and where the others
/// begin.
struct variadic_start {
    std::size_t general = 0; ///< general registers, in the convention's order
    std::size_t vector = 0;  ///< vector registers
    std::size_t stack = 0;   ///< bytes from the stack pointer at entry to the first stack word after the named ones
};

/// Where everything is when a function is entered and when it returns.
struct call_layout {
    const abi::convention *convention = nullptr;
    std::vector<value_layout> arguments; ///< the named ones, then the variadic ones
    std::size_t named = 0;               ///< how many are named
    /// The result. If by_pointer, the caller passes the address for it, see result_pointer, and the pieces say where
    /// the function returns that address.
    value_layout result{.type = type_kind::void_};
    std::optional<piece> result_pointer; ///< where the hidden argument is: the address of the result
    std::size_t stack_size = 0;          ///< bytes that the caller reserves above the return address
    std::size_t stack_alignment = 0;     ///< of the address just above the return address
    std::size_t popped = 0;              ///< bytes that the function pops, beside its return address
    std::optional<variadic_start> variadic;
    std::optional<unsigned> vector_registers; ///< of a variadic call: what the caller puts into AL
    std::shared_ptr<const cbf_layout> source; ///< what it was made of
};

namespace detail {

inline piece converted(const cbf_piece &from) {
    piece to;
    to.offset = from.offset;
    to.size = from.size;
    if (from.bank != nullptr)
        to.in = machine_register{from.bank, from.number};
    to.stack = from.stack;
    to.extends = static_cast<extension>(from.extends);
    to.extended = from.extended;
    to.duplicate = from.duplicate != 0;
    to.converted = from.converted != 0;
    return to;
}

inline value_layout converted(const cbf_value_layout &from) {
    value_layout to{.type = cbframe::type::of(from.type),
                    .size = from.size,
                    .alignment = from.alignment,
                    .by_pointer = from.by_pointer != 0};
    for (std::size_t i = 0; i < from.piece_count; ++i)
        to.pieces.push_back(converted(from.pieces[i]));
    for (std::size_t i = 0; i < from.class_count; ++i)
        to.classes.push_back(static_cast<value_class>(from.classes[i]));
    return to;
}

inline call_layout converted(const cbf_layout *from) {
    call_layout to;
    to.source = {from, cbf_layout_free};
    to.convention = cbf_convention_find(from->convention);
    for (std::size_t i = 0; i < from->count; ++i)
        to.arguments.push_back(converted(from->arguments[i]));
    to.named = from->named;
    to.result = converted(from->result);
    if (from->result_pointer != nullptr)
        to.result_pointer = converted(*from->result_pointer);
    to.stack_size = from->stack_size;
    to.stack_alignment = from->stack_alignment;
    to.popped = from->popped;
    if (from->variadic != 0)
        to.variadic = variadic_start{from->variadic_general, from->variadic_vector, from->variadic_stack};
    if (from->vector_registers >= 0)
        to.vector_registers = static_cast<unsigned>(from->vector_registers);
    return to;
}

} // namespace detail

/// Lays out a call: pure, thread-safe, the same on every host. variadic_arguments: types of the arguments in place
/// of `...`, after the default argument promotions. sizes: those of the convention's system, or of another one, as for
/// gcc's __attribute__((ms_abi)) on Linux.
/// Throws error, naming the argument:
/// - errc::bad_type if a type is incomplete, void, a function or an array, or does not exist in the data model, or if
///   the arguments have 2^30 bytes or more; errc::bad_variadic_type if a variadic argument is to blame, or if C
///   promotes it (char, short, _Bool, float);
/// - errc::bad_convention if there is `...` and the convention allows no variadic functions;
/// - errc::invalid_argument if there are variadic arguments but no `...`.
inline call_layout layout(const convention &rules, const data_model &sizes, const signature &signature,
                          std::span<const type> variadic_arguments = {}) {
    const auto named = cbframe::detail::handles_of(signature.parameters);
    const auto others = cbframe::detail::handles_of(variadic_arguments);
    const cbf_layout *made = nullptr;
    cbframe::detail::check(cbf_layout_by(&made, &rules, &sizes, signature.result.handle(), named.data(), named.size(),
                                         signature.variadic ? 1 : 0, others.data(), others.size()));
    return detail::converted(made);
}
inline call_layout layout(const convention &rules, const signature &signature,
                          std::span<const type> variadic_arguments = {}) {
    return layout(rules, *rules.model, signature, variadic_arguments);
}

/// A layout as a table with a line for each piece, and the stack that the caller reserves and the function pops.
inline std::string to_string(const call_layout &layout) {
    return cbframe::detail::text_of([&](char *buffer, std::size_t size, std::size_t *length) {
        return cbf_layout_format(layout.source.get(), buffer, size, length);
    });
}

// ---------------------------------------------------------------- conventions

// These, and the models and registers above, are initialised when the program starts, before what follows them in a
// file that includes this one. A constructor that runs even earlier finds them by name.

/// System V x86-64 psABI, 3.2.3: Linux, BSD. Vectors of 32 and 64 bytes travel in YMM and ZMM registers, as
/// in code compiled for AVX and AVX-512; for other code see the two below.
inline const convention &sysv_x64 = detail::known_convention("sysv_x64");
inline const convention &sysv_x64_avx =
    detail::known_convention("sysv_x64_avx"); ///< without AVX-512: vectors of 64 bytes go to memory
inline const convention &sysv_x64_sse =
    detail::known_convention("sysv_x64_sse"); ///< without AVX: vectors of 32 and 64 bytes go to memory
/// macOS, as clang: like sysv_x64, but a union of a long double and an integer travels in registers, and a vector of
/// one 64-bit integer in a general one.
inline const convention &sysv_x64_darwin = detail::known_convention("sysv_x64_darwin");

/// Microsoft, "x64 calling convention", as MSVC and clang.
inline const convention &ms_x64 = detail::known_convention("ms_x64");
/// The same as MinGW's gcc, and as gcc's __attribute__((ms_abi)): returns vectors of 32 and 64 bytes in memory.
inline const convention &ms_x64_mingw = detail::known_convention("ms_x64_mingw");
/// Microsoft, "__vectorcall", on x64.
inline const convention &vectorcall_x64 = detail::known_convention("vectorcall_x64");

/// 32-bit x86. System V i386 psABI, 2.2: Linux, BSD. Vectors of 8, 16, 32 and 64 bytes travel in MMX, XMM, YMM and ZMM
/// registers, as in code compiled for them; see data_model::widest_vector for code that was not. stdcall, fastcall and
/// thiscall are gcc's attributes; as with gcc, an argument of fastcall or thiscall that is an aggregate or a 64-bit
/// integer is on the stack, and still no later argument uses ECX and EDX.
inline const convention &cdecl_x86_sysv = detail::known_convention("cdecl_x86_sysv");
inline const convention &stdcall_x86_sysv = detail::known_convention("stdcall_x86_sysv");
inline const convention &fastcall_x86_sysv = detail::known_convention("fastcall_x86_sysv");
inline const convention &thiscall_x86_sysv = detail::known_convention("thiscall_x86_sysv");

/// 32-bit Windows as MinGW's gcc: small structures are returned in registers, one that is a floating number on the x87
/// stack.
inline const convention &cdecl_x86_mingw = detail::known_convention("cdecl_x86_mingw");
inline const convention &stdcall_x86_mingw = detail::known_convention("stdcall_x86_mingw");
inline const convention &fastcall_x86_mingw = detail::known_convention("fastcall_x86_mingw");
inline const convention &thiscall_x86_mingw = detail::known_convention("thiscall_x86_mingw");

/// 32-bit Windows as MSVC. Microsoft, "__cdecl", "__stdcall", "__fastcall", "__thiscall", "__vectorcall".
inline const convention &cdecl_x86_msvc = detail::known_convention("cdecl_x86_msvc");
inline const convention &stdcall_x86_msvc = detail::known_convention("stdcall_x86_msvc");
inline const convention &fastcall_x86_msvc = detail::known_convention("fastcall_x86_msvc");
inline const convention &thiscall_x86_msvc = detail::known_convention("thiscall_x86_msvc");
inline const convention &vectorcall_x86_msvc = detail::known_convention("vectorcall_x86_msvc");

/// 32-bit macOS. Apple, "OS X ABI Function Call Guide", IA-32 Function Calling Conventions.
inline const convention &cdecl_x86_darwin = detail::known_convention("cdecl_x86_darwin");
inline const convention &stdcall_x86_darwin = detail::known_convention("stdcall_x86_darwin");

/// 64-bit Arm. Arm, "Procedure Call Standard for the Arm 64-bit Architecture" (AAPCS64): Linux, BSD.
inline const convention &aapcs64 = detail::known_convention("aapcs64");
/// macOS. Apple, "Writing ARM64 code for Apple platforms": arguments on the stack take as many bytes as they have,
/// variadic ones are all on the stack.
inline const convention &aapcs64_darwin = detail::known_convention("aapcs64_darwin");
/// Windows. Microsoft, "Overview of ARM64 ABI conventions": a variadic function takes all arguments as words, in
/// general registers and on the stack. ARM64EC, which follows the rules of x64, is another convention.
inline const convention &aapcs64_windows = detail::known_convention("aapcs64_windows");

/// 64-bit RISC-V. "RISC-V ELF psABI", 2, Procedure Calling Convention: Linux, BSD. With registers for float and double;
/// for float alone; without any.
inline const convention &lp64d = detail::known_convention("lp64d");
inline const convention &lp64f = detail::known_convention("lp64f");
inline const convention &lp64 = detail::known_convention("lp64");

/// All of the above, in this order.
inline std::vector<const convention *> conventions() {
    std::vector<const convention *> all;
    while (const convention *const next = cbf_convention_at(all.size()))
        all.push_back(next);
    return all;
}

/// The one of this name; null if there is none.
inline const convention *find_convention(const identifier &name) noexcept { return cbf_convention_find(name.c_str()); }

} // namespace abi

inline abi::call_layout prepared_signature::layout() const {
    const cbf_layout *made = nullptr;
    detail::check(cbf_layout_new(&made, handle_, nullptr, 0));
    return abi::detail::converted(made);
}

} // namespace cbframe

#endif
