// libcbframe_ffi: what libffi's own functions see of our closures, and programs that treat them as libffi's.
#include "aborted.hpp"

#include <cbframe/cbframe.h>

#include <ffi.h>
#include <gtest/gtest.h>

#include <complex>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include <sys/mman.h>

#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace {

using handler = void (*)(ffi_cif *, void *, void **, void *);

std::size_t live() {
    cbf_stats out{};
    EXPECT_EQ(cbf_pool_stats(&out), CBF_OK);
    return out.live;
}

struct signature {
    ffi_cif cif{};
    std::vector<ffi_type *> parameters;
    ffi_status status;

    signature(ffi_type *result, std::vector<ffi_type *> its_parameters, int abi = FFI_DEFAULT_ABI)
        : parameters(std::move(its_parameters)),
          status(ffi_prep_cif(&cif, static_cast<ffi_abi>(abi), static_cast<unsigned>(parameters.size()), result,
                              parameters.data())) {}
};

struct closure {
    void *code = nullptr;
    ffi_closure *memory = static_cast<ffi_closure *>(ffi_closure_alloc(sizeof(ffi_closure), &code));

    closure() = default;
    closure(signature &of, handler function, void *user = nullptr) {
        EXPECT_EQ(ffi_prep_closure_loc(memory, &of.cif, function, user, code), FFI_OK);
    }
    closure(const closure &) = delete;
    closure &operator=(const closure &) = delete;
    ~closure() { ffi_closure_free(memory); }

    template <class Function>
    Function *as() const {
        return reinterpret_cast<Function *>(code);
    }
};

std::vector<int> abis() {
    std::vector<int> all;
    for (int abi = FFI_FIRST_ABI + 1; abi < FFI_LAST_ABI; abi++)
        if (signature(&ffi_type_void, {}, abi).status == FFI_OK)
            all.push_back(abi);
    return all;
}

/// Whether no convention of ours has it: docs/from-libffi.md.
bool is_refused(int abi) {
#if defined(__i386__)
    return abi == FFI_PASCAL || abi == FFI_REGISTER;
#else
    return abi < 0;
#endif
}

// ---------------------------------------------------------------- values

/// A structure whose bytes are all its own, of so many of one type.
struct structure {
    std::vector<ffi_type *> elements;
    ffi_type type{0, 0, FFI_TYPE_STRUCT, nullptr};

    structure(std::size_t count, ffi_type *element) : elements(count, element) {
        elements.push_back(nullptr);
        type.elements = elements.data();
    }
    explicit structure(std::vector<ffi_type *> of) : elements(std::move(of)) {
        elements.push_back(nullptr);
        type.elements = elements.data();
    }
};

// T f(int, T, double, T, T) that returns its third argument.
void answer_fourth(ffi_cif *cif, void *result, void **arguments, void *user) {
    EXPECT_EQ(*static_cast<int *>(arguments[0]), 42);
    EXPECT_EQ(*static_cast<double *>(arguments[2]), 2.5);
    EXPECT_EQ(std::memcmp(arguments[1], user, cif->rtype->size), 0);
    EXPECT_EQ(std::memcmp(arguments[4], user, cif->rtype->size), 0);
    std::memcpy(result, arguments[3], cif->rtype->size);
}

/// What is kept of a value where another has the same type: all bytes, but for what is no part of a number.
std::size_t bytes_of(const ffi_type &type) {
#if defined(__x86_64__) || defined(__i386__)
    if (type.type == FFI_TYPE_LONGDOUBLE)
        return 10;
#endif
    return type.size;
}

void goes_through(ffi_type &type, int abi) {
    signature of(&type, {&ffi_type_sint, &type, &ffi_type_double, &type, &type}, abi);
    ASSERT_EQ(of.status, FFI_OK);
    std::vector<long double> same(type.size / sizeof(long double) + 1, 1.5L), other(same.size(), -2.25L);
    std::vector<long double> result(same.size() + 1);
    if (type.type != FFI_TYPE_LONGDOUBLE && type.type != FFI_TYPE_COMPLEX)
        for (std::size_t i = 0; i < type.size; i++) {
            reinterpret_cast<unsigned char *>(same.data())[i] = static_cast<unsigned char>(0x31 + i);
            reinterpret_cast<unsigned char *>(other.data())[i] = static_cast<unsigned char>(0x13 + 3 * i);
        }
    const closure made(of, answer_fourth, same.data());
    int first = 42;
    double third = 2.5;
    void *arguments[] = {&first, same.data(), &third, other.data(), same.data()};
    ffi_call(&of.cif, made.as<void()>(), result.data(), arguments);
    EXPECT_EQ(std::memcmp(result.data(), other.data(), bytes_of(type)), 0)
        << "type " << type.type << ", " << type.size << " bytes, ABI " << abi;
}

