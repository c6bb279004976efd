// The C++ snippets of docs/c-and-cpp.md.
#include <cbframe/cbframe.hpp>

#include <cstdio>
#include <cstdlib>
#include <string>

struct point {
    double x, y;
};
union number {
    int i;
    double d;
};

template <>
struct cbframe::describe<point> : cbframe::fields<&point::x, &point::y> {};
template <>
struct cbframe::describe<number> : cbframe::union_fields<&number::i, &number::d> {};

namespace {

struct window {
    int width = 0;
    void resized(int to) { width = to; }
};

void without_exceptions() {
    cbframe::frame frame;
    if (cbframe::frame::try_make(frame, [](cbframe::cpu &cpu) { cpu.RAX.u = 42; }) != CBF_OK)
        std::puts(cbf_error_detail());
    std::printf("%d\n", frame.as<int()>()());
}

void callbacks() {
    int data[] = {3, 1, 2};
    int compared = 0;
    window main_window;

    // callback<int(const void *, const void *)>
    cbframe::callback less{[&](const void *a, const void *b) {
        compared++;
        return *static_cast<const int *>(a) - *static_cast<const int *>(b);
    }};
    std::qsort(data, 3, sizeof(int), less); // converts to int (*)(const void *, const void *)

    cbframe::callback<void(int)> resized{&window::resized, &main_window};
    cbframe::callback<int(int) noexcept> sure{[](int n) noexcept { return n; }};
    cbframe::callback<int __attribute__((ms_abi)) (int)> foreign{[](int n) { return n; }};
    cbframe::callback<double(point)> sum{[](point p) { return p.x + p.y; }};

    resized.get()(800);
    std::printf("%d %d %d %g\n", data[0], main_window.width, sure.get()(foreign.get()(5)), sum.get()({1, 2}));
}

void closures() {
    int factor = 6;
    const auto signature = cbframe::signature::of<int(int)>();
    cbframe::closure closure{signature, [&](cbframe::arguments &args) { args.result(args.get<int>(0) * factor); }};
    auto *function = closure.as<int(int)>();
    std::printf("%d\n", function(7));
}

void frames() {
    unsigned step = 2;
    cbframe::frame increment{[&](cbframe::cpu &cpu) { cpu.RAX.u = cpu.RDI.lo.u + step; }};
    auto *function = increment.as<int(int)>(); // int (*)(int)
    std::printf("%d\n", function(40));
}

void x87(double value) {
    cbframe::frame half{[=](cbframe::cpu &cpu) {
        cpu.FSW.TOP = (cpu.FSW.TOP - 1) & 7;
        cpu.FTWX.val |= static_cast<std::uint8_t>(1 << cpu.FSW.TOP);
        cbf_float64to80(value / 2, cpu.FPR[0].b);
    }};
    std::printf("%Lg\n", half.as<long double()>()());
}

} // namespace

int main() {
    without_exceptions();
    callbacks();
    closures();
    frames();
    x87(5);
}
