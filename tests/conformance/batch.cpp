#include "batch.hpp"

using namespace cbframe;

call_values values_of(const abi::data_model &model, const call_case &call, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    call_values out;
    for (const type &parameter : call.signature.parameters)
        out.arguments.push_back(make_sample(model, parameter, random));
    for (const type &argument : call.variadic)
        out.arguments.push_back(make_sample(model, argument, random));
    out.result = make_sample(model, call.signature.result, random);
    return out;
}
