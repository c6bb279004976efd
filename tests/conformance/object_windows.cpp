#include "object.hpp"

#include <atomic>
#include <filesystem>
#include <stdexcept>

#include <windows.h>

// By a path that the compilers' system understands, too.
batch_folder::batch_folder() {
    static std::atomic<unsigned> count = 0;
    path_ = "/tmp/conformance." + std::to_string(GetCurrentProcessId()) + '.' + std::to_string(GetTickCount64()) + '.' +
            std::to_string(count++);
    if (!std::filesystem::create_directory(path_))
        throw std::runtime_error("no folder " + path_);
}

// What is loaded cannot be removed.
loaded_object::~loaded_object() {
    if (library_ != nullptr)
        FreeLibrary(static_cast<HMODULE>(library_));
}

std::string loaded_object::load(const std::string &file, const std::string &symbol) {
    if (library_ == nullptr)
        library_ = LoadLibraryA(file.c_str());
    if (library_ == nullptr)
        return "cannot load " + file + ": error " + std::to_string(GetLastError());
    const FARPROC found = GetProcAddress(static_cast<HMODULE>(library_), symbol.c_str());
    if (found == nullptr)
        return "no " + symbol + " in " + file;
    lookup_ = reinterpret_cast<const void *(*)(unsigned)>(reinterpret_cast<void (*)()>(found));
    return "";
}
