// The C API of types, signatures, layouts and closures: what each function answers, and that it changes nothing when
// it fails. Here: types, and errors in words.
#include "c_api_typed.hpp"

#include <array>
#include <limits>
#include <string>
#include <thread>
#include <vector>

// c_api_typed_c11.c
extern "C" {
const char *c11_typed_first_failure(void);
const cbf_type *c11_type_basic(int kind);
}

namespace c_api_typed {
namespace {

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
    const cbf_field packed[] = {fields[0], {"d", basic(CBF_KIND_DOUBLE), 0, 4, 1, 0}};
    const type_handle made = make_type(cbf_type_structure, nullptr, packed, std::size_t{2}, nullptr);
    cbf_field_place place{};
    EXPECT_EQ(cbf_type_field(made.get(), 1, &place), CBF_OK);
    EXPECT_EQ(place.offset, 4U);
}

TEST(CApiType, bit_fields) {
    const cbf_type *const word = basic(CBF_KIND_UNSIGNED_INT);
    const type_handle flags =
        structure({field("a", word, 3), zero_width(word), field("b", word, 10), field("c", word, 30)});
    cbf_field_place place{};
    EXPECT_EQ(cbf_type_field(flags.get(), 2, &place), CBF_OK);
    EXPECT_EQ(place.offset, 4U);
    EXPECT_EQ(place.bits, 10U);
    EXPECT_EQ(cbf_type_field(flags.get(), 3, &place), CBF_OK);
    EXPECT_EQ(place.offset, 8U);
    cbf_field found{};
    EXPECT_EQ(cbf_type_field_at(flags.get(), 1, &found), CBF_OK);
    EXPECT_EQ(found.bits, 0);
    EXPECT_EQ(found.zero_width, 1);
    EXPECT_EQ(cbf_type_field_at(flags.get(), 2, &found), CBF_OK);
    EXPECT_EQ(found.bits, 10);
    EXPECT_EQ(found.zero_width, 0);
}

TEST(CApiType, fields_without_bits_are_ordinary) {
    const type_handle pair = structure({field("a", basic(CBF_KIND_CHAR), 0), field("b", basic(CBF_KIND_INT), 0)});
    cbf_field_place place{};
    EXPECT_EQ(cbf_type_field(pair.get(), 1, &place), CBF_OK);
    EXPECT_EQ(place.offset, 4U);
    EXPECT_EQ(place.bits, 0U);
    cbf_field found{};
    EXPECT_EQ(cbf_type_field_at(pair.get(), 1, &found), CBF_OK);
    EXPECT_EQ(found.bits, 0);
    EXPECT_EQ(found.zero_width, 0);
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
    EXPECT_REFUSED(cbf_type_complex(&out, basic(CBF_KIND_BOOL)), "_Complex cannot be made of _Bool");
    EXPECT_REFUSED(cbf_type_complex(&out, basic(CBF_KIND_INT128)), "_Complex cannot be made of __int128");
    EXPECT_REFUSED(cbf_type_enumeration(&out, "e", basic(CBF_KIND_FLOAT)), "an enum cannot be laid out as float");
    EXPECT_REFUSED(cbf_type_array(&out, basic(CBF_KIND_VOID), 3), "an array of void has no size");
    EXPECT_REFUSED(cbf_type_vector(&out, int_type, 3), "a vector has 8, 16, 32 or 64 bytes");
    EXPECT_REFUSED(cbf_type_vector(&out, basic(CBF_KIND_LONG), 32), "a vector has 8, 16, 32 or 64 bytes");
    EXPECT_REFUSED(cbf_type_vector(&out, basic(CBF_KIND_LONG_DOUBLE), 1), "a vector cannot be made of long double");
    const auto refuse = [&](const cbf_field &bad, const char *words) {
        EXPECT_REFUSED(cbf_type_structure(&out, "s", &bad, 1, nullptr), words);
    };
    refuse(field("v", basic(CBF_KIND_VOID)), "field 'v' is of type void, which has no size here");
    refuse(field("v", nullptr), "the type of field 'v' is NULL");
    refuse(field(nullptr, nullptr), "the type of field 1 is NULL");
    refuse(field("b", int_type, 33), "bit-field 'b' is wider than int");
    refuse({"b", int_type, 0, 0, 0, 1}, "field 'b' has width 0, so it cannot have a name or other bits");
    refuse({nullptr, int_type, 3, 0, 0, 1}, "field 1 has width 0, so it cannot have a name or other bits");
    refuse(zero_width(basic(CBF_KIND_FLOAT)), "bit-field '' is of type float, which is no integer");
    refuse(field("b", int_type, -1), "field 'b' has a negative width; 0: it is no bit-field");
    refuse({"a", int_type, 0, 3, 0, 0}, "field 'a' has an alignment that is no power of two up to 2^28");
    const cbf_record_attributes pack{.alignment = 0, .pack = 3, .packed = 0};
    EXPECT_REFUSED(cbf_type_structure(&out, "s", nullptr, 0, &pack), "#pragma pack takes 1, 2, 4, 8 or 16");
    EXPECT_EQ(out, nullptr);
}

TEST(CApiType, vectors_of_long_have_sizes_where_long_has) {
    const type_handle two = make_type(cbf_type_vector, basic(CBF_KIND_LONG), std::size_t{2});
    EXPECT_EQ(spelled(two), "long __attribute__((vector_size(2 * sizeof(long))))");
    std::size_t size = 0;
    EXPECT_EQ(cbf_type_size(two.get(), &size), CBF_OK);
    EXPECT_EQ(size, 2 * sizeof(long));
    const type_handle one = make_type(cbf_type_vector, basic(CBF_KIND_UNSIGNED_LONG), std::size_t{1});
    EXPECT_EQ(cbf_data_model_size(cbf_data_model_find("lp64_sysv"), one.get(), &size), CBF_OK);
    EXPECT_EQ(size, 8U);
    EXPECT_REFUSED(
        cbf_data_model_size(cbf_data_model_find("llp64_msvc"), one.get(), &size),
        "unsigned long __attribute__((vector_size(1 * sizeof(long)))) has 4 bytes: a vector has 8, 16, 32 or 64");
}

struct struct_of_two {
    int i;
    double d;
};

TEST(CApiType, fields_need_no_names) {
    const cbf_field fields[] = {field(nullptr, basic(CBF_KIND_INT)), field("", basic(CBF_KIND_DOUBLE))};
    const cbf_type *out = nullptr;
    ASSERT_EQ(cbf_type_structure(&out, nullptr, fields, 2, nullptr), CBF_OK);
    const type_handle made(out);
    cbf_field_place place{};
    EXPECT_EQ(cbf_type_field(out, 1, &place), CBF_OK);
    EXPECT_EQ(place.offset, offsetof(struct_of_two, d));
    const signature_handle signature = make_signature(out, {out});
    cbf_closure *const closure = make_closure(signature.get(), [](cbf_arguments *args, void *) {
        const auto &given = argument<struct_of_two>(args, 0);
        *static_cast<struct_of_two *>(cbf_result(args)) = {given.i + 1, given.d * 2};
    });
    const struct_of_two answered = function<struct_of_two(struct_of_two)>(closure)({1, 2.5});
    EXPECT_EQ(answered.i, 2);
    EXPECT_EQ(answered.d, 5);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
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

} // namespace
} // namespace c_api_typed
