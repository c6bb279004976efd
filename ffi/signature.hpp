// What a cif says, made ready for closures once.
#pragma once

#include <cbframe/cbframe.h>

#include <ffi.h>

#include <atomic>
#include <memory>
#include <vector>

namespace cbf_ffi {

struct signature_deleter {
    void operator()(cbf_signature *signature) const noexcept { cbf_signature_free(signature); }
};
using signature_owner = std::unique_ptr<cbf_signature, signature_deleter>;

/// Where the values of all calls of a signature are.
struct places {
    cbf_place result;
    std::vector<cbf_place> arguments;
};

/// The signature of a cif.
struct prepared {
    const cbf_signature *found = nullptr;
    bool result_is_argument = false; ///< the first argument is the address of the result, which is a pointer
};

/// One that is kept as long as the process lives.
struct kept : prepared {
    places where;
    bool has_few_arguments; ///< no more than that number
};
inline constexpr std::size_t few_arguments = 8;

/// Either.
struct signature : prepared {
    const kept *same = nullptr; ///< one that is kept; null: none is
    signature_owner owner = {}; ///< of one that is not
};

/// The kept one that was found last; null before. Programs make many closures of one in turn.
extern std::atomic<const kept *> newest_signature;

/// Whether it is that of a cif.
bool is_signature_of(const kept &candidate, const ffi_cif *cif) noexcept;

/// Finds that of a cif, which is asked for its content: a program may write another into the same memory. Signatures
/// are kept, up to a number of them. FFI_OK, FFI_BAD_ABI, FFI_BAD_TYPEDEF; the latter, too, if there is no memory.
ffi_status find_signature(signature &out, const ffi_cif *cif) noexcept;

} // namespace cbf_ffi