TEST(Ffi, scalars_by_all_conventions) {
    ffi_type *const all[] = {&ffi_type_uint8,  &ffi_type_sint8,  &ffi_type_uint16, &ffi_type_sint16,
                             &ffi_type_uint32, &ffi_type_sint32, &ffi_type_uint64, &ffi_type_sint64,
                             &ffi_type_float,  &ffi_type_double, &ffi_type_pointer};
    for (const int abi : abis())
        for (ffi_type *const each : all)
            if (!is_refused(abi))
                goes_through(*each, abi);
}

TEST(Ffi, structures_by_all_conventions) {
    for (const int abi : abis())
        for (ffi_type *const element : {&ffi_type_uint8, &ffi_type_sint32, &ffi_type_float, &ffi_type_double})
            for (const unsigned count : {1U, 2U, 3U, 4U, 5U, 7U, 8U, 9U, 12U, 16U, 17U, 64U})
                if (!is_refused(abi)) {
                    structure of(count, element);
                    goes_through(of.type, abi);
                }
}

TEST(Ffi, mixed_structures) {
    structure inner({&ffi_type_float, &ffi_type_sint32});
    structure all[] = {structure({&ffi_type_sint32, &ffi_type_sint32, &ffi_type_double}),
                       structure({&ffi_type_double, &ffi_type_pointer}),
                       structure({&inner.type, &ffi_type_double, &inner.type})};
    for (structure &each : all)
        goes_through(each.type, FFI_DEFAULT_ABI);
}

TEST(Ffi, long_double_and_complex) {
    goes_through(ffi_type_longdouble, FFI_DEFAULT_ABI);
#if defined(FFI_TARGET_HAS_COMPLEX_TYPE)
    goes_through(ffi_type_complex_float, FFI_DEFAULT_ABI);
    goes_through(ffi_type_complex_double, FFI_DEFAULT_ABI);
#endif
}

// ---------------------------------------------------------------- what compilers make of the other side

void add(ffi_cif *, void *result, void **arguments, void *user) {
    *static_cast<ffi_arg *>(result) = static_cast<ffi_arg>(
        *static_cast<int *>(arguments[0]) + *static_cast<int *>(arguments[1]) + *static_cast<int *>(user));
}

signature &int_int_int() {
    static signature of(&ffi_type_sint, {&ffi_type_sint, &ffi_type_sint});
    return of;
}

int hundred = 100;

// What libffi has since 3.8.
#ifdef FFI_TARGET_HAS_VECTOR_TYPE
TEST(Ffi, vectors) {
    for (ffi_type *const lane :
         {&ffi_type_float, &ffi_type_double, &ffi_type_uint8, &ffi_type_sint32, &ffi_type_sint64})
        for (const std::size_t size : {std::size_t{8}, std::size_t{16}}) {
            structure of(size / lane->size, lane);
            of.type.type = FFI_TYPE_VECTOR;
            goes_through(of.type, FFI_DEFAULT_ABI);
            structure two({&of.type, &of.type});
            goes_through(two.type, FFI_DEFAULT_ABI);
        }
}
#endif
#ifdef FFI_TARGET_HAS_INT128
TEST(Ffi, integers_of_128_bits) {
    goes_through(ffi_type_sint128, FFI_DEFAULT_ABI);
    goes_through(ffi_type_uint128, FFI_DEFAULT_ABI);
    structure two({&ffi_type_sint128, &ffi_type_sint128});
    goes_through(two.type, FFI_DEFAULT_ABI);
}
#endif

TEST(Ffi, int_int_int) {
    const closure made(int_int_int(), add, &hundred);
    EXPECT_EQ(made.as<int(int, int)>()(1, -2), 99);
    EXPECT_EQ(made.memory->user_data, &hundred);
    EXPECT_EQ(made.memory->fun, add);
    EXPECT_EQ(made.memory->cif, &int_int_int().cif);
    int zero = 0;
    made.memory->user_data = &zero; // programs change it, for the memory is theirs
    EXPECT_EQ(made.as<int(int, int)>()(1, 2), 3);
}

