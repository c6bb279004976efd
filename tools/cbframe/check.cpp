#include "check.hpp"

#include "json.hpp"
#include "table.hpp"

#include <cbframe/cbframe.hpp>

#include <functional>
#include <stdexcept>

namespace {

constexpr int given = 6, wanted = 42;

void expect(int found) {
    if (found != wanted)
        throw std::runtime_error("it returned " + std::to_string(found) + " in place of " + std::to_string(wanted));
}

// A frame's handler leaves all as it is but for what it looks at: a function without arguments and result.
std::string run_frame(cbframe::level level, std::string *state) {
    int count = 0;
    const cbframe::frame frame(
        [&](cbframe::cpu &cpu) {
            count = wanted;
            if (state != nullptr)
                *state = further_state(cpu);
        },
        level);
    frame.as<void()>()();
    expect(count);
    return "works";
}

std::string run_closure() {
    const cbframe::prepared_signature signature(cbframe::signature::of<int(int)>());
    const cbframe::closure closure(
        signature, [](cbframe::arguments &arguments) { arguments.result(arguments.get<int>(0) * (wanted / given)); });
    expect(closure.as<int(int)>()(given));
    return "works";
}

std::string run_callback() {
    int factor = wanted / given;
    const cbframe::callback<int(int)> callback([factor](int number) { return factor * number; });
    expect(callback.get()(given));
    return "works";
}

// More than are built into the library.
std::string run_further_frame() {
    std::vector<cbframe::frame> kept;
    int count = 0;
    do {
        kept.emplace_back([&](cbframe::cpu &) { count = wanted; });
    } while (cbframe::pool_stats().source == CBF_SOURCE_IMAGE);
    kept.back().as<void()>()();
    expect(count);
    return std::string("works, after ") + std::to_string(kept.size() - 1) + "; code from " +
           (cbframe::pool_stats().source == CBF_SOURCE_FILE ? "the library's file" : "anonymous pages");
}

} // namespace

check_report check() {
    check_report report{system_findings(), {}, true};
    report.system.push_back({"convention of C", cbframe::native_convention().name});
    std::string state = "not known";
    const auto run = [&](const char *kind, const std::function<std::string()> &call) {
        try {
            report.kinds.push_back({kind, call()});
        } catch (const std::exception &failure) {
            report.kinds.push_back({kind, std::string("FAILS: ") + failure.what()});
            report.all_run = false;
        }
    };
    run("frame", [] { return run_frame(cbframe::level::legacy, nullptr); });
    run("frame of level all", [&] { return run_frame(cbframe::level::all, &state); });
    run("closure", run_closure);
    run("callback", run_callback);
    run("frame in further memory", run_further_frame);
    report.system.push_back({"further CPU state, at level all", state});
    return report;
}

std::string text_of(const check_report &report) {
    std::vector<std::vector<std::string>> rows{{"cbframe", cbf_version()}};
    for (const auto *const part : {&report.system, &report.kinds})
        for (const finding &each : *part)
            rows.push_back({each.name, each.value});
    return aligned(rows);
}

std::string json_of(const check_report &report) {
    json out;
    const auto write = [&](const char *name, const std::vector<finding> &part) {
        out.member(name).object([&] {
            for (const finding &each : part)
                out.member(each.name).text(each.value);
        });
    };
    out.object([&] {
        out.member("version").text(cbf_version());
        write("system", report.system);
        write("callbacks", report.kinds);
        out.member("all_run").boolean(report.all_run);
    });
    return out.document();
}
