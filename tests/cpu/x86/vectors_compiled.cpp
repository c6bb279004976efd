// Callbacks and closures with SIMD vectors, called by functions of the same file: it is compiled for INSTRUCTION_SET.
#include "vectors.hpp"

#include <cbframe/callback.hpp>

#include <cstddef>
#include <stdexcept>
#include <typeinfo>

// Of internal linkage: no other file's copy may take the place of what is compiled here.
namespace {

template <std::size_t Bytes>
struct ints {
    typedef int vector __attribute__((vector_size(Bytes)));
};
template <std::size_t Bytes>
using vector_of = typename ints<Bytes>::vector;

template <std::size_t Bytes>
struct holder {
    vector_of<Bytes> held;
};

#pragma pack(push, 8)
template <std::size_t Bytes>
struct packed_holder {
    vector_of<Bytes> held;
};
#pragma pack(pop)

} // namespace

template <std::size_t Bytes>
struct cbframe::describe<holder<Bytes>> : cbframe::fields<&holder<Bytes>::held> {};
template <std::size_t Bytes>
struct cbframe::describe<packed_holder<Bytes>> {
    static cbframe::type get() {
        return cbframe::type::structure(
            "", {{.name = "held", .type = cbframe::type_of<vector_of<Bytes>>(), .bits = {}}}, {.pack = 8});
    }
};

namespace {

template <class V>
constexpr int count = static_cast<int>(sizeof(V) / sizeof(int));

template <class V>
V counting_from(int first) {
    V v{};
    for (int i = 0; i < count<V>; i++)
        v[i] = first + i;
    return v;
}

template <class V>
int last_of(const V &v) {
    return v[count<V> - 1];
}

template <class R, class... Args>
[[gnu::noinline]] R call(R (*function)(Args...), const Args &...args) {
    return function(args...);
}

/// A function pointer, by one way or another, which returns what the body makes of the last argument and their sum.
template <std::size_t Bytes>
struct checked {
    using vector = vector_of<Bytes>;
    static constexpr int last = count<vector> - 1;

    static void check(const char *what, int found, int expected) {
        vectors_check(what, static_cast<int>(Bytes), found, expected);
    }

    static void arguments() {
        const auto v = counting_from<vector>(100);
        const cbframe::callback<int(int, vector)> first{[](int a, vector b) { return a + last_of(b); }};
        check("an argument", call<int>(first.get(), 5, v), 105 + last);
        const cbframe::callback<int(int, int, int, int, int, vector)> sixth{
            [](int, int, int, int, int e, vector f) { return e + last_of(f); }};
        check("a sixth argument", call<int>(sixth.get(), 1, 2, 3, 4, 5, v), 105 + last);
        const cbframe::callback<int(int, int, int, int, int, int, vector, int)> unpacked{
            [](int, int, int, int, int, int f, vector g, int h) { return f + last_of(g) + h; }};
        check("with no register free", call<int>(unpacked.get(), 1, 2, 3, 4, 5, 6, v, 7), 113 + last);
        const cbframe::callback<int(vector, vector, vector, vector, int)> four{
            [](vector, vector, vector, vector d, int e) { return last_of(d) + e; }};
        check("a fourth vector", call<int>(four.get(), v, v, v, counting_from<vector>(200), 7), 207 + last);
    }

    static void results() {
        const cbframe::callback<vector(int)> direct{[](int a) { return counting_from<vector>(a); }};
        check("a result", last_of(call<vector>(direct.get(), 3)), 3 + last);
        const cbframe::callback<vector(int, int, int, int, int, int)> unpacked{
            [](int, int, int, int, int, int f) { return counting_from<vector>(f); }};
        check("a result with no register free", last_of(call<vector>(unpacked.get(), 1, 2, 3, 4, 5, 6)), 6 + last);
    }