void store_minus_three(ffi_cif *, void *result, void **, void *) { *static_cast<ffi_sarg *>(result) = -3; }

TEST(Ffi, small_results_are_widened) {
    signature byte(&ffi_type_sint8, {}), unsigned_byte(&ffi_type_uint8, {}), two(&ffi_type_sint16, {}),
        unsigned_two(&ffi_type_uint16, {}), four(&ffi_type_sint32, {});
    EXPECT_EQ(closure(byte, store_minus_three).as<signed char()>()(), -3);
    EXPECT_EQ(closure(unsigned_byte, store_minus_three).as<unsigned char()>()(), 253);
    EXPECT_EQ(closure(two, store_minus_three).as<short()>()(), -3);
    EXPECT_EQ(closure(unsigned_two, store_minus_three).as<unsigned short()>()(), 65533);
    EXPECT_EQ(closure(four, store_minus_three).as<int()>()(), -3);
    ffi_sarg wide = 0; // ffi_call widens as well
    const closure made(byte, store_minus_three);
    ffi_call(&byte.cif, made.as<void()>(), &wide, nullptr);
    EXPECT_EQ(wide, -3);
}

// As ctypes does: an int has a whole word where it is passed in one.
TEST(Ffi, an_argument_may_be_read_as_a_word) {
    signature of(&ffi_type_void, std::vector<ffi_type *>(10, &ffi_type_sint));
    static int sum;
    sum = 0;
    const closure made(of, [](ffi_cif *, void *, void **arguments, void *) {
        for (int i = 0; i < 10; i++)
            sum += static_cast<int>(*static_cast<ffi_arg *>(arguments[i]));
    });
    made.as<void(int, int, int, int, int, int, int, int, int, int)>()(1, 2, 3, 4, 5, 6, 7, 8, 9, -10);
    EXPECT_EQ(sum, 35);
}

TEST(Ffi, a_function_of_void_may_store_a_result) {
    signature of(&ffi_type_void, {&ffi_type_sint});
    const closure made(of, store_minus_three);
    made.as<void(int)>()(1);
}

// As Fiddle has functions without arguments.
TEST(Ffi, an_argument_may_be_void) {
    signature of(&ffi_type_sint, {&ffi_type_void});
    ASSERT_EQ(of.status, FFI_OK);
    const closure made(of, [](ffi_cif *cif, void *result, void **arguments, void *) {
        EXPECT_EQ(cif->nargs, 1U);
        EXPECT_NE(arguments[0], nullptr);
        *static_cast<ffi_arg *>(result) = 7;
    });
    EXPECT_EQ(made.as<int()>()(), 7);
}

TEST(Ffi, variadic) {
    ffi_cif cif{};
    ffi_type *parameters[] = {&ffi_type_pointer, &ffi_type_double, &ffi_type_sint};
    ASSERT_EQ(ffi_prep_cif_var(&cif, FFI_DEFAULT_ABI, 1, 3, &ffi_type_double, parameters), FFI_OK);
    closure made;
    ASSERT_EQ(ffi_prep_closure_loc(
                  made.memory, &cif,
                  [](ffi_cif *, void *result, void **arguments, void *) {
                      *static_cast<double *>(result) =
                          *static_cast<double *>(arguments[1]) + *static_cast<int *>(arguments[2]);
                  },
                  nullptr, made.code),
              FFI_OK);
    EXPECT_EQ((made.as<double(const char *, ...)>()("", 0.5, 3)), 3.5);
}

// ---------------------------------------------------------------- life

TEST(Ffi, memory_is_as_large_as_asked) {
    EXPECT_EQ(ffi_closure_alloc(sizeof(ffi_closure), nullptr), nullptr);
    ffi_closure_free(nullptr);
    const std::size_t before = live();
    void *code = nullptr;
    constexpr std::size_t large = 10'000;
    auto *const memory = static_cast<ffi_closure *>(ffi_closure_alloc(large, &code));
    ASSERT_NE(memory, nullptr);
    EXPECT_EQ(live(), before + 1);
    std::memset(memory + 1, 0x55, large - sizeof(ffi_closure));
    ASSERT_EQ(ffi_prep_closure_loc(memory, &int_int_int().cif, add, &hundred, code), FFI_OK);
    EXPECT_EQ(reinterpret_cast<int (*)(int, int)>(code)(1, 2), 103);
    EXPECT_EQ(reinterpret_cast<unsigned char *>(memory)[large - 1], 0x55);
    ffi_closure_free(memory);
    EXPECT_EQ(live(), before);
}

