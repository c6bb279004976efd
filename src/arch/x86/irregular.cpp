// What compilers do with vectors by rules of their own: both widths of x86.
#include "arch/arch.hpp"

#include "abi/abi.hpp"

#include <algorithm>
#include <set>

namespace cbf::arch {

namespace {

// known: records that have been looked at, and contain none. Each is looked at once, however many share it.
bool contains_vector(const type &type, std::set<const void *> &known) {
    if (type.kind() == type_kind::vector)
        return true;
    if (type.kind() == type_kind::array)
        return contains_vector(type.element(), known);
    return type.is_record() && known.insert(type.identity()).second &&
           std::ranges::any_of(type.fields(), [&](const field &member) { return contains_vector(member.type, known); });
}

} // namespace

// docs/abi-disputes.md: what clang returns in several registers or passes by several addresses, and on i386 all that it
// has not the registers for, vectors of 8 bytes, and vectors in records.
bool is_irregular(const abi::value_layout &value, bool is_result, std::size_t widest_vector) {
    constexpr bool is_i386 = sizeof(void *) == 4;
    constexpr std::size_t of_mmx = 8, of_sse = 16;
    if (value.type.kind() == type_kind::vector)
        return (value.size > widest_vector && (is_result || is_i386 || value.by_pointer)) ||
               (is_i386 && value.size == of_mmx);
    std::set<const void *> known;
    return is_i386 && !is_result && value.alignment >= of_sse && contains_vector(value.type, known);
}

bool is_result_split(const signature &signature, cbf_v1_vectors vectors) {
    return vectors.irregular != 0 && sizeof(void *) == 8 && signature.result.kind() == type_kind::vector &&
           abi::size_of(native_data_model(), signature.result) > vectors.widest;
}

} // namespace cbf::arch
