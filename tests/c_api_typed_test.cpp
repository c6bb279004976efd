// The C API of types, signatures, layouts and closures: what each function answers, and that it changes nothing when
// it fails.
#include <cbframe/cbframe.hpp>

#include "aborted.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdarg>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <limits>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

// c_api_typed_c11.c
extern "C" {
const char *c11_typed_first_failure(void);
const cbf_type *c11_type_basic(int kind);
}

namespace {

// ---------------------------------------------------------------- what the tests are made of

struct deleter {
    void operator()(const cbf_type *type) const { cbf_type_free(type); }
    void operator()(cbf_signature *signature) const { cbf_signature_free(signature); }
    void operator()(const cbf_layout *layout) const { cbf_layout_free(layout); }
};

constexpr bool is_64_bit = sizeof(void *) == 8;
constexpr const char *foreign_name = is_64_bit ? "stdcall_x86_msvc" : "ms_x64"; // another CPU's

using type_handle = std::unique_ptr<const cbf_type, deleter>;
using signature_handle = std::unique_ptr<cbf_signature, deleter>;
using layout_handle = std::unique_ptr<const cbf_layout, deleter>;

const cbf_type *basic(cbf_kind kind) { return cbf_type_basic(kind); }

template <class Make, class... Args>
type_handle make_type(Make make, Args... args) {
    const cbf_type *out = nullptr;
    EXPECT_EQ(make(&out, args...), CBF_OK) << cbf_error_detail();
    return type_handle(out);
}

type_handle structure(const std::vector<cbf_field> &fields, const char *name = "s") {
    return make_type(cbf_type_structure, name, fields.data(), fields.size(), nullptr);
}

cbf_field field(const char *name, const cbf_type *type, int bits = -1) { return {name, type, bits, 0, 0}; }

type_handle point_type() {
    return structure({field("x", basic(CBF_KIND_DOUBLE)), field("y", basic(CBF_KIND_DOUBLE))}, "point");
}

signature_handle make_signature(const cbf_type *result, const std::vector<const cbf_type *> &parameters,
                                bool variadic = false, const char *convention = nullptr) {
    const cbf_convention *const by = convention != nullptr ? cbf_convention_find(convention) : cbf_convention_native();
    cbf_signature *out = nullptr;
    EXPECT_EQ(cbf_signature_new(&out, result, parameters.data(), parameters.size(), variadic, by), CBF_OK)
        << cbf_error_detail();
    return signature_handle(out);
}

signature_handle int_int_int() {
    return make_signature(basic(CBF_KIND_INT), {basic(CBF_KIND_INT), basic(CBF_KIND_INT)});
}

cbf_closure *make_closure(const cbf_signature *signature, cbf_closure_handler handler, void *user = nullptr) {
    cbf_closure *out = nullptr;
    EXPECT_EQ(cbf_closure_new(&out, signature, handler, user), CBF_OK) << cbf_error_detail();
    return out;
}

template <class Function>
Function *function(const cbf_closure *closure) {
    return reinterpret_cast<Function *>(cbf_closure_address(closure));
}

template <class T>
T &argument(cbf_arguments *args, std::size_t index) {
    return *static_cast<T *>(cbf_argument(args, index));
}

// int f(int a, int b): a + b + *user
void add(cbf_arguments *args, void *user) {
    *static_cast<int *>(cbf_result(args)) =
        argument<int>(args, 0) + argument<int>(args, 1) + *static_cast<const int *>(user);
}

int hundred = 100;
int thousand = 1000;

std::size_t live() {
    cbf_stats out{};
    EXPECT_EQ(cbf_pool_stats(&out), CBF_OK);
    return out.live;
}

std::string text_of(cbf_status (*format)(const cbf_type *, char *, size_t, size_t *), const cbf_type *type) {
    std::array<char, 256> buffer{};
    std::size_t length = 0;
    EXPECT_EQ(format(type, buffer.data(), buffer.size(), &length), CBF_OK);
    EXPECT_EQ(length, std::strlen(buffer.data()));
    return buffer.data();
}

std::string spelled(const type_handle &type) { return text_of(cbf_type_format, type.get()); }

#define EXPECT_REFUSED(call, words)                                                                                    \
    do {                                                                                                               \
        EXPECT_EQ(call, CBF_INVALID_ARGUMENT);                                                                         \
        EXPECT_STREQ(cbf_error_detail(), words);                                                                       \
    } while (0)

TEST(CApiTyped, from_c11) { EXPECT_STREQ(c11_typed_first_failure(), nullptr); }

// ---------------------------------------------------------------- types

TEST(CApiType, basic_types_live_forever) {
    for (int kind = CBF_KIND_VOID; kind <= CBF_KIND_LONG_DOUBLE; kind++) {
        const cbf_type *const type = basic(static_cast<cbf_kind>(kind));
        ASSERT_NE(type, nullptr);
        EXPECT_EQ(cbf_type_kind(type), kind);
        cbf_type_free(type);
        EXPECT_EQ(basic(static_cast<cbf_kind>(kind)), type);
        EXPECT_EQ(cbf_type_kind(type), kind);
    }
}

TEST(CApiType, other_kinds_are_not_basic) {
    for (const int kind : {static_cast<int>(CBF_KIND_COMPLEX), static_cast<int>(CBF_KIND_FUNCTION), 26, 1000, -1,
                           std::numeric_limits<int>::min(), std::numeric_limits<int>::max()}) {
        EXPECT_EQ(c11_type_basic(kind), nullptr);
        EXPECT_STREQ(cbf_error_detail(), "this kind of type is made by a function of its own");
    }
}

TEST(CApiType, sizes_are_those_of_this_system) {
    const auto expect = [](cbf_kind kind, std::size_t size, std::size_t alignment) {
        std::size_t is = 0;
        EXPECT_EQ(cbf_type_size(basic(kind), &is), CBF_OK);
        EXPECT_EQ(is, size);
        EXPECT_EQ(cbf_type_alignment(basic(kind), &is), CBF_OK);
        EXPECT_EQ(is, alignment);
    };
    expect(CBF_KIND_BOOL, sizeof(bool), alignof(bool));
    expect(CBF_KIND_SHORT, sizeof(short), alignof(short));
    expect(CBF_KIND_UNSIGNED_LONG, sizeof(unsigned long), alignof(unsigned long));
    if (is_64_bit)
        expect(CBF_KIND_INT128, 16, 16);
    expect(CBF_KIND_LONG_DOUBLE, sizeof(long double), alignof(long double));
}

TEST(CApiType, an_empty_structure_has_no_bytes_in_c) {
    const type_handle empty = structure({}, nullptr);
    std::size_t size = 1;
    EXPECT_EQ(cbf_type_size(empty.get(), &size), CBF_OK);
    EXPECT_EQ(size, 0U);
}

TEST(CApiType, every_builder) {
    const cbf_type *const int_type = basic(CBF_KIND_INT);
    const auto expect = [](const type_handle &type, cbf_kind kind, const char *text) {
        ASSERT_NE(type, nullptr);
        EXPECT_EQ(cbf_type_kind(type.get()), kind);
        EXPECT_EQ(spelled(type), text);
    };
    expect(make_type(cbf_type_pointer, int_type), CBF_KIND_POINTER, "int *");
    expect(make_type(cbf_type_pointer, nullptr), CBF_KIND_POINTER, "void *");
    expect(make_type(cbf_type_complex, basic(CBF_KIND_FLOAT)), CBF_KIND_COMPLEX, "_Complex float");
    expect(make_type(cbf_type_enumeration, "color", nullptr), CBF_KIND_ENUMERATION, "enum color");
    expect(make_type(cbf_type_enumeration, nullptr, int_type), CBF_KIND_ENUMERATION, "enum {…}");
    expect(make_type(cbf_type_array, int_type, std::size_t{3}), CBF_KIND_ARRAY, "int [3]");
    expect(make_type(cbf_type_flexible_array, int_type), CBF_KIND_ARRAY, "int []");
    expect(make_type(cbf_type_vector, int_type, std::size_t{4}), CBF_KIND_VECTOR,
           "int __attribute__((vector_size(16)))");
    expect(point_type(), CBF_KIND_STRUCTURE, "struct point");
    const cbf_field either[] = {field("i", int_type), field("d", basic(CBF_KIND_DOUBLE))};
    expect(make_type(cbf_type_union, "u", either, std::size_t{2}, nullptr), CBF_KIND_UNION, "union u");
    expect(make_type(cbf_type_incomplete_structure, "list"), CBF_KIND_STRUCTURE, "struct list");
    expect(make_type(cbf_type_incomplete_union, "any"), CBF_KIND_UNION, "union any");
    expect(make_type(cbf_type_function, int_type, &int_type, std::size_t{1}, 1), CBF_KIND_FUNCTION, "int (int, ...)");
    expect(make_type(cbf_type_function, nullptr, nullptr, std::size_t{0}, 0), CBF_KIND_FUNCTION, "void (void)");
    EXPECT_EQ(cbf_type_kind(nullptr), CBF_KIND_VOID);
}

TEST(CApiType, types_outlive_what_they_are_made_of) {
    type_handle inner = point_type();
    type_handle array = make_type(cbf_type_array, inner.get(), std::size_t{2});
    inner.reset();
    const type_handle outer = structure({field("points", array.get())});
    array.reset();
    std::size_t size = 0;
    EXPECT_EQ(cbf_type_size(outer.get(), &size), CBF_OK);
    EXPECT_EQ(size, 32U);
}

TEST(CApiType, attributes) {
    const cbf_field fields[] = {field("c", basic(CBF_KIND_CHAR)), field("d", basic(CBF_KIND_DOUBLE))};
    const auto size = [&](cbf_record_attributes attributes) {
        const type_handle made = make_type(cbf_type_structure, nullptr, fields, std::size_t{2}, &attributes);
        std::size_t out = 0;
        EXPECT_EQ(cbf_type_size(made.get(), &out), CBF_OK);
        return out;
    };
    struct plain {
        char c;
        double d;
    };
    EXPECT_EQ(size({}), sizeof(plain));
    EXPECT_EQ(size({.alignment = 0, .pack = 0, .packed = 1}), 9U);
    EXPECT_EQ(size({.alignment = 0, .pack = 2, .packed = 0}), 10U);
    EXPECT_EQ(size({.alignment = 64, .pack = 0, .packed = 0}), 64U);
    const cbf_field packed[] = {fields[0], {"d", basic(CBF_KIND_DOUBLE), -1, 4, 1}};
    const type_handle made = make_type(cbf_type_structure, nullptr, packed, std::size_t{2}, nullptr);
    cbf_field_place place{};
    EXPECT_EQ(cbf_type_field(made.get(), 1, &place), CBF_OK);
    EXPECT_EQ(place.offset, 4U);
}

TEST(CApiType, bit_fields) {
    const cbf_type *const word = basic(CBF_KIND_UNSIGNED_INT);
    const type_handle flags =
        structure({field("a", word, 3), field(nullptr, word, 0), field("b", word, 10), field("c", word, 30)});
    cbf_field_place place{};
    EXPECT_EQ(cbf_type_field(flags.get(), 2, &place), CBF_OK);
    EXPECT_EQ(place.offset, 4U);
    EXPECT_EQ(place.bits, 10U);
    EXPECT_EQ(cbf_type_field(flags.get(), 3, &place), CBF_OK);
    EXPECT_EQ(place.offset, 8U);
}

TEST(CApiType, refuses_null) {
    const cbf_type *const untouched = basic(CBF_KIND_INT);
    const cbf_type *out = untouched;
    EXPECT_REFUSED(cbf_type_pointer(nullptr, nullptr), "out is NULL");
    EXPECT_REFUSED(cbf_type_complex(nullptr, untouched), "out is NULL");
    EXPECT_REFUSED(cbf_type_complex(&out, nullptr), "element is NULL");
    EXPECT_REFUSED(cbf_type_array(&out, nullptr, 1), "element is NULL");
    EXPECT_REFUSED(cbf_type_flexible_array(&out, nullptr), "element is NULL");
    EXPECT_REFUSED(cbf_type_vector(&out, nullptr, 4), "element is NULL");
    EXPECT_REFUSED(cbf_type_structure(&out, "s", nullptr, 1, nullptr), "fields is NULL");
    EXPECT_REFUSED(cbf_type_union(nullptr, "s", nullptr, 0, nullptr), "out is NULL");
    EXPECT_REFUSED(cbf_type_incomplete_structure(&out, nullptr), "name is NULL");
    EXPECT_REFUSED(cbf_type_incomplete_union(&out, nullptr), "name is NULL");
    EXPECT_REFUSED(cbf_type_function(&out, nullptr, nullptr, 2, 0), "the array of 2 types is NULL");
    const cbf_type *const hole[] = {untouched, nullptr};
    EXPECT_REFUSED(cbf_type_function(&out, nullptr, hole, 2, 0), "the type of argument 2 is NULL");
    std::size_t size = 7;
    EXPECT_REFUSED(cbf_type_size(nullptr, &size), "type is NULL");
    EXPECT_REFUSED(cbf_type_size(untouched, nullptr), "the place for the answer is NULL");
    EXPECT_REFUSED(cbf_type_alignment(nullptr, &size), "type is NULL");
    cbf_field_place place{};
    EXPECT_REFUSED(cbf_type_field(nullptr, 0, &place), "type is NULL");
    EXPECT_REFUSED(cbf_type_format(nullptr, nullptr, 0, &size), "type is NULL");
    EXPECT_REFUSED(cbf_type_format(untouched, nullptr, 0, nullptr), "length is NULL");
    EXPECT_REFUSED(cbf_type_format(untouched, nullptr, 1, &size), "buffer is NULL");
    EXPECT_EQ(size, 7U);
    EXPECT_EQ(out, untouched);
    cbf_type_free(nullptr);
}

TEST(CApiType, refuses_what_is_no_c_type) {
    const cbf_type *const int_type = basic(CBF_KIND_INT);
    const cbf_type *out = nullptr;
    EXPECT_REFUSED(cbf_type_complex(&out, int_type), "_Complex is made of float, double or long double, not of int");
    EXPECT_REFUSED(cbf_type_enumeration(&out, "e", basic(CBF_KIND_FLOAT)), "an enum cannot be laid out as float");
    EXPECT_REFUSED(cbf_type_array(&out, basic(CBF_KIND_VOID), 3), "an array of void has no size");
    EXPECT_REFUSED(cbf_type_vector(&out, int_type, 3), "a vector has 8, 16, 32 or 64 bytes");
    const auto refuse = [&](const cbf_field &bad, const char *words) {
        EXPECT_REFUSED(cbf_type_structure(&out, "s", &bad, 1, nullptr), words);
    };
    refuse(field("v", basic(CBF_KIND_VOID)), "field 'v' is of type void, which has no size here");
    refuse(field("v", nullptr), "the type of field 'v' is NULL");
    refuse(field(nullptr, nullptr), "the type of field 1 is NULL");
    refuse(field(nullptr, int_type), "a field of type int has no name");
    refuse(field("b", int_type, 33), "bit-field 'b' is wider than int");
    refuse(field("b", int_type, 0), "field 'b' has width 0, so it cannot have a name; -1: it is no bit-field");
    refuse(field("b", int_type, -2), "field 'b' has a negative width; -1: it is no bit-field");
    refuse({"a", int_type, -1, 3, 0}, "field 'a' has an alignment that is no power of two up to 2^28");
    const cbf_record_attributes pack{.alignment = 0, .pack = 3, .packed = 0};
    EXPECT_REFUSED(cbf_type_structure(&out, "s", nullptr, 0, &pack), "#pragma pack takes 1, 2, 4, 8 or 16");
    EXPECT_EQ(out, nullptr);
}

TEST(CApiType, refuses_what_has_no_size_or_field) {
    const type_handle list = make_type(cbf_type_incomplete_structure, "list");
    std::size_t size = 7;
    EXPECT_EQ(cbf_type_size(list.get(), &size), CBF_INVALID_ARGUMENT);
    EXPECT_NE(std::string(cbf_error_detail()).find("struct list"), std::string::npos) << cbf_error_detail();
    EXPECT_EQ(cbf_type_alignment(basic(CBF_KIND_VOID), &size), CBF_INVALID_ARGUMENT);
    EXPECT_EQ(size, 7U);
    cbf_field_place place{1, 2, 3};
    const type_handle point = point_type();
    EXPECT_REFUSED(cbf_type_field(point.get(), 2, &place), "struct point has 2 fields");
    EXPECT_EQ(cbf_type_field(basic(CBF_KIND_INT), 0, &place), CBF_INVALID_ARGUMENT);
    EXPECT_EQ(place.offset, 1U);
}

TEST(CApiType, refuses_what_nests_too_deep) {
    const cbf_type *const untouched = basic(CBF_KIND_INT);
    const auto nested = [&](auto make) {
        type_handle deepest(untouched);
        for (std::size_t depth = 1;; depth++) {
            const cbf_type *out = untouched;
            if (make(&out, deepest.get()) != CBF_OK) {
                EXPECT_EQ(out, untouched);
                EXPECT_STREQ(cbf_error_detail(), "types nest more than 256 deep here");
                EXPECT_EQ(depth, 257U);
                return deepest;
            }
            deepest.reset(out);
        }
    };
    const type_handle pointers = nested(cbf_type_pointer);
    std::size_t length = 0;
    EXPECT_EQ(cbf_type_format(pointers.get(), nullptr, 0, &length), CBF_OK);
    EXPECT_EQ(length, std::strlen("int ") + 256);
    const type_handle records = nested([](const cbf_type **out, const cbf_type *of) {
        const cbf_field each = field("f", of);
        return cbf_type_structure(out, "s", &each, 1, nullptr);
    });
    std::size_t size = 0;
    EXPECT_EQ(cbf_type_size(records.get(), &size), CBF_OK);
    EXPECT_EQ(size, sizeof(int));
    EXPECT_NE(make_signature(records.get(), {records.get(), pointers.get()}), nullptr);
    const type_handle functions =
        nested([](const cbf_type **out, const cbf_type *of) { return cbf_type_function(out, of, &of, 1, 0); });
    EXPECT_EQ(cbf_type_kind(functions.get()), CBF_KIND_FUNCTION);
}

TEST(CApiType, format_is_as_snprintf) {
    const type_handle point = point_type();
    std::array<char, 8> buffer;
    buffer.fill('#');
    std::size_t length = 0;
    EXPECT_EQ(cbf_type_format(point.get(), nullptr, 0, &length), CBF_OK);
    EXPECT_EQ(length, 12U);
    EXPECT_EQ(cbf_type_format(point.get(), buffer.data(), 7, &length), CBF_OK);
    EXPECT_STREQ(buffer.data(), "struct");
    EXPECT_EQ(buffer[7], '#');
    EXPECT_EQ(length, 12U);
}

TEST(CApiType, any_thread_may_use_one) {
    const type_handle point = point_type();
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; i++)
        threads.emplace_back([&] {
            for (int j = 0; j < 1000; j++) {
                const type_handle array = make_type(cbf_type_array, point.get(), std::size_t{3});
                std::size_t size = 0;
                ASSERT_EQ(cbf_type_size(array.get(), &size), CBF_OK);
                ASSERT_EQ(size, 48U);
            }
        });
    for (std::thread &each : threads)
        each.join();
}

