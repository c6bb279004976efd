# Finds libffi for the system that is built for: CBFRAME_FFI_INCLUDE, the folder of its headers, and CBFRAME_FFI_LIBRARY.
set(CBFRAME_FFI_ROOT "" CACHE PATH "A system root with libffi-dev, for a system other than this")
if(CBFRAME_I386_ROOT AND cbframe_arch STREQUAL "i386" AND NOT CBFRAME_FFI_ROOT)
  set(CBFRAME_FFI_ROOT ${CBFRAME_I386_ROOT})
endif()
set(triple ${cbframe_arch}-linux-gnu)
if(CBFRAME_FFI_ROOT)
  find_path(CBFRAME_FFI_INCLUDE ffi.h PATHS ${CBFRAME_FFI_ROOT}/usr/include/${triple} NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
  find_library(CBFRAME_FFI_LIBRARY ffi PATHS ${CBFRAME_FFI_ROOT}/usr/lib/${triple} NO_DEFAULT_PATH NO_CMAKE_FIND_ROOT_PATH)
elseif(NOT cbframe_arch STREQUAL "i386") # of a width that is not the system's own
  find_path(CBFRAME_FFI_INCLUDE ffi.h PATH_SUFFIXES ${triple})
  find_library(CBFRAME_FFI_LIBRARY ffi)
endif()
