// Pages straight from the system.
#pragma once

#if defined(_WIN32)
#include "mapped_pages_windows.hpp"
#else
#include "mapped_pages_posix.hpp"
#endif