// ---------------------------------------------------------------- errors in words

TEST(CApiDetail, is_per_thread_and_stays_over_success) {
    std::size_t size = 0;
    EXPECT_REFUSED(cbf_type_size(nullptr, &size), "type is NULL");
    std::thread([] { EXPECT_STREQ(cbf_error_detail(), ""); }).join();
    EXPECT_EQ(cbf_type_size(basic(CBF_KIND_INT), &size), CBF_OK);
    EXPECT_STREQ(cbf_error_detail(), "type is NULL");
}

TEST(CApiDetail, long_texts_are_cut) {
    const std::string name(2000, 'n');
    const cbf_field bad = field(name.c_str(), basic(CBF_KIND_VOID));
    const cbf_type *out = nullptr;
    EXPECT_EQ(cbf_type_structure(&out, "s", &bad, 1, nullptr), CBF_INVALID_ARGUMENT);
    EXPECT_EQ(std::strlen(cbf_error_detail()), 511U);
}

TEST(CApiDetail, of_frames) {
    cbf_frame *frame = nullptr;
    const cbf_handler nothing = [](cbf_cpu *, void *) {};
    EXPECT_REFUSED(cbf_frame_new(nullptr, nothing, nullptr, CBF_LEVEL_LEGACY), "out is NULL");
    EXPECT_REFUSED(cbf_frame_new(&frame, nullptr, nullptr, CBF_LEVEL_LEGACY), "handler is NULL");
    EXPECT_EQ(cbf_frame_set(nullptr, nothing, nullptr), CBF_NOT_A_SLOT);
    EXPECT_STREQ(cbf_error_detail(), "not a frame of this library");
    ASSERT_EQ(cbf_frame_new(&frame, nothing, nullptr, CBF_LEVEL_LEGACY), CBF_OK);
    EXPECT_EQ(cbf_frame_free(frame), CBF_OK);
    EXPECT_EQ(cbf_frame_free(frame), CBF_FREED);
    EXPECT_STREQ(cbf_error_detail(), cbf_strerror(CBF_FREED));
}

