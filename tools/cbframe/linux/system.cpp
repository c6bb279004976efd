#include "system.hpp"

#include <fstream>
#include <iterator>

#include <sys/prctl.h>
#include <sys/utsname.h>
#include <unistd.h>

namespace {

// Without the line's end; empty if it cannot be read.
std::string first_line(const char *path) {
    std::string line;
    std::ifstream file(path);
    std::getline(file, line);
    return line;
}

std::string kernel() {
    utsname names{};
    uname(&names);
    return std::string(names.sysname) + ' ' + names.release + ' ' + names.machine;
}

// Memory-deny-write-execute, of Linux 6.3.
std::string mdwe() {
    constexpr int get_mdwe = 66; // PR_GET_MDWE, which headers of older systems lack
    const int flags = prctl(get_mdwe, 0, 0, 0, 0);
    if (flags < 0)
        return "not known to this kernel";
    return flags == 0 ? "off" : "on: no memory becomes executable after it was written";
}

std::string selinux() {
    const std::string enforcing = first_line("/sys/fs/selinux/enforce");
    if (enforcing.empty())
        return "off";
    return enforcing == "1" ? "enforcing" : "permissive";
}

std::string proc() {
    return first_line("/proc/self/maps").empty() ? "cannot be read: further slots come from anonymous pages"
                                                 : "/proc/self/maps can be read";
}

} // namespace

std::vector<finding> system_findings() {
    return {
        {"system", kernel()}, {"page size", std::to_string(sysconf(_SC_PAGESIZE)) + " bytes"},
        {"MDWE", mdwe()},     {"SELinux", selinux()},
        {"/proc", proc()},    {"mappings a process may have", first_line("/proc/sys/vm/max_map_count")},
    };
}
