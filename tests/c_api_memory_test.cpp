// The C API where memory runs out: every allocation in turn fails, is answered with a code, and leaks nothing.
#include <cbframe/cbframe.h>

#include <gtest/gtest.h>

#include <cstdlib>
#include <new>

namespace {

constexpr int never = -1;
int allocations_left = never; // until one fails

void *allocate(std::size_t size, std::size_t alignment) {
    if (allocations_left == 0)
        throw std::bad_alloc();
    if (allocations_left > 0)
        allocations_left--;
    const std::size_t whole = (size + alignment - 1) / alignment * alignment;
    if (void *const found = std::aligned_alloc(alignment, whole != 0 ? whole : alignment))
        return found;
    throw std::bad_alloc();
}

} // namespace

void *operator new(std::size_t size) { return allocate(size, __STDCPP_DEFAULT_NEW_ALIGNMENT__); }
void *operator new[](std::size_t size) { return allocate(size, __STDCPP_DEFAULT_NEW_ALIGNMENT__); }
void *operator new(std::size_t size, std::align_val_t alignment) {
    return allocate(size, static_cast<std::size_t>(alignment));
}
void *operator new[](std::size_t size, std::align_val_t alignment) {
    return allocate(size, static_cast<std::size_t>(alignment));
}
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete[](void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void *memory, std::size_t) noexcept { std::free(memory); }
void operator delete(void *memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void *memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void *memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
void operator delete[](void *memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }

namespace {

// Calls with ever more memory until the call succeeds. Returns how many allocations it needs.
template <class Out, class Call>
int expect_codes(Out *&out, Call call) {
    for (int allocations = 0; allocations < 1000; allocations++) {
        out = nullptr;
        allocations_left = allocations;
        const cbf_status status = call();
        allocations_left = never;
        if (status == CBF_OK)
            return allocations;
        EXPECT_EQ(status, CBF_NO_MEMORY);
        EXPECT_EQ(out, nullptr);
        EXPECT_STREQ(cbf_error_detail(), "out of memory");
    }
    ADD_FAILURE() << "never succeeds";
    return 0;
}

const cbf_type *number() { return cbf_type_basic(CBF_KIND_DOUBLE); }

const cbf_type *structure() {
    const cbf_type *out = nullptr;
    const cbf_field fields[] = {{"a_name_that_is_too_long_to_be_stored_in_place", number(), 0, 0, 0, 0},
                                {"y", number(), 0, 0, 0, 0}};
    EXPECT_GT(expect_codes(out, [&] { return cbf_type_structure(&out, "s", fields, 2, nullptr); }), 2);
    return out;
}

TEST(CApiMemory, types) {
    const cbf_type *const made = structure();
    const cbf_type *out = nullptr;
    const auto expect = [&](auto call) {
        EXPECT_GT(expect_codes(out, call), 0);
        cbf_type_free(out);
    };
    expect([&] { return cbf_type_pointer(&out, made); });
    expect([&] { return cbf_type_array(&out, made, 3); });
    expect([&] { return cbf_type_function(&out, made, &made, 1, 1); });
    const cbf_named_type named{"pair", made};
    expect([&] { return cbf_type_parse(&out, "pair *(const pair *, struct s (*)(int [2]))", &named, 1); });
    cbf_type_free(made);
}

TEST(CApiMemory, signatures_layouts_and_closures) {
    const cbf_type *const made = structure();
    const cbf_type *const parameters[] = {made, number(), made};
    cbf_signature *signature = nullptr;
    EXPECT_GT(
        expect_codes(signature,
                     [&] { return cbf_signature_new(&signature, made, parameters, 3, 1, cbf_convention_native()); }),
        2);
    cbf_signature *read = nullptr;
    const cbf_named_type named{"pair", made};
    EXPECT_GT(expect_codes(read,
                           [&] {
                               return cbf_signature_parse(&read, "pair (pair, double)", &named, 1,
                                                          cbf_convention_native());
                           }),
              2);
    cbf_signature_free(read);
    const cbf_layout *layout = nullptr;
    EXPECT_GT(expect_codes(layout, [&] { return cbf_layout_new(&layout, signature, parameters, 2); }), 2);
    cbf_closure *closure = nullptr;
    const cbf_closure_handler handler = [](cbf_arguments *args, void *) {
        allocations_left = 0;
        const void *const next = cbf_next_argument(args, number());
        allocations_left = never;
        EXPECT_EQ(next, nullptr);
        EXPECT_STREQ(cbf_error_detail(), "out of memory");
        EXPECT_EQ(*static_cast<double *>(cbf_next_argument(args, number())), 4.5); // nothing was lost
    };
    EXPECT_GT(expect_codes(closure, [&] { return cbf_closure_new(&closure, signature, handler, nullptr); }), 0);
    struct pair {
        double x, y;
    };
    reinterpret_cast<pair (*)(pair, double, pair, ...)>(cbf_closure_address(closure))({}, 0, {}, 4.5);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);

    // The first closure found memory for a page of them.
    EXPECT_EQ(expect_codes(closure, [&] { return cbf_closure_new(&closure, signature, handler, nullptr); }), 0);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
    cbf_layout_free(layout);
    cbf_signature_free(signature);
    cbf_type_free(made);
}

} // namespace