// ---------------------------------------------------------------- conventions

TEST(CApiConvention, all_are_found_by_name) {
    std::size_t count = 0;
    for (const cbf_convention *each; (each = cbf_convention_at(count)) != nullptr; count++) {
        const char *const name = cbf_convention_name(each);
        EXPECT_EQ(cbf_convention_find(name), each) << name;
        const bool is_ours = std::string(name).find(is_64_bit ? "_x64" : "_x86") != std::string::npos;
        EXPECT_EQ(cbf_convention_is_callable(each), is_ours ? 1 : 0) << name;
    }
    EXPECT_EQ(count, cbframe::abi::conventions().size());
    EXPECT_EQ(cbf_convention_at(SIZE_MAX), nullptr);
}

TEST(CApiConvention, the_system_s_own) {
    EXPECT_EQ(cbf_convention_name(cbf_convention_native()), cbframe::native_convention().name);
    EXPECT_EQ(cbf_convention_is_callable(cbf_convention_native()), 1);
    EXPECT_EQ(cbf_convention_allows_variadic(cbf_convention_native()), 1);
    EXPECT_EQ(cbf_convention_allows_variadic(cbf_convention_find("vectorcall_x64")), 0);
}

// A mistyped name is found to be none; what is made with it must not be the system's own.
TEST(CApiConvention, null_is_none) {
    cbf_signature *out = nullptr;
    EXPECT_REFUSED(cbf_signature_new(&out, nullptr, nullptr, 0, 0, cbf_convention_find("win64")),
                   "convention is NULL: this system's own is cbf_convention_native()");
    EXPECT_EQ(out, nullptr);
    EXPECT_EQ(cbf_convention_name(nullptr), nullptr);
    EXPECT_EQ(cbf_convention_is_callable(nullptr), 0);
    EXPECT_EQ(cbf_convention_allows_variadic(nullptr), 0);
}

