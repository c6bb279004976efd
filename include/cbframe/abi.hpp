// What a calling convention says of a signature: where each argument and the result live.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/type.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cbframe::abi {

// ---------------------------------------------------------------- sizes

/// How a system places the fields of a structure.
enum class record_rules {
    system_v,    ///< System V psABIs, "Aggregates and Unions": bit-fields share what fits
    microsoft,   ///< a bit-field shares its unit only with neighbours of a type of the same size
    ms_bitfields ///< the same as gcc makes it for MinGW (-mms-bitfields): bit-fields align a union too
};

/// Sizes and alignments of C's types on a target, in bytes. A value: change a copy to describe another target.
struct data_model {
    std::string_view name;
    std::size_t pointer_size;
    std::size_t long_size;
    std::size_t long_long_alignment; ///< as a field, where it may be less than alone
    std::size_t double_alignment;    ///< as a field
    std::size_t long_double_size;
    std::size_t long_double_alignment;
    std::size_t long_double_bytes; ///< of value, without padding: 10 for x87's format, 8 for double's
    bool has_int128;
    std::size_t empty_record_size; ///< of a struct without fields: 0 in GNU C, 1 in C++; with microsoft, without bytes
    record_rules records;
    /// Of vectors that code is compiled to hold in one register: 64 as for AVX-512, 32 for AVX, 16 for SSE, 8 for MMX,
    /// 0 for less. System V and MinGW pass wider ones in memory.
    std::size_t widest_vector = 64;
};

extern CBF_API const data_model lp64_sysv;    ///< x86-64 Linux, BSD, macOS. System V x86-64 psABI, 3.1.2
extern CBF_API const data_model llp64_mingw;  ///< x86-64 Windows, gcc: long double is x87's, in 16 bytes
extern CBF_API const data_model llp64_msvc;   ///< x86-64 Windows, MSVC: long double is double
extern CBF_API const data_model ilp32_sysv;   ///< i386 Linux, BSD. System V i386 psABI, 2.1
extern CBF_API const data_model ilp32_mingw;  ///< x86 Windows, gcc
extern CBF_API const data_model ilp32_msvc;   ///< x86 Windows, MSVC
extern CBF_API const data_model ilp32_darwin; ///< i386 macOS. Apple, "IA-32 Function Calling Conventions", Data Types

/// Bytes of a value with its padding, as sizeof. Throws std::invalid_argument if the type is incomplete, does
/// not exist on the target, or has 2^31 bytes or more (2^59 on a 64-bit target).
CBF_API std::size_t size_of(const data_model &model, const type &measured);

/// As _Alignof. Throws as size_of().
CBF_API std::size_t alignment_of(const data_model &model, const type &measured);

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

/// Lays out a struct or union. Throws std::invalid_argument if it is neither, and as size_of().
CBF_API record_layout layout_of(const data_model &model, const type &record);

// ---------------------------------------------------------------- registers

/// Registers of one size that an architecture numbers together, by the names of its manuals.
struct register_bank {
    std::size_t size;                        ///< bytes
    std::span<const std::string_view> names; ///< by number, as instructions encode it
};

/// One register.
struct machine_register {
    const register_bank *bank;
    unsigned number;

    std::string_view name() const noexcept { return bank->names[number]; }
    bool operator==(const machine_register &) const = default;
};

/// The registers of x86. Numbers are those of Intel's manual (vol. 2, 3.1.1.1): RAX 0, RCX 1, RDX 2, RBX 3, …
namespace x86 {
extern CBF_API const register_bank general64; ///< RAX … R15
extern CBF_API const register_bank general32; ///< EAX … EDI
extern CBF_API const register_bank xmm;       ///< XMM0 … XMM31
extern CBF_API const register_bank ymm;       ///< YMM0 … YMM31, with XMM below
extern CBF_API const register_bank zmm;       ///< ZMM0 … ZMM31, with YMM below
extern CBF_API const register_bank x87;       ///< ST0 … ST7
extern CBF_API const register_bank mmx;       ///< MM0 … MM7
} // namespace x86

