// Plain aggregates without a description, by Boost.PFR 1.75 or later.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/type_of.hpp>

#include <boost/pfr.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>
#include <vector>

namespace cbframe {

namespace detail {

/// Stands for a class in the error of seen_fields.
template <class T>
struct seen_class {
    static_assert(std::is_void_v<T>, "Boost.PFR does not see all of this class: specialise cbframe::describe for it");
};

/// What Boost.PFR sees of a class, which is not where the fields are.
template <class T, class Indices = std::make_index_sequence<boost::pfr::tuple_size_v<T>>>
struct seen_fields;
template <class T, std::size_t... I>
struct seen_fields<T, std::index_sequence<I...>> {
    static constexpr auto offsets = field_offsets<boost::pfr::tuple_element_t<I, T>...>();
    static constexpr bool is_true = is_of_size<T, boost::pfr::tuple_element_t<I, T>...>(offsets.end());

    static void explain() { seen_class<T>(); }

    static std::vector<field> get() {
        std::vector<field> fields;
        (append_field(fields, member_type<boost::pfr::tuple_element_t<I, T>>()), ...);
        return fields;
    }
};

} // namespace detail

/// A structure of the fields that Boost.PFR sees.
template <class T>
requires(std::is_aggregate_v<T> &&std::is_class_v<T>) struct describe<T> {
    static type get() { return type::structure("", detail::seen_fields<T>::get()); }
    template <class Described>
    static detail::seen_fields<Described> description_of();
};

} // namespace cbframe

#endif
