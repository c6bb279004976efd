// Which thread this is.
#pragma once

#if defined(_WIN32)
#include "this_thread_windows.hpp"
#elif defined(__APPLE__)
#include "this_thread_macos.hpp"
#else
#include "this_thread_linux.hpp"
#endif