TEST(Ffi, calls_of_what_is_free_or_not_prepared_abort) {
    void *code = nullptr;
    void *const memory = ffi_closure_alloc(sizeof(ffi_closure), &code);
    EXPECT_EXIT(reinterpret_cast<void (*)()>(code)(), aborted, "without a signature");
    ffi_closure_free(memory);
    EXPECT_EXIT(reinterpret_cast<void (*)()>(code)(), aborted, "freed callback");
}

// New memory has a slot by the signature that was asked for last; what it gets in the end may be another.
TEST(Ffi, memory_is_prepared_by_any_signature_after_any_other) {
    const auto three = [](ffi_cif *, void *result, void **, void *) { *static_cast<ffi_arg *>(result) = 3; };
    const auto half = [](ffi_cif *, void *result, void **arguments, void *) {
        *static_cast<double *>(result) = *static_cast<double *>(arguments[0]) / 2;
    };
    signature integers(&ffi_type_sint, {&ffi_type_sint}), doubles(&ffi_type_double, {&ffi_type_double});
    for (int i = 0; i < 3; i++) {
        const closure first(integers, three), second(doubles, half), third(doubles, half), fourth(integers, three);
        EXPECT_EQ(first.as<int(int)>()(1), 3);
        EXPECT_EQ(second.as<double(double)>()(5), 2.5);
        EXPECT_EQ(third.as<double(double)>()(7), 3.5);
        EXPECT_EQ(fourth.as<int(int)>()(1), 3);
    }
}

TEST(Ffi, what_is_no_new_memory_is_not_taken_for_it) {
    const auto user_of = [](ffi_cif *, void *result, void **, void *user) {
        *static_cast<ffi_arg *>(result) = reinterpret_cast<ffi_arg>(user);
    };
    signature of(&ffi_type_slong, {});
    void *code = nullptr;
    auto *const memory = static_cast<ffi_closure *>(ffi_closure_alloc(sizeof(ffi_closure), &code));
    ffi_closure copy = *memory;
    EXPECT_EQ(ffi_prep_closure_loc(memory, &of.cif, user_of, reinterpret_cast<void *>(1), code), FFI_OK);
    EXPECT_EQ(ffi_prep_closure_loc(&copy, &of.cif, user_of, reinterpret_cast<void *>(2), code), FFI_OK);
    EXPECT_EQ(reinterpret_cast<long (*)()>(code)(), 2);
    ffi_closure_free(memory);
    EXPECT_EQ(ffi_prep_closure_loc(&copy, &of.cif, user_of, nullptr, code), FFI_BAD_TYPEDEF) << "is free";

    const closure other(of, user_of, reinterpret_cast<void *>(3)), one(of, user_of, reinterpret_cast<void *>(4));
    EXPECT_EQ(ffi_prep_closure_loc(one.memory, &of.cif, user_of, reinterpret_cast<void *>(5), other.code), FFI_OK);
    EXPECT_EQ(other.as<long()>()(), 5) << "code of another";
}

TEST(Ffi, a_function_may_free_its_own_closure) {
    struct own {
        void *memory, *code;
    };
    for (int i = 0; i < 3000; i++) {
        own self{};
        self.memory = ffi_closure_alloc(sizeof(ffi_closure), &self.code);
        const auto free_it = [](ffi_cif *, void *result, void **, void *user) {
            ffi_closure_free(static_cast<own *>(user)->memory);
            *static_cast<ffi_arg *>(result) = 7;
        };
        ASSERT_EQ(ffi_prep_closure_loc(static_cast<ffi_closure *>(self.memory), &int_int_int().cif, free_it, &self,
                                       self.code),
                  FFI_OK);
        ASSERT_EQ(reinterpret_cast<int (*)(int, int)>(self.code)(1, 2), 7);
    }
}

