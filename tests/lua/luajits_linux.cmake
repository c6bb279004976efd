set(CBFRAME_LUAJIT_NOGC64 "" CACHE FILEPATH "A luajit built without GC64, in its source tree: the Lua tests run on it too")
set(CBFRAME_LUAJIT_CURRENT "" CACHE FILEPATH "A luajit of these days, in its source tree: the Lua tests run on it too")
set(CBFRAME_I386_ROOT "" CACHE PATH "A Debian i386 with luajit and libluajit-5.1-dev: for the Lua tests of i386")
set(CBFRAME_LUAJIT_AARCH64 "" CACHE FILEPATH "A luajit built for 64-bit Arm, in its source tree: for the Lua tests of aarch64")

# Freed memory is overwritten, so that who still reads it does not go unnoticed.
set(environment GLIBC_TUNABLES=glibc.malloc.tcache_count=0:glibc.malloc.perturb=165)
set(embedding_sources embedding_posix.c embedding_linux.c)

# cbframe_luajit(NAME KIND [WORD...] LUAJIT): the tests on a LuaJIT, which must be of that kind; WORD...: what runs it.
function(cbframe_luajit name kind)
  set(words ${ARGN})
  list(POP_BACK words)
  execute_process(
    COMMAND ${ARGN} -e "local ffi = require 'ffi'
                        io.write(ffi.arch == 'x86' and 'x86' or ffi.abi 'gc64' and 'gc64' or 'nogc64')"
    OUTPUT_VARIABLE built_as)
  if(NOT built_as STREQUAL kind)
    message(FATAL_ERROR "${ARGN} is not a LuaJIT of the kind ${kind}: '${built_as}'")
  endif()
  cbframe_lua_tests(${name} "${ARGN}" ${words})
endfunction()

# Programs of the other Debian run by its own loader, with its own libraries.
if(cbframe_arch STREQUAL "i386")
  if(CBFRAME_I386_ROOT)
    set(libraries ${CBFRAME_I386_ROOT}/usr/lib/i386-linux-gnu)
    set(loader ${CBFRAME_I386_ROOT}/lib/ld-linux.so.2
               --library-path ${CBFRAME_I386_ROOT}/lib/i386-linux-gnu:${libraries})
    cbframe_luajit(x86 x86 ${loader} ${CBFRAME_I386_ROOT}/usr/bin/luajit)
    cbframe_embedding_test(x86 ${CBFRAME_I386_ROOT}/usr/include/luajit-2.1 ${libraries}/libluajit-5.1.so ${loader})
  else()
    cbframe_lua_skipped(x86 "CBFRAME_I386_ROOT names no Debian i386")
    cbframe_lua_skipped(embedding.x86 "CBFRAME_I386_ROOT names no Debian i386")
  endif()
  return()
endif()

# Of another CPU than this machine's there is no LuaJIT but one built from source.
if(CMAKE_CROSSCOMPILING)
  if(CBFRAME_LUAJIT_AARCH64 AND cbframe_arch STREQUAL "aarch64")
    cbframe_luajit(arm64 gc64 ${CMAKE_CROSSCOMPILING_EMULATOR} ${CBFRAME_LUAJIT_AARCH64})
    get_filename_component(source ${CBFRAME_LUAJIT_AARCH64} DIRECTORY)
    cbframe_embedding_test(arm64 ${source} "${source}/libluajit.a;m;${CMAKE_DL_LIBS}" ${CMAKE_CROSSCOMPILING_EMULATOR})
  else()
    cbframe_lua_skipped(arm64 "no LuaJIT for this CPU was named")
    cbframe_lua_skipped(embedding.arm64 "no LuaJIT for this CPU was named")
  endif()
  return()
endif()

if(CBFRAME_LUAJIT)
  cbframe_luajit(gc64 gc64 ${CBFRAME_LUAJIT})
else()
  cbframe_lua_skipped(gc64 "no luajit was found")
endif()

find_package(PkgConfig)
if(PKG_CONFIG_FOUND)
  pkg_check_modules(luajit luajit)
endif()
if(luajit_FOUND)
  cbframe_embedding_test(gc64 "${luajit_INCLUDE_DIRS}" "${luajit_LINK_LIBRARIES}")
else()
  cbframe_lua_skipped(embedding.gc64 "no LuaJIT library was found")
endif()

if(NOT in_all_modes)
  return()
endif()

# cbframe_built_luajit(NAME KIND VARIABLE IS): of one in its source tree, with a program that embeds it; IS: in words.
function(cbframe_built_luajit name kind variable is)
  if(NOT ${variable})
    cbframe_lua_skipped(${name} "${variable} names no LuaJIT ${is}")
    cbframe_lua_skipped(embedding.${name} "${variable} names no LuaJIT ${is}")
    return()
  endif()
  cbframe_luajit(${name} ${kind} ${${variable}})
  get_filename_component(source ${${variable}} DIRECTORY)
  cbframe_embedding_test(${name} ${source} "${source}/libluajit.a;m;${CMAKE_DL_LIBS}")
endfunction()

cbframe_built_luajit(nogc64 nogc64 CBFRAME_LUAJIT_NOGC64 "built without GC64")
cbframe_built_luajit(current gc64 CBFRAME_LUAJIT_CURRENT "of these days")
