#include "plan.hpp"

#include <cbframe/callback.hpp>

namespace cbframe::detail {

route find_route(const signature &called, const abi::convention &by) {
    signature with_object = called;
    with_object.parameters.push_back(type::pointer());
    const abi::call_layout layout = abi::layout(by, native_data_model(), with_object);
    if (const auto through = closures::entry_through(layout.arguments.back()))
        return {through, {}};
    const auto rules = prepared_signature(called, by, native_data_model()).plan();
    return {rules->entry, rules};
}

} // namespace cbframe::detail