TEST(Ffi, may_be_prepared_again) {
    signature doubles(&ffi_type_double, {&ffi_type_double});
    const closure made(int_int_int(), add, &hundred);
    EXPECT_EQ(made.as<int(int, int)>()(1, 2), 103);
    const auto twice = [](ffi_cif *, void *result, void **arguments, void *) {
        *static_cast<double *>(result) = 2 * *static_cast<double *>(arguments[0]);
    };
    ASSERT_EQ(ffi_prep_closure_loc(made.memory, &doubles.cif, twice, nullptr, made.code), FFI_OK);
    EXPECT_EQ(made.as<double(double)>()(1.5), 3);
}

TEST(Ffi, a_cif_counts_by_its_content) {
    ffi_cif cif{};
    ffi_type *elements[] = {&ffi_type_sint32, &ffi_type_sint32, nullptr};
    ffi_type pair{0, 0, FFI_TYPE_STRUCT, elements};
    ffi_type *parameters[] = {&pair};
    const auto sum = [](ffi_cif *of, void *result, void **arguments, void *) {
        if (of->rtype->type == FFI_TYPE_DOUBLE)
            *static_cast<double *>(result) =
                static_cast<double *>(arguments[0])[0] + static_cast<double *>(arguments[0])[1];
        else
            *static_cast<ffi_arg *>(result) =
                static_cast<ffi_arg>(static_cast<int *>(arguments[0])[0] + static_cast<int *>(arguments[0])[1]);
    };
    struct ints {
        int a, b;
    };
    struct doubles {
        double a, b;
    };
    ASSERT_EQ(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 1, &ffi_type_sint, parameters), FFI_OK);
    closure first;
    ASSERT_EQ(ffi_prep_closure_loc(first.memory, &cif, sum, nullptr, first.code), FFI_OK);
    EXPECT_EQ(first.as<int(ints)>()({3, 4}), 7);

    elements[0] = elements[1] = &ffi_type_double; // the same memory, another type
    pair.size = 0;
    ASSERT_EQ(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, 1, &ffi_type_double, parameters), FFI_OK);
    closure second;
    ASSERT_EQ(ffi_prep_closure_loc(second.memory, &cif, sum, nullptr, second.code), FFI_OK);
    EXPECT_EQ(second.as<double(doubles)>()({0.5, 4}), 4.5);
}

TEST(Ffi, more_signatures_than_are_kept) {
    std::vector<ffi_type *> parameters(5000, &ffi_type_sint);
    for (unsigned count = 2; count < parameters.size(); count++) {
        ffi_cif cif{};
        ASSERT_EQ(ffi_prep_cif(&cif, FFI_DEFAULT_ABI, count % 30 + 1, &ffi_type_sint, parameters.data()), FFI_OK);
        parameters[count % 30] = count / 30 % 2 != 0 ? &ffi_type_sint : &ffi_type_uint;
        parameters[count / 60 % 30] = count % 3 != 0 ? &ffi_type_sint16 : &ffi_type_uint8;
        parameters[count / 900 % 30] = &ffi_type_double;
        closure made;
        ASSERT_EQ(ffi_prep_closure_loc(made.memory, &cif, store_minus_three, nullptr, made.code), FFI_OK);
    }
    const closure made(int_int_int(), add, &hundred);
    EXPECT_EQ(made.as<int(int, int)>()(1, 2), 103);
}

TEST(Ffi, many_threads) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; i++)
        threads.emplace_back([] {
            for (int j = 0; j < 2000; j++) {
                signature of(&ffi_type_sint,
                             {&ffi_type_sint, &ffi_type_sint, j % 2 != 0 ? &ffi_type_float : &ffi_type_sint8});
                const closure made(of, add, &hundred);
                if (j % 2 != 0)
                    ASSERT_EQ((made.as<int(int, int, float)>()(1, 2, 3)), 103);
                else
                    ASSERT_EQ((made.as<int(int, int, signed char)>()(1, 2, 3)), 103);
            }
        });
    for (std::thread &each : threads)
        each.join();
}

// ---------------------------------------------------------------- memory that the program made executable