TEST(CApiConvention, unknown_ones) {
    EXPECT_EQ(cbf_convention_find("swift"), nullptr);
    EXPECT_STREQ(cbf_error_detail(), "there is no convention of this name");
    EXPECT_EQ(cbf_convention_find(""), nullptr);
    EXPECT_EQ(cbf_convention_find(nullptr), nullptr);
    const auto *const foreign = reinterpret_cast<const cbf_convention *>(&hundred);
    EXPECT_EQ(cbf_convention_name(foreign), nullptr);
    EXPECT_EQ(cbf_convention_is_callable(foreign), 0);
    EXPECT_EQ(cbf_convention_allows_variadic(foreign), 0);
}

// ---------------------------------------------------------------- signatures

TEST(CApiSignature, refuses_bad_input) {
    const cbf_type *const int_type = basic(CBF_KIND_INT);
    cbf_signature *out = nullptr;
    EXPECT_REFUSED(cbf_signature_new(nullptr, int_type, nullptr, 0, 0, cbf_convention_native()), "out is NULL");
    EXPECT_REFUSED(cbf_signature_new(&out, int_type, nullptr, 1, 0, cbf_convention_native()),
                   "the array of 1 types is NULL");
    EXPECT_REFUSED(cbf_signature_new(&out, int_type, nullptr, 0, 0, reinterpret_cast<const cbf_convention *>(&hundred)),
                   "convention is none of this library");
    const auto refuse = [&](const cbf_type *second, const char *words) {
        const cbf_type *const parameters[] = {int_type, second};
        EXPECT_REFUSED(cbf_signature_new(&out, nullptr, parameters, 2, 0, cbf_convention_native()), words);
    };
    refuse(nullptr, "the type of argument 2 is NULL");
    refuse(basic(CBF_KIND_VOID), "argument 2 is of type void: void has no value");
    const type_handle array = make_type(cbf_type_array, int_type, std::size_t{3});
    refuse(array.get(), "argument 2 is of type int [3]: an array is passed as a pointer to its first element");
    const type_handle called = make_type(cbf_type_function, nullptr, nullptr, std::size_t{0}, 0);
    refuse(called.get(), "argument 2 is of type void (void): a function is passed as a pointer to it");
    const type_handle list = make_type(cbf_type_incomplete_structure, "list");
    refuse(list.get(), "argument 2 is of type struct list: it is incomplete");
    const type_handle huge_array = make_type(cbf_type_array, int_type, std::size_t{1} << 28);
    const type_handle huge = structure({field("a", huge_array.get())});
    refuse(huge.get(), "argument 2 is of type struct s: no call carries 2^30 bytes or more");
    EXPECT_EQ(cbf_signature_new(&out, list.get(), nullptr, 0, 0, cbf_convention_native()), CBF_INVALID_ARGUMENT);
    EXPECT_REFUSED(cbf_signature_new(&out, nullptr, nullptr, 0, 1, cbf_convention_find("vectorcall_x64")),
                   "vectorcall_x64 has no variadic functions");
    const cbf_type *const wide = basic(CBF_KIND_INT128);
    EXPECT_EQ(cbf_signature_new(&out, nullptr, &wide, 1, 0, cbf_convention_find("cdecl_x86_sysv")),
              CBF_INVALID_ARGUMENT);
    EXPECT_EQ(out, nullptr);
    cbf_signature_free(nullptr);
}

TEST(CApiSignature, no_closure_by_a_convention_of_another_cpu) {
    const signature_handle foreign = make_signature(nullptr, {basic(CBF_KIND_INT)}, false, foreign_name);
    const std::string refusal = std::string("no function of this CPU is called by ") + foreign_name;
    cbf_closure *closure = nullptr;
    const std::size_t before = live();
    EXPECT_REFUSED(cbf_closure_new(&closure, foreign.get(), add, nullptr), refusal.c_str());
    cbf_place place{};
    EXPECT_REFUSED(cbf_signature_place(foreign.get(), 0, &place), refusal.c_str());
    EXPECT_EQ(closure, nullptr);
    EXPECT_EQ(live(), before);
}

// What is at a place, as code that never calls the library would read it.
void *at(cbf_arguments *args, const cbf_place &place) {
    char *const state = reinterpret_cast<char *>(args);
    char *const stack = reinterpret_cast<char **>(args)[1];
    switch (place.base) {
    case CBF_BASE_ARGUMENTS:
        return state + place.offset;
    case CBF_BASE_STACK:
        return stack + place.offset;
    case CBF_BASE_POINTER:
        return *reinterpret_cast<void **>(state + place.offset);
    case CBF_BASE_POINTER_ON_STACK:
        return *reinterpret_cast<void **>(stack + place.offset);
    }
    return nullptr;
}

struct point {
    double x, y;
};
struct block {
    point corners[4];
};
struct mixed {
    long i;
    double d;
};

