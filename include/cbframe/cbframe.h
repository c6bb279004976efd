/* cbframe: C function pointers made at run time. A call of one runs a handler of yours.
 *
 * The C API. Every function that can fail returns a cbf_status, CBF_OK (0) on success, and changes
 * nothing when it fails; cbf_strerror explains a status. All functions are thread-safe, and none is a
 * cancellation point. Calls of the function pointers are async-signal-safe; docs/c-and-cpp.md says of each
 * function whether it is. None throws; an exception thrown by a *handler* written in C++ passes through
 * the frame to whoever called the function pointer.
 */
#ifndef CBFRAME_CBFRAME_H
#define CBFRAME_CBFRAME_H

#include <cbframe/export.h>

#include <stddef.h>
#include <stdint.h>

#define CBF_VERSION_MAJOR  0
#define CBF_VERSION_MINOR  2
#define CBF_VERSION_PATCH  0
#define CBF_VERSION_STRING "0.2.0"

#if defined(_MSC_VER) && !defined(__clang__)
#define __extension__ /* it has structures without a name, and need not be told */
#endif

#if defined(__arm64ec__) || defined(_M_ARM64EC)
#error "cbframe: ARM64EC is not supported: compile for x64 or for ARM64"
#endif

#include <cbframe/cpu/registers.h>
#if defined(__x86_64__) || defined(_M_X64)
#include <cbframe/cpu/x86.h>

#include <cbframe/cpu/x86_64.h>
#elif defined(__i386__) || defined(_M_IX86)
#include <cbframe/cpu/x86.h>

#include <cbframe/cpu/i386.h>
#elif defined(__aarch64__) || defined(_M_ARM64)
#include <cbframe/cpu/aarch64.h>
#elif defined(__riscv) && __riscv_xlen == 64
#include <cbframe/cpu/riscv64.h>
#else
#error "cbframe: this platform is not supported yet"
#endif

#if defined(__cplusplus)
#define CBF_NOEXCEPT noexcept
extern "C" {
#else
#define CBF_NOEXCEPT
#endif

#include <cbframe/api.h>

#include <cbframe/typed_api.h>

#if defined(__cplusplus)
}
#endif

#endif
