#include "compiled.hpp"

#include "signature.hpp"

#include "abi/errors.hpp"
#include "abi/value.hpp"
#include "arch/arch.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <stdexcept>
#include <string>

namespace cbf {

namespace closures {

namespace {

/// Asks of each value whether it is refused, and throws what is wrong with the first one that is.
template <class IsRefused>
void check(const abi::call_layout &laid_out, IsRefused is_refused, const std::string &why) {
    const auto words = [&](const std::string &which, const type &passed) {
        return "cbframe: " + which + " is of type " + to_string(passed) + ", which " + why;
    };
    if (is_refused(laid_out.result))
        throw abi::bad_type(words("the result", laid_out.result.type));
    for (std::size_t i = 0; i < laid_out.arguments.size(); i++) {
        const abi::value_layout &argument = laid_out.arguments[i];
        if (!is_refused(argument))
            continue;
        if (i < laid_out.named)
            throw abi::bad_type(words(abi::argument_name(i), argument.type));
        throw abi::bad_variadic_type(words(abi::argument_name(i), argument.type));
    }
}

abi::call_layout place_for(const abi::convention &convention, const abi::data_model &sizes, std::size_t widest_vector,
                           const signature &signature, std::span<const type> variadic) {
    abi::data_model compiled_for = sizes;
    compiled_for.widest_vector = std::min(sizes.widest_vector, widest_vector);
    return convention.place(compiled_for, signature, variadic);
}

} // namespace

abi::call_layout compiled_convention::place(const abi::data_model &sizes, const signature &signature,
                                            std::span<const type> variadic) const {
    abi::call_layout laid_out = place_for(of_, sizes, vectors_.widest, signature, variadic);
    if (vectors_.irregular != 0)
        check(
            laid_out,
            [&](const abi::value_layout &value) {
                return arch::is_irregular(value, &value == &laid_out.result, vectors_.widest);
            },
            "this compiler passes by rules of its own: compile for an instruction set that has such vectors, or pass a "
            "pointer");
    return laid_out;
}

abi::call_layout uncertain_convention::place(const abi::data_model &sizes, const signature &signature,
                                             std::span<const type> variadic) const {
    abi::call_layout laid_out = of_.place(sizes, signature, variadic);
    const abi::call_layout without = place_for(of_, sizes, 0, signature, variadic);
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

namespace {

constexpr unsigned widths = 5; // 0, 8, 16, 32, 64

using compiled_conventions = std::array<closures::compiled_convention, 2 * widths>;

const compiled_conventions &all_compiled() noexcept {
    static const compiled_conventions all = [] {
        const auto made = [](std::uint32_t widest, std::uint32_t irregular) {
            return closures::compiled_convention(arch::system_convention(), {widest, irregular});
        };
        return std::array{made(0, 0), made(8, 0), made(16, 0), made(32, 0), made(64, 0),
                          made(0, 1), made(8, 1), made(16, 1), made(32, 1), made(64, 1)};
    }();
    return all;
}

} // namespace

const abi::convention &compiled_convention(cbf_v1_vectors vectors) noexcept {
    const unsigned width = std::min(static_cast<unsigned>(std::bit_width(vectors.widest / 8)), widths - 1);
    return all_compiled()[width + (vectors.irregular != 0 ? widths : 0)];
}

const abi::convention *find_compiled_convention(const cbf_convention *handle) noexcept {
    const compiled_conventions &all = all_compiled();
    const auto found = std::ranges::find_if(all, [&](const abi::convention &each) { return &each == handle; });
    return found != all.end() ? &*found : nullptr;
}

} // namespace cbf
