// What the tests of the typed C API are made of.
#pragma once

#include "conventions.hpp"

#include <cbframe/cbframe.h>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

namespace c_api_typed {

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

struct deleter {
    void operator()(const cbf_type *type) const { cbf_type_free(type); }
    void operator()(cbf_signature *signature) const { cbf_signature_free(signature); }
    void operator()(const cbf_layout *layout) const { cbf_layout_free(layout); }
};

inline constexpr bool is_64_bit = sizeof(void *) == 8;

using type_handle = std::unique_ptr<const cbf_type, deleter>;
using signature_handle = std::unique_ptr<cbf_signature, deleter>;
using layout_handle = std::unique_ptr<const cbf_layout, deleter>;

inline const cbf_type *basic(cbf_kind kind) { return cbf_type_basic(kind); }

template <class Make, class... Args>
type_handle make_type(Make make, Args... args) {
    const cbf_type *out = nullptr;
    EXPECT_EQ(make(&out, args...), CBF_OK) << cbf_error_detail();
    return type_handle(out);
}

inline type_handle structure(const std::vector<cbf_field> &fields, const char *name = "s") {
    return make_type(cbf_type_structure, name, fields.data(), fields.size(), nullptr);
}

inline cbf_field field(const char *name, const cbf_type *type, int bits = 0) { return {name, type, bits, 0, 0, 0}; }
inline cbf_field zero_width(const cbf_type *type) { return {nullptr, type, 0, 0, 0, 1}; }

inline type_handle point_type() {
    return structure({field("x", basic(CBF_KIND_DOUBLE)), field("y", basic(CBF_KIND_DOUBLE))}, "point");
}

inline signature_handle make_signature(const cbf_type *result, const std::vector<const cbf_type *> &parameters,
                                       bool variadic = false, const char *convention = nullptr) {
    const cbf_convention *const found =
        convention != nullptr ? cbf_convention_find(convention) : cbf_convention_native();
    cbf_signature *out = nullptr;
    EXPECT_EQ(cbf_signature_new(&out, result, parameters.data(), parameters.size(), variadic, found), CBF_OK)
        << cbf_error_detail();
    return signature_handle(out);
}

inline signature_handle int_int_int() {
    return make_signature(basic(CBF_KIND_INT), {basic(CBF_KIND_INT), basic(CBF_KIND_INT)});
}

inline cbf_closure *make_closure(const cbf_signature *signature, cbf_closure_handler handler, void *user = nullptr) {
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
inline void add(cbf_arguments *args, void *user) {
    *static_cast<int *>(cbf_result(args)) =
        argument<int>(args, 0) + argument<int>(args, 1) + *static_cast<const int *>(user);
}

using add_type = int(int, int);

inline int hundred = 100;
inline int thousand = 1000;

inline std::size_t live() {
    cbf_stats out{};
    EXPECT_EQ(cbf_pool_stats(&out), CBF_OK);
    return out.live;
}

inline std::string text_of(cbf_status (*format)(const cbf_type *, char *, size_t, size_t *), const cbf_type *type) {
    std::array<char, 256> buffer{};
    std::size_t length = 0;
    EXPECT_EQ(format(type, buffer.data(), buffer.size(), &length), CBF_OK);
    EXPECT_EQ(length, std::strlen(buffer.data()));
    return buffer.data();
}

inline std::string spelled(const type_handle &type) { return text_of(cbf_type_format, type.get()); }

#define EXPECT_FAILED(status, call, words)                                                                             \
    do {                                                                                                               \
        EXPECT_EQ(call, status);                                                                                       \
        EXPECT_STREQ(cbf_error_detail(), words);                                                                       \
    } while (0)
#define EXPECT_REFUSED(call, words) EXPECT_FAILED(CBF_INVALID_ARGUMENT, call, words)

} // namespace c_api_typed
