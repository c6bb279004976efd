// A small program against the one built library, to be compiled in every way: frames, closures and callbacks, with
// described structures, their errors and texts. Says what is wrong, and nothing else.
#include <cbframe/cbframe.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

struct point {
    double x, y;
};
struct mixed {
    char letter;
    int numbers[2];
    float weight;
};

int failures = 0;

void expect(bool right, const char *what) {
    if (!right) {
        std::printf("wrong: %s\n", what);
        ++failures;
    }
}

} // namespace

template <>
struct cbframe::describe<point> : cbframe::fields<&point::x, &point::y> {};
template <>
struct cbframe::describe<mixed> : cbframe::fields<&mixed::letter, &mixed::numbers, &mixed::weight> {};

namespace {

void use_frames() {
    int calls = 0;
    const cbframe::frame small{[&calls](cbframe::cpu &) { ++calls; }};
    small.as<void()>()();
    std::string kept(100, 'x');
    cbframe::frame large{[&calls, kept](cbframe::cpu &) { calls += static_cast<int>(kept.size()); },
                         cbframe::level::all};
    large.as<void()>()();
    large.set([&calls, kept = std::vector<int>(7)](cbframe::cpu &) { calls += static_cast<int>(kept.size()); });
    large.as<void()>()();
    expect(calls == 108, "calls of frames");
    cbframe::frame made;
    expect(cbframe::frame::try_make(made, [&calls](cbframe::cpu &) { calls = 0; }) == CBF_OK, "frame::try_make");
    expect(made.try_set(static_cast<void (*)(cbframe::cpu &)>(nullptr)) == CBF_INVALID_ARGUMENT, "a null handler");
    expect(std::strstr(cbf_error_detail(), "null pointer") != nullptr, "words of a null handler");
    made.as<void()>()();
    expect(calls == 0, "a frame that was not set");
    const cbframe::frame shown{
        [](cbframe::cpu &cpu) { expect(cbframe::format(cpu).find("xmm0") != std::string::npos, "format"); }};
    shown.as<void()>()();
}

void use_callbacks() {
    const double factor = 2;
    const cbframe::callback<point(point, mixed)> scaled{[factor](point p, mixed m) {
        return point{p.x * factor + m.numbers[1], p.y * factor + static_cast<double>(m.weight)};
    }};
    const point result = scaled({1, 2}, {'a', {3, 4}, 0.5F});
    expect(result.x == 6 && result.y == 4.5, "a callback of structures");
    const cbframe::callback<long(long, long, long, long, long, long, long)> full{
        [sum = std::vector<long>{1, 2}](long a, long b, long c, long d, long e, long f, long g) {
            return a + b + c + d + e + f + g + sum[1];
        }};
    expect(full(1, 2, 3, 4, 5, 6, 7) == 30, "a callback that is a closure");
    cbframe::callback<int(const void *, const void *)> less;
    expect(cbframe::callback<int(const void *, const void *)>::try_make(less,
                                                                        [](const void *a, const void *b) {
                                                                            return *static_cast<const int *>(a) -
                                                                                   *static_cast<const int *>(b);
                                                                        }) == CBF_OK,
           "callback::try_make");
    int numbers[] = {3, 1, 2};
    std::qsort(numbers, 3, sizeof(int), less);
    expect(numbers[0] == 1 && numbers[1] == 2 && numbers[2] == 3, "qsort");
}

void use_closures() {
    using enum cbframe::type_kind;
    const auto pair = cbframe::type::structure("pair", {{.name = "a", .type = int_}, {.name = "b", .type = double_}});
    const cbframe::signature called{double_, {pair, cbframe::type_of<point>()}, false};
    struct pair_of_c {
        int a;
        double b;
    };
    cbframe::closure sum{called, [](cbframe::arguments &args) {
                             const auto &first = args.get<pair_of_c>(0);
                             const auto &second = args.get<point>(1);
                             args.result(first.a + first.b + second.x + second.y);
                         }};
    expect(sum.as<double(pair_of_c, point)>()({1, 2}, {3, 4}) == 10, "a closure of structures");
    cbframe::prepared_signature prepared;
    expect(cbframe::prepared_signature::try_make(prepared, called) == CBF_OK, "prepared_signature::try_make");
    cbframe::closure another;
    expect(cbframe::closure::try_make(another, prepared, [](cbframe::arguments &args) { args.result(1.5); }) == CBF_OK,
           "closure::try_make");
    expect(another.as<double(pair_of_c, point)>()({}, {}) == 1.5, "a closure of a prepared signature");
    expect(prepared.layout().arguments.size() == 2, "a layout");
    expect(pair.fields().size() == 2 && pair.fields()[1].name == "b", "fields");
    expect(to_string(called) == "double (struct pair, struct {…})", "a spelled signature");
    const cbframe::type incomplete = cbframe::type::incomplete_structure("s");
    cbframe::type several = int_;
    expect(cbframe::type::try_array(several, incomplete, 2) == CBF_INVALID_ARGUMENT && several.kind() == int_,
           "an array of what has no size");
    expect(std::strstr(cbf_error_detail(), "struct s") != nullptr, "words of a wrong type");
    const auto layout = cbframe::abi::layout(cbframe::abi::ms_x64, {void_, {pair}});
    expect(layout.arguments[0].by_pointer, "a layout of another system");
}

#if defined(__cpp_exceptions)
void use_exceptions() {
    const char *caught = "";
    try {
        cbframe::frame().set([](cbframe::cpu &) {});
    } catch (const cbframe::error &error) {
        caught = error.code() == cbframe::errc::not_a_slot ? "not a slot" : error.what();
    }
    expect(std::strcmp(caught, "not a slot") == 0, "an error that is caught");
    const cbframe::callback<void(int)> thrower{[](int n) { throw n; }};
    int thrown = 0;
    try {
        thrower(7);
    } catch (int n) {
        thrown = n;
    }
    expect(thrown == 7, "an exception through a callback");
    const cbframe::frame frame{[](cbframe::cpu &) { throw std::string("out"); }};
    std::string text;
    try {
        frame.as<void()>()();
    } catch (const std::string &out) {
        text = out;
    }
    expect(text == "out", "an exception through a frame");
}
#else
void use_exceptions() {}
#endif

} // namespace

int main(int count, char **) {
    if (count > 1) // to see how it ends without exceptions
        cbframe::frame().set([](cbframe::cpu &) {});
    use_frames();
    use_callbacks();
    use_closures();
    use_exceptions();
    return failures == 0 ? 0 : 1;
}
