// The signature void (void) of the C API.
#pragma once

#include <cbframe/cbframe.h>

#include <gtest/gtest.h>

/// Made once, and never freed.
inline const cbf_signature *no_arguments() {
    static const cbf_signature *const made = [] {
        cbf_signature *out = nullptr;
        EXPECT_EQ(cbf_signature_new(&out, cbf_type_basic(CBF_KIND_VOID), nullptr, 0, 0, cbf_convention_native()),
                  CBF_OK);
        return out;
    }();
    return made;
}
