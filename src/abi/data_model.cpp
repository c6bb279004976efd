#include "abi/known_model.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <stdexcept>

namespace cbf::abi {

constexpr data_model lp64_sysv{.name = "lp64_sysv",
                               .pointer_size = 8,
                               .long_size = 8,
                               .long_long_alignment = 8,
                               .double_alignment = 8,
                               .long_double_size = 16,
                               .long_double_alignment = 16,
                               .long_double_bytes = 10,
                               .has_int128 = true,
                               .empty_record_size = 0,
                               .records = CBF_RECORDS_SYSTEM_V,
                               .widest_vector = 64,
                               .vector_alignment = 0};

namespace {

constexpr data_model make_llp64_mingw() {
    data_model model = lp64_sysv;
    model.name = "llp64_mingw";
    model.long_size = 4;
    model.records = CBF_RECORDS_MS_BITFIELDS;
    return model;
}

// Microsoft, "x64 software conventions", Types and storage.
constexpr data_model make_llp64_msvc() {
    data_model model = make_llp64_mingw();
    model.name = "llp64_msvc";
    model.long_double_size = 8;
    model.long_double_alignment = 8;
    model.long_double_bytes = 8;
    model.records = CBF_RECORDS_MICROSOFT;
    model.empty_record_size = 4; // what clang gives C; MSVC's C has no struct without fields
    return model;
}

// System V psABI of the Intel386, 2.1.1, table 2.1: double and long long are aligned to 4 in a structure.
constexpr data_model make_ilp32_sysv() {
    data_model model = lp64_sysv;
    model.name = "ilp32_sysv";
    model.pointer_size = 4;
    model.long_size = 4;
    model.long_long_alignment = 4;
    model.double_alignment = 4;
    model.long_double_size = 12;
    model.long_double_alignment = 4;
    model.has_int128 = false;
    return model;
}

constexpr data_model make_ilp32_darwin() {
    data_model model = make_ilp32_sysv();
    model.name = "ilp32_darwin";
    model.long_double_size = 16;
    model.long_double_alignment = 16;
    return model;
}

constexpr data_model make_ilp32_mingw() {
    data_model model = make_ilp32_sysv();
    model.name = "ilp32_mingw";
    model.long_long_alignment = 8;
    model.double_alignment = 8;
    model.records = CBF_RECORDS_MS_BITFIELDS;
    return model;
}

constexpr data_model make_ilp32_msvc() {
    data_model model = make_ilp32_mingw();
    model.name = "ilp32_msvc";
    model.long_double_size = 8;
    model.long_double_alignment = 8;
    model.long_double_bytes = 8;
    model.records = CBF_RECORDS_MICROSOFT;
    model.empty_record_size = 4;
    return model;
}

// AAPCS64, 10.1.1 and 10.1.2: long double is a quad-precision number.
constexpr data_model make_lp64_aapcs() {
    data_model model = lp64_sysv;
    model.name = "lp64_aapcs";
    model.long_double_bytes = 16;
    model.records = CBF_RECORDS_AAPCS;
    model.widest_vector = 16;
    model.vector_alignment = 16;
    return model;
}

constexpr data_model make_lp64_darwin() {
    data_model model = lp64_sysv;
    model.name = "lp64_darwin";
    model.long_double_size = 8;
    model.long_double_alignment = 8;
    model.long_double_bytes = 8;
    model.widest_vector = 16;
    model.vector_alignment = 16;
    return model;
}

// RISC-V ELF psABI, 6, C/C++ type details: long double is a quad-precision number.
constexpr data_model make_lp64_riscv() {
    data_model model = lp64_sysv;
    model.name = "lp64_riscv";
    model.long_double_bytes = 16;
    model.widest_vector = 0;
    return model;
}

} // namespace

constexpr data_model llp64_mingw = make_llp64_mingw();
constexpr data_model llp64_msvc = make_llp64_msvc();
constexpr data_model ilp32_sysv = make_ilp32_sysv();
constexpr data_model ilp32_mingw = make_ilp32_mingw();
constexpr data_model ilp32_msvc = make_ilp32_msvc();
constexpr data_model ilp32_darwin = make_ilp32_darwin();
constexpr data_model lp64_aapcs = make_lp64_aapcs();
constexpr data_model lp64_darwin = make_lp64_darwin();
constexpr data_model lp64_riscv = make_lp64_riscv();

bool is_possible(const data_model &model) noexcept {
    unsigned rules; // C may have stored any number there
    static_assert(sizeof(rules) == sizeof(model.records));
    std::memcpy(&rules, &model.records, sizeof(rules));
    constexpr std::size_t most = 64;
    const auto is_number = [](std::size_t bytes) { return std::has_single_bit(bytes) && bytes <= most; };
    const bool are_bytes = model.long_double_bytes <= model.long_double_size && model.long_double_size <= most &&
                           model.long_double_size % 4 == 0 && model.empty_record_size <= most;
    return model.name != nullptr && (model.pointer_size == 4 || model.pointer_size == 8) &&
           (model.long_size == 4 || model.long_size == 8) && is_number(model.long_long_alignment) &&
           is_number(model.double_alignment) && is_number(model.long_double_alignment) && are_bytes &&
           rules <= CBF_RECORDS_AAPCS && model.widest_vector <= most &&
           (model.vector_alignment == 0 || is_number(model.vector_alignment));
}

namespace {

struct extent {
    std::uint64_t size;
    std::uint64_t alignment;
};

[[noreturn]] void refuse(const std::string &why) { throw std::invalid_argument("cbframe: " + why); }

std::uint64_t largest_size(const data_model &model) {
    constexpr std::uint64_t of_64_bits = (std::uint64_t{1} << 59) - 1; // so that its bits can be counted
    constexpr std::uint64_t of_32_bits = (std::uint64_t{1} << 31) - 1;
    const std::uint64_t of_target = model.pointer_size == 8 ? of_64_bits : of_32_bits;
    return std::min<std::uint64_t>(of_target, std::numeric_limits<std::size_t>::max() / 2);
}

std::uint64_t checked(const data_model &model, std::uint64_t size, const type &type) {
    if (size > largest_size(model))
        refuse(to_string(type) + " is too large");
    return size;
}

std::uint64_t round_up(std::uint64_t value, std::uint64_t alignment) {
    return (value + alignment - 1) / alignment * alignment;
}

extent scalar_extent(known_model &model, const type &type) {
    switch (type.kind()) {
    case type_kind::bool_:
    case type_kind::char_:
    case type_kind::signed_char:
    case type_kind::unsigned_char:
        return {1, 1};
    case type_kind::short_:
    case type_kind::unsigned_short:
        return {2, 2};
    case type_kind::int_:
    case type_kind::unsigned_int:
    case type_kind::float_:
        return {4, 4};
    case type_kind::long_:
    case type_kind::unsigned_long:
        return {model.sizes.long_size, model.sizes.long_size};
    case type_kind::long_long:
    case type_kind::unsigned_long_long:
        return {8, model.sizes.long_long_alignment};
    case type_kind::int128:
    case type_kind::unsigned_int128:
        if (!model.sizes.has_int128)
            refuse("there is no __int128 in the data model " + std::string(model.sizes.name));
        return {16, 16};
    case type_kind::double_:
        return {8, model.sizes.double_alignment};
    case type_kind::long_double:
        return {model.sizes.long_double_size, model.sizes.long_double_alignment};
    case type_kind::pointer:
        return {model.sizes.pointer_size, model.sizes.pointer_size};
    default:
        refuse(to_string(type) + " has no size");
    }
}

extent extent_of(known_model &model, const type &type);

extent array_extent(known_model &model, const type &type) {
    const extent each = extent_of(model, type.element());
    const std::uint64_t count = type.count().value_or(0); // a flexible array
    if (each.size != 0 && count > largest_size(model.sizes) / each.size)
        refuse(to_string(type) + " is too large");
    return {each.size * count, each.alignment};
}

extent extent_of(known_model &model, const type &type) {
    switch (type.kind()) {
    case type_kind::enumeration:
        return extent_of(model, type.element());
    case type_kind::complex: {
        const extent part = extent_of(model, type.element());
        return {2 * part.size, part.alignment};
    }
    case type_kind::vector: {
        const std::uint64_t size = *type.count() * extent_of(model, type.element()).size;
        if (!is_vector_size(static_cast<std::size_t>(size))) // made of long
            refuse(to_string(type) + " has " + std::to_string(size) + " bytes: a vector has 8, 16, 32 or 64");
        // gcc, where there is no MMX: an integer.
        const bool is_long_long = size == 8 && size > model.sizes.widest_vector && type.element().is_integer();
        const std::uint64_t most = model.sizes.vector_alignment != 0 ? model.sizes.vector_alignment : size;
        return {size, is_long_long ? model.sizes.long_long_alignment : std::min(size, most)};
    }
    case type_kind::array:
        return array_extent(model, type);
    case type_kind::structure:
    case type_kind::union_: {
        const record_layout &record = layout_of(model, type);
        return {record.size, record.alignment};
    }
    default:
        return scalar_extent(model, type);
    }
}

std::uint64_t required_alignment(known_model &model, const type &type);

// What the fields of a record ask for by attributes, theirs or those of their types.
std::uint64_t required_by_fields(known_model &model, const type &record) {
    std::uint64_t required = 1;
    for (const field &member : record.fields())
        if (!member.bits)
            required = std::max({required, std::uint64_t{member.alignment}, required_alignment(model, member.type)});
    return required;
}

// Microsoft, "align (C++)": what an attribute asks for is not lowered by packing, nor is the alignment of a vector. As
// clang: any such attribute makes the whole alignment of its record a required one.
std::uint64_t required_alignment(known_model &model, const type &type) {
    if (type.kind() == type_kind::array)
        return required_alignment(model, type.element());
    if (type.kind() == type_kind::vector || type.attributes().alignment != 0)
        return extent_of(model, type).alignment;
    if (!type.is_record())
        return 1;
    return model.required_alignments(type, [&] { return required_by_fields(model, type); });
}

// Places one field after another. What both kinds of rules share.
class record_builder {
  public:
    record_builder(known_model &model, const type &record) : model_(model), record_(record) {}

