// Conventions and the compilers that know them.
#pragma once

#include <cbframe/abi.hpp>

#include <span>
#include <string>
#include <string_view>

/// How a compiler's assembly is turned into ELF: by leaving out or renaming directives.
enum class dialect { elf, coff, mach_o };

/// A convention as one compiler implements it for one system.
struct target {
    std::string_view name = {};     ///< the convention's
    std::string_view compiler = {}; ///< "gcc", "clang", …
    std::string_view command = {};  ///< compiler and options
    std::string_view attribute = {};
    std::string_view prefix = {}; ///< what C puts before the names of symbols
    dialect assembly = dialect::elf;
    unsigned bits = 0;
    const cbframe::abi::convention *convention = nullptr;
    const cbframe::abi::data_model *model = nullptr;
    std::size_t narrowest_vector = 8;
    std::size_t widest_vector = 32;
    bool aligned_vectors = false; ///< vectors are types that an attribute aligns
};

std::span<const target> targets();
const target *find_target(std::string_view name, std::string_view compiler);

/// Whether the compiler extends a small number in an argument as the layout says a caller should.
bool extends(const target &used, const cbframe::abi::piece &number);

/// Whether calls without a pointer in front, `this`, are none to compare: clang gives ECX to a field of a structure.
bool needs_this(const target &used);

/// Whether compilers are known to disagree on a call, so that this one is no oracle for it.
bool is_disputed(const target &used, const cbframe::abi::call_layout &where);

/// Runs a command of the shell. Returns the command and what it said if it failed, else nothing.
std::string run_command(const std::string &command);

/// Runs a command in the folder of a file, where names are the same wherever that is: caches of what was compiled tell
/// sources by their names, too. Returns as run_command.
std::string run_beside(const std::string &file, const std::string &command);

/// A file's name in its folder.
std::string name_of(const std::string &file);

/// Makes a shared library of one source beside it, by two commands, for only what compiles alone is cached. compiler:
/// with its options. Returns as run_command.
std::string compile_and_link(const std::string &compiler, const std::string &linker, const std::string &link_options,
                             const std::string &source, const std::string &library);

/// Compiles C source into a shared object of this machine. Returns what went wrong, or nothing.
std::string compile(const target &used, const std::string &source, const std::string &object);
