// The C API of closures: made, changed and freed, by many threads, too.
#include "c_api_typed.hpp"

#include <cbframe/callback.hpp>
#include <cbframe/closure.hpp>

#include "aborted.hpp"
#include "native.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <sstream>
#include <thread>
#include <vector>

namespace c_api_typed {
namespace {

// ---------------------------------------------------------------- closures: made, changed, freed

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
                  &frame, [](cbf_cpu *cpu, void *) { native_return(cpu, 7); }, nullptr, CBF_LEVEL_LEGACY),
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
} // namespace c_api_typed