// ---------------------------------------------------------------- layout

/// What the class of each eightbyte of a value is called in the System V x86-64 psABI, 3.2.3.
enum class value_class : unsigned char { NO_CLASS, INTEGER, SSE, SSEUP, X87, X87UP, COMPLEX_X87, MEMORY };

/// "INTEGER", "SSE", …
CBF_API std::string_view to_string(value_class named) noexcept;

/// What the bits of a register or stack word above a small integer hold.
enum class extension : unsigned char { none, zero, sign };

/// Consecutive bytes of a value and where they are.
struct piece {
    std::size_t offset = 0;             ///< the first byte of the value that it carries
    std::size_t size = 0;               ///< how many it carries, at the low end of the register or stack word
    std::optional<machine_register> in; ///< the register, or none: it is on the stack
    std::size_t stack = 0;              ///< bytes from the stack pointer at entry, which points at the return address
    /// How whoever makes the value fills the bytes above it, up to `extended` in all. To be done when
    /// making one; not to be relied upon when reading one, for compilers differ.
    extension extends = extension::none;
    std::size_t extended = 0;
    /// A second home of the same bytes (Microsoft, "x64 calling convention", Varargs): read either, write both.
    bool duplicate = false;

    bool operator==(const piece &) const = default;
};

/// Where an argument or the result is.
struct value_layout {
    cbframe::type type;
    std::size_t size = 0;
    std::size_t alignment = 1;
    bool by_pointer = false; ///< the pieces carry the address of the value, not the value
    /// In order of offset; padding may be in none of them. Empty for void and for values without bytes.
    std::vector<piece> pieces = {};
    std::vector<value_class> classes = {}; ///< of its eightbytes, in conventions that have such
};

/// How many registers the named arguments of a variadic function took and where the others begin: what va_start
/// needs.
struct variadic_start {
    std::size_t general = 0; ///< general registers, in the convention's order
    std::size_t vector = 0;  ///< vector registers
    std::size_t stack = 0;   ///< bytes from the stack pointer at entry to the first stack word after the named ones
};

class convention;

/// Where everything is when a function is entered and when it returns.
struct call_layout {
    const abi::convention *convention = nullptr;
    std::vector<value_layout> arguments; ///< the named ones, then the variadic ones
    std::size_t named = 0;               ///< how many are named
    /// The result. If by_pointer, the caller passes the address where it wants it, see result_pointer, and
    /// the pieces say where the function returns that address.
    value_layout result{.type = type_kind::void_};
    std::optional<piece> result_pointer; ///< where the hidden argument is: the address of the result
    std::size_t stack_size = 0;          ///< bytes that the caller reserves above the return address
    std::size_t stack_alignment = 0;     ///< of the address just above the return address
    std::size_t popped = 0;              ///< bytes that the function pops, beside its return address
    std::optional<variadic_start> variadic;
    std::optional<unsigned> vector_registers; ///< of a variadic call: what the caller puts into AL
};

/// Conventions that one classifier lays out, and one way of keeping registers in memory serves.
enum class convention_family : unsigned char { sysv_x64, ms_x64, x86 };

/// A calling convention: the data that one family's classifier reads. Objects of this class are constants.
class CBF_API convention {
  public:
    std::string_view name;
    const data_model *model; ///< of the system that the convention belongs to
    bool allows_variadic;
    convention_family family;
    unsigned char general_arguments; ///< so many general registers carry arguments at most

    /// See abi::layout(). variadic: types of the arguments in place of `...`.
    virtual call_layout place(const data_model &sizes, const signature &called,
                              std::span<const type> variadic) const = 0;

  protected:
    constexpr convention(std::string_view its_name, const data_model &its_model, bool variadic,
                         convention_family its_family, std::size_t general)
        : name(its_name),
          model(&its_model),
          allows_variadic(variadic),
          family(its_family),
          general_arguments(static_cast<unsigned char>(general)) {}
    ~convention() = default;
};

