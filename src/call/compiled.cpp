#include "compiled.hpp"

#include "abi/value.hpp"
#include "arch/arch.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <stdexcept>
#include <string>

namespace cbframe {

namespace closures {

namespace {

/// Asks of each value whether it is refused, and throws what is wrong with the first one that is.
template <class IsRefused>
void check(const abi::call_layout &laid_out, IsRefused is_refused, const std::string &why) {
    const auto refuse = [&](const std::string &which, const type &passed) {
        throw std::invalid_argument("cbframe: " + which + " is of type " + to_string(passed) + ", which " + why);
    };
    if (is_refused(laid_out.result))
        refuse("the result", laid_out.result.type);
    for (std::size_t i = 0; i < laid_out.arguments.size(); i++)
        if (is_refused(laid_out.arguments[i]))
            refuse(abi::argument_name(i), laid_out.arguments[i].type);
}

abi::call_layout place_for(const abi::convention &by, const abi::data_model &sizes, std::size_t widest_vector,
                           const signature &called, std::span<const type> variadic) {
    abi::data_model compiled_for = sizes;
    compiled_for.widest_vector = std::min(sizes.widest_vector, widest_vector);
    return by.place(compiled_for, called, variadic);
}

} // namespace

abi::call_layout compiled_convention::place(const abi::data_model &sizes, const signature &called,
                                            std::span<const type> variadic) const {
    abi::call_layout laid_out = place_for(of_, sizes, how_.widest_vector, called, variadic);
    if (how_.is_irregular)
        check(
            laid_out,
            [&](const abi::value_layout &value) {
                return arch::is_irregular(value, &value == &laid_out.result, how_.widest_vector);
            },
            "this compiler passes by rules of its own: compile for an instruction set that has such vectors, or pass a "
            "pointer");
    return laid_out;
}

abi::call_layout uncertain_convention::place(const abi::data_model &sizes, const signature &called,
                                             std::span<const type> variadic) const {
    abi::call_layout laid_out = of_.place(sizes, called, variadic);
    const abi::call_layout without = place_for(of_, sizes, 0, called, variadic);
    check(
        laid_out,
        [&](const abi::value_layout &value) {
            const bool is_result = &value == &laid_out.result;
            const abi::value_layout &other =
                is_result ? without.result
                          : without.arguments[static_cast<std::size_t>(&value - laid_out.arguments.data())];
            return value.pieces != other.pieces;
        },
        "is passed in other places by code that is compiled for other instruction sets: name the convention, " +
            std::string(arch::certain_conventions()));
    return laid_out;
}

} // namespace closures

const abi::convention &native_convention() noexcept {
    static const closures::uncertain_convention native(arch::system_convention());
    return native;
}

const abi::convention &compiled_convention(detail::vector_rules how) noexcept {
    using own_convention = closures::compiled_convention;
    static const std::array<own_convention, 10> all = [] {
        const auto made = [](std::size_t widest_vector, bool is_irregular) {
            return own_convention(arch::system_convention(), {widest_vector, is_irregular});
        };
        return std::array{made(0, false), made(8, false), made(16, false), made(32, false), made(64, false),
                          made(0, true),  made(8, true),  made(16, true),  made(32, true),  made(64, true)};
    }();
    const auto of_width = static_cast<std::size_t>(std::bit_width(how.widest_vector / 8)); // 0, 8, 16, 32, 64
    return all[of_width + (how.is_irregular ? all.size() / 2 : 0)];
}

} // namespace cbframe
