// Loading and unloading plugins.
#pragma once

#if defined(_WIN32)
#include "plugins_windows.hpp"
#else
#include "plugins_linux.hpp"
#endif
