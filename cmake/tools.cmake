# What the command in tools/ needs: CBFRAME_CLI11 and CBFRAME_LIBCLANG_INCLUDE, folders of headers, and the library
# CBFRAME_LIBCLANG. The option CBFRAME_TOOLS is on where all is there.
include(CheckLibraryExists)

find_path(CBFRAME_CLI11 CLI/CLI.hpp)
# Debian and Ubuntu have a folder for each version, others one for all. That which the project is tried with comes first.
foreach(version IN ITEMS 14 20 19 18 17 16 15)
  list(APPEND clang_roots /usr/lib/llvm-${version})
endforeach()
foreach(root IN LISTS clang_roots ITEMS /usr)
  find_path(CBFRAME_LIBCLANG_INCLUDE clang-c/Index.h PATHS ${root}/include NO_DEFAULT_PATH)
  if(CBFRAME_LIBCLANG_INCLUDE)
    find_library(CBFRAME_LIBCLANG clang PATHS ${root}/lib NO_DEFAULT_PATH)
    find_library(CBFRAME_LIBCLANG clang)
    break()
  endif()
endforeach()

set(tools OFF)
if(cbframe_system STREQUAL "linux" AND PROJECT_IS_TOP_LEVEL AND NOT CBFRAME_SANITIZER AND CBFRAME_CLI11 AND CBFRAME_LIBCLANG)
  check_library_exists(${CBFRAME_LIBCLANG} clang_createIndex "" CBFRAME_LIBCLANG_LINKS) # it is for this CPU
  if(CBFRAME_LIBCLANG_LINKS)
    set(tools ON)
  endif()
endif()
option(CBFRAME_TOOLS "Build the command cbframe, which needs CLI11 and libclang" ${tools})
if(CBFRAME_TOOLS AND NOT tools)
  message(FATAL_ERROR "cbframe: CBFRAME_TOOLS needs Linux, CLI11 and libclang: apt install libcli11-dev libclang-dev")
endif()
