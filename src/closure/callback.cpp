#include "plan.hpp"

#include <cbframe/callback.hpp>

#include <utility>

namespace cbframe {

abi::value_layout closures::one_more_argument(const signature &called, const abi::convention &by) {
    signature with_one = called;
    with_one.parameters.push_back(type::pointer());
    return std::move(abi::layout(by, native_data_model(), with_one).arguments.back());
}

detail::route detail::find_route(const signature &called, const abi::convention &by) {
    if (const auto direct = closures::direct_route(called, by))
        return *direct;
    const auto rules = prepared_signature(called, by, native_data_model()).plan();
    return {rules->entry, rules};
}

} // namespace cbframe