template <class F>
void expect_places(const signature_handle &signature, F call) {
    struct checked {
        const cbf_signature *signature;
        int calls = 0;
    } user{signature.get()};
    cbf_closure *const closure = make_closure(
        signature.get(),
        [](cbf_arguments *args, void *seen) {
            auto &check = *static_cast<checked *>(seen);
            cbf_place place{};
            for (std::size_t i = 0; i < cbf_argument_count(args); i++) {
                EXPECT_EQ(cbf_signature_place(check.signature, static_cast<std::ptrdiff_t>(i), &place), CBF_OK);
                EXPECT_EQ(at(args, place), cbf_argument(args, i)) << i;
                EXPECT_EQ(place.size, cbf_argument_size(args, i)) << i;
            }
            EXPECT_EQ(cbf_signature_place(check.signature, -1, &place), CBF_OK);
            EXPECT_EQ(place.size, cbf_result_size(args));
            EXPECT_EQ(place.size != 0 ? at(args, place) : nullptr, cbf_result(args));
            check.calls++;
        },
        &user);
    call(closure);
    EXPECT_EQ(user.calls, 1);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

TEST(CApiSignature, places_are_known_before_any_call) {
    const type_handle point = point_type();
    const type_handle corners = make_type(cbf_type_array, point.get(), std::size_t{4});
    const type_handle block_type = structure({field("corners", corners.get())});
    const type_handle mixed_type = structure({field("i", basic(CBF_KIND_LONG)), field("d", basic(CBF_KIND_DOUBLE))});
    const cbf_type *const i = basic(CBF_KIND_INT);
    expect_places(make_signature(block_type.get(), {i, point.get(), mixed_type.get(), i, i, i, i, i, block_type.get()}),
                  [](const cbf_closure *closure) {
                      function<block(int, struct point, mixed, int, int, int, int, int, block)>(closure)(
                          1, {}, {}, 2, 3, 4, 5, 6, {});
                  });
    expect_places(make_signature(mixed_type.get(), {}),
                  [](const cbf_closure *closure) { function<mixed()>(closure)(); });
    expect_places(make_signature(nullptr, {}), [](const cbf_closure *closure) { function<void()>(closure)(); });
#if defined(__x86_64__)
    const char *const other = "ms_x64";
    using called = block __attribute__((ms_abi)) (int, struct point, int, int, struct point, int);
#else
    const char *const other = "stdcall_x86_sysv";
    using called = block __attribute__((stdcall)) (int, struct point, int, int, struct point, int);
#endif
    expect_places(make_signature(block_type.get(), {i, point.get(), i, i, point.get(), i}, false, other),
                  [](const cbf_closure *closure) { function<called>(closure)(1, {}, 2, 3, {}, 4); });
}

TEST(CApiSignature, refuses_places_that_are_none) {
    const signature_handle signature = int_int_int();
    cbf_place place{42, CBF_BASE_STACK, 43};
    EXPECT_REFUSED(cbf_signature_place(nullptr, 0, &place), "signature is NULL");
    EXPECT_REFUSED(cbf_signature_place(signature.get(), 0, nullptr), "place is NULL");
    EXPECT_REFUSED(cbf_signature_place(signature.get(), 2, &place), "there is no argument of index 2 among 2");
    EXPECT_REFUSED(cbf_signature_place(signature.get(), -2, &place), "there is no argument of index -2 among 2");
    EXPECT_EQ(place.offset, 42);
}

// ---------------------------------------------------------------- layouts

layout_handle layout_of(const signature_handle &signature, const std::vector<const cbf_type *> &variadic = {}) {
    const cbf_layout *out = nullptr;
    EXPECT_EQ(cbf_layout_new(&out, signature.get(), variadic.data(), variadic.size()), CBF_OK) << cbf_error_detail();
    return layout_handle(out);
}

TEST(CApiLayout, of_a_hidden_result) {
    const type_handle point = point_type();
    const type_handle corners = make_type(cbf_type_array, point.get(), std::size_t{4});
    const type_handle block_type = structure({field("corners", corners.get())});
    const layout_handle layout =
        layout_of(make_signature(block_type.get(), {basic(CBF_KIND_INT), block_type.get()}, false, "sysv_x64"));
    ASSERT_NE(layout->result_pointer, nullptr);
    EXPECT_STREQ(layout->result_pointer->in, "RDI");
    EXPECT_EQ(layout->result.by_pointer, 1);
    EXPECT_EQ(layout->result.size, 64U);
    ASSERT_EQ(layout->result.piece_count, 1U);
    EXPECT_STREQ(layout->result.pieces[0].in, "RAX");
    EXPECT_STREQ(layout->arguments[0].pieces[0].in, "RSI");
    EXPECT_EQ(layout->arguments[1].pieces[0].in, nullptr);
    EXPECT_EQ(layout->arguments[1].pieces[0].stack, 8U);
    EXPECT_EQ(layout->stack_size, 64U);
    EXPECT_EQ(layout->stack_alignment, 16U);
    EXPECT_EQ(layout->variadic, 0);
    EXPECT_EQ(layout->vector_registers, -1);
}

TEST(CApiLayout, of_variadic_arguments) {
    const layout_handle layout = layout_of(make_signature(nullptr, {basic(CBF_KIND_INT)}, true, "sysv_x64"),
                                           {basic(CBF_KIND_DOUBLE), basic(CBF_KIND_LONG)});
    EXPECT_EQ(layout->count, 3U);
    EXPECT_EQ(layout->named, 1U);
    EXPECT_STREQ(layout->arguments[1].pieces[0].in, "XMM0");
    EXPECT_STREQ(layout->arguments[2].pieces[0].in, "RSI");
    EXPECT_EQ(layout->variadic, 1);
    EXPECT_EQ(layout->variadic_general, 1U);
    EXPECT_EQ(layout->variadic_vector, 0U);
    EXPECT_EQ(layout->variadic_stack, 8U);
    EXPECT_EQ(layout->vector_registers, 1);
}

TEST(CApiLayout, of_other_cpus) {
    const layout_handle layout = layout_of(make_signature(
        basic(CBF_KIND_LONG_LONG), {basic(CBF_KIND_LONG), basic(CBF_KIND_DOUBLE)}, false, "stdcall_x86_msvc"));
    EXPECT_STREQ(layout->convention, "stdcall_x86_msvc");
    EXPECT_EQ(layout->arguments[0].size, 4U); // the sizes of that system
    EXPECT_EQ(layout->popped, 12U);
    ASSERT_EQ(layout->result.piece_count, 2U);
    EXPECT_STREQ(layout->result.pieces[0].in, "EAX");
    EXPECT_STREQ(layout->result.pieces[1].in, "EDX");
    EXPECT_EQ(layout->result.pieces[1].offset, 4U);
}

TEST(CApiLayout, outlives_its_signature_and_is_a_table) {
    const layout_handle layout = layout_of(int_int_int());
    std::size_t length = 0;
    ASSERT_EQ(cbf_layout_format(layout.get(), nullptr, 0, &length), CBF_OK);
    std::string text(length + 1, '#');
    ASSERT_EQ(cbf_layout_format(layout.get(), text.data(), text.size(), &length), CBF_OK);
    text.pop_back();
    EXPECT_EQ(text, cbframe::abi::to_string(
                        cbframe::abi::layout(cbframe::native_convention(), cbframe::signature::of<int(int, int)>())));
}

TEST(CApiLayout, refuses_bad_input) {
    const cbf_layout *out = nullptr;
    const signature_handle plain = int_int_int();
    const signature_handle variadic = make_signature(nullptr, {basic(CBF_KIND_INT)}, true);
    const cbf_type *const passed[] = {basic(CBF_KIND_DOUBLE), basic(CBF_KIND_FLOAT)};
    EXPECT_REFUSED(cbf_layout_new(nullptr, plain.get(), nullptr, 0), "out is NULL");
    EXPECT_REFUSED(cbf_layout_new(&out, nullptr, nullptr, 0), "signature is NULL");
    EXPECT_REFUSED(cbf_layout_new(&out, variadic.get(), nullptr, 1), "the array of 1 types is NULL");
    EXPECT_REFUSED(cbf_layout_new(&out, plain.get(), passed, 1),
                   "variadic arguments for int (int, int), which takes none");
    EXPECT_REFUSED(cbf_layout_new(&out, variadic.get(), passed, 2),
                   "argument 3 is of type float, which C promotes in place of `...`");
    const cbf_type *const hole[] = {passed[0], nullptr};
    EXPECT_REFUSED(cbf_layout_new(&out, variadic.get(), hole, 2), "the type of argument 3 is NULL");
    EXPECT_EQ(out, nullptr);
    std::size_t length = 0;
    EXPECT_REFUSED(cbf_layout_format(nullptr, nullptr, 0, &length), "layout is NULL");
    const layout_handle layout = layout_of(plain);
    EXPECT_REFUSED(cbf_layout_format(layout.get(), nullptr, 0, nullptr), "length is NULL");
    EXPECT_REFUSED(cbf_layout_format(layout.get(), nullptr, 1, &length), "buffer is NULL");
    cbf_layout_free(nullptr);
}

// ---------------------------------------------------------------- closures: made, changed, freed

using add_type = int(int, int);

TEST(CApiClosure, new_set_free) {
    const signature_handle signature = int_int_int();
    const std::size_t before = live();
    cbf_closure *const closure = make_closure(signature.get(), add, &hundred);
    EXPECT_EQ(live(), before + 1);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(cbf_closure_address(closure)),
              reinterpret_cast<std::uintptr_t>(closure));
    EXPECT_EQ(function<add_type>(closure)(1, 2), 103);
    EXPECT_EQ(cbf_closure_set(closure, add, &thousand), CBF_OK);
    EXPECT_EQ(function<add_type>(closure)(1, 2), 1003);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
    EXPECT_EQ(live(), before);
    EXPECT_EQ(cbf_closure_address(nullptr), nullptr);
}

