// SIMD vectors: a program whose files are compiled for different instruction sets, and what is said where nobody knows
// for which.
#include "has_avx.h"
#include "vectors.hpp"

#include <cbframe/abi.hpp>
#include <cbframe/cbframe.h>
#include <cbframe/closure.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

void vectors_check(const char *what, int bytes, int found, int expected) {
    EXPECT_EQ(found, expected) << what << ", vectors of " << bytes << " bytes";
}

namespace {

namespace abi = cbframe::abi;
using cbframe::signature;
using cbframe::type;
using enum cbframe::type_kind;

#if defined(__x86_64__)
TEST(Vectors, ArePassedAsCompiledForSse) { vectors::sse.check(); }
#else
TEST(Vectors, ArePassedAsCompiledForNoSuchRegisters) { vectors::none.check(); }
TEST(Vectors, ArePassedAsCompiledForMmx) { vectors::mmx.check(); }
TEST(Vectors, ArePassedAsCompiledForSse) { vectors::sse2.check(); }
#endif

TEST(Vectors, ArePassedAsCompiledForAvx) {
    if (!has_avx())
        GTEST_SKIP() << "this CPU has no AVX";
    vectors::avx.check();
}

TEST(Vectors, ArePassedAsCompiledForAvx512) {
    if (!has_avx512())
        GTEST_SKIP() << "this CPU has no AVX-512";
    vectors::avx512f.check();
}

// One linker puts all the files together: what differs must have names that differ.
TEST(Vectors, MakeCallbacksOfOneSignatureTwoTypes) {
    EXPECT_STREQ(vectors::avx.of_no_vectors, vectors::avx512f.of_no_vectors);
    EXPECT_STRNE(vectors::avx.of_vectors_of_64, vectors::avx512f.of_vectors_of_64);
}

#if !(defined(__x86_64__) && defined(_WIN32)) // which passes all of them by address

type vector_of(std::size_t bytes) { return type::vector(int_, bytes / sizeof(int)); }

std::string refusal(const signature &signature, const abi::convention &convention) {
    try {
        const cbframe::prepared_signature prepared(signature, convention);
        return "";
    } catch (const cbframe::error &error) {
        return error.what();
    }
}

constexpr std::size_t uncertain = sizeof(void *) == 8 ? 32 : 16;

// A signature that is a value may be anybody's.
TEST(Vectors, AreRefusedWhereNobodyKnowsTheInstructionSet) {
    const type wide = vector_of(uncertain);
    const std::string spelled = to_string(wide);
    const std::string why =
        ", which is passed in other places by code that is compiled for other instruction sets: name "
        "the convention, ";
    const auto begins = [](const std::string &text) { return text.substr(0, text.rfind("convention, ") + 12); };
    EXPECT_EQ(begins(refusal({int_, {int_, wide}}, cbframe::native_convention())),
              "cbframe: argument 2 is of type " + spelled + why);
    EXPECT_EQ(begins(refusal({wide, {int_}}, cbframe::native_convention())),
              "cbframe: the result is of type " + spelled + why);
    EXPECT_EQ(refusal({int_, {int_, wide}}, *abi::find_convention(cbframe::native_convention().name)), "");
}

TEST(Vectors, AreRefusedInC) {
    const cbf_type *wide = nullptr;
    ASSERT_EQ(cbf_type_vector(&wide, cbf_type_basic(CBF_KIND_INT), uncertain / sizeof(int)), CBF_OK);
    cbf_signature *made = nullptr;
    EXPECT_EQ(cbf_signature_new(&made, nullptr, &wide, 1, 0, cbf_convention_native()), CBF_BAD_TYPE);
    EXPECT_NE(std::string(cbf_error_detail()).find("name the convention, "), std::string::npos) << cbf_error_detail();
    const cbf_convention *const certain = cbf_convention_find(cbf_convention_name(cbf_convention_native()));
    EXPECT_EQ(cbf_signature_new(&made, nullptr, &wide, 1, 0, certain), CBF_OK) << cbf_error_detail();
    cbf_signature_free(made);
    cbf_type_free(wide);
}

#endif

#if defined(__x86_64__) && !defined(_WIN32)

TEST(Vectors, AreNotRefusedWhereAllInstructionSetsAgree) {
    const abi::convention &native = cbframe::native_convention();
    EXPECT_EQ(refusal({vector_of(16), {vector_of(16)}}, native), "");
    EXPECT_EQ(refusal({int_, {type::pointer(vector_of(64))}}, native), "");
    EXPECT_EQ(
        abi::layout(native, {void_, {int_}, true}, std::vector<type>{vector_of(32)}).arguments[1].pieces,
        abi::layout(abi::sysv_x64_sse, {void_, {int_}, true}, std::vector<type>{vector_of(32)}).arguments[1].pieces);
}

#endif

#if defined(__i386__)

TEST(Vectors, AreLookedForOnceInEachType) {
    type shared = type::structure("", {{.name = "z", .type = type::array(char_, 0), .bits = {}}}, {.alignment = 16});
    for (int i = 0; i < 60; ++i)
        shared =
            type::structure("", {{.name = "a", .type = shared, .bits = {}}, {.name = "b", .type = shared, .bits = {}}});
    EXPECT_EQ(refusal({void_, {shared}}, cbframe::compiled_convention({16, true})), "");
}

#endif

} // namespace
