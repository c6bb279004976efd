set(CBFRAME_LUAJIT_WINDOWS "" CACHE FILEPATH "A luajit.exe of this width in its source tree: for the Lua tests of Windows")

set(kind win64)
set(is "Windows x64")
if(cbframe_arch STREQUAL "i386")
  set(kind win86)
  set(is "Windows x86")
endif()
set(embedding_sources embedding_windows.c)

if(NOT CBFRAME_LUAJIT_WINDOWS)
  cbframe_lua_skipped(${kind} "CBFRAME_LUAJIT_WINDOWS names no luajit.exe")
  cbframe_lua_skipped(embedding.${kind} "CBFRAME_LUAJIT_WINDOWS names no luajit.exe")
  return()
endif()

get_filename_component(source ${CBFRAME_LUAJIT_WINDOWS} DIRECTORY)
set(luajit ${CMAKE_CROSSCOMPILING_EMULATOR} ${CBFRAME_LUAJIT_WINDOWS})
cbframe_lua_test(is.${kind} ${luajit} -e "assert(jit.os .. ' ' .. jit.arch == '${is}')")

# How large a stack is, in KB, says the program that begins with it.
set(stacks ${CMAKE_CURRENT_BINARY_DIR}/stacks)
foreach(size IN ITEMS 256 1024 8192 65536)
  math(EXPR bytes "1024 * ${size}")
  file(COPY ${source}/lua51.dll DESTINATION ${stacks}/${size})
  execute_process(COMMAND ${CMAKE_OBJCOPY} --stack=${bytes} ${CBFRAME_LUAJIT_WINDOWS} ${stacks}/${size}/luajit.exe
                  COMMAND_ERROR_IS_FATAL ANY)
endforeach()

list(REMOVE_ITEM files ${CMAKE_CURRENT_SOURCE_DIR}/resources)
cbframe_lua_skipped(resources.${kind} "it limits memory by setrlimit and prctl")
cbframe_lua_tests(${kind} "${luajit}" ${stacks})

# Where its DLLs are.
string(REPLACE "/" "\\" path "Z:${PROJECT_BINARY_DIR}/src\;Z:${source}")
set(environment "WINEPATH=${path}")
cbframe_embedding_test(${kind} ${source} ${source}/libluajit-5.1.dll.a ${CMAKE_CROSSCOMPILING_EMULATOR})