TEST(CApiClosure, refuses_null) {
    const signature_handle signature = int_int_int();
    const std::size_t before = live();
    cbf_closure *out = nullptr;
    EXPECT_REFUSED(cbf_closure_new(nullptr, signature.get(), add, nullptr), "out is NULL");
    EXPECT_REFUSED(cbf_closure_new(&out, nullptr, add, nullptr), "signature is NULL");
    EXPECT_REFUSED(cbf_closure_new(&out, signature.get(), nullptr, nullptr), "handler is NULL");
    EXPECT_EQ(out, nullptr);
    EXPECT_EQ(live(), before);
    cbf_closure *const closure = make_closure(signature.get(), add, &hundred);
    EXPECT_REFUSED(cbf_closure_set(closure, nullptr, nullptr), "handler is NULL");
    EXPECT_EQ(function<add_type>(closure)(1, 2), 103);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

TEST(CApiClosure, freeing_none_is_fine) {
    const std::size_t before = live();
    EXPECT_EQ(cbf_closure_free(nullptr), CBF_OK);
    EXPECT_EQ(cbf_frame_free(nullptr), CBF_OK);
    EXPECT_EQ(live(), before);
    EXPECT_EQ(cbf_closure_set(nullptr, add, &hundred), CBF_NOT_A_SLOT);
}

TEST(CApiClosure, freed_ones_are_known) {
    const signature_handle signature = int_int_int();
    cbf_closure *const closure = make_closure(signature.get(), add, &hundred);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
    const std::size_t before = live();
    EXPECT_EQ(cbf_closure_free(closure), CBF_FREED);
    EXPECT_EQ(cbf_closure_set(closure, add, &hundred), CBF_FREED);
    EXPECT_STREQ(cbf_error_detail(), cbf_strerror(CBF_FREED));
    EXPECT_EQ(live(), before);
}

TEST(CApiClosure, what_is_no_closure_is_refused) {
    const signature_handle signature = int_int_int();
    cbf_closure *const closure = make_closure(signature.get(), add, &hundred);
    char *const bytes = reinterpret_cast<char *>(closure);
    const auto heap = std::make_unique<char[]>(8192);
    void *const bad[] = {&hundred,
                         heap.get(),
                         bytes + 1,
                         bytes + 8,
                         bytes - 1,
                         bytes + (std::size_t{1} << 20),
                         reinterpret_cast<void *>(std::uintptr_t{4096}),
                         reinterpret_cast<void *>(~std::uintptr_t{15}),
                         reinterpret_cast<void *>(~(~std::uintptr_t{0} >> 1))};
    const std::size_t before = live();
    for (void *const each : bad) {
        EXPECT_EQ(cbf_closure_free(static_cast<cbf_closure *>(each)), CBF_NOT_A_SLOT) << each;
        EXPECT_EQ(cbf_closure_set(static_cast<cbf_closure *>(each), add, nullptr), CBF_NOT_A_SLOT) << each;
        EXPECT_STREQ(cbf_error_detail(), "not a closure made by cbf_closure_new");
    }
    EXPECT_EQ(live(), before);
    EXPECT_EQ(function<add_type>(closure)(1, 2), 103);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

TEST(CApiClosure, slots_of_other_kinds_are_refused) {
    const signature_handle signature = int_int_int();
    cbf_closure *const closure = make_closure(signature.get(), add, &hundred);
    cbf_frame *frame = nullptr;
    ASSERT_EQ(cbf_frame_new(
                  &frame, [](cbf_cpu *cpu, void *) { cpu->GPR[0].i = 7; }, nullptr, CBF_LEVEL_LEGACY),
              CBF_OK);
    const cbframe::callback<add_type> callback{[](int a, int b) { return a - b; }};
    const cbframe::closure cpp_closure{cbframe::signature::of<add_type>(),
                                       [](cbframe::arguments &args) { args.result(args.get<int>(1)); }};
    const std::size_t before = live();
    for (void *const each : {static_cast<void *>(frame), callback.address(), cpp_closure.address()}) {
        EXPECT_EQ(cbf_closure_free(static_cast<cbf_closure *>(each)), CBF_NOT_A_SLOT);
        EXPECT_EQ(cbf_closure_set(static_cast<cbf_closure *>(each), add, nullptr), CBF_NOT_A_SLOT);
    }
    for (void *const each : {static_cast<void *>(closure), callback.address(), cpp_closure.address()}) {
        EXPECT_EQ(cbf_frame_free(static_cast<cbf_frame *>(each)), CBF_NOT_A_SLOT);
        EXPECT_EQ(cbf_frame_set(
                      static_cast<cbf_frame *>(each), [](cbf_cpu *, void *) {}, nullptr),
                  CBF_NOT_A_SLOT);
    }
    EXPECT_EQ(live(), before);
    EXPECT_EQ(reinterpret_cast<add_type *>(cbf_frame_address(frame))(1, 2), 7);
    EXPECT_EQ(function<add_type>(closure)(1, 2), 103);
    EXPECT_EQ(callback(1, 2), -1);
    EXPECT_EQ(cpp_closure.as<add_type>()(1, 2), 2);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
    EXPECT_EQ(cbf_frame_free(frame), CBF_OK);
    EXPECT_EQ(cbf_frame_free(static_cast<cbf_frame *>(static_cast<void *>(closure))), CBF_NOT_A_SLOT);
}

TEST(CApiClosure, many_of_one_signature_outlive_its_handle) {
    signature_handle signature = int_int_int();
    std::vector<int> values(6000);
    std::vector<cbf_closure *> closures;
    const std::size_t before = live();
    for (int &value : values) {
        value = static_cast<int>(&value - values.data());
        closures.push_back(make_closure(signature.get(), add, &value));
    }
    signature.reset();
    EXPECT_EQ(live(), before + values.size());
    for (std::size_t i = 0; i < closures.size(); i++)
        ASSERT_EQ(function<add_type>(closures[i])(1, 2), 3 + values[i]);
    for (cbf_closure *const each : closures)
        ASSERT_EQ(cbf_closure_free(each), CBF_OK);
    EXPECT_EQ(live(), before);
}

TEST(CApiClosure, reused_slots_serve_other_signatures) {
    const signature_handle doubles = make_signature(basic(CBF_KIND_DOUBLE), {basic(CBF_KIND_DOUBLE)});
    for (int i = 0; i < 3000; i++) {
        const signature_handle signature = int_int_int(); // one each: it is freed with its closure
        cbf_closure *const closure = make_closure(signature.get(), add, &hundred);
        cbf_closure *const other = make_closure(doubles.get(), [](cbf_arguments *args, void *) {
            *static_cast<double *>(cbf_result(args)) = -argument<double>(args, 0);
        });
        ASSERT_EQ(function<add_type>(closure)(i, 2), i + 102);
        ASSERT_EQ(function<double(double)>(other)(i), -i);
        ASSERT_EQ(cbf_closure_free(closure), CBF_OK);
        ASSERT_EQ(cbf_closure_free(other), CBF_OK);
    }
}

TEST(CApiClosure, its_own_handler_may_free_it_and_finish) {
    const signature_handle signature = int_int_int();
    cbf_closure *closure = nullptr;
    const cbf_closure_handler handler = [](cbf_arguments *args, void *user) {
        EXPECT_EQ(cbf_closure_free(*static_cast<cbf_closure **>(user)), CBF_OK);
        *static_cast<int *>(cbf_result(args)) = argument<int>(args, 0) * argument<int>(args, 1);
    };
    ASSERT_EQ(cbf_closure_new(&closure, signature.get(), handler, &closure), CBF_OK);
    EXPECT_EQ(function<add_type>(closure)(6, 7), 42);
    EXPECT_EQ(cbf_closure_free(closure), CBF_FREED);
}

TEST(CApiClosure, its_own_handler_may_set_it) {
    const signature_handle signature = int_int_int();
    cbf_closure *closure = nullptr;
    const cbf_closure_handler handler = [](cbf_arguments *args, void *user) {
        *static_cast<int *>(cbf_result(args)) = cbf_closure_set(*static_cast<cbf_closure **>(user), add, &hundred);
    };
    ASSERT_EQ(cbf_closure_new(&closure, signature.get(), handler, &closure), CBF_OK);
    EXPECT_EQ(function<add_type>(closure)(1, 2), CBF_OK);
    EXPECT_EQ(function<add_type>(closure)(1, 2), 103);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

TEST(CApiClosureDeathTest, call_of_a_freed_one) {
    const signature_handle signature = int_int_int();
    cbf_closure *const closure = make_closure(signature.get(), add, &hundred);
    ASSERT_EQ(cbf_closure_free(closure), CBF_OK);
    std::ostringstream words;
    words << "call of a freed callback at 0x" << std::hex << reinterpret_cast<std::uintptr_t>(closure) << "\n";
    EXPECT_EXIT(function<add_type>(closure)(1, 2), aborted, words.str());
}

TEST(CApiClosureDeathTest, freed_ones_trap_for_1024_later_frees) {
    const signature_handle signature = int_int_int();
    for (int i = 0; i < 1500; i++)
        ASSERT_EQ(cbf_closure_free(make_closure(signature.get(), add, &hundred)), CBF_OK);
    cbf_closure *const closure = make_closure(signature.get(), add, &hundred);
    ASSERT_EQ(cbf_closure_free(closure), CBF_OK);
    for (int i = 1; i <= 1023; i++) {
        cbf_closure *const another = make_closure(signature.get(), add, &hundred);
        ASSERT_NE(another, closure);
        ASSERT_EQ(cbf_closure_free(another), CBF_OK);
    }
    EXPECT_EXIT(function<add_type>(closure)(1, 2), aborted, "freed callback");
}

// ---------------------------------------------------------------- what handlers see

TEST(CApiArguments, out_of_range) {
    const signature_handle signature = make_signature(nullptr, {basic(CBF_KIND_CHAR)});
    cbf_closure *const closure = make_closure(signature.get(), [](cbf_arguments *args, void *) {
        EXPECT_EQ(cbf_argument_count(args), 1U);
        EXPECT_EQ(cbf_argument_size(args, 0), 1U);
        EXPECT_EQ(argument<char>(args, 0), 'c');
        EXPECT_EQ(cbf_argument(args, 1), nullptr);
        EXPECT_STREQ(cbf_error_detail(), "there is no argument of this index");
        EXPECT_EQ(cbf_argument(args, SIZE_MAX), nullptr);
        EXPECT_EQ(cbf_argument_size(args, 1), 0U);
        EXPECT_EQ(cbf_result(args), nullptr);
        EXPECT_EQ(cbf_result_size(args), 0U);
        EXPECT_EQ(cbf_argument_list(args), nullptr);
        EXPECT_STREQ(cbf_error_detail(), "the signature has no variadic arguments");
        EXPECT_EQ(cbf_next_argument(args, basic(CBF_KIND_INT)), nullptr);
        EXPECT_STREQ(cbf_error_detail(), "the signature has no variadic arguments");
    });
    function<void(char)>(closure)('c');
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

TEST(CApiArguments, an_unset_result_is_zero) {
    const signature_handle signature = make_signature(basic(CBF_KIND_LONG), {});
    cbf_closure *const closure = make_closure(signature.get(), [](cbf_arguments *, void *) {});
    EXPECT_EQ(function<long()>(closure)(), 0);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

// The result is the bytes of the argument, and no other bytes are written.
template <class T>
void expect_kept(const cbf_type *type, T value) {
    const signature_handle signature = make_signature(type, {type});
    cbf_closure *const closure = make_closure(signature.get(), [](cbf_arguments *args, void *) {
        EXPECT_EQ(cbf_argument_size(args, 0), sizeof(T));
        EXPECT_EQ(cbf_result_size(args), sizeof(T));
        std::memcpy(cbf_result(args), cbf_argument(args, 0), sizeof(T));
    });
    const T kept = function<T(T)>(closure)(value);
    EXPECT_TRUE(kept == value);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

struct small {
    char c[3];
    bool operator==(const small &) const = default;
};
struct pair_of_longs {
    long a, b;
    bool operator==(const pair_of_longs &) const = default;
};
struct float_and_int {
    double f;
    int i;
    bool operator==(const float_and_int &) const = default;
};
struct six_longs {
    long a[6];
    bool operator==(const six_longs &) const = default;
};

TEST(CApiArguments, every_kind_of_result) {
    expect_kept<bool>(basic(CBF_KIND_BOOL), true);
    expect_kept<char>(basic(CBF_KIND_CHAR), -5);
    expect_kept<signed char>(basic(CBF_KIND_SIGNED_CHAR), -128);
    expect_kept<unsigned char>(basic(CBF_KIND_UNSIGNED_CHAR), 200);
    expect_kept<short>(basic(CBF_KIND_SHORT), -30000);
    expect_kept<unsigned short>(basic(CBF_KIND_UNSIGNED_SHORT), 60000);
    expect_kept<int>(basic(CBF_KIND_INT), -7);
    expect_kept<unsigned>(basic(CBF_KIND_UNSIGNED_INT), 0xfedcba98U);
    expect_kept<long>(basic(CBF_KIND_LONG), std::numeric_limits<long>::min() + 5);
    expect_kept<unsigned long long>(basic(CBF_KIND_UNSIGNED_LONG_LONG), ~0ULL - 5);
#if defined(__SIZEOF_INT128__)
    __extension__ using signed_128 = __int128;
    expect_kept<signed_128>(basic(CBF_KIND_INT128), (signed_128{1} << 100) + 3);
#endif
    expect_kept<float>(basic(CBF_KIND_FLOAT), 0.1f);
    expect_kept<double>(basic(CBF_KIND_DOUBLE), 0.1);
    const type_handle pointer = make_type(cbf_type_pointer, nullptr);
    expect_kept<void *>(pointer.get(), &hundred);
    const type_handle enumeration = make_type(cbf_type_enumeration, "color", nullptr);
    expect_kept<unsigned>(enumeration.get(), 3);
    const type_handle three = make_type(cbf_type_array, basic(CBF_KIND_CHAR), std::size_t{3});
    expect_kept<small>(structure({field("c", three.get())}).get(), {{1, 2, 3}});
    const cbf_type *const l = basic(CBF_KIND_LONG);
    expect_kept<pair_of_longs>(structure({field("a", l), field("b", l)}).get(), {std::numeric_limits<long>::max(), -2});
    expect_kept<float_and_int>(structure({field("f", basic(CBF_KIND_DOUBLE)), field("i", basic(CBF_KIND_INT))}).get(),
                               {0.5, 7});
    const type_handle six = make_type(cbf_type_array, l, std::size_t{6});
    expect_kept<six_longs>(structure({field("a", six.get())}).get(), {{1, 2, 3, 4, 5, 6}});
}

TEST(CApiArguments, long_double) {
    const cbf_type *const type = basic(CBF_KIND_LONG_DOUBLE);
    const signature_handle signature = make_signature(type, {type});
    cbf_closure *const closure = make_closure(signature.get(), [](cbf_arguments *args, void *) {
        *static_cast<long double *>(cbf_result(args)) = argument<long double>(args, 0) * 2;
    });
    EXPECT_EQ(function<long double(long double)>(closure)(0.1L), 0.2L);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

using four_floats = float __attribute__((vector_size(16)));

TEST(CApiArguments, vectors) {
    const type_handle type = make_type(cbf_type_vector, basic(CBF_KIND_FLOAT), std::size_t{4});
    // By its name: of 32-bit x86 the system's own does not say in which registers.
    const signature_handle signature =
        make_signature(type.get(), {type.get()}, false, cbf_convention_name(cbf_convention_native()));
    cbf_closure *const closure = make_closure(signature.get(), [](cbf_arguments *args, void *) {
        four_floats value;
        std::memcpy(&value, cbf_argument(args, 0), sizeof(value));
        value = value + value;
        std::memcpy(cbf_result(args), &value, sizeof(value));
    });
    const four_floats doubled = function<four_floats(four_floats)>(closure)(four_floats{1, 2, 3, 4});
    EXPECT_EQ(doubled[0], 2);
    EXPECT_EQ(doubled[3], 8);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

TEST(CApiArguments, are_writable_and_may_lie_on_the_stack) {
    const cbf_type *const l = basic(CBF_KIND_LONG);
    const signature_handle signature = make_signature(l, std::vector<const cbf_type *>(9, l));
    cbf_closure *const closure = make_closure(signature.get(), [](cbf_arguments *args, void *) {
        for (std::size_t i = 0; i < cbf_argument_count(args); i++)
            argument<long>(args, i) *= 2;
        for (std::size_t i = 0; i < cbf_argument_count(args); i++)
            *static_cast<long *>(cbf_result(args)) += argument<long>(args, i);
    });
    using nine = long(long, long, long, long, long, long, long, long, long);
    EXPECT_EQ(function<nine>(closure)(1, 2, 3, 4, 5, 6, 7, 8, 9), 90);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

TEST(CApiArguments, of_another_convention) {
#if defined(__x86_64__)
    const char *const other = "ms_x64";
    using called = double __attribute__((ms_abi)) (int, struct point, float);
#else
    const char *const other = "stdcall_x86_sysv";
    using called = double __attribute__((stdcall)) (int, struct point, float);
#endif
    const type_handle point = point_type();
    const signature_handle signature =
        make_signature(basic(CBF_KIND_DOUBLE), {basic(CBF_KIND_INT), point.get(), basic(CBF_KIND_FLOAT)}, false, other);
    cbf_closure *const closure = make_closure(signature.get(), [](cbf_arguments *args, void *) {
        const auto &given = argument<struct point>(args, 1);
        *static_cast<double *>(cbf_result(args)) =
            argument<int>(args, 0) + given.x + given.y + static_cast<double>(argument<float>(args, 2));
    });
    EXPECT_EQ(function<called>(closure)(1, {2, 3}, 4), 10);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

TEST(CApiArguments, variadic_of_many_types) {
    const type_handle pair = structure({field("i", basic(CBF_KIND_LONG)), field("d", basic(CBF_KIND_DOUBLE))});
    const signature_handle signature = make_signature(basic(CBF_KIND_DOUBLE), {basic(CBF_KIND_INT)}, true);
    cbf_closure *const closure = make_closure(
        signature.get(),
        [](cbf_arguments *args, void *user) {
            const auto *const type = static_cast<const cbf_type *>(user);
            double sum = *static_cast<int *>(cbf_next_argument(args, basic(CBF_KIND_INT)));
            EXPECT_EQ(cbf_next_argument(args, nullptr), nullptr);
            EXPECT_STREQ(cbf_error_detail(), "type is NULL");
            EXPECT_EQ(cbf_next_argument(args, basic(CBF_KIND_FLOAT)), nullptr);
            EXPECT_EQ(cbf_next_argument(args, basic(CBF_KIND_VOID)), nullptr);
            for (int i = 0; i < 3; i++) {
                const auto &next = *static_cast<mixed *>(cbf_next_argument(args, type));
                sum += static_cast<double>(next.i) + next.d;
            }
            sum += static_cast<double>(va_arg(*static_cast<std::va_list *>(cbf_argument_list(args)), long));
            sum += *static_cast<double *>(cbf_next_argument(args, basic(CBF_KIND_DOUBLE)));
            *static_cast<double *>(cbf_result(args)) = sum;
        },
        const_cast<cbf_type *>(pair.get()));
    const mixed each{10, 0.5};
    EXPECT_EQ(function<double(int, ...)>(closure)(0, 1, each, each, each, 100L, 1000.0), 1132.5);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

TEST(CApiArguments, exceptions_reach_the_caller) {
    const signature_handle signature = make_signature(nullptr, {});
    cbf_closure *const closure = make_closure(signature.get(), [](cbf_arguments *, void *) { throw 42; });
    EXPECT_THROW(function<void()>(closure)(), int);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

// ---------------------------------------------------------------- threads

struct numbered {
    int number;
};

template <int Number>
void answers(cbf_arguments *args, void *user) {
    *static_cast<int *>(cbf_result(args)) = static_cast<numbered *>(user)->number == Number ? Number : -1;
}

TEST(CApiClosureThreads, handler_and_user_change_as_one) {
    const signature_handle signature = int_int_int();
    numbered one{1}, two{2};
    cbf_closure *const closure = make_closure(signature.get(), answers<1>, &one);
    std::atomic<bool> done = false;
    std::vector<std::thread> callers;
    for (int i = 0; i < 2; i++)
        callers.emplace_back([&] {
            while (!done)
                ASSERT_GT(function<add_type>(closure)(0, 0), 0);
        });
    for (int i = 0; i < 20'000; i++)
        ASSERT_EQ(i % 2 == 0 ? cbf_closure_set(closure, answers<2>, &two) : cbf_closure_set(closure, answers<1>, &one),
                  CBF_OK);
    done = true;
    for (std::thread &each : callers)
        each.join();
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

TEST(CApiClosureThreads, make_call_free_everywhere) {
    const signature_handle signature = int_int_int();
    const std::size_t before = live();
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; i++)
        threads.emplace_back([&, i] {
            std::vector<cbf_closure *> closures;
            int own = i * 1000;
            for (int round = 0; round < 2'000; round++) {
                closures.push_back(make_closure(signature.get(), add, &own));
                ASSERT_EQ(function<add_type>(closures.back())(round, 1), own + round + 1);
                while (round % 50 == 0 && !closures.empty()) {
                    ASSERT_EQ(cbf_closure_free(closures.back()), CBF_OK);
                    closures.pop_back();
                }
            }
            for (cbf_closure *const each : closures)
                ASSERT_EQ(cbf_closure_free(each), CBF_OK);
        });
    for (std::thread &each : threads)
        each.join();
    EXPECT_EQ(live(), before);
}

TEST(CApiClosureThreads, of_two_who_free_one_wins) {
    const signature_handle signature = int_int_int();
    for (int round = 0; round < 200; round++) {
        cbf_closure *const closure = make_closure(signature.get(), add, &hundred);
        std::atomic<int> freed = 0;
        const auto free = [&] { freed += cbf_closure_free(closure) == CBF_OK; };
        std::thread other(free);
        free();
        other.join();
        ASSERT_EQ(freed, 1);
    }
}

} // namespace
