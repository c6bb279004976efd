#include "target.hpp"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace abi = cbframe::abi;

namespace {

// Without vectors of 8 bytes where the compiler is clang: it takes those for vectors of 16 or for integers.
const target gcc_x64{.compiler = "gcc", .command = "gcc -m64 -mno-avx", .bits = 64, .model = &abi::lp64_sysv};
const target clang_x64{.compiler = "clang", .command = "clang-14 -m64 -mno-avx", .bits = 64, .model = &abi::lp64_sysv};
const target gcc_x64_avx{.compiler = "gcc", .command = "gcc -m64 -mavx2", .bits = 64, .model = &abi::lp64_sysv};
const target clang_x64_avx{
    .compiler = "clang", .command = "clang-14 -m64 -mavx2", .bits = 64, .model = &abi::lp64_sysv};
const target mingw_x64{.compiler = "mingw",
                       .command = "x86_64-w64-mingw32-gcc -mavx2",
                       .assembly = dialect::coff,
                       .bits = 64,
                       .model = &abi::llp64_mingw};
const target msvc_x64{.compiler = "clang_msvc",
                      .command = "clang-14 -target x86_64-pc-windows-msvc -mavx2",
                      .assembly = dialect::coff,
                      .bits = 64,
                      .model = &abi::llp64_msvc,
                      .narrowest_vector = 16,
                      .aligned_vectors = true};
const target darwin_x64{.compiler = "clang_darwin",
                        .command = "clang-14 -target x86_64-apple-macos11 -mavx2",
                        .prefix = "_",
                        .assembly = dialect::mach_o,
                        .bits = 64,
                        .model = &abi::lp64_sysv,
                        .narrowest_vector = 16};
const target gcc_x86{.compiler = "gcc", .command = "gcc -m32 -mavx2", .bits = 32, .model = &abi::ilp32_sysv};
const target clang_x86{.compiler = "clang",
                       .command = "clang-14 -m32 -mavx2",
                       .bits = 32,
                       .model = &abi::ilp32_sysv,
                       .narrowest_vector = 16};
const target mingw_x86{.compiler = "mingw",
                       .command = "i686-w64-mingw32-gcc -mavx2",
                       .prefix = "_",
                       .assembly = dialect::coff,
                       .bits = 32,
                       .model = &abi::ilp32_mingw};
const target msvc_x86{.compiler = "clang_msvc",
                      .command = "clang-14 -target i686-pc-windows-msvc -mavx2",
                      .prefix = "_",
                      .assembly = dialect::coff,
                      .bits = 32,
                      .model = &abi::ilp32_msvc,
                      .narrowest_vector = 16,
                      .aligned_vectors = true};
const target darwin_x86{.compiler = "clang_darwin",
                        .command = "clang-14 -target i386-apple-macos10.13 -mavx2 -mdynamic-no-pic",
                        .prefix = "_",
                        .assembly = dialect::mach_o,
                        .bits = 32,
                        .model = &abi::ilp32_darwin,
                        .narrowest_vector = 16};

const target gcc_aarch64{
    .compiler = "gcc", .command = "aarch64-linux-gnu-gcc", .bits = 64, .model = &abi::lp64_aapcs, .widest_vector = 16};
const target clang_aarch64{.compiler = "clang",
                           .command = "clang-14 -target aarch64-linux-gnu",
                           .bits = 64,
                           .model = &abi::lp64_aapcs,
                           .widest_vector = 16};

const target darwin_aarch64{.compiler = "clang_darwin",
                            .command = "clang-14 -target arm64-apple-macos11 -mllvm -aarch64-neon-syntax=generic",
                            .prefix = "_",
                            .assembly = dialect::mach_o,
                            .bits = 64,
                            .model = &abi::lp64_darwin,
                            .widest_vector = 16};
const target msvc_aarch64{.compiler = "clang_msvc",
                          .command = "clang-14 -target aarch64-pc-windows-msvc",
                          .assembly = dialect::coff,
                          .bits = 64,
                          .model = &abi::llp64_msvc,
                          .widest_vector = 16,
                          .aligned_vectors = true};

const target gcc_riscv64{
    .compiler = "gcc", .command = "riscv64-linux-gnu-gcc", .bits = 64, .model = &abi::lp64_riscv, .widest_vector = 32};
const target clang_riscv64{.compiler = "clang",
                           .command = "clang-14 -target riscv64-linux-gnu -mno-relax",
                           .bits = 64,
                           .model = &abi::lp64_riscv,
                           .widest_vector = 32};

target with_command(target made, std::string_view command) {
    made.command = command;
    return made;
}

const target gcc_riscv64_f = with_command(gcc_riscv64, "riscv64-linux-gnu-gcc -mabi=lp64f");
const target clang_riscv64_f = with_command(clang_riscv64, "clang-14 -target riscv64-linux-gnu -mno-relax -mabi=lp64f");
const target gcc_riscv64_soft = with_command(gcc_riscv64, "riscv64-linux-gnu-gcc -mabi=lp64");
const target clang_riscv64_soft =
    with_command(clang_riscv64, "clang-14 -target riscv64-linux-gnu -mno-relax -mabi=lp64");

target with(target made, const abi::convention &convention, std::string_view attribute = "") {
    made.name = convention.name;
    made.convention = &convention;
    made.attribute = attribute;
    return made;
}

target renamed(target made, std::string_view compiler, std::size_t narrowest_vector) {
    made.compiler = compiler;
    made.narrowest_vector = narrowest_vector;
    return made;
}

target with_widest_vector(target made, std::size_t widest) {
    made.widest_vector = widest;
    return made;
}

constexpr std::string_view stdcall = "__attribute__((stdcall))";
constexpr std::string_view fastcall = "__attribute__((fastcall))";
constexpr std::string_view thiscall = "__attribute__((thiscall))";
constexpr std::string_view vectorcall = "__attribute__((vectorcall))";
constexpr std::string_view sysv_abi = "__attribute__((sysv_abi))";
constexpr std::string_view ms_abi = "__attribute__((ms_abi))";

const target all_targets[] = {
    with_widest_vector(with(gcc_x64, abi::sysv_x64_sse), 64),
    with_widest_vector(with(clang_x64, abi::sysv_x64_sse), 64),
    with_widest_vector(with(gcc_x64_avx, abi::sysv_x64_avx), 64),
    with_widest_vector(with(clang_x64_avx, abi::sysv_x64_avx), 64),
    with(gcc_x64_avx, abi::sysv_x64), // this far it is the same
    with(clang_x64_avx, abi::sysv_x64),
    with(darwin_x64, abi::sysv_x64_darwin),
    renamed(with(gcc_x64_avx, abi::ms_x64_mingw, ms_abi), "gcc_ms_abi", 8),
    renamed(with(clang_x64_avx, abi::ms_x64, ms_abi), "clang_ms_abi", 16),
    with(mingw_x64, abi::ms_x64_mingw),
    renamed(with(mingw_x64, abi::sysv_x64_avx, sysv_abi), "mingw_sysv_abi", 8),
    with(msvc_x64, abi::ms_x64),
    with(msvc_x64, abi::vectorcall_x64, vectorcall),
    with(gcc_x86, abi::cdecl_x86_sysv),
    with(gcc_x86, abi::stdcall_x86_sysv, stdcall),
    with(gcc_x86, abi::fastcall_x86_sysv, fastcall),
    with(gcc_x86, abi::thiscall_x86_sysv, thiscall),
    with(clang_x86, abi::cdecl_x86_sysv),
    with(clang_x86, abi::stdcall_x86_sysv, stdcall), // its fastcall and thiscall are not gcc's
    with(mingw_x86, abi::cdecl_x86_mingw),
    with(mingw_x86, abi::stdcall_x86_mingw, stdcall),
    with(mingw_x86, abi::fastcall_x86_mingw, fastcall),
    with(mingw_x86, abi::thiscall_x86_mingw, thiscall),
    with(msvc_x86, abi::cdecl_x86_msvc),
    with(msvc_x86, abi::stdcall_x86_msvc, stdcall),
    with(msvc_x86, abi::fastcall_x86_msvc, fastcall),
    with(msvc_x86, abi::thiscall_x86_msvc, thiscall),
    with(msvc_x86, abi::vectorcall_x86_msvc, vectorcall),
    with(darwin_x86, abi::cdecl_x86_darwin),
    with(darwin_x86, abi::stdcall_x86_darwin, stdcall),
    with_widest_vector(with(gcc_aarch64, abi::aapcs64), 32),
    with_widest_vector(with(clang_aarch64, abi::aapcs64), 32),
    with(darwin_aarch64, abi::aapcs64_darwin),
    with(msvc_aarch64, abi::aapcs64_windows),
    with(gcc_riscv64, abi::lp64d),
    with(clang_riscv64, abi::lp64d),
    with(gcc_riscv64_f, abi::lp64f),
    with(clang_riscv64_f, abi::lp64f),
    with(gcc_riscv64_soft, abi::lp64),
    with(clang_riscv64_soft, abi::lp64),
};

} // namespace

