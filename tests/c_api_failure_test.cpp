// Where the C API turns exceptions into statuses and words.
#include "c_api/failure.hpp"
#include "error/error.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>

namespace {

using cbf::c_api::guarded;

template <class Error>
cbf_status status_of(const Error &thrown) {
    return guarded([&] { throw thrown; });
}

TEST(CApiFailure, an_error_of_this_library_is_its_status) {
    for (const cbf_status status :
         {CBF_INVALID_ARGUMENT, CBF_NO_MEMORY, CBF_NO_EXECUTABLE, CBF_NOT_A_SLOT, CBF_FREED}) {
        EXPECT_EQ(status_of(cbf::error::status_error(status)), status);
        EXPECT_STREQ(cbf_error_detail(), cbf_strerror(status));
    }
}

// Whose numbers mean something else: 1 is EPERM, 4 EINTR, 5 EIO.
TEST(CApiFailure, an_error_of_another_category_is_none_of_this_library) {
    for (int code = 1; code <= 40; code++)
        if (code != ENOMEM) {
            const std::system_error error(code, std::generic_category(), "here");
            EXPECT_EQ(status_of(error), CBF_SYSTEM_ERROR) << code;
            EXPECT_STREQ(cbf_error_detail(), error.what());
        }
    EXPECT_EQ(status_of(std::system_error(std::make_error_code(std::errc::device_or_resource_busy))), CBF_SYSTEM_ERROR);
    EXPECT_EQ(status_of(std::system_error(CBF_FREED, std::iostream_category())), CBF_SYSTEM_ERROR);
}

TEST(CApiFailure, want_of_memory_is_no_memory_whoever_says_so) {
    const std::system_error error(std::make_error_code(std::errc::not_enough_memory), "here");
    EXPECT_EQ(status_of(error), CBF_NO_MEMORY);
    EXPECT_STREQ(cbf_error_detail(), error.what());
    EXPECT_EQ(status_of(std::bad_alloc()), CBF_NO_MEMORY);
    EXPECT_STREQ(cbf_error_detail(), "out of memory");
    EXPECT_EQ(status_of(std::length_error("vector")), CBF_NO_MEMORY);
}

TEST(CApiFailure, what_the_caller_did_wrong_is_told_in_its_words) {
    EXPECT_EQ(status_of(std::invalid_argument("cbframe: of no use")), CBF_INVALID_ARGUMENT);
    EXPECT_STREQ(cbf_error_detail(), "of no use");
    EXPECT_EQ(status_of(std::out_of_range("far")), CBF_INVALID_ARGUMENT);
    EXPECT_STREQ(cbf_error_detail(), "far");
    EXPECT_EQ(status_of(cbf::abi::bad_type("cbframe: void")), CBF_BAD_TYPE);
    EXPECT_STREQ(cbf_error_detail(), "void");
    EXPECT_EQ(status_of(cbf::abi::bad_convention("none")), CBF_BAD_CONVENTION);
    EXPECT_EQ(status_of(cbf::abi::bad_variadic_type("float")), CBF_BAD_VARIADIC_TYPE);
    EXPECT_EQ(guarded([] {}), CBF_OK);
}

} // namespace