    template <class held>
    static void classes() {
        const cbframe::callback<held(int, held, int)> direct{
            [](int a, held b, int c) { return held{counting_from<vector>(a + last_of(vector(b.held)) + c)}; }};
        const held passed{counting_from<vector>(100)};
        check("a class", last_of(vector(call<held>(direct.get(), 1, passed, 2).held)), 103 + 2 * last);
    }

    static void closures() {
        const auto v = counting_from<vector>(100);
        const cbframe::closure taking{cbframe::signature::of<int(int, vector, int)>(), [](cbframe::arguments &args) {
                                          args.result(args.get<int>(0) + last_of(args.get<vector>(1)) +
                                                      args.get<int>(2));
                                      }};
        check("an argument of a closure", call<int>(taking.as<int(int, vector, int)>(), 5, v, 7), 112 + last);
        const cbframe::closure giving{cbframe::signature::of<vector(int)>(), [](cbframe::arguments &args) {
                                          args.result(counting_from<vector>(args.get<int>(0)));
                                      }};
        check("a result of a closure", last_of(call<vector>(giving.as<vector(int)>(), 3)), 3 + last);
    }

#if defined(__x86_64__) && !defined(_WIN32)
    static void ms_abi() {
        const auto v = counting_from<vector>(100);
        using function = int __attribute__((ms_abi)) (int, vector, int);
        const cbframe::callback<function> made{[](int a, vector b, int c) { return a + last_of(b) + c; }};
        check("an argument by ms_abi", made(5, v, 7), 112 + last);
    }
#endif

#if defined(__i386__)
    static void attributes() {
        const auto v = counting_from<vector>(100);
        using by_stdcall = int __attribute__((stdcall)) (int, vector, int);
        const cbframe::callback<by_stdcall> made{[](int a, vector b, int c) { return a + last_of(b) + c; }};
        check("an argument by stdcall", made(5, v, 7), 112 + last);
#if !defined(__clang__)
        using by_fastcall = int __attribute__((fastcall)) (int, vector, int);
        const cbframe::callback<by_fastcall> fast{[](int a, vector b, int c) { return a + last_of(b) + c; }};
        check("an argument by fastcall", fast(5, v, 7), 112 + last);
#endif
    }
#endif
};

/// Either is right, or the compiler has rules of its own that nobody guesses.
void or_refused(void (*check)(), const char *what, int bytes) {
    int refused = 0;
    try {
        check();
    } catch (const cbframe::error &) {
        refused = 1;
    }
#if defined(__clang__)
    const int may_be_refused = sizeof(void *) == 4 || bytes > CBF_WIDEST_VECTOR;
#else
    const int may_be_refused = 0;
#endif
    if (refused != 0)
        vectors_check(what, bytes, refused, may_be_refused);
}

template <std::size_t Bytes>
void check_all() {
    constexpr int bytes = static_cast<int>(Bytes);
    or_refused(checked<Bytes>::arguments, "arguments", bytes);
    or_refused(checked<Bytes>::results, "results", bytes);
    or_refused(checked<Bytes>::template classes<holder<Bytes>>, "classes", bytes);
    or_refused(checked<Bytes>::template classes<packed_holder<Bytes>>, "packed classes", bytes);
    or_refused(checked<Bytes>::closures, "closures", bytes);
#if defined(__x86_64__) && !defined(_WIN32)
    or_refused(checked<Bytes>::ms_abi, "ms_abi", bytes);
#elif defined(__i386__)
    or_refused(checked<Bytes>::attributes, "attributes", bytes);
    asm volatile("emms"); // a vector in an MMX register leaves no room on the x87 stack, which is the same
#endif
}

void check() {
    check_all<16>();
    check_all<32>();
    check_all<64>();
#if defined(__i386__)
    check_all<8>();
#endif
}

} // namespace

const vectors_compiled vectors::INSTRUCTION_SET = {check, typeid(cbframe::callback<int(int, const void *)>).name(),
                                                   typeid(cbframe::callback<int(vector_of<64>)>).name()};
