#pragma once

#include "memory_map.hpp"

#include <dlfcn.h>

namespace plugins {

inline void *load(const char *path) { return dlopen(path, RTLD_NOW); }
inline void unload(void *plugin) { dlclose(plugin); }
inline void *function(void *plugin, const char *name) { return dlsym(plugin, name); }

/// Mappings of this process.
inline std::size_t mappings() { return memory_map().read().size(); }

} // namespace plugins
