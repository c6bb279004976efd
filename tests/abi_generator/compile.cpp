// What compiling has of any system.
#include "target.hpp"

#include <filesystem>

std::string run_beside(const std::string &file, const std::string &command) {
    return run_command("cd " + std::filesystem::path(file).parent_path().string() + " && " + command);
}

std::string name_of(const std::string &file) { return std::filesystem::path(file).filename().string(); }

std::string compile_and_link(const std::string &compiler, const std::string &linker, const std::string &link_options,
                             const std::string &source, const std::string &library) {
    const std::string object = name_of(library) + ".o";
    return run_beside(source, compiler + " -c -o " + object + ' ' + name_of(source) + " && " + linker + " -o " +
                                  name_of(library) + ' ' + object + ' ' + link_options);
}
