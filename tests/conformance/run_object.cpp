#include "run_object.hpp"

#include "child.hpp"
#include "host.hpp"

std::vector<std::string> run_object(std::size_t count, const object_run &how) {
    const batch_folder folder;
    const std::string file = folder.file("calls.so");
    if (const std::string error = how.build(file); !error.empty())
        return std::vector<std::string>(count, "error: " + error);
    loaded_object object;
    return run_in_children(
        count,
        [&] {
            const std::string error = object.load(file, how.table);
            return error.empty() ? how.begin() : error;
        },
        [&](std::size_t index) { return how.check(object, index); });
}

std::string call_and_compare(const loaded_object &object, std::size_t index, const call_values &values,
                             void *function) {
    using caller = void (*)(unsigned char **in, unsigned char *out, void *called);
    std::vector<bytes> passed;
    for (const sample &each : values.arguments)
        passed.push_back(each.value);
    std::vector<unsigned char *> in;
    for (bytes &each : passed)
        in.push_back(each.data());
    bytes out(values.result.value.size() + 1);
    object.at<caller>(2 * index)(in.data(), out.data(), function);
    clean_up_after_call();
    return differ(values.result, out.data()) ? difference("the result:", values.result, out.data()) : "";
}
