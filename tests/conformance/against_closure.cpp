// Closures: the signature is a value, the arguments are read where they are.
#include "batch.hpp"
#include "callers.hpp"
#include "native.hpp"
#include "run_object.hpp"

#include <cbframe/abi.hpp>
#include <cbframe/closure.hpp>

#include <algorithm>
#include <cstring>

using namespace cbframe;

namespace {

using reader = void (*)(std::va_list *list, unsigned first, unsigned end, unsigned char **out);

// The handler of one call.
class checker {
  public:
    checker(const call_case &call, const abi::call_layout &where, const call_values &values, reader read,
            unsigned round)
        : call_(call), where_(where), values_(values), read_(read), round_(round) {}

    void operator()(arguments &args) {
        calls_++;
        const bool result_first = round_ % 2 == 1; // it must not lie where an argument is
        if (result_first)
            give_result(args);
        if (round_ == 0)
            check_named(args);
        else
            check_and_overwrite_named(args);
        check_variadic(args);
        if (!result_first)
            give_result(args);
    }

    std::string error() const {
        return calls_ == 1 ? error_ : error_ + "called " + std::to_string(calls_) + " times; ";
    }

  private:
    std::size_t named() const { return call_.signature.parameters.size(); }

    void check(std::size_t index, const void *found) {
        const std::string name = "argument " + std::to_string(index + 1) + ':';
        const auto *const at = static_cast<const unsigned char *>(found);
        if (differ(values_.arguments[index], at))
            error_ += difference(name, values_.arguments[index], at) + "; ";
        // Whoever passes a pointer to an argument aligns it, as far as compilers do.
        const abi::value_layout &value = where_.arguments[index];
        if (!value.by_pointer && value.size != 0 && reinterpret_cast<std::uintptr_t>(found) % promised(index) != 0)
            error_ += name + " not aligned to " + std::to_string(value.alignment) + "; ";
    }

    // To what cbframe aligns an argument: on x86, numbers that fit two words are where the caller put them, and so are
    // large variadic structures.
    std::size_t promised(std::size_t index) const {
        constexpr std::size_t word = 4, largest_aligned = 1024;
        const abi::value_layout &value = where_.arguments[index];
        const bool is_number = !value.type.is_record() && value.alignment <= 2 * word;
        const bool is_large = index >= named() && value.size > largest_aligned;
        return sizeof(void *) == word && (is_number || is_large) ? 1 : value.alignment;
    }

    void check_named(arguments &args) {
        if (args.count() != named())
            error_ += "count " + std::to_string(args.count()) + "; ";
        for (std::size_t i = 0; i < named(); i++)
            check(i, args.data(i));
    }

    // Arguments are the handler's own, and none overlaps another.
    void check_and_overwrite_named(arguments &args) {
        for (std::size_t i = 0; i < named(); i++) {
            const std::size_t index = round_ == 1 ? i : named() - 1 - i;
            check(index, args.data(index));
            std::memset(args.data(index), 0xa5, values_.arguments[index].value.size());
        }
    }

    // Some by next(), some from the va_list, which continue each other.
    void check_variadic(arguments &args) {
        const auto count = static_cast<unsigned>(call_.variadic.size());
        const unsigned first = can_list() ? round_ % (count + 1) : count;
        const unsigned end = first + (count - first + 1) / 2;
        check_next(args, 0, first);
        if (first != end)
            check_list(args, first, end);
        check_next(args, end, count);
    }

    // A list of System V's does not know what Microsoft passes by pointer.
    bool can_list() const {
        return read_ != nullptr &&
               std::none_of(where_.arguments.begin() + static_cast<std::ptrdiff_t>(named()), where_.arguments.end(),
                            [](const abi::value_layout &value) { return value.by_pointer; });
    }

    void check_next(arguments &args, unsigned first, unsigned end) {
        for (unsigned i = first; i < end; i++)
            check(named() + i, args.next(call_.variadic[i]));
    }

    void check_list(arguments &args, unsigned first, unsigned end) {
        std::vector<bytes> found(call_.variadic.size());
        std::vector<unsigned char *> out;
        for (std::size_t i = 0; i < found.size(); i++) {
            found[i].resize(values_.arguments[named() + i].value.size() + 1);
            out.push_back(found[i].data());
        }
        read_(&args.list(), first, end, out.data());
        for (unsigned i = first; i < end; i++)
            if (differ(values_.arguments[named() + i], out[i]))
                error_ += difference("argument " + std::to_string(named() + i + 1) + " from the list:",
                                     values_.arguments[named() + i], out[i]) +
                          "; ";
    }

    void give_result(arguments &args) {
        const abi::value_layout &result = where_.result;
        if (!result.by_pointer && result.size != 0 &&
            reinterpret_cast<std::uintptr_t>(args.result()) % result.alignment != 0)
            error_ += "the result is not aligned to " + std::to_string(result.alignment) + "; ";
        if (!values_.result.value.empty())
            std::memcpy(args.result(), values_.result.value.data(), values_.result.value.size());
    }

    const call_case &call_;
    const abi::call_layout &where_;
    const call_values &values_;
    reader read_;
    unsigned round_;
    unsigned calls_ = 0;
    std::string error_;
};

std::string check_call(const batch &ran, const loaded_object &object, std::size_t index) {
    constexpr unsigned rounds = 3;
    const target &used = *ran.used;
    const call_case &call = ran.calls[index];
    const prepared_signature prepared(call.signature, *used.convention, *used.model);
    const abi::call_layout where = abi::layout(*used.convention, *used.model, call.signature, call.variadic);
    for (unsigned round = 0; round < rounds; round++) {
        call_values values = values_of(*used.model, call, ran.seed + round);
        checker check(call, where, values, object.at<reader>(2 * index + 1), round);
        const closure made(prepared, std::ref(check));
        const std::string result_error = call_and_compare(object, index, values, made.address());
        const std::string error = check.error() + result_error;
        if (!error.empty())
            return error;
    }
    return "";
}

std::vector<std::string> run(const batch &ran) {
    return run_object(
        ran.calls.size(),
        {.build = [&](const std::string &file) { return compile(*ran.used, callers_of(*ran.used, ran.calls), file); },
         .table = symbol_of(*ran.used, "lookup"),
         .check = [&](const loaded_object &object, std::size_t index) { return check_call(ran, object, index); }});
}

} // namespace

const opponent closure_opponent{"closure", nullptr, [](const target &, const call_case &) { return true; }, run};
