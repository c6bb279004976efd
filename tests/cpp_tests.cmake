# Those that run on every system come first.

# The tests of this CPU's own, and what of it the others take: lists of sources.
include(${cpu}/tests.cmake)

# Typed callbacks.
cbframe_test(closure_test)
cbframe_test_of(cbframe::static closure_${cbframe_arch}_test ${closure_sources})
foreach(name IN ITEMS closure_test closure_${cbframe_arch}_test)
  # So many templates take compilers long, optimised or even instrumented. What closure.hpp does with types is told.
  if(CBFRAME_SANITIZER)
    target_compile_options(${name} PRIVATE -O0)
  else()
    target_compile_options(${name} PRIVATE -O1 -fstrict-aliasing)
  endif()
endforeach()
cbframe_test(callback_test)
if(CBFRAME_HAS_PFR)
  cbframe_test(pfr_test)
else()
  cbframe_skipped(pfr_test "no Boost.PFR for this system was found")
endif()
include(classes/classes.cmake)
if(CBFRAME_ZIG AND cbframe_system STREQUAL "windows")
  return() # Zig has no pthread.h there
endif()

# Lifetime, errors, pages, threads.
cbframe_test(frame_test)
cbframe_test(tap_test)
cbframe_test(early_test)
cbframe_test(threads_test)
cbframe_test(busy_test)
cbframe_test(exit_test)
if(NOT cbframe_system STREQUAL "macos")
  add_library(plugin MODULE plugin.cpp)
  target_link_libraries(plugin PRIVATE cbframe::static)
  target_include_directories(plugin PRIVATE ${cpu_folders})
  cbframe_warnings(plugin)
  cbframe_test(plugin_test)
  add_dependencies(plugin_test plugin)
  target_link_libraries(plugin_test PRIVATE ${CMAKE_DL_LIBS})
  target_compile_definitions(plugin_test PRIVATE
    PLUGIN="$<IF:$<BOOL:${WIN32}>,$<TARGET_FILE_NAME:plugin>,$<TARGET_FILE:plugin>>") # Windows looks beside the program
endif()
cbframe_test(c_api_test c_api_c11.c ${c_api_sources})
cbframe_test(c_api_typed_test c_api_typed_signatures.cpp c_api_typed_closures.cpp c_api_typed_reserved.cpp c_api_typed_arguments.cpp
  c_api_typed_parse.cpp c_api_typed_c11.c ${c_api_typed_sources})
cbframe_test(c_api_failure_test)

# Types, and what conventions say of signatures.
cbframe_test(abi_type_test)
cbframe_test(abi_layout_test abi_aapcs64.cpp abi_riscv.cpp)

# Closures: where the bytes of a call lie.
cbframe_test(closure_bytes_test ${closure_bytes_sources})

cbframe_test(dump_test ${dump_sources})

# Every register, both ways.
if(cbframe_system STREQUAL "windows" AND cbframe_arch STREQUAL "aarch64")
  cbframe_skipped(exactness_test "exactness.S is not written for COFF on 64-bit Arm")
else()
  cbframe_test(exactness_test exactness_handlers.cpp exactness_compiled.cpp ${exactness_sources})
  target_link_options(exactness_test PRIVATE ${exactness_link_options})
endif()

# What of the Lua module is threads.
set(lua_native ${PROJECT_SOURCE_DIR}/lua/native)
set(calls_sources ${lua_native}/calls.cpp ${lua_native}/arguments_copy.cpp ${lua_native}/${cbframe_system}/waiting.cpp)
if(NOT cbframe_system STREQUAL "windows")
  list(APPEND calls_sources ${lua_native}/posix/waiting.cpp)
endif()
cbframe_test(lua_calls_test ${calls_sources})
target_include_directories(lua_calls_test PRIVATE ${lua_native} ${lua_native}/${cbframe_system})
target_link_libraries(lua_calls_test PRIVATE ${cbframe_synchronization})

if(cbframe_system STREQUAL "windows")
  cbframe_test(pool_windows_test)
  if(TARGET exactness_test)
    cbframe_test(unwind_windows_test ${cpu}/exactness.S)
    cbframe_test(unwind_windows_steps_test ${cpu}/exactness.S)
  endif()
endif()

if(cbframe_system STREQUAL "macos")
  cbframe_test(pool_macos_test)
endif()

if(NOT cbframe_system STREQUAL "linux")
  return()
endif()

cbframe_test(dump_linux_test)
cbframe_test(c_api_memory_test)
cbframe_test(pool_test pool_replaced_file.cpp pool_memory.cpp)
cbframe_test(pool_file_test)
if(CBFRAME_SANITIZER)
  foreach(name IN ITEMS pool_mappings_test page_size_test)
    cbframe_skipped(${name} "the sanitizer itself takes the place of the C library")
  endforeach()
else()
  cbframe_test(pool_mappings_test)
  cbframe_test(page_size_test)
endif()