    record_layout build() {
        for (const field &added : record_.fields())
            places_.push_back(place_at(add(added), added));
        alignment_ = std::max<std::uint64_t>(alignment_, record_.attributes().alignment);
        std::uint64_t size = round_up(round_up(end_, 8) / 8, alignment_);
        if (size == 0)
            size = empty_size();
        return {static_cast<std::size_t>(checked(model_.sizes, size, record_)), static_cast<std::size_t>(alignment_),
                std::move(places_)};
    }

  private:
    // The bit where the field begins.
    std::uint64_t add(const field &added) {
        if (!added.bits)
            return add_plain(added);
        const bool are_microsofts =
            model_.sizes.records == CBF_RECORDS_MICROSOFT || model_.sizes.records == CBF_RECORDS_MS_BITFIELDS;
        return are_microsofts ? add_microsoft_bits(added) : add_system_v_bits(added);
    }

    std::uint64_t empty_size() const {
        if (model_.sizes.records != CBF_RECORDS_MICROSOFT)
            return record_.fields().empty() ? round_up(model_.sizes.empty_record_size, alignment_) : 0;
        const std::uint64_t required =
            std::max<std::uint64_t>(required_by_fields(model_, record_), record_.attributes().alignment);
        return required < model_.sizes.empty_record_size ? model_.sizes.empty_record_size : alignment_;
    }