TEST(Ffi, memory_of_others) {
    void *const mapped = mmap(nullptr, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED)
        GTEST_SKIP() << "this system gives no memory that is writable and executable";
    auto *const closures = static_cast<ffi_closure *>(mapped);
    signature doubles(&ffi_type_double, {&ffi_type_double});
    const auto half = [](ffi_cif *, void *result, void **arguments, void *) {
        *static_cast<double *>(result) = *static_cast<double *>(arguments[0]) / 2;
    };
    const std::size_t before = live();
    for (int i = 0; i < 100; i++) { // used again and again
        ASSERT_EQ(ffi_prep_closure(&closures[0], &int_int_int().cif, add, &hundred), FFI_OK);
        ASSERT_EQ(ffi_prep_closure(&closures[1], &doubles.cif, half, nullptr), FFI_OK);
        EXPECT_EQ(reinterpret_cast<int (*)(int, int)>(&closures[0])(1, i), 101 + i);
        EXPECT_EQ(reinterpret_cast<double (*)(double)>(&closures[1])(i), i / 2.0);
    }
    EXPECT_EQ(live(), before + 2);
    closures[2] = closures[0]; // a copy of one is none, and gets a slot of its own
    ASSERT_EQ(ffi_prep_closure(&closures[2], &doubles.cif, half, nullptr), FFI_OK);
    EXPECT_EQ(reinterpret_cast<double (*)(double)>(&closures[2])(3), 1.5);
    EXPECT_EQ(reinterpret_cast<int (*)(int, int)>(&closures[0])(1, 2), 103);
    munmap(mapped, 4096);
}

// ---------------------------------------------------------------- raw closures

void add_raw(ffi_cif *, void *result, ffi_raw *arguments, void *user) {
    *static_cast<ffi_arg *>(result) =
        static_cast<ffi_arg>(arguments[0].sint + arguments[1].sint + *static_cast<int *>(user));
}

TEST(Ffi, raw_closures) {
    void *code = nullptr;
    auto *const raw = static_cast<ffi_raw_closure *>(ffi_closure_alloc(sizeof(ffi_raw_closure), &code));
    ASSERT_EQ(ffi_prep_raw_closure_loc(raw, &int_int_int().cif, add_raw, &hundred, code), FFI_OK);
    EXPECT_EQ(reinterpret_cast<int (*)(int, int)>(code)(1, -2), 99);
    ffi_closure_free(raw);
}

#if !FFI_NATIVE_RAW_API

TEST(Ffi, java_raw_closures) {
    void *code = nullptr;
    auto *const raw = static_cast<ffi_java_raw_closure *>(ffi_closure_alloc(sizeof(ffi_java_raw_closure), &code));
    ASSERT_EQ(ffi_prep_java_raw_closure_loc(raw, &int_int_int().cif, add_raw, &hundred, code), FFI_OK);
    EXPECT_EQ(reinterpret_cast<int (*)(int, int)>(code)(1, -2), 99);
    ffi_closure_free(raw);
}

#endif

// ---------------------------------------------------------------- bad input

ffi_status status_of(ffi_cif *cif) {
    const closure made;
    return ffi_prep_closure_loc(made.memory, cif, add, nullptr, made.code);
}

TEST(FfiInput, null) {
    const closure made;
    EXPECT_EQ(ffi_prep_closure_loc(nullptr, &int_int_int().cif, add, nullptr, made.code), FFI_BAD_TYPEDEF);
    EXPECT_EQ(ffi_prep_closure_loc(made.memory, nullptr, add, nullptr, made.code), FFI_BAD_TYPEDEF);
    EXPECT_EQ(ffi_prep_closure_loc(made.memory, &int_int_int().cif, add, nullptr, nullptr), FFI_BAD_TYPEDEF);
}

TEST(FfiInput, a_cif_that_is_not_prepared) {
    ffi_cif cif{};
    EXPECT_EQ(status_of(&cif), FFI_BAD_ABI);
    cif.abi = FFI_DEFAULT_ABI;
    EXPECT_EQ(status_of(&cif), FFI_BAD_TYPEDEF);
    cif.rtype = &ffi_type_void;
    cif.nargs = 1;
    EXPECT_EQ(status_of(&cif), FFI_BAD_TYPEDEF);
}

TEST(FfiInput, conventions) {
    for (const int abi : abis()) {
        signature of(&ffi_type_sint, {&ffi_type_sint, &ffi_type_sint}, abi);
        EXPECT_EQ(status_of(&of.cif), is_refused(abi) ? FFI_BAD_ABI : FFI_OK) << abi;
    }
    for (const int abi : {-1, static_cast<int>(FFI_FIRST_ABI) - 1, static_cast<int>(FFI_LAST_ABI), 77, 1 << 30}) {
        ffi_cif cif = int_int_int().cif;
        std::memcpy(&cif.abi, &abi, sizeof(abi));
        EXPECT_EQ(status_of(&cif), FFI_BAD_ABI) << abi;
    }
#if defined(__x86_64__)
    signature of(&ffi_type_longdouble, {}, FFI_WIN64); // on the x87 stack, where ours has it in memory
    EXPECT_EQ(status_of(&of.cif), FFI_BAD_TYPEDEF);
#endif
}