# The pages of other CPUs: the library once more, with such pages, and what makes many slots.
if(NOT CBFRAME_SANITIZER AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  foreach(shift IN ITEMS 14 16)
    math(EXPR size "1 << ${shift} >> 10")
    set(name pages_of_${size}k)
    get_target_property(sources cbframe_objects SOURCES)
    list(TRANSFORM sources PREPEND ${PROJECT_SOURCE_DIR}/src/)
    add_library(cbframe_${name} STATIC EXCLUDE_FROM_ALL ${sources})
    target_compile_definitions(cbframe_${name} PUBLIC POOL_PAGE_SHIFT=${shift})
    target_link_options(cbframe_${name} PUBLIC -Wl,-z,max-page-size=65536)
    target_include_directories(cbframe_${name} PUBLIC $<TARGET_PROPERTY:cbframe_objects,INCLUDE_DIRECTORIES>)
    target_compile_options(cbframe_${name} PRIVATE $<TARGET_PROPERTY:cbframe_objects,COMPILE_OPTIONS>)
    set_target_properties(cbframe_${name} PROPERTIES CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
    cbframe_test_of(cbframe_${name} ${name}_test frame_test.cpp pool_test.cpp pool_replaced_file.cpp pool_memory.cpp)
  endforeach()
endif()

cbframe_test(signals_test)
cbframe_test(fork_test ${fork_sources})
cbframe_test(freed_in_call_test ${freed_in_call_sources})
cbframe_test(cancellation_test)
cbframe_test(interposed_test)

# Neither the library nor what its headers make registers anything to be destroyed at exit or at a thread's end.
if(NOT CBFRAME_SANITIZER)
  add_library(exit_headers OBJECT exit_headers.cpp)
  target_link_libraries(exit_headers PRIVATE cbframe::static)
  cbframe_warnings(exit_headers)
  add_test(NAME exit.nothing_is_destroyed COMMAND sh -c
    "nm -A -u $<TARGET_FILE:cbframe_static> $<TARGET_OBJECTS:exit_headers> >symbols && ! grep -w '__cxa_atexit\\|__cxa_thread_atexit\\|atexit' symbols")
endif()

# Unwinding, exceptions and backtraces through a frame.
cbframe_test(unwind_test unwind_typed.cpp ${unwind_sources})
target_link_options(unwind_test PRIVATE ${exactness_link_options})

if(NOT CBFRAME_SANITIZER)
  add_test(NAME platform_table COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/platform_table_test ${PROJECT_SOURCE_DIR}/tools/dev/table.sh)
  add_test(NAME dev COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/dev_test ${PROJECT_SOURCE_DIR}/dev)
  add_test(NAME rooms COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/rooms_test ${PROJECT_SOURCE_DIR})
endif()

# Where no program can step through its own code a debugger does.
if(CMAKE_CROSSCOMPILING_EMULATOR)
  cbframe_tool(CBFRAME_GDB_MULTIARCH gdb-multiarch "what happens before each instruction" gdb-multiarch)
  # cbframe_stepped_test(TEST PROGRAM SCRIPT PASSED [SOURCE ...]): a program that a script of gdb's runs.
  function(cbframe_stepped_test test program script passed)
    add_executable(${program} ${program}.cpp ${ARGN})
    target_link_libraries(${program} PRIVATE cbframe::static)
    target_include_directories(${program} PRIVATE ${PROJECT_SOURCE_DIR}/src ${CMAKE_CURRENT_SOURCE_DIR} ${cpu_folders})
    cbframe_warnings(${program})
    if(NOT CBFRAME_GDB_MULTIARCH)
      cbframe_skipped(${test} "gdb-multiarch was not found")
      return()
    endif()
    add_test(NAME ${test} COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/remotely ${CBFRAME_GDB_MULTIARCH} ${CMAKE_CURRENT_SOURCE_DIR}/${script}
                                  ${CMAKE_CROSSCOMPILING_EMULATOR} $<TARGET_FILE:${program}>)
    set_tests_properties(${test} PROPERTIES PASS_REGULAR_EXPRESSION "${passed}" FAIL_REGULAR_EXPRESSION ": 0 instructions" TIMEOUT 600
                                             COST 100) # first, or it ends long after all others
  endfunction()
  cbframe_stepped_test(unwind_test.each_instruction stepped_calls stepped_remotely.py
    "17 calls, [0-9][0-9][0-9]+ instructions, 0 of them wrong" ${cpu}/exactness.S)
  cbframe_stepped_test(freed_in_call_test.each_instruction interfered_calls interfered_remotely.py "all right")
  return()
endif()

# What a debugger shows of a program that aborts in a handler.
add_executable(backtrace_program backtrace_program.cpp)
target_link_libraries(backtrace_program PRIVATE cbframe::static)
cbframe_warnings(backtrace_program)
foreach(level IN ITEMS legacy all)
  set(test backtrace_in_gdb.${level})
  if(CBFRAME_GDB)
    add_test(NAME ${test} COMMAND ${CBFRAME_GDB} -nx -batch -ex run -ex backtrace
                                  --args $<TARGET_FILE:backtrace_program> ${level})
    set_tests_properties(${test} PROPERTIES
      PASS_REGULAR_EXPRESSION "cbf_entry_${level}[^\n]*\n#[0-9]+ [^\n]*calls_the_frame[^\n]*\n#[0-9]+ [^\n]*main"
      SKIP_REGULAR_EXPRESSION "ptrace: Operation not permitted"
      TIMEOUT 120)
  else()
    cbframe_skipped(${test} "gdb was not found")
  endif()
endforeach()