    static field_place place_at(std::uint64_t bit, const field &added) {
        return {.offset = static_cast<std::size_t>(bit / 8),
                .bit = static_cast<unsigned>(bit % 8),
                .bits = added.bits.value_or(0)};
    }

    bool is_union() const { return record_.kind() == type_kind::union_; }
    bool is_packed(const field &added) const { return record_.attributes().packed || added.packed; }

    std::uint64_t limited_by_pack(std::uint64_t alignment) const {
        const std::size_t pack = record_.attributes().pack;
        return pack == 0 ? alignment : std::min<std::uint64_t>(alignment, pack);
    }

    std::uint64_t field_alignment(const field &added, std::uint64_t natural) const {
        const std::uint64_t own = is_packed(added) ? 1 : natural;
        if (model_.sizes.records == CBF_RECORDS_MICROSOFT && !added.bits)
            return std::max(
                {limited_by_pack(own), std::uint64_t{added.alignment}, required_alignment(model_, added.type)});
        return limited_by_pack(std::max<std::uint64_t>(own, added.alignment));
    }

    // Reserves bits at the next boundary of so many bits, or at the start of a union.
    std::uint64_t reserve(std::uint64_t bits, std::uint64_t boundary) {
        const std::uint64_t begin = is_union() ? 0 : round_up(end_, boundary);
        end_ = std::max(end_, begin + bits);
        checked(model_.sizes, end_ / 8, record_);
        return begin;
    }

    void raise_alignment(std::uint64_t alignment) { alignment_ = std::max(alignment_, alignment); }

    std::uint64_t add_plain(const field &added) {
        const extent natural = extent_of(model_, added.type);
        const std::uint64_t alignment = field_alignment(added, natural.alignment);
        raise_alignment(alignment);
        unit_bits_ = 0;
        return reserve(natural.size * 8, alignment * 8);
    }

