// libclang with owners and lists.
#pragma once

#include <clang-c/Index.h>

#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace clang {

template <auto Dispose>
struct disposer {
    template <class Handle>
    void operator()(Handle *handle) const {
        Dispose(handle);
    }
};

using index = std::unique_ptr<void, disposer<clang_disposeIndex>>;
using unit = std::unique_ptr<std::remove_pointer_t<CXTranslationUnit>, disposer<clang_disposeTranslationUnit>>;
using diagnostic = std::unique_ptr<void, disposer<clang_disposeDiagnostic>>;
using target = std::unique_ptr<std::remove_pointer_t<CXTargetInfo>, disposer<clang_TargetInfo_dispose>>;

/// Takes the string over.
inline std::string text(CXString from) {
    const char *const characters = clang_getCString(from);
    std::string copy = characters != nullptr ? characters : "";
    clang_disposeString(from);
    return copy;
}

// Lists, so that nothing is thrown through libclang.

inline std::vector<CXCursor> children(CXCursor parent) {
    std::vector<CXCursor> all;
    clang_visitChildren(
        parent,
        [](CXCursor child, CXCursor, CXClientData data) {
            static_cast<std::vector<CXCursor> *>(data)->push_back(child);
            return CXChildVisit_Continue;
        },
        &all);
    return all;
}

/// Of a structure or union.
inline std::vector<CXCursor> fields(CXType record) {
    std::vector<CXCursor> all;
    clang_Type_visitFields(
        record,
        [](CXCursor field, CXClientData data) {
            static_cast<std::vector<CXCursor> *>(data)->push_back(field);
            return CXVisit_Continue;
        },
        &all);
    return all;
}

} // namespace clang
