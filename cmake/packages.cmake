# Debian's packages, by `cpack`: the library, what programs are built with, the Lua module, the command. For this system: what
# they depend on is found in what was linked.
set(CBFRAME_MAINTAINER "the cbframe authors <cbframe@localhost>" CACHE STRING "Who the packages are from, with an address")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME cbframe)
set(CPACK_PACKAGE_CONTACT ${CBFRAME_MAINTAINER})
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "C function pointers made at run time")
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

# cbframe_package(COMPONENT NAME SECTION SUMMARY [COMPONENT...]): of this one, which needs packages of others.
function(cbframe_package component name section summary)
  string(TOUPPER ${component} upper)
  set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${name} PARENT_SCOPE)
  set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${section} PARENT_SCOPE)
  set(CPACK_DEBIAN_${upper}_DESCRIPTION ${summary} PARENT_SCOPE)
  set(CPACK_COMPONENT_${upper}_DEPENDS ${ARGN} PARENT_SCOPE)
  set(CPACK_COMPONENTS_ALL ${CPACK_COMPONENTS_ALL} ${component} PARENT_SCOPE)
  install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name} RENAME copyright COMPONENT ${component})
endfunction()

set(CPACK_COMPONENTS_ALL)
cbframe_package(library libcbframe${cbframe_soversion} libs "C function pointers made at run time")
cbframe_package(development libcbframe-dev libdevel "C function pointers made at run time: headers and documentation"
                library)
cbframe_package(lua lua-cbframe interpreters "callbacks of any C type for LuaJIT" library)
set(CPACK_DEBIAN_LUA_PACKAGE_RECOMMENDS luajit)
if(CBFRAME_TOOLS)
  cbframe_package(tools cbframe-tools devel "where calling conventions put arguments" library)
  if(CBFRAME_LIBCLANG_INCLUDE MATCHES "llvm-([0-9]+)") # which has the headers of the compiler's own
    set(CPACK_DEBIAN_TOOLS_PACKAGE_RECOMMENDS libclang-common-${CMAKE_MATCH_1}-dev)
  endif()
endif()

include(CPack)
