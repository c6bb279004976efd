#include "words.hpp"

#include "error/error.hpp"

#include <cstddef>
#include <new>
#include <string>

namespace cbf {

namespace {

class category final : public std::error_category {
  public:
    const char *name() const noexcept override { return "cbframe"; }
    std::string message(int code) const override { return error::words(static_cast<unsigned>(code)); }
    std::error_condition default_error_condition(int code) const noexcept override {
        switch (static_cast<errc>(code)) {
        case errc::invalid_argument:
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

} // namespace

const std::error_category &error_category() noexcept {
    // Never destroyed: there are errors until the process ends. Nor on the heap: there are when memory runs out.
    alignas(category) static std::byte storage[sizeof(category)];
    static const category *const the_category = new (storage) category;
    return *the_category;
}

} // namespace cbf
