// Code in memory that programs bring themselves, writable and executable: a jump to a slot. A file for each CPU.
#pragma once

#include <cbframe/cbframe.h>

#include <ffi.h>

namespace cbf_ffi {

/// Writes a jump to the slot to where a closure has its code, but for the last word of that. code: the address by which
/// that is executed.
void write_jump(ffi_closure &to, const void *code, cbf_function slot) noexcept;

/// Where the jump leads that is there; nowhere in particular if there is none.
const void *read_jump(const ffi_closure &from, const void *code) noexcept;

} // namespace cbf_ffi
