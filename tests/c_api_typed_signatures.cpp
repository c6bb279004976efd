// The C API of conventions, signatures and layouts.
#include "c_api_typed.hpp"

#include <cbframe/abi.hpp>
#include <cbframe/closure.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace c_api_typed {
namespace {

// ---------------------------------------------------------------- conventions

TEST(CApiConvention, all_are_found_by_name) {
    std::size_t count = 0;
    for (const cbf_convention *each; (each = cbf_convention_at(count)) != nullptr; count++) {
        const char *const name = cbf_convention_name(each);
        EXPECT_EQ(cbf_convention_find(name), each) << name;
        const bool is_ours = std::string(name).find(part_of_ours) != std::string::npos;
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
    EXPECT_FAILED(CBF_BAD_CONVENTION, cbf_signature_new(&out, nullptr, nullptr, 0, 0, cbf_convention_find("win64")),
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
    const auto *const none = reinterpret_cast<const cbf_convention *>(&hundred);
    EXPECT_FAILED(CBF_BAD_CONVENTION, cbf_signature_new(&out, int_type, nullptr, 0, 0, none),
                  "convention is none of this library");
    const auto refuse = [&](const cbf_type *second, const char *words, cbf_status status = CBF_BAD_TYPE) {
        const cbf_type *const parameters[] = {int_type, second};
        EXPECT_FAILED(status, cbf_signature_new(&out, nullptr, parameters, 2, 0, cbf_convention_native()), words);
    };
    refuse(nullptr, "the type of argument 2 is NULL", CBF_INVALID_ARGUMENT);
    refuse(basic(CBF_KIND_VOID), "argument 2 is of type void: void has no value");
    const type_handle array = make_type(cbf_type_array, int_type, std::size_t{3});
    refuse(array.get(), "argument 2 is of type int [3]: an array is passed as a pointer to its first element");
    const type_handle function_type = make_type(cbf_type_function, nullptr, nullptr, std::size_t{0}, 0);
    refuse(function_type.get(), "argument 2 is of type void (void): a function is passed as a pointer to it");
    const type_handle list = make_type(cbf_type_incomplete_structure, "list");
    refuse(list.get(), "argument 2 is of type struct list: it is incomplete");
    const type_handle huge_array = make_type(cbf_type_array, int_type, std::size_t{1} << 28);
    const type_handle huge = structure({field("a", huge_array.get())});
    refuse(huge.get(), "argument 2 is of type struct s: no call carries 2^30 bytes or more");
    EXPECT_FAILED(CBF_BAD_TYPE, cbf_signature_new(&out, list.get(), nullptr, 0, 0, cbf_convention_native()),
                  "the result is of type struct list: it is incomplete");
    EXPECT_FAILED(CBF_BAD_CONVENTION,
                  cbf_signature_new(&out, nullptr, nullptr, 0, 1, cbf_convention_find("vectorcall_x64")),
                  "vectorcall_x64 has no variadic functions");
    const cbf_type *const wide = basic(CBF_KIND_INT128);
    EXPECT_EQ(cbf_signature_new(&out, nullptr, &wide, 1, 0, cbf_convention_find("cdecl_x86_sysv")), CBF_BAD_TYPE);
    EXPECT_EQ(out, nullptr);
    cbf_signature_free(nullptr);
}

TEST(CApiSignature, no_closure_by_a_convention_of_another_cpu) {
    const signature_handle foreign = make_signature(nullptr, {basic(CBF_KIND_INT)}, false, foreign_convention);
    const std::string refusal = std::string("no function of this CPU is called by ") + foreign_convention;
    cbf_closure *closure = nullptr;
    const std::size_t before = live();
    EXPECT_FAILED(CBF_BAD_CONVENTION, cbf_closure_new(&closure, foreign.get(), add, nullptr), refusal.c_str());
    cbf_place place{};
    EXPECT_FAILED(CBF_BAD_CONVENTION, cbf_signature_place(foreign.get(), 0, &place), refusal.c_str());
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
    using function_type = block OTHER_CONVENTION(int, struct point, int, int, struct point, int);
    expect_places(make_signature(block_type.get(), {i, point.get(), i, i, point.get(), i}, false, other_convention),
                  [](const cbf_closure *closure) { function<function_type>(closure)(1, {}, 2, 3, {}, 4); });
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

TEST(CApiLayout, says_where_a_register_converts) {
    const auto result = [](cbf_kind kind, const char *convention) {
        const layout_handle layout = layout_of(make_signature(basic(kind), {}, false, convention));
        EXPECT_EQ(layout->result.piece_count, 1U);
        const cbf_piece &piece = layout->result.pieces[0];
        EXPECT_STREQ(piece.in, piece.bank->names[piece.number]);
        return std::string(piece.in) + (piece.converted != 0 ? " converted" : "");
    };
    EXPECT_EQ(result(CBF_KIND_FLOAT, "cdecl_x86_sysv"), "ST0 converted");
    EXPECT_EQ(result(CBF_KIND_DOUBLE, "stdcall_x86_mingw"), "ST0 converted");
    EXPECT_EQ(result(CBF_KIND_LONG_DOUBLE, "cdecl_x86_sysv"), "ST0");
    EXPECT_EQ(result(CBF_KIND_LONG_DOUBLE, "sysv_x64"), "ST0");
    EXPECT_EQ(result(CBF_KIND_FLOAT, "sysv_x64"), "XMM0");
    EXPECT_EQ(result(CBF_KIND_INT, "aapcs64"), "X0");

    // By Microsoft's sizes, which a convention that can be called here does not bring with it.
    const auto is_converted = [](const cbframe::abi::data_model &sizes) {
        const cbframe::signature returns_one{cbframe::type_kind::long_double, {}};
        return cbframe::abi::layout(cbframe::abi::cdecl_x86_msvc, sizes, returns_one).result.pieces[0].converted;
    };
    EXPECT_TRUE(is_converted(cbframe::abi::ilp32_msvc));
    EXPECT_FALSE(is_converted(cbframe::abi::ilp32_sysv));
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
    EXPECT_FAILED(CBF_BAD_VARIADIC_TYPE, cbf_layout_new(&out, variadic.get(), passed, 2),
                  "argument 3 is of type float, which C promotes in place of `...`");
    const cbf_type *const nothing = basic(CBF_KIND_VOID);
    EXPECT_FAILED(CBF_BAD_VARIADIC_TYPE, cbf_layout_new(&out, variadic.get(), &nothing, 1),
                  "argument 2 is of type void: void has no value");
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

} // namespace
// What an argument of a call is, by its layout, in the state that a frame sees.
template <class T>
T read_value(const cbf_layout &layout, std::size_t index, const cbf_cpu &cpu) {
    const cbf_value_layout &value = layout.arguments[index];
    std::array<unsigned char, sizeof(T) + 16> bytes{};
    for (std::size_t i = 0; i < value.piece_count; i++)
        EXPECT_EQ(cbf_piece_read(&value.pieces[i], &cpu, &bytes[value.pieces[i].offset]), 1);
    T read;
    std::memcpy(&read, bytes.data(), sizeof(read));
    return read;
}

TEST(CApiPiece, of_a_call) {
    using called = void(int, double, long long, long long, long long, long long, long long, double);
    const cbf_type *const l = basic(CBF_KIND_LONG_LONG), *const d = basic(CBF_KIND_DOUBLE);
    const layout_handle layout = layout_of(make_signature(nullptr, {basic(CBF_KIND_INT), d, l, l, l, l, l, d}));
    cbf_frame *frame = nullptr;
    const auto look = [](cbf_cpu *cpu, void *user) {
        const cbf_layout &of = *static_cast<const cbf_layout *>(user);
        EXPECT_EQ(read_value<int>(of, 0, *cpu), -1);
        EXPECT_EQ(read_value<double>(of, 1, *cpu), 0.5);
        EXPECT_EQ(read_value<long long>(of, 2, *cpu), 3);
        EXPECT_EQ(read_value<long long>(of, 6, *cpu), 7);
        EXPECT_EQ(read_value<double>(of, 7, *cpu), 8.5);
    };
    ASSERT_EQ(cbf_frame_new(&frame, look, const_cast<cbf_layout *>(layout.get()), CBF_LEVEL_LEGACY), CBF_OK);
    reinterpret_cast<called *>(cbf_frame_address(frame))(-1, 0.5, 3, 4, 5, 6, 7, 8.5);
    EXPECT_EQ(cbf_frame_free(frame), CBF_OK);
}

TEST(CApiPiece, of_no_stack) {
    cbf_cpu cpu{};
    std::uint64_t read = 0;
    cbf_piece on_stack{}; // of a stack pointer that is 0
    on_stack.stack = 8;
    on_stack.size = 8;
    EXPECT_EQ(cbf_piece_read(&on_stack, &cpu, &read), 0);
}

} // namespace c_api_typed