/// Lays out a call: pure, thread-safe, the same on every host. variadic_arguments: types of the arguments in place
/// of `...`, after the default argument promotions.
/// Throws std::invalid_argument, naming the argument, if
/// - a type is incomplete, void, a function or an array, or does not exist in the data model;
/// - there are variadic arguments but no `...`, or one that C promotes (char, short, _Bool, float);
/// - the convention allows no variadic functions;
/// - the arguments have 2^30 bytes or more.
CBF_API call_layout layout(const convention &used, const signature &called,
                           std::span<const type> variadic_arguments = {});

/// The same with sizes of another system, as gcc's __attribute__((ms_abi)) on Linux does.
CBF_API call_layout layout(const convention &used, const data_model &sizes, const signature &called,
                           std::span<const type> variadic_arguments = {});

/// A table, a line for each piece, and what the caller and the function owe each other.
CBF_API std::string to_string(const call_layout &shown);

// ---------------------------------------------------------------- conventions

/// System V x86-64 psABI, 3.2.3: Linux, BSD. Vectors of 32 and 64 bytes travel in YMM and ZMM registers, as
/// in code compiled for AVX and AVX-512; see the two below for code that was not.
extern CBF_API const convention &sysv_x64;
extern CBF_API const convention &sysv_x64_avx; ///< without AVX-512: vectors of 64 bytes go to memory
extern CBF_API const convention &sysv_x64_sse; ///< without AVX: vectors of 32 and 64 bytes go to memory
/// macOS, as clang: like sysv_x64, but a union of a long double and an integer travels in registers, and a vector of
/// one 64-bit integer in a general one.
extern CBF_API const convention &sysv_x64_darwin;

/// Microsoft, "x64 calling convention", as MSVC and clang.
extern CBF_API const convention &ms_x64;
/// The same as MinGW's gcc, and as gcc's __attribute__((ms_abi)): returns vectors of 32 and 64 bytes in memory.
extern CBF_API const convention &ms_x64_mingw;
/// Microsoft, "__vectorcall", on x64.
extern CBF_API const convention &vectorcall_x64;

/// 32-bit x86. System V i386 psABI, 2.2: Linux, BSD. Vectors of 8, 16, 32 and 64 bytes travel in MMX, XMM, YMM and ZMM
/// registers, as in code compiled for them; see data_model::widest_vector for code that was not. stdcall, fastcall and
/// thiscall are what gcc's attributes make there; as gcc, an argument of fastcall or thiscall that is an aggregate or
/// a 64-bit integer goes to the stack and nevertheless takes ECX and EDX from those behind it.
extern CBF_API const convention &cdecl_x86_sysv;
extern CBF_API const convention &stdcall_x86_sysv;
extern CBF_API const convention &fastcall_x86_sysv;
extern CBF_API const convention &thiscall_x86_sysv;

/// 32-bit Windows as MinGW's gcc: small structures are returned in registers, one that is a floating number on the x87
/// stack.
extern CBF_API const convention &cdecl_x86_mingw;
extern CBF_API const convention &stdcall_x86_mingw;
extern CBF_API const convention &fastcall_x86_mingw;
extern CBF_API const convention &thiscall_x86_mingw;

/// 32-bit Windows as MSVC. Microsoft, "__cdecl", "__stdcall", "__fastcall", "__thiscall", "__vectorcall".
extern CBF_API const convention &cdecl_x86_msvc;
extern CBF_API const convention &stdcall_x86_msvc;
extern CBF_API const convention &fastcall_x86_msvc;
extern CBF_API const convention &thiscall_x86_msvc;
extern CBF_API const convention &vectorcall_x86_msvc;

/// 32-bit macOS. Apple, "OS X ABI Function Call Guide", IA-32 Function Calling Conventions.
extern CBF_API const convention &cdecl_x86_darwin;
extern CBF_API const convention &stdcall_x86_darwin;

/// All of the above, in this order.
CBF_API std::span<const convention *const> conventions() noexcept;

/// The one of this name; null if there is none.
CBF_API const convention *find_convention(std::string_view name) noexcept;

} // namespace cbframe::abi

#endif
