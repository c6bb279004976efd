// A program in whose code each indirect call must find a landing pad: calls of every kind, an exception through one,
// and, with an argument, a call of what has none, which ends it.
#include <cbframe/callback.hpp>
#include <cbframe/closure.hpp>
#include <cbframe/frame.hpp>

#include <cstdio>

extern "C" int without_landing_pad(int x);

int main(int argc, char **) {
    const auto add_in_frame = [](cbframe::cpu &cpu) { cpu.X0.u++; };
    const cbframe::frame frame(add_in_frame), all(add_in_frame, cbframe::level::all);
    const cbframe::closure closure(cbframe::signature::of<int(int)>(),
                                   [](cbframe::arguments &args) { args.result(args.get<int>(0) + 1); });
    const cbframe::callback<int(int)> callback{[](int x) { return x + 1; }};
    const cbframe::frame throws([](cbframe::cpu &) { throw 5; });
    using function = int (*)(int);
    const volatile function functions[] = {frame.as<int(int)>(), all.as<int(int)>(), closure.as<int(int)>(), callback};
    int sum = 0;
    for (const function each : functions)
        sum += each(1);
    try {
        throws.as<void()>()();
    } catch (int thrown) {
        sum += thrown;
    }
    if (argc > 1) {
        const volatile function bad = without_landing_pad;
        sum = bad(sum);
    }
    std::printf("%d\n", sum);
    return sum == 13 ? 0 : 1;
}
