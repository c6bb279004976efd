#include "object.hpp"

#include <filesystem>
#include <stdexcept>

#include <dlfcn.h>
#include <stdlib.h>

batch_folder::batch_folder() : path_(std::filesystem::temp_directory_path() / "conformance.XXXXXX") {
    if (mkdtemp(path_.data()) == nullptr)
        throw std::runtime_error("no folder " + path_);
}

loaded_object::~loaded_object() {
    if (library_ != nullptr)
        dlclose(library_);
}

std::string loaded_object::load(const std::string &file, const std::string &symbol) {
    library_ = dlopen(file.c_str(), RTLD_NOW);
    if (library_ == nullptr)
        return dlerror();
    void *found = dlsym(library_, symbol.c_str());
    if (found == nullptr)
        return "no " + symbol + " in " + file;
    lookup_ = reinterpret_cast<const void *(*)(unsigned)>(found);
    return "";
}