    // System V psABI of AMD64, 3.1.2, Bit-Fields: never across a boundary of the declared type. gcc and clang: any
    // #pragma pack lifts that; an unnamed one does not align the record, but by AAPCS.
    std::uint64_t add_system_v_bits(const field &added) {
        const extent natural = extent_of(model_, added.type);
        const std::uint64_t alignment = natural.alignment * 8;
        const bool always_aligns = model_.sizes.records == CBF_RECORDS_AAPCS;
        if (*added.bits == 0) {
            const std::uint64_t own = std::max<std::uint64_t>(natural.alignment, added.alignment);
            if (always_aligns) // whatever is packed
                raise_alignment(own);
            return reserve(0, own * 8);
        }
        if (!added.name.empty() || always_aligns)
            raise_alignment(field_alignment(added, natural.alignment));
        std::uint64_t boundary = std::max<std::uint64_t>(added.alignment, 1) * 8;
        if (added.alignment == 0)
            boundary = 1;
        const std::uint64_t begin = is_union() ? 0 : round_up(end_, boundary);
        if (!is_packed(added) && record_.attributes().pack == 0 && begin % alignment + *added.bits > natural.size * 8)
            boundary = std::max(boundary, alignment);
        return reserve(*added.bits, boundary);
    }

    // Microsoft, C language reference, "C bit fields": a unit of the declared type is reserved as a whole.
    std::uint64_t add_microsoft_bits(const field &added) {
        const extent natural = extent_of(model_, added.type);
        const std::uint64_t alignment = field_alignment(added, natural.alignment);
        if (*added.bits == 0)
            return add_microsoft_end_of_unit(natural, alignment);
        if (unit_bits_ == natural.size * 8 && *added.bits <= unit_left_ && !is_union()) {
            const std::uint64_t begin = end_ - unit_left_;
            unit_left_ -= *added.bits;
            return begin;
        }
        unit_bits_ = natural.size * 8;
        unit_left_ = unit_bits_ - *added.bits;
        if (!is_union() || model_.sizes.records == CBF_RECORDS_MS_BITFIELDS)
            raise_alignment(alignment);
        const bool is_whole = !is_union() || model_.sizes.records == CBF_RECORDS_MICROSOFT;
        return reserve(is_whole ? unit_bits_ : *added.bits, alignment * 8);
    }

    // gcc: __attribute__((packed)) does not lower what a bit-field of width 0 asks of the record, though it does what
    // it asks of the field behind.
    std::uint64_t end_of_unit_alignment(const extent &natural, std::uint64_t packed) const {
        return model_.sizes.records == CBF_RECORDS_MS_BITFIELDS ? limited_by_pack(natural.alignment) : packed;
    }

    // A bit-field of width 0 means something only after another one.
    std::uint64_t add_microsoft_end_of_unit(const extent &natural, std::uint64_t alignment) {
        if (unit_bits_ == 0)
            return is_union() ? 0 : end_;
        unit_bits_ = 0;
        if (!is_union())
            raise_alignment(end_of_unit_alignment(natural, alignment));
        const bool is_whole = is_union() && model_.sizes.records == CBF_RECORDS_MICROSOFT;
        return reserve(is_whole ? natural.size * 8 : 0, alignment * 8);
    }

    known_model &model_;
    const type &record_;
    std::uint64_t end_ = 0; // in bits
    std::uint64_t alignment_ = 1;
    std::uint64_t unit_bits_ = 0; // of the bit-field unit that may take more, 0 if none
    std::uint64_t unit_left_ = 0;
    std::vector<field_place> places_;
};

} // namespace

std::size_t size_of(known_model &model, const type &type) {
    if (!type.is_complete())
        refuse(to_string(type) + " has no size");
    return static_cast<std::size_t>(checked(model.sizes, extent_of(model, type).size, type));
}

std::size_t alignment_of(known_model &model, const type &type) {
    if (!type.is_complete() && type.kind() != type_kind::array)
        refuse(to_string(type) + " has no alignment");
    return static_cast<std::size_t>(extent_of(model, type).alignment);
}

const record_layout &layout_of(known_model &model, const type &record) {
    if (!record.is_record() || !record.is_complete())
        refuse(to_string(record) + " is no struct or union with a definition");
    return model.layouts(record, [&] { return record_builder(model, record).build(); });
}

std::size_t size_of(const data_model &model, const type &type) {
    known_model known(model);
    return size_of(known, type);
}

std::size_t alignment_of(const data_model &model, const type &type) {
    known_model known(model);
    return alignment_of(known, type);
}

record_layout layout_of(const data_model &model, const type &record) {
    known_model known(model);
    return layout_of(known, record);
}

} // namespace cbf::abi
