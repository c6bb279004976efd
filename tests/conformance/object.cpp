#include "object.hpp"

#include <filesystem>
#include <stdexcept>

#include <dlfcn.h>
#include <stdlib.h>

batch_folder::batch_folder() : path_(std::filesystem::temp_directory_path() / "conformance.XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr)
        throw std::runtime_error("no folder " + path_);
}

batch_folder::~batch_folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string loaded_object::load(const std::string &file, const std::string &symbol) {
    void *library = dlopen(file.c_str(), RTLD_NOW);
    if (library == nullptr)
        return dlerror();
    void *found = dlsym(library, symbol.c_str());
    if (found == nullptr)
        return "no " + symbol + " in " + file;
    lookup_ = reinterpret_cast<const void *(*)(unsigned)>(found);
    return "";
}
