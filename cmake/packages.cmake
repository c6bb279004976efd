# Debian's packages, by `cpack`: the library, what programs are built with, the Lua module, the command, libffi's closures. For
# this system: what they depend on is found in what was linked.
set(CBFRAME_MAINTAINER "the cbframe authors <cbframe@localhost>" CACHE STRING "Who the packages are from, with an address")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME cbframe)
set(CPACK_PACKAGE_CONTACT ${CBFRAME_MAINTAINER})
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_STRIP_FILES ON)

set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${PROJECT_BINARY_DIR}/src) # where the others find the library now
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)

# What Debian's policy wants compressed, and a trigger that tells the loader of new libraries.
find_program(CBFRAME_GZIP gzip REQUIRED)
function(cbframe_compress from to)
  execute_process(COMMAND ${CBFRAME_GZIP} -9n -c ${from} OUTPUT_FILE ${to} COMMAND_ERROR_IS_FATAL ANY)
endfunction()
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${PROJECT_BINARY_DIR}/changelog.Debian "cbframe (${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * See CHANGELOG.md in libcbframe-dev.

 -- ${CBFRAME_MAINTAINER}  ${now}
")
cbframe_compress(${PROJECT_BINARY_DIR}/changelog.Debian ${PROJECT_BINARY_DIR}/changelog.Debian.gz)
file(WRITE ${PROJECT_BINARY_DIR}/triggers "activate-noawait ldconfig\n")
set(CPACK_DEBIAN_LIBRARY_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/triggers)
set(CPACK_DEBIAN_LUA_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/triggers)
set(CPACK_DEBIAN_FFI_PACKAGE_CONTROL_EXTRA ${PROJECT_BINARY_DIR}/triggers)

# cbframe_package(COMPONENT NAME SECTION SUMMARY DESCRIPTION [COMPONENT...]): of this one, which needs packages of others.
function(cbframe_package component name section summary description)
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${name} PARENT_SCOPE)
  set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${section} PARENT_SCOPE)
  set(CPACK_DEBIAN_${upper}_DESCRIPTION "${summary}\n${description}" PARENT_SCOPE)
  set(CPACK_COMPONENT_${upper}_DEPENDS ${ARGN} PARENT_SCOPE)
  set(CPACK_COMPONENTS_ALL ${CPACK_COMPONENTS_ALL} ${component} PARENT_SCOPE)
  install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name} RENAME copyright COMPONENT ${component})
  install(FILES ${PROJECT_BINARY_DIR}/changelog.Debian.gz DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name} COMPONENT ${component})
endfunction()

set(CPACK_COMPONENTS_ALL)
set(about "cbframe makes C function pointers whose calls run a C++ callable, a Lua
function, or a C function with a context pointer. The handler gets the
arguments of any C signature, or the whole state of the CPU.
.
")
cbframe_package(library libcbframe${cbframe_soversion} libs "C function pointers made at run time"
                "${about}This package has the shared library.")
cbframe_package(development libcbframe-dev libdevel "C function pointers made at run time: headers and documentation"
                "${about}This package has the headers, the static library and the documentation." library)
cbframe_package(lua lua-cbframe interpreters "callbacks of any C type for LuaJIT"
                "${about}This package has the module for LuaJIT." library)
set(CPACK_DEBIAN_LUA_PACKAGE_RECOMMENDS luajit)
if(CBFRAME_TOOLS)
  cbframe_compress(${PROJECT_SOURCE_DIR}/tools/cbframe/cbframe.1 ${PROJECT_BINARY_DIR}/cbframe.1.gz)
  install(FILES ${PROJECT_BINARY_DIR}/cbframe.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT tools)
  cbframe_package(tools cbframe-tools devel "shows where calling conventions put arguments"
                  "The command cbframe reads the declaration of a C function and shows, as a
table, JSON or a picture, in which registers and stack words each argument is
passed. It also checks what a system allows callbacks to do." library)
  if(CBFRAME_LIBCLANG_INCLUDE MATCHES "llvm-([0-9]+)") # which has the headers of the compiler's own
    set(CPACK_DEBIAN_TOOLS_PACKAGE_RECOMMENDS libclang-common-${CMAKE_MATCH_1}-dev)
  endif()
endif()
if(TARGET cbframe_ffi)
  cbframe_package(ffi libcbframe-ffi libs "closures of cbframe for programs that use libffi"
                  "libcbframe_ffi has libffi's closure functions, made with cbframe. A program
that uses libffi gets its closures from there if the library is loaded first:
LD_PRELOAD=libcbframe_ffi.so python3." library)
endif()

include(CPack)
