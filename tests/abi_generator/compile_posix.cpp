// Shared objects of ELF, whatever system the compiler makes code for: its assembly is translated.
#include "target.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <utility>

namespace {

bool begins_with_any(std::string_view line, std::initializer_list<std::string_view> beginnings) {
    for (const std::string_view beginning : beginnings)
        if (line.starts_with(beginning))
            return true;
    return false;
}

// The section directive of ELF for one of COFF or Mach-O.
std::string elf_section(std::string_view line) {
    if (line.find(".text") != line.npos || line.find("__text") != line.npos)
        return ".text";
    if (line.find("__data") != line.npos || line.find(".data") != line.npos)
        return ".data";
    if (line.find(".bss") != line.npos)
        return ".bss";
    return ".section .data.rel.ro,\"aw\"";
}

// ".zerofill __DATA,__bss,_x,16,4" as ".local _x" and ".comm _x,16,16".
std::string elf_zerofill(const std::string &line) {
    std::istringstream words(line.substr(line.find(' ') + 1));
    std::string segment, section, name, size, power;
    std::getline(words, segment, ',');
    std::getline(words, section, ',');
    std::getline(words, name, ',');
    std::getline(words, size, ',');
    std::getline(words, power);
    return ".local " + name + "\n.comm " + name + ',' + size + ',' + std::to_string(1 << std::atoi(power.c_str()));
}

// "_x@PAGEOFF" as ":lo12:_x", which is how ELF has it; the others alike. Mach-O's comments begin where ELF's next
// instruction would.
std::string elf_relocations(std::string line) {
    line.erase(std::min(line.find(';'), line.size()));
    static constexpr std::pair<std::string_view, std::string_view> kinds[] = {
        {"@GOTPAGEOFF", ":got_lo12:"}, {"@GOTPAGE", ":got:"}, {"@PAGEOFF", ":lo12:"}, {"@PAGE", ""}};
    for (const auto &[theirs, ours] : kinds)
        if (const std::size_t at = line.find(theirs); at != line.npos) {
            line.erase(at, theirs.size());
            const std::size_t begin = line.find_last_of(" \t,[", at - 1) + 1;
            return line.insert(begin, ours);
        }
    return line;
}

std::string elf_line(std::string line, bool is_arm_macho) {
    if (is_arm_macho)
        line = elf_relocations(std::move(line));
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin == line.npos)
        return "";
    line.erase(0, begin);
    if (begins_with_any(line, {".def",           ".scl",
                               ".type",          ".endef",
                               ".seh_",          ".file",
                               ".addrsig",       ".linkonce",
                               ".cfi_",          ".ident",
                               ".build_version", ".macosx_version",
                               ".loh",           ".subsections_via",
                               ".intel_syntax",  ".ascii \" /",
                               "@feat",          ".set @feat",
                               ".set\t@feat",    ".globl @feat",
                               ".globl\t@feat"}))
        return "";
    if (line.starts_with(".zerofill"))
        return elf_zerofill(line);
    if (line.starts_with(".lcomm")) // the third operand is an alignment
        return ".local " + line.substr(7, line.find(',') - 7) + "\n.comm " + line.substr(7);
    if (line.starts_with(".section"))
        return elf_section(line);
    for (std::size_t at = 0; (at = line.find('@', at)) != line.npos; at++)
        if (!std::string_view(line).substr(at).starts_with("@GOTPCREL"))
            line[at] = '_';
    return line;
}

std::string translate(const std::string &from, const std::string &to, bool is_arm_macho) {
    std::ifstream in(from);
    std::ofstream out(to);
    for (std::string line; std::getline(in, line);)
        out << elf_line(line, is_arm_macho) << '\n';
    return out.good() ? "" : "cannot write " + to;
}

// The loader refuses what is compiled for floating numbers in other registers than its own program: RISC-V ELF psABI,
// e_flags.
void hide_float_abi(const std::string &object) {
    constexpr std::streamoff flags_at = 48;
    std::fstream file(object, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(flags_at);
    const int flags = file.get();
    constexpr int float_abi = 6, of_double = 4;
    file.seekp(flags_at);
    file.put(static_cast<char>((flags & ~float_abi) | of_double));
}

} // namespace

std::string run_command(const std::string &command) {
    std::string output;
    FILE *pipe = popen((command + " 2>&1").c_str(), "r");
    if (pipe == nullptr)
        return "cannot run " + command;
    char buffer[4096];
    while (const std::size_t read = fread(buffer, 1, sizeof buffer, pipe))
        output.append(buffer, read);
    const int status = pclose(pipe);
    return status == 0 ? "" : command + "\n" + output;
}

std::string compile(const target &used, const std::string &source, const std::string &object) {
    const std::string c = object + ".c";
    std::ofstream(c) << source;
    const bool is_x86 = used.convention->family < CBF_FAMILY_AAPCS64;
    const std::string options =
        std::string(" -std=gnu11 -w -O1 -ffreestanding -fno-stack-protector -fno-strict-aliasing ") +
        (is_x86 ? "-fcf-protection=none " : "");
    const std::string link = !is_x86 ? "aarch64-linux-gnu-gcc -shared -Wl,-Bsymbolic -nostdlib -Wa,--noexecstack "
                             : used.bits == 64
                                 ? "gcc -m64 -shared -Wl,-Bsymbolic -nostdlib -Wa,--noexecstack "
                                 : "gcc -m32 -shared -Wl,-Bsymbolic -Wl,-z,notext -nostdlib -Wa,--noexecstack ";
    if (used.assembly == dialect::elf) {
        const std::string compiler(used.command);
        const std::string error =
            compile_and_link(compiler + options + "-fPIC", compiler, "-shared -nostdlib -Wl,-Bsymbolic", c, object);
        if (error.empty() && used.convention->family == CBF_FAMILY_RISCV)
            hide_float_abi(object);
        return error;
    }
    const std::string theirs = object + ".theirs.s";
    const std::string ours = object + ".s";
    std::string error = run_beside(c, std::string(used.command) + options + "-fno-asynchronous-unwind-tables " +
                                          (is_x86 || used.assembly == dialect::coff ? "-mno-stack-arg-probe " : "") +
                                          "-S -o " + name_of(theirs) + ' ' + name_of(c));
    if (error.empty())
        error = translate(theirs, ours, !is_x86 && used.assembly == dialect::mach_o);
    if (error.empty())
        error = run_command(link + "-o " + object + ' ' + ours);
    return error;
}
