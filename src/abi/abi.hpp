// What a calling convention says of a signature: where each argument and the result live.
#pragma once

#include "abi/type.hpp"

#include <cbframe/cbframe.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cbf::abi {

// ---------------------------------------------------------------- sizes

/// See cbf_data_model_find for what each is.
using data_model = cbf_data_model;

extern const data_model lp64_sysv, llp64_mingw, llp64_msvc, ilp32_sysv, ilp32_mingw, ilp32_msvc, ilp32_darwin,
    lp64_aapcs, lp64_darwin, lp64_riscv;

/// Whether a system could have such sizes; only of those may be asked.
bool is_possible(const data_model &model) noexcept;

/// Bytes of a value with its padding, as sizeof. Throws std::invalid_argument if the type is incomplete, does
/// not exist on the target, or has 2^31 bytes or more (2^59 on a 64-bit target).
std::size_t size_of(const data_model &model, const type &type);

/// As _Alignof. Throws as size_of().
std::size_t alignment_of(const data_model &model, const type &type);

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
record_layout layout_of(const data_model &model, const type &record);

// ---------------------------------------------------------------- registers

using register_bank = cbf_register_bank;

/// One register.
struct machine_register {
    const register_bank *bank;
    unsigned number;

    std::string_view name() const noexcept { return bank->names[number]; }
    bool operator==(const machine_register &) const = default;
};

// ---------------------------------------------------------------- layout

/// What the class of each eightbyte of a value is called, see cbf_value_class.
enum class value_class : unsigned char { NO_CLASS, INTEGER, SSE, SSEUP, X87, X87UP, COMPLEX_X87, MEMORY };

/// "INTEGER", "SSE", …
std::string_view to_string(value_class named) noexcept;

/// What the bits of a register or stack word above a small number hold. See cbf_extension.
enum class extension : unsigned char { none, zero, sign, ones };

/// Consecutive bytes of a value and where they are.
struct piece {
    std::size_t offset = 0;             ///< the first byte of the value that it carries
    std::size_t size = 0;               ///< how many it carries, at the low end of the register or stack word
    std::optional<machine_register> in; ///< the register, or none: it is on the stack
    std::size_t stack = 0;              ///< bytes from the stack pointer at entry, see cbf_piece
    /// How whoever makes the value fills the bytes above it, up to `extended` in all. To be done when
    /// making one; not to be relied upon when reading one, for compilers differ.
    extension extends = extension::none;
    std::size_t extended = 0;
    /// A second home of the same bytes (Microsoft, "x64 calling convention", Varargs): read either, write both.
    bool duplicate = false;
    bool converted = false; ///< see cbf_piece

    bool operator==(const piece &) const = default;
};

/// Where an argument or the result is.
struct value_layout {
    cbf::type type;
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

/// A calling convention: the data that one family's classifier reads. Objects of this class are constants.
class convention : public cbf_convention {
  public:
    /// See abi::layout(). variadic: types of the arguments in place of `...`.
    virtual call_layout place(const data_model &sizes, const signature &signature,
                              std::span<const type> variadic) const = 0;

  protected:
    constexpr convention(const char *its_name, const data_model &its_model, bool variadic, cbf_family its_family,
                         std::size_t general)
        : cbf_convention{its_name, &its_model, its_family, variadic ? 1 : 0, general} {}
    ~convention() = default;
};

/// Lays out a call: pure, thread-safe, the same on every host. variadic_arguments: types of the arguments in place
/// of `...`, after the default argument promotions.
/// Throws, naming the argument (see errors.hpp),
/// - bad_type if a type is incomplete, void, a function or an array, or does not exist in the data model, or if the
///   arguments have 2^30 bytes or more; the same of a variadic one, or if C promotes it (char, short, _Bool, float):
///   bad_variadic_type;
/// - bad_convention if there is `...` and the convention allows no variadic functions;
/// - std::invalid_argument if there are variadic arguments but no `...`.
call_layout layout(const convention &convention, const signature &signature,
                   std::span<const type> variadic_arguments = {});

/// The same with sizes of another system, as gcc's __attribute__((ms_abi)) on Linux does.
call_layout layout(const convention &convention, const data_model &sizes, const signature &signature,
                   std::span<const type> variadic_arguments = {});

/// A table, a line for each piece, and what the caller and the function owe each other.
std::string to_string(const call_layout &layout);

// ---------------------------------------------------------------- all of a kind

/// All conventions.
std::span<const convention *const> conventions() noexcept;

/// All data models and all banks of registers.
std::span<const data_model *const> data_models() noexcept;
std::span<const register_bank *const> register_banks() noexcept;

} // namespace cbf::abi