std::span<const target> targets() { return all_targets; }

const target *find_target(std::string_view name, std::string_view compiler) {
    for (const target &each : all_targets)
        if (each.name == name && each.compiler == compiler)
            return &each;
    return nullptr;
}

bool needs_this(const target &used) { return used.name.starts_with("thiscall") && used.command.starts_with("clang"); }

// clang for RISC-V does so in registers alone.
bool extends(const target &used, const abi::piece &number) {
    const bool is_clang = used.command.starts_with("clang");
    return !is_clang || (used.bits == 64 && (number.in || used.convention->family != CBF_FAMILY_RISCV));
}

namespace {

using cbframe::type;
using cbframe::type_kind;

bool is_register_of(const abi::value_layout &value, const abi::register_bank &bank) {
    return !value.pieces.empty() && value.pieces[0].in && value.pieces[0].in->bank == &bank;
}

bool contains_empty(const type &outer) {
    if (outer.kind() == type_kind::array)
        return outer.count() == 0U || contains_empty(outer.element());
    return (outer.is_record() && outer.fields().empty()) ||
           std::ranges::any_of(outer.fields(), [](const cbframe::field &f) { return contains_empty(f.type); });
}

// Whether a type, or one in it, is so.
template <class Predicate>
bool any_within(const type &outer, const Predicate &is) {
    if (is(outer))
        return true;
    if (outer.kind() == type_kind::array)
        return any_within(outer.element(), is);
    return std::ranges::any_of(outer.fields(), [&](const cbframe::field &f) { return any_within(f.type, is); });
}

bool contains(const type &outer, type_kind kind) {
    return any_within(outer, [&](const type &each) { return each.kind() == kind; });
}

bool ends_in_flexible_array(const type &type) {
    return !type.fields().empty() && !type.fields().back().type.is_complete();
}

bool is_unnamed(const cbframe::field &member) { return member.bits && member.name.empty(); }

// Whether it is a record without named fields, or of nothing but such.
bool is_empty(const type &type) {
    if (type.kind() == type_kind::array)
        return type.count().value_or(0) == 0 || is_empty(type.element());
    return type.is_record() && std::ranges::all_of(type.fields(), [](const cbframe::field &member) {
               return is_unnamed(member) || is_empty(member.type);
           });
}

// gcc takes a record of nothing but unnamed bit-fields and empty records for one without fields, though it has a size.
bool is_padding(const type &type) {
    if (type.kind() == type_kind::array)
        return is_padding(type.element());
    return (std::ranges::any_of(type.fields(), is_unnamed) && is_empty(type)) ||
           std::ranges::any_of(type.fields(), [](const cbframe::field &f) { return is_padding(f.type); });
}

bool is_int128(const type &type) {
    return type.kind() == type_kind::int128 || type.kind() == type_kind::unsigned_int128;
}

bool is_wide_vector(const abi::value_layout &value) {
    return value.type.kind() == type_kind::vector && value.size > 16;
}

bool has_unnamed_bits(const type &type) {
    if (type.kind() == type_kind::array)
        return has_unnamed_bits(type.element());
    const bool is_union = type.kind() == type_kind::union_;
    return std::ranges::any_of(type.fields(), [&](const cbframe::field &f) {
        return (f.bits && f.name.empty() && (is_union || *f.bits != 0)) || has_unnamed_bits(f.type);
    });
}

// Whether an array without elements lies in the midst of an eightbyte. gcc counts the class of its elements there.
bool has_empty_array_inside(const abi::data_model &model, const type &type, std::size_t offset) {
    constexpr std::size_t eightbyte = 8;
    if (type.kind() == type_kind::array)
        return type.count() == 0U ? offset % eightbyte != 0 : has_empty_array_inside(model, type.element(), offset);
    if (!type.is_record())
        return false;
    const abi::record_layout record = abi::layout_of(model, type);
    for (std::size_t i = 0; i < record.fields.size(); i++)
        if (!type.fields()[i].bits &&
            has_empty_array_inside(model, type.fields()[i].type, offset + record.fields[i].offset))
            return true;
    return false;
}

// Whether elements of an array differ in how they lie in their eightbytes. gcc looks at the first one only, so it
// overlooks a misaligned field, or that an eightbyte has nothing but padding.
bool has_array_of_odd_records(const abi::data_model &model, const type &type) {
    constexpr std::size_t eightbyte = 8;
    if (type.kind() == type_kind::array)
        return type.count() > 1U && type.element().is_record() &&
               (abi::size_of(model, type.element()) % eightbyte != 0 ||
                has_array_of_odd_records(model, type.element()));
    return std::ranges::any_of(type.fields(),
                               [&](const cbframe::field &f) { return has_array_of_odd_records(model, f.type); });
}

// gcc passes an unnamed vector of 32 or 64 bytes in memory, as the psABI has it, but not if it is wrapped so that its
// type is no machine mode of gcc's.
bool is_disputed_wrapped_vector(const abi::value_layout &value) {
    constexpr std::size_t narrowest_wide = 32;
    return value.type.is_record() && value.size >= narrowest_wide && contains(value.type, type_kind::vector) &&
           (value.alignment != value.size || contains(value.type, type_kind::union_) ||
            ends_in_flexible_array(value.type));
}

// A bit-field that gcc takes for a plain field: one in a union, or as wide as an integer.
std::size_t alignment_by_gcc(const abi::data_model &model, const type &record, const cbframe::field &bits) {
    if (record.kind() == type_kind::union_)
        return abi::alignment_of(model, bits.type);
    constexpr unsigned byte = 8;
    const bool is_as_wide = *bits.bits % byte == 0 && std::has_single_bit(*bits.bits);
    return is_as_wide ? *bits.bits / byte : 1;
}

// Whether such a bit-field is where a plain field would not be aligned.
bool has_misaligned_bits(const abi::data_model &model, const type &type, std::size_t offset) {
    if (type.kind() == type_kind::array && type.count()) {
        const std::size_t each = abi::size_of(model, type.element());
        for (std::size_t i = 0; i < *type.count(); i++)
            if (has_misaligned_bits(model, type.element(), offset + i * each))
                return true;
    }
    if (!type.is_record())
        return false;
    const abi::record_layout record = abi::layout_of(model, type);
    for (std::size_t i = 0; i < record.fields.size(); i++) {
        const cbframe::field member = type.fields()[i];
        if (member.bits && (offset + record.fields[i].offset) % alignment_by_gcc(model, type, member) != 0)
            return true;
        if (!member.bits && has_misaligned_bits(model, member.type, offset + record.fields[i].offset))
            return true;
    }
    return false;
}

// gcc looks for unaligned fields in the first element of an array only, and takes some bit-fields for such.
bool is_disputed_misalignment_by_gcc(const abi::data_model &model, const abi::value_layout &value) {
    constexpr std::size_t most_in_registers = 64;
    if (value.classes.empty() || value.size > most_in_registers || !value.type.is_record())
        return false;
    constexpr std::size_t always_in_memory = 17; // but for vectors
    const bool is_in_memory = value.classes[0] == abi::value_class::MEMORY;
    if (is_in_memory && contains(value.type, type_kind::array) && value.size < always_in_memory)
        return true;
    return !is_in_memory && has_misaligned_bits(model, value.type, 0);
}

// An unnamed bit-field is padding, NO_CLASS, to the psABI and to clang; gcc takes it for an INTEGER, in a union even
// one of width 0. And gcc's va_arg loads a record aligned to 16 from where general registers were saved as if they
// were aligned so. And an array of no elements that begins inside an eightbyte counts as one of its elements.
bool is_disputed_by_gcc_on_sysv_x64(const abi::data_model &model, const abi::value_layout &value, bool is_variadic) {
    constexpr std::size_t of_vector = 16;
    if (has_empty_array_inside(model, value.type, 0))
        return true;
    const auto is_of_first_only = [](abi::value_class of) {
        return of == abi::value_class::MEMORY || of == abi::value_class::NO_CLASS;
    };
    if (value.size <= of_vector && std::ranges::any_of(value.classes, is_of_first_only) &&
        has_array_of_odd_records(model, value.type))
        return true;
    if (is_variadic && value.type.is_record() && value.alignment >= of_vector &&
        is_register_of(value, abi::x86::general64))
        return true;
    constexpr std::size_t most_in_registers = 64;
    if (is_variadic && value.size <= most_in_registers && is_disputed_wrapped_vector(value))
        return true;
    if (is_disputed_misalignment_by_gcc(model, value))
        return true;
    const bool is_other_than_integer =
        std::ranges::any_of(value.classes, [](abi::value_class of) { return of != abi::value_class::INTEGER; });
    return has_unnamed_bits(value.type) && is_other_than_integer;
}

// Whether a record or array inside is not where its alignment wants it.
bool has_misaligned_part(const abi::data_model &model, const type &type, std::size_t offset) {
    if (type.kind() == type_kind::array) {
        if (offset % abi::alignment_of(model, type) != 0)
            return true;
        const std::size_t each = abi::size_of(model, type.element());
        for (std::size_t i = 0; i < type.count().value_or(0); i++)
            if (has_misaligned_part(model, type.element(), offset + i * each))
                return true;
    }
    if (!type.is_record())
        return false;
    if (offset % abi::alignment_of(model, type) != 0)
        return true;
    const abi::record_layout record = abi::layout_of(model, type);
    for (std::size_t i = 0; i < record.fields.size(); i++)
        if (!type.fields()[i].bits &&
            has_misaligned_part(model, type.fields()[i].type, offset + record.fields[i].offset))
            return true;
    return false;
}

// Only scalars count to gcc as the psABI's unaligned fields, not the structures around them; to clang both do.
bool is_disputed_misalignment(const abi::value_layout &value) {
    return !value.classes.empty() && value.classes[0] != abi::value_class::MEMORY &&
           has_misaligned_part(abi::lp64_sysv, value.type, 0);
}

// Whether it is a vector and padding behind it.
bool is_padded_vector(const abi::data_model &model, const type &type) {
    auto inner = type;
    while (inner.is_record() && inner.fields().size() == 1)
        inner = inner.fields()[0].type;
    return inner.kind() == type_kind::vector && abi::size_of(model, inner) < abi::size_of(model, type);
}

// clang 14 compiling for AVX looks at the first 16 bytes of a union only: if they are a vector, it takes the whole for
// one. So it does with one of 16 that an attribute pads to 32. And it takes only the first 16 of a vector with an array
// of no elements or an empty structure behind.
bool is_disputed_wide_vector(const abi::value_layout &value) {
    constexpr std::size_t smallest = 17;
    constexpr std::size_t largest = 64;
    if (value.classes.empty())
        return false;
    if (value.size >= smallest && value.classes[0] == abi::value_class::SSE && contains_empty(value.type))
        return true;
    return value.size >= smallest && value.size <= largest && value.classes[0] == abi::value_class::MEMORY &&
           contains(value.type, type_kind::vector) &&
           (contains(value.type, type_kind::union_) || is_padded_vector(abi::lp64_sysv, value.type));
}

// clang 14 passes four bytes of an eightbyte where one member of a union has a float and padding, whatever the others
// have there.
bool is_disputed_half_of_union(const abi::value_layout &value) {
    constexpr std::size_t eightbyte = 8;
    return value.size > eightbyte && contains(value.type, type_kind::union_) &&
           contains(value.type, type_kind::float_) && std::ranges::count(value.classes, abi::value_class::SSE) != 0;
}

// clang 14 against gcc and the psABI.
bool is_disputed_by_clang_on_sysv_x64(const abi::call_layout &where, std::size_t index) {
    const abi::value_layout &value = where.arguments[index];
    if (is_disputed_misalignment(value) || is_disputed_wide_vector(value) || is_disputed_half_of_union(value))
        return true;
    // Puts an __int128 that found no two registers half into a register or at an odd place.
    if (is_int128(value.type) && !value.pieces[0].in)
        return true;
    // A named __m256 or __m512 of a variadic function goes to memory: LLVM's X86CallingConv.td says that it should not.
    if (where.variadic && index < where.named &&
        (is_register_of(value, abi::x86::ymm) || is_register_of(value, abi::x86::zmm)))
        return true;
    // Its va_arg aligns the stack for a structure without bytes, its callers do not.
    constexpr std::size_t eightbyte = 8;
    if (index >= where.named && value.size == 0 && value.alignment > eightbyte)
        return true;
    return ends_in_flexible_array(value.type); // goes to memory; gcc ignores the array
}

// clang 14 for 32 bits splits a record into its fields if their sizes add up to its own, and forgets that those of a
// union do not lie side by side; and it gives a word to a structure of nothing but a flexible array.
bool is_disputed_by_clang_on_x86(const abi::data_model &model, const type &type) {
    if (ends_in_flexible_array(type) && abi::size_of(model, type) == 0)
        return true;
    if (type.kind() != type_kind::union_ || type.fields().size() < 2)
        return false;
    std::size_t sum = 0;
    for (const cbframe::field &member : type.fields())
        sum += abi::size_of(model, member.type);
    return sum == abi::size_of(model, type);
}

// clang 14 aligns a record on the stack to 4, gcc as the vector in it.
bool is_disputed_by_clang_on_sysv_x86(const abi::value_layout &value) {
    return value.type.is_record() && contains(value.type, type_kind::vector);
}

// Microsoft, "__fastcall": "The first two DWORD or smaller arguments that are found in the argument list from left to
// right are passed in ECX and EDX". clang 14 counts a 64-bit one as two, and in __vectorcall it gives registers to the
// fields of structures.
bool is_disputed_by_clang_on_msvc_x86(const target &used, const abi::value_layout &value) {
    const bool is_fastcall = used.name.starts_with("fastcall");
    const bool is_vectorcall = used.name.starts_with("vectorcall_x86");
    if (is_vectorcall && value.type.is_record() && !value.pieces.empty() && !value.pieces[0].in && !value.by_pointer)
        return true;
    const bool is_counted = value.size == 8 && !value.type.is_record() && value.type.kind() != type_kind::double_;
    return is_counted && (is_fastcall || is_vectorcall);
}

bool is_gcc_on_sysv_x64(const target &used) {
    return used.bits == 64 && (used.compiler == "gcc" || used.compiler == "mingw_sysv_abi");
}

bool is_clang_on_sysv_x64(const target &used) {
    return used.bits == 64 && (used.compiler == "clang" || used.compiler == "clang_darwin");
}

bool is_disputed_argument(const target &used, const abi::call_layout &where, std::size_t index) {
    const abi::value_layout &value = where.arguments[index];
    const bool is_variadic = index >= where.named;
    if (is_clang_on_sysv_x64(used) && is_disputed_by_clang_on_sysv_x64(where, index))
        return true;
    if (used.command.starts_with("clang") && used.bits == 32 && is_disputed_by_clang_on_x86(*used.model, value.type))
        return true;
    const bool is_gcc = !used.command.starts_with("clang");
    if (is_gcc && used.bits == 64 && is_padding(value.type))
        return true;
    if (is_gcc_on_sysv_x64(used) && is_disputed_by_gcc_on_sysv_x64(*used.model, value, is_variadic))
        return true;
    if (used.compiler == "clang" && used.bits == 32 && is_disputed_by_clang_on_sysv_x86(value))
        return true;
    // clang passes nothing for a record without named fields, though it has bytes.
    if (!is_gcc && used.bits == 32 && used.compiler != "clang_msvc" && value.size != 0 && is_empty(value.type))
        return true;
    if (used.compiler == "clang_msvc" && used.bits == 32 && is_disputed_by_clang_on_msvc_x86(used, value))
        return true;
    // Padding in the whole first eightbyte: each compiler has its own bug.
    if (!value.classes.empty() && value.classes[0] == abi::value_class::NO_CLASS)
        return true;
    // gcc's va_arg of a value that travels by pointer is wrong in an ms_abi function of a System V program.
    if (used.compiler == "gcc_ms_abi" && is_variadic && value.by_pointer)
        return true;
    // So is clang's on 32-bit Windows, where its callers also pass named vectors in another way.
    if (used.name == "cdecl_x86_msvc" && where.variadic && value.by_pointer)
        return true;
    // clang passes such a structure by pointer whatever its size, but its va_arg goes by the size.
    if (used.name == "ms_x64" && is_variadic && ends_in_flexible_array(value.type))
        return true;
    // clang's callers align a long double and a vector of 32 bytes, its va_arg does not.
    return used.name == "cdecl_x86_darwin" && is_variadic &&
           (value.type.kind() == type_kind::long_double || is_wide_vector(value));
}

// gcc aligns the stack for an argument without bytes, and pops the padding, by fastcall and thiscall only.
bool is_disputed_padding(const target &used, const abi::call_layout &where) {
    constexpr std::size_t of_vector = 16;
    const bool is_gcc = !used.command.starts_with("clang");
    return is_gcc && (used.name.starts_with("fastcall") || used.name.starts_with("thiscall")) &&
           std::ranges::any_of(where.arguments, [](const abi::value_layout &value) {
               return value.size == 0 && value.alignment >= of_vector;
           });
}

// clang's callers believe that a function pops its stack rounded up to the most aligned argument on it; its functions
// pop what there is.
bool is_disputed_pop(const target &used, const abi::call_layout &where) {
    std::size_t alignment = 1;
    for (const abi::value_layout &value : where.arguments)
        if (!value.pieces.empty() && !value.pieces[0].in && !value.by_pointer &&
            (contains(value.type, type_kind::vector) || contains(value.type, type_kind::long_double)))
            alignment = std::max(alignment, value.alignment);
    return used.command.starts_with("clang") && where.popped % alignment != 0;
}

// Whether a field is of 3, 5, … bytes, or a vector.
bool has_odd_part(const abi::data_model &model, const type &type) {
    if (type.kind() == type_kind::array && type.count().value_or(0) == 0)
        return false;
    const std::size_t size = abi::size_of(model, type);
    if ((size & (size - 1)) != 0 || type.kind() == type_kind::vector)
        return true;
    if (type.kind() == type_kind::array)
        return has_odd_part(model, type.element());
    return std::ranges::any_of(type.fields(), [&](const cbframe::field &f) { return has_odd_part(model, f.type); });
}

bool is_disputed_result(const target &used, const abi::call_layout &where) {
    const abi::value_layout &result = where.result;
    const bool is_gcc = !used.command.starts_with("clang");
    if (is_gcc && used.bits == 64 && is_padding(result.type))
        return true;
    // Only gcc's ms_abi passes an address for a result of no bytes that ends in a flexible array.
    if (used.name == "ms_x64_mingw" && result.size == 0 && ends_in_flexible_array(result.type))
        return true;
    if (is_gcc_on_sysv_x64(used) && is_disputed_by_gcc_on_sysv_x64(*used.model, result, false))
        return true;
    if (is_clang_on_sysv_x64(used) &&
        (is_disputed_misalignment(result) || is_disputed_wide_vector(result) || is_disputed_half_of_union(result)))
        return true;
    // Microsoft, "__cdecl": by the size alone. clang asks that each field has the size of a register.
    if (used.compiler == "clang_msvc" && used.bits == 32 && result.type.is_record() && !result.by_pointer &&
        has_odd_part(*used.model, result.type))
        return true;
    // Without -mavx clang returns half a vector in each of two registers.
    const bool is_clang = used.compiler == "clang" || is_clang_on_sysv_x64(used);
    if (is_clang && is_wide_vector(result) && result.by_pointer)
        return true;
    if (is_clang && ends_in_flexible_array(result.type))
        return true;
    if (!result.classes.empty() && result.classes[0] == abi::value_class::NO_CLASS)
        return true;
    // clang passes an address for a result of no bytes that ends in a flexible array.
    if (!is_gcc && used.bits == 32 && result.size == 0 && ends_in_flexible_array(result.type))
        return true;
    // clang passes no address for a result without fields, whatever its size.
    if (used.command.starts_with("clang") && result.by_pointer && is_empty(result.type))
        return true;
    // clang's ms_abi on System V passes an address for a result of no bytes; gcc does not.
    if (used.compiler == "clang_ms_abi" && result.size == 0 && result.type.kind() != type_kind::void_)
        return true;
    // clang's ms_abi on System V returns it on the x87 stack.
    return used.compiler == "clang_ms_abi" && result.type.kind() == type_kind::long_double;
}

bool has_end_of_unit(const type &asked) {
    if (asked.kind() == type_kind::array)
        return has_end_of_unit(asked.element());
    return std::ranges::any_of(asked.fields(),
                               [](const cbframe::field &f) { return f.bits == 0U || has_end_of_unit(f.type); });
}

// Of a variadic function on Windows clang's va_arg takes no pair of words from an even one, where its callers put it
// there, and its callers do not divide between X7 and the stack what its va_arg takes as divided. They put vectors in
// vector registers, and nothing where its va_arg takes a record without fields from.
bool is_disputed_in_words(const abi::value_layout &value) {
    if (value.type.kind() == type_kind::vector || is_empty(value.type))
        return true;
    const bool is_divided = !value.pieces.empty() && value.pieces.front().in && !value.pieces.back().in;
    return is_divided || (value.size > 8 && value.alignment > 8 && !value.by_pointer);
}

// Whether it is a record that may be homogeneous.
bool has_floating_or_vector(const type &asked) {
    const auto has = [&](type_kind kind) { return contains(asked, kind); };
    return asked.is_record() && (has(type_kind::vector) || has(type_kind::float_) || has(type_kind::double_) ||
                                 has(type_kind::long_double) || has(type_kind::complex));
}

// Of a variadic function on macOS clang's callers align a homogeneous aggregate to 8, and its va_arg to 16.
bool is_disputed_homogeneous(const abi::value_layout &value) {
    return value.alignment > 8 && !value.by_pointer && has_floating_or_vector(value.type);
}

// Also as a part of a complex one.
bool has_long_double(const type &asked) {
    if (asked.kind() == type_kind::array || asked.kind() == type_kind::complex)
        return has_long_double(asked.element());
    return asked.kind() == type_kind::long_double ||
           std::ranges::any_of(asked.fields(), [](const cbframe::field &f) { return has_long_double(f.type); });
}

// Of GNU C.
bool has_array_of_none(const type &asked) {
    return any_within(asked, [](const type &each) { return each.kind() == type_kind::array && each.count() == 0U; });
}

// Whether it has a union with a bit-field of width 0, or with a record of nothing but unnamed bit-fields.
bool has_union_with_padding(const type &asked) {
    if (asked.kind() == type_kind::array)
        return has_union_with_padding(asked.element());
    return std::ranges::any_of(asked.fields(), [&](const cbframe::field &f) {
        return (asked.kind() == type_kind::union_ && (f.bits == 0U || is_padding(f.type))) ||
               has_union_with_padding(f.type);
    });
}

// clang, before 15 and of C, takes an aggregate for no homogeneous one if it has a bit-field of width 0, and gcc if a
// union in it has one, or a record of nothing but unnamed ones. gcc takes one with an array of no elements for one.
bool is_disputed_on_aapcs64(const target &used, const abi::call_layout &where) {
    if (used.compiler == "clang_msvc" && where.variadic && std::ranges::any_of(where.arguments, is_disputed_in_words))
        return true;
    if (used.compiler == "clang_darwin" &&
        std::ranges::any_of(where.arguments.begin() + static_cast<std::ptrdiff_t>(where.named), where.arguments.end(),
                            is_disputed_homogeneous))
        return true;
    // clang's callers of a variadic function give a named integer of less than four bytes four of the stack.
    if (used.compiler == "clang_darwin" && where.variadic &&
        std::any_of(where.arguments.begin(), where.arguments.begin() + static_cast<std::ptrdiff_t>(where.named),
                    [](const abi::value_layout &value) {
                        return value.size < 4 && !value.pieces.empty() && !value.pieces.front().in;
                    }))
        return true;
    // clang aligns a homogeneous aggregate on the stack by its elements, whatever is packed.
    const bool has_packed = std::ranges::any_of(where.arguments, [&](const abi::value_layout &value) {
        return !value.pieces.empty() && !value.pieces.front().in && !value.by_pointer && value.alignment < 16 &&
               (has_long_double(value.type) || (value.type.is_record() && contains(value.type, type_kind::vector)));
    });
    if (used.compiler == "clang" && has_packed)
        return true;
    const auto is_disputed = [&](const abi::value_layout &value) {
        if (used.compiler == "clang" && is_padding(value.type))
            return true;
        if (used.compiler == "gcc" && has_floating_or_vector(value.type) && has_array_of_none(value.type))
            return true;
        // clang for Microsoft passes what has no fields but a flexible array.
        if (used.compiler == "clang_msvc" && is_empty(value.type) && ends_in_flexible_array(value.type))
            return true;
        return value.type.is_record() &&
               (value.pieces.empty() || !value.pieces.front().in || is_register_of(value, abi::aarch64::vector)) &&
               (used.command.starts_with("clang") ? has_end_of_unit(value.type) : has_union_with_padding(value.type));
    };
    return is_disputed(where.result) || std::ranges::any_of(where.arguments, is_disputed);
}

bool has_array_of_empty(const type &asked) {
    return any_within(asked, [](const type &each) {
        return each.kind() == type_kind::array && each.count().value_or(0) != 0 && is_empty(each.element());
    });
}

bool has_empty_union(const type &asked) {
    return any_within(asked, [](const type &each) { return each.kind() == type_kind::union_ && is_empty(each); });
}

// Whether a bit-field may share bytes of its declared type with a floating number behind it: a packed one, or one that
// is aligned to less than that type.
bool has_number_behind_bits(const abi::data_model &model, const type &asked) {
    if (asked.kind() == type_kind::array)
        return has_number_behind_bits(model, asked.element());
    const std::size_t smallest = 4; // float
    const auto is_any = [&](auto is) { return std::ranges::any_of(asked.fields(), is); };
    const bool is_packed = asked.attributes().packed || asked.attributes().pack != 0 ||
                           is_any([](const cbframe::field &f) { return f.packed; });
    return is_any([&](const cbframe::field &f) {
        return (f.bits && (is_packed || abi::size_of(model, f.type) > smallest)) ||
               has_number_behind_bits(model, f.type);
    });
}

bool has_complex_of_integers(const type &asked) {
    return any_within(
        asked, [](const type &each) { return each.kind() == type_kind::complex && !each.element().is_floating(); });
}

// Of records with floating numbers. gcc takes an array of empty ones, or of none, and a union without members, for
// another part than a number. clang, before 17 and of C, does so with a bit-field of width 0 where there are two
// numbers, and takes a number from behind the unit of the bit-field before it. It passes nothing for a record of
// nothing but unnamed bit-fields, and of C++ none for one without fields, though they have bytes; but a register for
// one without bytes that ends in a flexible array. A complex number of integers is two numbers to it in a record, as
// one of floating numbers is.
bool is_disputed_on_riscv(const target &used, const abi::call_layout &where) {
    const bool is_clang = used.command.starts_with("clang");
    const auto is_disputed = [&](const abi::value_layout &value) {
        const auto has = [&](type_kind kind) { return contains(value.type, kind); };
        if (is_clang && (is_padding(value.type) || (value.size != 0 && is_empty(value.type)) ||
                         (value.size == 0 && ends_in_flexible_array(value.type))))
            return true;
        if (!value.type.is_record() || !(has(type_kind::float_) || has(type_kind::double_) || has(type_kind::complex)))
            return false;
        return is_clang
                   ? has_end_of_unit(value.type) || has_number_behind_bits(*used.model, value.type) ||
                         has_complex_of_integers(value.type)
                   : has_array_of_empty(value.type) || has_array_of_none(value.type) || has_empty_union(value.type);
    };
    return is_disputed(where.result) || std::ranges::any_of(where.arguments, is_disputed);
}

} // namespace

bool is_disputed(const target &used, const abi::call_layout &where) {
    if (used.convention->family == CBF_FAMILY_RISCV)
        return is_disputed_on_riscv(used, where);
    if (used.convention->family == CBF_FAMILY_AAPCS64)
        return is_disputed_on_aapcs64(used, where);
    for (std::size_t i = 0; i < where.arguments.size(); i++)
        if (is_disputed_argument(used, where, i))
            return true;
    if (is_disputed_result(used, where) || is_disputed_pop(used, where) || is_disputed_padding(used, where))
        return true;
    // No compiler empties the MMX registers before it uses the x87 stack, which overlaps them.
    const bool has_mmx = std::ranges::any_of(
        where.arguments, [](const abi::value_layout &value) { return is_register_of(value, abi::x86::mmx); });
    const type &returned = where.result.type;
    if (has_mmx && (returned.is_floating() || returned.is_record() || returned.kind() == type_kind::complex))
        return true;
    return needs_this(used) && (where.arguments.empty() || where.arguments[0].type.kind() != type_kind::pointer);
}
