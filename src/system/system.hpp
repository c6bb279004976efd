// All that an operating system must bring. The files in the folder of a system, and in posix/ those that several share,
// say how; system.cmake there says which.
//
// Its last words, too, but these lie deeper: see error/abort.hpp.
#pragma once

#include "arch/arch.hpp"
#include "this_thread.hpp"

#include <cbframe/cbframe.h>

#include <array>
#include <cfenv>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace cbf::system {

// ---------------------------------------------------------------- threads and processes

/// While one lives, its thread is not cancelled: pthread_cancel() waits. For all that asks the system for something,
/// or waits: there a cancelled thread unwinds its stack, which would end the process where functions are noexcept, and
/// leave a lock taken. Async-signal-safe.
class [[nodiscard]] uncancellable {
  public:
    uncancellable() noexcept;
    ~uncancellable();
    uncancellable(const uncancellable &) = delete;
    uncancellable &operator=(const uncancellable &) = delete;

  private:
    [[maybe_unused]] int before_ = 0; ///< where there is cancellation
};

/// Has these called around each fork() of the process.
void guard_forks(void (*before)(), void (*after_in_parent)(), void (*after_in_child)());

/// While one lives, its thread computes as a thread does that has just begun. A handler runs under the arithmetic of
/// the code that called it: its rounding, its flush to zero, maybe its traps.
class default_arithmetic {
  public:
    default_arithmetic() noexcept;
    ~default_arithmetic();
    default_arithmetic(const default_arithmetic &) = delete;
    default_arithmetic &operator=(const default_arithmetic &) = delete;

  private:
    std::fenv_t callers_;
    [[maybe_unused]] unsigned callers_control_ = 0; ///< of vectors, where fenv_t has none
};

/// What the system calls this thread.
std::uint64_t thread_number() noexcept;

// ---------------------------------------------------------------- memory

/// Of the system's pages, in bytes.
std::size_t page_size() noexcept;

/// Zeroed memory of its own, from the system alone, for an allocator may be anybody's code. Null if there is none.
void *map_memory(std::size_t size) noexcept;

/// Gives it back: all of it, of the size that was asked for.
void unmap_memory(void *memory, std::size_t size) noexcept;

/// Copies all of it or answers false; the bytes are within one page. Nothing faults, no signal is raised. Keeps errno,
/// or what Windows has for it.
bool copy_within_page(std::uintptr_t address, std::span<std::byte> out) noexcept;

/// Copies out.size() bytes from address in this process, or as many as are readable up to the first
/// one that is not, and returns how many it copied. address may be any number: nothing faults, no
/// signal is raised. What lies behind the first unreadable byte is not looked at. Keeps errno.
std::size_t copy_readable(std::uintptr_t address, std::span<std::byte> out) noexcept;

// ---------------------------------------------------------------- symbols

/// What the loader of programs knows of an address.
struct symbol {
    std::array<char, 25> file{}; ///< name, without folders, of the file that is loaded there; cut; empty: none is
    std::uintptr_t base = 0;     ///< where the file is loaded
    const char *name = nullptr;  ///< of the exported function or object there; null: none, or the system does not say
    std::uintptr_t start = 0;    ///< of that function or object

    /// Takes the name of the file from its path.
    void set_file(std::string_view path) noexcept {
        path.remove_prefix(path.find_last_of("/\\") + 1);
        path.copy(file.data(), file.size() - 1);
    }
};

symbol symbol_at(std::uintptr_t address) noexcept;

// ---------------------------------------------------------------- pages of slots

/// POOL_PAGES pages of records, with the code of their slots at -arch::distance() from them.
struct run {
    arch::page *pages;
    cbf_source source;
};

/// Maps a further run of a kind. Thread-safe. Throws error::status_error: CBF_NO_MEMORY, CBF_NO_EXECUTABLE.
run map_run(arch::slot_kind kind);

// What map_run() is made of.

/// Maps image_code(kind) once more at a page-aligned address where nothing is mapped. False, and nothing is mapped
/// there, if the system does not allow it or the code could be somebody else's. Windows has none.
bool map_code_from_file(arch::slot_kind kind, std::byte *at) noexcept;

/// Writes a copy of image_code(kind) to memory that the caller has mapped, and makes it executable and read-only.
/// False where the system does not allow it.
bool seal_anonymous_code(arch::slot_kind kind, std::byte *at) noexcept;

/// Keeps the image that has this code in the process, the library's own or that of a plugin with a static copy of it:
/// function pointers may outlive whoever loaded it, further pages lead to it, and another copy would not know them.
/// While the image is loaded.
void stay_loaded() noexcept;

} // namespace cbf::system
