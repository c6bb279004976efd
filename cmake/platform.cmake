# What the platform is, in the words of our file names: cbframe_arch, cbframe_system, cbframe_format of object
# files, cbframe_convention that handlers are called by. What is peculiar to one is in a file named after it, which
# CMake chooses.
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|i[3-6]86)$")
  if(CMAKE_SIZEOF_VOID_P EQUAL 8)
    set(cbframe_arch x86_64)
  else()
    set(cbframe_arch i386)
  endif()
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64|ARM64)$")
  set(cbframe_arch aarch64)
elseif(EXISTS ${PROJECT_SOURCE_DIR}/src/arch/${CMAKE_SYSTEM_PROCESSOR}/arch.cmake)
  set(cbframe_arch ${CMAKE_SYSTEM_PROCESSOR})
endif()

if(CMAKE_SYSTEM_NAME STREQUAL "Linux")
  set(cbframe_system linux)
  set(cbframe_format elf)
  set(cbframe_convention sysv)
elseif(CMAKE_SYSTEM_NAME STREQUAL "Windows")
  set(cbframe_system windows)
  set(cbframe_format coff)
  set(cbframe_convention ms)
  set(cbframe_synchronization synchronization) # which has WaitOnAddress
  if(CBFRAME_ZIG)
    set(cbframe_synchronization api-ms-win-core-synch-l1-2-0)
  endif()
  add_compile_definitions(__USE_MINGW_ANSI_STDIO=1) # the printf of C, not that of old Windows
  if(cbframe_arch STREQUAL "i386")
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-faligned-new=8>) # what its malloc gives; gcc 12 takes it for 16
  endif()
elseif(CMAKE_SYSTEM_NAME STREQUAL "Darwin")
  set(cbframe_system macos)
  set(cbframe_format macho)
  set(cbframe_convention sysv)
  foreach(language IN ITEMS C CXX) # elsewhere CMake cannot ask macOS whether its version knows @rpath
    set(CMAKE_SHARED_LIBRARY_RUNTIME_${language}_FLAG "-Wl,-rpath,")
  endforeach()
endif()

# What else a C program is linked with that has the static library in it.
set(cbframe_cxx_runtime stdc++ m)
if(cbframe_system STREQUAL "macos")
  set(cbframe_cxx_runtime c++)
endif()

if(NOT cbframe_arch OR NOT cbframe_system)
  message(FATAL_ERROR "cbframe: ${CMAKE_SYSTEM_NAME} ${CMAKE_SYSTEM_PROCESSOR} is not supported yet")
endif()

include(${PROJECT_SOURCE_DIR}/src/arch/${cbframe_arch}/arch.cmake)
include(${PROJECT_SOURCE_DIR}/src/system/${cbframe_system}/system.cmake)