TEST(FfiInput, types) {
    ffi_type *elements[] = {&ffi_type_sint32, &ffi_type_double, nullptr};
    ffi_type type{0, 0, FFI_TYPE_STRUCT, elements};
    signature of(&ffi_type_void, {&type});
    ASSERT_EQ(of.status, FFI_OK);
    EXPECT_EQ(status_of(&of.cif), FFI_OK);
    const ffi_type before = type;
    type.elements = nullptr;
    EXPECT_EQ(status_of(&of.cif), FFI_BAD_TYPEDEF);
    type = before;
    type.size = 0;
    EXPECT_EQ(status_of(&of.cif), FFI_BAD_TYPEDEF);
    type = before;
    type.alignment = 3;
    EXPECT_EQ(status_of(&of.cif), FFI_BAD_TYPEDEF);
    type = before;
    type.type = FFI_TYPE_LAST + 1;
    EXPECT_EQ(status_of(&of.cif), FFI_BAD_TYPEDEF);
    type = before;
    type.type = 0xffff;
    EXPECT_EQ(status_of(&of.cif), FFI_BAD_TYPEDEF);
    type = before;
    elements[1] = &type; // it contains itself
    EXPECT_EQ(status_of(&of.cif), FFI_BAD_TYPEDEF);
    elements[1] = &ffi_type_void;
    EXPECT_EQ(status_of(&of.cif), FFI_BAD_TYPEDEF);
    of.parameters[0] = nullptr;
    EXPECT_EQ(status_of(&of.cif), FFI_BAD_TYPEDEF);
}

TEST(FfiInput, a_type_that_is_twice_in_one_that_is_twice_in_one) {
    constexpr std::size_t levels = 100;
    std::vector<ffi_type> types(levels);
    std::vector<ffi_type *> elements(3 * levels);
    for (std::size_t i = 0; i < levels; i++) {
        elements[3 * i] = elements[3 * i + 1] = i == 0 ? &ffi_type_sint8 : &types[i - 1];
        types[i] = {1, 1, FFI_TYPE_STRUCT, &elements[3 * i]};
    }
    ffi_type *parameters[] = {&types.back(), &ffi_type_sint};
    ffi_cif cif = int_int_int().cif; // libffi itself would take forever to prepare it
    cif.arg_types = parameters;
    EXPECT_EQ(status_of(&cif), FFI_BAD_TYPEDEF);
}

// ctypes and others lay structures out by themselves.
TEST(FfiInput, sizes_of_their_own) {
    struct text {
        int length;
        char bytes[60];
    };
    ffi_type *elements[] = {&ffi_type_sint32, &ffi_type_pointer, nullptr}; // what ctypes says of an array
    ffi_type of_text{sizeof(text), alignof(text), FFI_TYPE_STRUCT, elements};
    signature of(&ffi_type_sint, {&of_text});
    const closure made(of, [](ffi_cif *, void *result, void **arguments, void *) {
        const auto &passed = *static_cast<text *>(arguments[0]);
        *static_cast<ffi_arg *>(result) = static_cast<ffi_arg>(passed.bytes[passed.length]);
    });
    EXPECT_EQ(made.as<int(text)>()({3, "0123"}), '3');

    struct __attribute__((packed)) packed {
        char c;
        double d;
    };
    ffi_type *packed_elements[] = {&ffi_type_sint8, &ffi_type_double, nullptr};
    ffi_type of_packed{sizeof(packed), 1, FFI_TYPE_STRUCT, packed_elements};
    signature takes_packed(&ffi_type_double, {&of_packed});
    const closure unpacks(takes_packed, [](ffi_cif *, void *result, void **arguments, void *) {
        std::memcpy(result, static_cast<char *>(arguments[0]) + 1, sizeof(double));
    });
    EXPECT_EQ(unpacks.as<double(packed)>()({'c', 2.5}), 2.5);
}

} // namespace
