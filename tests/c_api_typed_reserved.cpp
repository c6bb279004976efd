// The C API of closures whose address is there before their signature, and of the way back from an address.
#include "c_api_typed.hpp"

#include <cbframe/callback.hpp>

#include "aborted.hpp"

#include <csetjmp>
#include <cstdint>
#include <sstream>
#include <vector>

namespace c_api_typed {
namespace {

cbf_closure *reserve() {
    cbf_closure *out = nullptr;
    EXPECT_EQ(cbf_closure_reserve(&out), CBF_OK) << cbf_error_detail();
    return out;
}

TEST(CApiReserved, is_prepared_and_prepared_again) {
    const std::size_t before = live();
    cbf_closure *const closure = reserve();
    EXPECT_EQ(live(), before + 1);
    signature_handle signature = int_int_int();
    EXPECT_EQ(cbf_closure_prepare(closure, signature.get(), add, &hundred), CBF_OK);
    signature.reset();
    EXPECT_EQ(function<add_type>(closure)(1, 2), 103);
    EXPECT_EQ(cbf_closure_set(closure, add, &thousand), CBF_OK);
    EXPECT_EQ(function<add_type>(closure)(1, 2), 1003);

    const signature_handle doubles = make_signature(basic(CBF_KIND_DOUBLE), {basic(CBF_KIND_DOUBLE)});
    const auto twice = [](cbf_arguments *args, void *) {
        *static_cast<double *>(cbf_result(args)) = 2 * argument<double>(args, 0);
    };
    EXPECT_EQ(cbf_closure_prepare(closure, doubles.get(), twice, nullptr), CBF_OK);
    EXPECT_EQ(function<double(double)>(closure)(1.5), 3);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
    EXPECT_EQ(live(), before);
    EXPECT_EQ(cbf_closure_prepare(closure, doubles.get(), twice, nullptr), CBF_FREED);
}

TEST(CApiReserved, a_call_before_says_so_and_aborts) {
    cbf_closure *const closure = reserve();
    std::ostringstream words;
    words << "call of a callback without a signature at 0x" << std::hex << reinterpret_cast<std::uintptr_t>(closure);
    EXPECT_EXIT(function<add_type>(closure)(1, 2), aborted, words.str());
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
    EXPECT_EXIT(function<add_type>(closure)(1, 2), aborted, "freed callback");
}

TEST(CApiReserved, many_reuse_slots_of_others) {
    const signature_handle signature = int_int_int();
    const std::size_t before = live();
    for (int i = 0; i < 3000; i++) {
        cbf_closure *const reserved = reserve();
        cbf_closure *const made = make_closure(signature.get(), add, &hundred);
        ASSERT_EQ(cbf_closure_prepare(reserved, signature.get(), add, &thousand), CBF_OK);
        ASSERT_EQ(function<add_type>(reserved)(1, 2), 1003);
        ASSERT_EQ(function<add_type>(made)(1, 2), 103);
        ASSERT_EQ(cbf_closure_free(reserved), CBF_OK);
        ASSERT_EQ(cbf_closure_free(made), CBF_OK);
        ASSERT_EQ(cbf_closure_free(reserve()), CBF_OK);
    }
    EXPECT_EQ(live(), before);
}

TEST(CApiReserved, bad_input) {
    const signature_handle signature = int_int_int();
    EXPECT_REFUSED(cbf_closure_reserve(nullptr), "out is NULL");
    cbf_closure *const closure = reserve();
    EXPECT_REFUSED(cbf_closure_prepare(closure, nullptr, add, nullptr), "signature is NULL");
    EXPECT_REFUSED(cbf_closure_prepare(closure, signature.get(), nullptr, nullptr), "handler is NULL");
    EXPECT_EQ(cbf_closure_set(closure, add, nullptr), CBF_INVALID_ARGUMENT);
    EXPECT_EQ(cbf_closure_prepare(nullptr, signature.get(), add, nullptr), CBF_NOT_A_SLOT);
    EXPECT_STREQ(cbf_error_detail(), "not a closure made by cbf_closure_new");
    cbf_signature *unused = nullptr;
    EXPECT_REFUSED(cbf_closure_signature(&unused, closure), "the closure has no signature yet");
    EXPECT_REFUSED(cbf_closure_signature(nullptr, closure), "out is NULL");
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
    EXPECT_EQ(cbf_closure_signature(&unused, closure), CBF_FREED);
}

TEST(CApiFind, closures_by_their_address) {
    const signature_handle signature = int_int_int();
    cbf_closure *const closure = make_closure(signature.get(), add, &hundred);
    const auto *const address = reinterpret_cast<const char *>(cbf_closure_address(closure));
    EXPECT_EQ(cbf_closure_find(address), closure);
    EXPECT_EQ(cbf_closure_find(address + 1), nullptr);
    EXPECT_EQ(cbf_closure_find(nullptr), nullptr);
    EXPECT_EQ(cbf_closure_find(&hundred), nullptr);
    const cbframe::callback<add_type> other{[](int a, int b) { return a - b; }};
    EXPECT_EQ(cbf_closure_find(other.address()), nullptr);

    cbf_closure_handler handler = nullptr;
    void *user = nullptr;
    EXPECT_EQ(cbf_closure_get(closure, &handler, &user), CBF_OK);
    EXPECT_EQ(handler, add);
    EXPECT_EQ(user, &hundred);
    EXPECT_EQ(cbf_closure_set(closure, add, &thousand), CBF_OK);
    EXPECT_EQ(cbf_closure_get(closure, nullptr, &user), CBF_OK);
    EXPECT_EQ(user, &thousand);
    EXPECT_EQ(cbf_closure_get(closure, nullptr, nullptr), CBF_OK);

    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
    EXPECT_EQ(cbf_closure_find(address), nullptr);
    EXPECT_EQ(cbf_closure_get(closure, &handler, &user), CBF_FREED);
    EXPECT_EQ(cbf_closure_get(nullptr, &handler, &user), CBF_NOT_A_SLOT);
}

TEST(CApiFind, a_reserved_one_has_no_handler) {
    cbf_closure *const closure = reserve();
    EXPECT_EQ(cbf_closure_find(reinterpret_cast<const void *>(cbf_closure_address(closure))), closure);
    cbf_closure_handler handler = add;
    void *user = &hundred;
    EXPECT_EQ(cbf_closure_get(closure, &handler, &user), CBF_OK);
    EXPECT_EQ(handler, nullptr);
    EXPECT_EQ(user, nullptr);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

TEST(CApiFind, the_signature_of_a_closure) {
    const type_handle point = point_type();
    signature_handle signature = make_signature(point.get(), {basic(CBF_KIND_INT), point.get()}, true);
    cbf_closure *const closure = make_closure(signature.get(), [](cbf_arguments *args, void *) {
        *static_cast<c_api_typed::point *>(cbf_result(args)) = argument<c_api_typed::point>(args, 1);
    });
    signature.reset();
    cbf_signature *found = nullptr;
    ASSERT_EQ(cbf_closure_signature(&found, closure), CBF_OK) << cbf_error_detail();
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
    const signature_handle owner(found);
    cbf_place place{};
    EXPECT_EQ(cbf_signature_place(found, 1, &place), CBF_OK);
    EXPECT_EQ(place.size, sizeof(c_api_typed::point));
    EXPECT_EQ(cbf_signature_place(found, 2, &place), CBF_INVALID_ARGUMENT);

    const cbf_layout *layout = nullptr;
    ASSERT_EQ(cbf_layout_new(&layout, found, nullptr, 0), CBF_OK);
    EXPECT_EQ(layout->variadic, 1);
    cbf_layout_free(layout);

    cbf_closure *const another = make_closure(found, [](cbf_arguments *args, void *) {
        *static_cast<c_api_typed::point *>(cbf_result(args)) = {argument<int>(args, 0) + 0.5, 2};
    });
    EXPECT_EQ(function<c_api_typed::point(int, c_api_typed::point, ...)>(another)(1, {3, 4}).x, 1.5);
    EXPECT_EQ(cbf_closure_free(another), CBF_OK);
}

void *own = nullptr;

void keep_own(cbf_arguments *args, void *) {
    own = cbf_own_closure(args);
    if (cbf_argument_list(args) != nullptr) { // which takes memory of the call
        EXPECT_EQ(*static_cast<int *>(cbf_next_argument(args, basic(CBF_KIND_INT))), 7);
    }
    EXPECT_EQ(cbf_own_closure(args), own);
}

TEST(CApiFind, a_handler_knows_its_own_closure) {
    const type_handle point = point_type();
    const signature_handle plain = make_signature(nullptr, {basic(CBF_KIND_INT)});
    const signature_handle large = make_signature(nullptr, {point.get(), point.get(), point.get(), point.get()});
    const signature_handle variadic = make_signature(nullptr, {basic(CBF_KIND_INT)}, true);
    cbf_closure *const closures[] = {make_closure(plain.get(), keep_own), make_closure(large.get(), keep_own),
                                     make_closure(variadic.get(), keep_own)};
    function<void(int)>(closures[0])(1);
    EXPECT_EQ(own, closures[0]);
    using c_api_typed::point;
    function<void(struct point, struct point, struct point, struct point)>(closures[1])({1, 2}, {3, 4}, {5, 6}, {7, 8});
    EXPECT_EQ(own, closures[1]);
    function<void(int, ...)>(closures[2])(1, 7);
    EXPECT_EQ(own, closures[2]);
    for (cbf_closure *const each : closures)
        EXPECT_EQ(cbf_closure_free(each), CBF_OK);
}

TEST(CApiReserved, its_own_handler_may_prepare_it) {
    static const signature_handle signature = int_int_int();
    cbf_closure *const closure = make_closure(signature.get(), [](cbf_arguments *args, void *) {
        EXPECT_EQ(cbf_closure_prepare(cbf_own_closure(args), signature.get(), add, &hundred), CBF_OK);
        *static_cast<int *>(cbf_result(args)) = argument<int>(args, 0);
    });
    EXPECT_EQ(function<add_type>(closure)(1, 2), 1);
    EXPECT_EQ(function<add_type>(closure)(1, 2), 103);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

TEST(CApiArguments, as_a_vector) {
    const type_handle pair = structure({field("i", basic(CBF_KIND_LONG)), field("d", basic(CBF_KIND_DOUBLE))}, "pair");
    const signature_handle signature = make_signature(
        nullptr, {basic(CBF_KIND_INT), basic(CBF_KIND_DOUBLE), pair.get(), basic(CBF_KIND_FLOAT), pair.get()});
    cbf_closure *const closure = make_closure(
        signature.get(),
        [](cbf_arguments *args, void *user) {
            std::vector<void *> vector(cbf_argument_count(args) + 1, user);
            cbf_argument_vector(args, vector.data());
            for (std::size_t i = 0; i < cbf_argument_count(args); i++)
                EXPECT_EQ(vector[i], cbf_argument(args, i)) << i;
            EXPECT_EQ(vector.back(), user);
            EXPECT_EQ(static_cast<mixed *>(vector[4])->d, 9);
        },
        &hundred);
    function<void(int, double, mixed, float, mixed)>(closure)(1, 2, {3, 4}, 5, {6, 9});
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

TEST(CApiResult, a_small_one_may_be_stored_widened) {
    const auto widened = [](cbf_arguments *args, void *) {
        const auto value = static_cast<std::uintptr_t>(static_cast<std::intptr_t>(argument<int>(args, 0)));
        std::memcpy(cbf_result(args), &value, sizeof(value));
    };
    const signature_handle bytes = make_signature(basic(CBF_KIND_INT8), {basic(CBF_KIND_INT32)});
    cbf_closure *const narrow = make_closure(bytes.get(), widened);
    EXPECT_EQ(function<std::int8_t(int)>(narrow)(-100), -100);
    EXPECT_EQ(cbf_closure_free(narrow), CBF_OK);
    const signature_handle truths = make_signature(basic(CBF_KIND_BOOL), {basic(CBF_KIND_INT32)});
    cbf_closure *const truth = make_closure(truths.get(), widened);
    EXPECT_TRUE(function<bool(int)>(truth)(1));
    EXPECT_FALSE(function<bool(int)>(truth)(0));
    EXPECT_EQ(cbf_closure_free(truth), CBF_OK);
    const signature_handle integers = make_signature(basic(CBF_KIND_INT32), {basic(CBF_KIND_INT32)});
    cbf_closure *const wide = make_closure(integers.get(), widened);
    EXPECT_EQ(function<int(int)>(wide)(-7), -7);
    EXPECT_EQ(cbf_closure_free(wide), CBF_OK);
    const signature_handle shorts = make_signature(basic(CBF_KIND_UINT16), {basic(CBF_KIND_INT32)});
    cbf_closure *const closure = make_closure(shorts.get(), widened);
    EXPECT_EQ(function<std::uint16_t(int)>(closure)(-1), 65535);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

TEST(CApiResult, one_of_void_has_scratch_memory) {
    const auto stores = [](cbf_arguments *args, void *user) {
        EXPECT_EQ(cbf_result(args), nullptr);
        std::memset(cbf_result_or_scratch(args), 0xa5, 16);
        *static_cast<double *>(user) = argument<double>(args, 1) + argument<int>(args, 0);
    };
    double seen = 0;
    const signature_handle nothing = make_signature(nullptr, {basic(CBF_KIND_INT), basic(CBF_KIND_DOUBLE)});
    cbf_closure *const closure = make_closure(nothing.get(), stores, &seen);
    function<void(int, double)>(closure)(1, 2.5);
    EXPECT_EQ(seen, 3.5);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);

    const signature_handle something = make_signature(basic(CBF_KIND_INT), {});
    cbf_closure *const other = make_closure(
        something.get(), [](cbf_arguments *args, void *) { EXPECT_EQ(cbf_result_or_scratch(args), cbf_result(args)); });
    EXPECT_EQ(function<int()>(other)(), 0);
    EXPECT_EQ(cbf_closure_free(other), CBF_OK);
}

TEST(CApiType, kinds_of_fixed_width) {
    const struct {
        cbf_kind kind;
        std::size_t size;
    } all[] = {{CBF_KIND_INT8, 1},  {CBF_KIND_UINT8, 1},  {CBF_KIND_INT16, 2}, {CBF_KIND_UINT16, 2},
               {CBF_KIND_INT32, 4}, {CBF_KIND_UINT32, 4}, {CBF_KIND_INT64, 8}, {CBF_KIND_UINT64, 8}};
    for (const auto &each : all) {
        std::size_t size = 0;
        EXPECT_EQ(cbf_type_size(basic(each.kind), &size), CBF_OK);
        EXPECT_EQ(size, each.size);
    }
}

// As long as nothing between has a destructor to run: the frames of slot and entry have none.
TEST(CApiClosure, a_handler_may_longjmp) {
    static std::jmp_buf out;
    static int left = 0;
    static const signature_handle signature = int_int_int();
    static cbf_closure *const closure = make_closure(signature.get(), [](cbf_arguments *, void *) {
        ++left;
        std::longjmp(out, 1);
    });
    constexpr int times = 100'000;
    static_cast<void>(setjmp(out)); // and goes on here after each
    if (left < times)
        function<add_type>(closure)(1, 2);
    EXPECT_EQ(left, times);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

} // namespace
} // namespace c_api_typed
