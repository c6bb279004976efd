// Taps: compiled code calls a function of the same compiler's through one, which knows nothing of either.
#include "batch.hpp"
#include "callers.hpp"
#include "native.hpp"
#include "run_object.hpp"

#include <cbframe/abi.hpp>
#include <cbframe/tap.hpp>

#include <algorithm>
#include <cstdint>

using namespace cbframe;

namespace {

/// What a callee does: keeps its arguments, returns what it is told to. The generated source has the same.
struct recorder {
    unsigned char **got;
    const unsigned char *give;
    unsigned calls;
};

// What a compiled function copies MMX registers by leaves no room on the x87 stack for its result.
bool can(const target &used, const call_case &call) {
    constexpr std::size_t of_mmx = 8;
    const auto is_in_mmx = [](const type &type) {
        return type.kind() == type_kind::vector && abi::size_of(native_data_model(), type) == of_mmx;
    };
    if (used.bits == 32 && std::ranges::any_of(call.signature.parameters, is_in_mmx))
        return false;
    return !call.signature.variadic || has_native_lists(used);
}

std::string check_call(const batch &ran, const loaded_object &object, std::size_t index, level level) {
    constexpr unsigned rounds = 2;
    auto &to = *object.at<recorder *>(2 * ran.calls.size());
    unsigned seen = 0;
    const tap through(
        object.at<void *>(2 * index + 1), [&seen](cpu &) { ++seen; }, level);
    for (unsigned round = 0; round < rounds; round++) {
        const call_values values = values_of(*ran.used->model, ran.calls[index], ran.seed + round);
        std::vector<bytes> found;
        for (const sample &each : values.arguments)
            found.emplace_back(each.value.size() + 1);
        std::vector<unsigned char *> got;
        for (bytes &each : found)
            got.push_back(each.data());
        to = {got.data(), values.result.value.data(), 0};
        seen = 0;
        const std::string result_error = call_and_compare(object, index, values, through.address());
        std::string error;
        if (to.calls != 1 || seen != 1)
            error += "called " + std::to_string(to.calls) + " times, seen " + std::to_string(seen) + " times; ";
        for (std::size_t i = 0; i < found.size(); i++)
            if (differ(values.arguments[i], found[i].data()))
                error += difference("argument " + std::to_string(i + 1) + ':', values.arguments[i], found[i].data());
        error += result_error;
        if (!error.empty())
            return error;
    }
    return "";
}

/// At each level that this CPU has.
std::string check_levels(const batch &ran, const loaded_object &object, std::size_t index) {
    for (const level each : {level::legacy, level::all, level::sse})
        if (frame_stack_size(each) != 0)
            if (const std::string error = check_call(ran, object, index, each); !error.empty())
                return "level " + std::to_string(static_cast<int>(each)) + ": " + error;
    return "";
}

std::vector<std::string> run(const batch &ran) {
    return run_object(
        ran.calls.size(),
        {.build =
             [&](const std::string &file) {
                 return compile(*ran.used, callers_and_callees_of(*ran.used, ran.calls), file);
             },
         .table = symbol_of(*ran.used, "lookup"),
         .check = [&](const loaded_object &object, std::size_t index) { return check_levels(ran, object, index); }});
}

} // namespace

const opponent tap_opponent{"tap", nullptr, can, run};
