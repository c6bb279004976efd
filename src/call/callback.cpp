#include "arch/arch.hpp"
#include "arch/plan.hpp"
#include "compiled.hpp"

#include <cbframe/callback.hpp>

namespace cbframe {

detail::route detail::find_route(const signature &called, const abi::convention &by, vector_rules how) {
    const closures::compiled_convention compiled(by, how);
    signature seen = called;
    if (arch::is_result_split(called, how)) // which code that its compiler made does by itself
        seen.result = type_kind::void_;
    if (const auto direct = arch::direct_route(seen, compiled))
        return *direct;
    const auto rules = prepared_signature(called, compiled, native_data_model()).plan();
    return {rules->entry, rules};
}

} // namespace cbframe
