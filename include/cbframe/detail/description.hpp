// Whether what cbframe::describe says of a class is what the compiler made of it: asked when compiling.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

namespace cbframe::detail {

template <class T>
struct member_of;
template <class C, class T>
struct member_of<T C::*> {
    using type = T;
};

template <auto Member>
using type_of_member = typename member_of<decltype(Member)>::type;

/// An object and its bytes in one place. None is ever made: addresses in it are compared.
template <class T>
union outline {
    char none;
    unsigned char bytes[sizeof(T) + 1]; // a member without bytes may be where the class ends
    T object;
    constexpr outline() : none() {}
};

template <class T>
inline outline<T> outline_of;

/// Whether a member, of the class or of its bases, is so many bytes from the start.
template <class T, auto Member>
constexpr bool is_at(std::size_t offset) {
    if (offset > sizeof(T))
        return false;
    const volatile void *const expected = outline_of<T>.bytes + offset;
    const volatile void *const actual = __builtin_addressof(outline_of<T>.object.*Member);
    return expected == actual;
}

template <class T>
inline constexpr std::size_t field_size = sizeof(T);
template <class T>
inline constexpr std::size_t field_size<T[]> = 0;

/// How a field of this type is aligned: g++ 12's alignof tells less of vectors wider than the instruction set's.
template <class T>
struct behind_a_byte {
    char byte;
    T field;
};
template <class T>
inline constexpr std::size_t field_alignment = sizeof(behind_a_byte<T>) - sizeof(T);
template <class T>
inline constexpr std::size_t field_alignment<T[]> = field_alignment<T>;

template <class... Numbers>
constexpr std::size_t largest_of(Numbers... numbers) {
    std::size_t largest = 0;
    ((largest = largest < numbers ? numbers : largest), ...);
    return largest;
}

/// Offsets of so many fields, and where the last one ends.
template <std::size_t Count>
struct offsets_of {
    std::size_t of[Count + 1] = {};
    constexpr std::size_t end() const { return of[Count]; }
};

/// Where C puts fields of these types one after the other, and behind the last one where that ends.
template <class... Fields>
constexpr offsets_of<sizeof...(Fields)> field_offsets() {
    offsets_of<sizeof...(Fields)> offsets;
    std::size_t i = 0;
    std::size_t end = 0;
    [[maybe_unused]] const auto place = [&](std::size_t size, std::size_t alignment) {
        offsets.of[i] = (end + alignment - 1) / alignment * alignment;
        end = offsets.of[i++] + size;
    };
    (place(field_size<Fields>, field_alignment<Fields>), ...);
    offsets.of[i] = end;
    return offsets;
}

/// Whether C gives a record that ends there, with fields of these types, the size and alignment of a class. One of no
/// members, as which std::is_empty counts no union, has in C++ a size all the same.
template <class T, class... Fields>
constexpr bool is_of_size(std::size_t end) {
    constexpr bool has_no_members = std::is_empty_v<T> || (std::is_union_v<T> && sizeof...(Fields) == 0);
    const std::size_t alignment = largest_of(std::size_t{1}, field_alignment<Fields>...);
    const std::size_t size = (end + alignment - 1) / alignment * alignment;
    return alignof(T) == largest_of(std::size_t{1}, alignof(Fields)...) &&
           sizeof(T) == (has_no_members ? largest_of(size, alignment) : size);
}

/// What initialises any member, but no base class.
template <class T>
struct anything {
    template <class Member>
    requires(!std::is_base_of_v<Member, T>) operator Member() const;
};

template <std::size_t>
using each_index = void;

template <class T, std::size_t... I>
constexpr bool takes_initialisers(std::index_sequence<I...>) {
    return requires { T{(static_cast<each_index<I>>(0), anything<T>())...}; };
}

/// How many initialisers an aggregate takes for a member: of arrays, one for each element.
template <class T>
inline constexpr std::size_t initialisers_of = 1;
template <class T, std::size_t Count>
inline constexpr std::size_t initialisers_of<T[Count]> = Count *initialisers_of<T>;
template <class T>
inline constexpr std::size_t initialisers_of<T[]> = 0;

/// Whether a class is seen to have members beside fields of these types, in what would be padding.
template <class T, class... Fields>
constexpr bool has_more_members() {
    constexpr std::size_t too_many_to_try = 256;
    constexpr std::size_t initialisers = (std::size_t{0} + ... + initialisers_of<Fields>);
    constexpr bool has_padding = sizeof(T) > (std::size_t{0} + ... + field_size<Fields>);
    if constexpr (!has_padding || std::is_empty_v<T>)
        return false;
    else if constexpr (std::has_unique_object_representations_v<T>)
        return true;
    else if constexpr (std::is_aggregate_v<T> && initialisers < too_many_to_try)
        return takes_initialisers<T>(std::make_index_sequence<initialisers + 1>());
    else
        return false;
}

#define CBF_LIST_ALL                                                                                                   \
    "list all members in their order; of a class that is packed, over-aligned or has bit-fields, describe::get() "     \
    "gives the type"

/// Names the member where a description goes wrong, and where it should be.
template <class T, auto Member, std::size_t Offset>
struct described_member {
    static_assert(is_at<T, Member>(Offset), "cbframe::describe: before this member others are missing, or it is not in "
                                            "the order of the class: " CBF_LIST_ALL);
};

/// Names the end of what is described.
template <class T, std::size_t End, class... Fields>
struct described_size {
    static_assert(is_of_size<T, Fields...>(End), "cbframe::describe: the members that are listed do not make up the "
                                                 "size of the class: " CBF_LIST_ALL);
};

template <class T, class... Fields>
struct described_padding {
    static_assert(!has_more_members<T, Fields...>(), "cbframe::describe: between the members that are listed the class "
                                                     "has others: " CBF_LIST_ALL);
};

#undef CBF_LIST_ALL

/// The members of a union, all at its start, and where the largest one ends.
template <class... Fields>
constexpr offsets_of<sizeof...(Fields)> union_offsets() {
    offsets_of<sizeof...(Fields)> offsets;
    offsets.of[sizeof...(Fields)] = largest_of(field_size<Fields>...);
    return offsets;
}

/// What is said of a class: that these members are there, and that it ends there.
template <class T, auto Offsets, auto... Members>
struct record_description {
    static constexpr bool is_in_place = [] {
        [[maybe_unused]] std::size_t i = 0;
        return (... && is_at<T, Members>(Offsets.of[i++]));
    }();
    static constexpr bool has_size = is_of_size<T, type_of_member<Members>...>(Offsets.end());
    static constexpr bool is_true = is_in_place && has_size && !has_more_members<T, type_of_member<Members>...>();

    /// Does not compile, and says why in one error.
    static void explain() {
        if constexpr (!is_in_place)
            explain_member<0, Members...>();
        else if constexpr (!has_size)
            described_size<T, Offsets.end(), type_of_member<Members>...>();
        else
            described_padding<T, type_of_member<Members>...>();
    }

  private:
    template <std::size_t I, auto Member, auto... Rest>
    static void explain_member() {
        if constexpr (is_at<T, Member>(Offsets.of[I]))
            explain_member<I + 1, Rest...>();
        else
            described_member<T, Member, Offsets.of[I]>();
    }
};

template <class T, auto... Members>
using structure_description = record_description<T, field_offsets<type_of_member<Members>...>(), Members...>;
template <class T, auto... Members>
using union_description = record_description<T, union_offsets<type_of_member<Members>...>(), Members...>;

} // namespace cbframe::detail

#endif
