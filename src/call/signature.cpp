#include "signature.hpp"

#include "abi/errors.hpp"
#include "arch/arch.hpp"
#include "arch/plan.hpp"
#include "compiled.hpp"

#include <memory>

namespace cbf {

void plan_owner::destroy(const cbf_v1_plan *plan) noexcept { delete &arch::full(*plan); }

plan_owner prepare(const signature &signature, const abi::convention &convention, const abi::data_model &sizes) {
    auto made = std::make_unique<arch::full_plan>();
    made->layout = abi::layout(convention, sizes, signature);
    made->sizes = sizes;
    abi::blame<abi::bad_convention>([&] { arch::complete(*made); });
    made->places = made->argument_places.data();
    made->count = static_cast<std::uint32_t>(made->argument_places.size());
    return plan_owner(made.release());
}

route find_route(const signature &signature, const abi::convention &convention, cbf_v1_vectors vectors) {
    const closures::compiled_convention compiled(convention, vectors);
    auto seen = signature;
    if (arch::is_result_split(signature, vectors)) // which code that its compiler made does by itself
        seen.result = type_kind::void_;
    if (const arch::entry direct = arch::direct_entry(seen, compiled))
        return {direct, {}};
    plan_owner plan = prepare(signature, compiled, arch::native_data_model());
    return {plan.get()->entry, std::move(plan)};
}

} // namespace cbf
