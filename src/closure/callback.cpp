#include "compiled.hpp"
#include "plan.hpp"

#include <cbframe/callback.hpp>

#include <utility>

namespace cbframe {

abi::value_layout closures::one_more_argument(const signature &called, const abi::convention &by) {
    signature with_one = called;
    with_one.parameters.push_back(type::pointer());
    return std::move(abi::layout(by, native_data_model(), with_one).arguments.back());
}

detail::route detail::find_route(const signature &called, const abi::convention &by, vector_rules how) {
    const closures::compiled_convention compiled(by, how);
    signature seen = called;
    if (closures::is_result_split(called, how)) // which code that its compiler made does by itself
        seen.result = type_kind::void_;
    if (const auto direct = closures::direct_route(seen, compiled))
        return *direct;
    const auto rules = prepared_signature(called, compiled, native_data_model()).plan();
    return {rules->entry, rules};
}

} // namespace cbframe
