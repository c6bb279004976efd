// The errors of cbframe as std::error_code.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/error.hpp>

#include <cstddef>
#include <new>
#include <string>
#include <system_error>

namespace cbframe {

namespace detail {

class category final : public std::error_category {
  public:
    const char *name() const noexcept override { return "cbframe"; }
    std::string message(int code) const override { return cbf_strerror(static_cast<cbf_status>(code)); }
    std::error_condition default_error_condition(int code) const noexcept override {
        switch (static_cast<errc>(code)) {
        case errc::invalid_argument:
        case errc::bad_type:
        case errc::bad_convention:
        case errc::bad_variadic_type:
            return std::errc::invalid_argument;
        case errc::no_memory:
            return std::errc::not_enough_memory;
        case errc::no_executable:
            return std::errc::operation_not_permitted;
        case errc::busy:
            return std::errc::device_or_resource_busy;
        default:
            return {code, *this};
        }
    }
};

} // namespace detail

/// The category of errc, named "cbframe". Its messages are those of cbf_strerror.
inline const std::error_category &error_category() noexcept {
    // Never destroyed: there are errors until the process ends. Nor on the heap: there are when memory runs out.
    alignas(detail::category) static std::byte storage[sizeof(detail::category)];
    static const detail::category *const the_category = new (storage) detail::category;
    return *the_category;
}

inline std::error_code make_error_code(errc code) noexcept { return {static_cast<int>(code), error_category()}; }

} // namespace cbframe

template <>
struct std::is_error_code_enum<cbframe::errc> : std::true_type {};

#endif
