# Those that run on every system come first.

# Typed callbacks.
set(closure_i386_test_sources closure_i386.S)
foreach(name IN ITEMS closure_test closure_${cbframe_arch}_test)
  cbframe_test(${name} ${${name}_sources})
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
  add_test(NAME pfr_test COMMAND ${CMAKE_COMMAND} -E echo "skipped: no Boost.PFR for this system was found")
  set_tests_properties(pfr_test PROPERTIES SKIP_REGULAR_EXPRESSION "^skipped")
endif()
include(classes/classes.cmake)

# How vectors are passed depends on the instruction set that a file is compiled for. The least comes first: of inline
# functions the linker takes the first copy, and any CPU must run that.
set(instruction_sets_x86_64 sse avx avx512f)
set(instruction_sets_i386 none mmx sse2 avx avx512f)
set(flags_none -mno-sse -mno-mmx)
set(flags_mmx -mno-sse -mmmx)
set(vectors_objects)
foreach(instruction_set IN LISTS instruction_sets_${cbframe_arch})
  set(object vectors_${instruction_set})
  add_library(${object} OBJECT vectors_compiled.cpp)
  target_link_libraries(${object} PRIVATE cbframe::static)
  target_compile_definitions(${object} PRIVATE INSTRUCTION_SET=${instruction_set})
  if(DEFINED flags_${instruction_set})
    target_compile_options(${object} PRIVATE ${flags_${instruction_set}})
  else()
    target_compile_options(${object} PRIVATE -m${instruction_set})
  endif()
  target_compile_options(${object} PRIVATE -Wno-psabi)
  cbframe_warnings(${object})
  list(APPEND vectors_objects $<TARGET_OBJECTS:${object}>)
endforeach()
cbframe_test(vectors_test ${vectors_objects})

# Lifetime, errors, pages, threads.
cbframe_test(frame_test)
cbframe_test(early_test)
cbframe_test(threads_test)
cbframe_test(busy_test)
cbframe_test(exit_test)
if(NOT cbframe_system STREQUAL "macos")
  cbframe_test(interruption_test)
  add_library(plugin MODULE plugin.cpp)
  target_link_libraries(plugin PRIVATE cbframe::static)
  cbframe_warnings(plugin)
  cbframe_test(plugin_test)
  add_dependencies(plugin_test plugin)
  target_link_libraries(plugin_test PRIVATE ${CMAKE_DL_LIBS})
  target_compile_definitions(plugin_test PRIVATE
    PLUGIN="$<IF:$<BOOL:${WIN32}>,$<TARGET_FILE_NAME:plugin>,$<TARGET_FILE:plugin>>") # Windows looks beside the program
endif()
cbframe_test(c_api_test c_api_c11.c)
cbframe_test(c_api_typed_test c_api_typed_signatures.cpp c_api_typed_closures.cpp c_api_typed_arguments.cpp
  c_api_typed_c11.c)
cbframe_test(c_api_failure_test)

# Types, and what conventions say of signatures.
cbframe_test(abi_type_test)
cbframe_test(abi_layout_test abi_aapcs64.cpp)

# Closures: where the bytes of a call lie.
cbframe_test(closure_bytes_test)

cbframe_test(dump_test dump_${cbframe_arch}.cpp)

# Every register, both ways.
cbframe_test(exactness_test exactness_x87.cpp exactness_handlers.cpp exactness_wide.cpp exactness_compiled.cpp
  exactness_state.cpp exactness_${cbframe_arch}.S)
if(cbframe_arch STREQUAL "i386" AND cbframe_format STREQUAL "elf")
  target_link_options(exactness_test PRIVATE -no-pie)
endif()

if(cbframe_system STREQUAL "windows")
  cbframe_test(pool_windows_test)
  cbframe_test(unwind_windows_test exactness_${cbframe_arch}.S)
  cbframe_test(unwind_windows_steps_test exactness_${cbframe_arch}.S)
  if(cbframe_arch STREQUAL "x86_64")
    cbframe_test(unwind_windows_x86_64_test exactness_x86_64.S)
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
    add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -E echo "skipped: the sanitizer itself takes the place of the C library")
    set_tests_properties(${name} PROPERTIES SKIP_REGULAR_EXPRESSION "^skipped")
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
cbframe_test(fork_test)
cbframe_test(freed_in_call_test)
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
cbframe_test(unwind_test unwind_steps.cpp unwind_typed.cpp stepping_linux.cpp exactness_${cbframe_arch}.S)
if(cbframe_arch STREQUAL "i386")
  target_link_options(unwind_test PRIVATE -no-pie)
endif()

if(NOT CBFRAME_SANITIZER)
  add_test(NAME platform_table COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/platform_table_test ${PROJECT_SOURCE_DIR}/tools/dev/table.sh)
  add_test(NAME rooms COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/rooms_test ${PROJECT_SOURCE_DIR})
endif()

# Each object says that its code keeps to control-flow enforcement; Debian's own crti.o does not, so the library cannot.
if(NOT CBFRAME_SANITIZER)
  add_test(NAME control_flow_enforcement.note COMMAND sh -c
    "ld -m $<IF:$<STREQUAL:${cbframe_arch},i386>,elf_i386,elf_x86_64> -r --whole-archive $<TARGET_FILE:cbframe_static> -o all.o && readelf -n all.o")
  set_tests_properties(control_flow_enforcement.note PROPERTIES PASS_REGULAR_EXPRESSION "x86 feature: IBT, SHSTK")
endif()

# Conventions that only clang knows: clang compiles the calling code, whatever compiles the rest. How
# wide vectors are passed depends on the instruction set that a whole file is compiled for.
if(cbframe_arch STREQUAL "x86_64")
  find_program(CBFRAME_CLANG NAMES clang++-14 clang++)
  if(CBFRAME_CLANG)
    set(conventions_objects)
    foreach(isa IN ITEMS "" -mavx -mavx512f)
      set(object ${CMAKE_CURRENT_BINARY_DIR}/conventions_clang${isa}.o)
      add_custom_command(
        OUTPUT ${object}
        COMMAND ${CBFRAME_CLANG} -std=c++20 -O2 -fPIE -Wall -Wextra ${isa}
                -c ${CMAKE_CURRENT_SOURCE_DIR}/conventions_clang.cpp -o ${object}
        DEPENDS conventions_clang.cpp
        COMMENT "Building conventions_clang${isa}.o with clang"
        VERBATIM)
      set_source_files_properties(${object} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
      list(APPEND conventions_objects ${object})
    endforeach()
    cbframe_test(conventions_test ${conventions_objects})
  else()
    add_test(NAME conventions_test COMMAND ${CMAKE_COMMAND} -E echo "skipped: clang++ was not found")
    set_tests_properties(conventions_test PROPERTIES SKIP_REGULAR_EXPRESSION "^skipped")
  endif()
endif()

# What a debugger shows of a program that aborts in a handler.
find_program(CBFRAME_GDB gdb)
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
    add_test(NAME ${test} COMMAND ${CMAKE_COMMAND} -E echo "skipped: gdb was not found")
    set_tests_properties(${test} PROPERTIES SKIP_REGULAR_EXPRESSION "^skipped")
  endif()
endforeach()

# A debugger that has stepped into a call, up to any instruction, leaves nothing behind when it lets the program run. What
# it steps through is assembly, the same in each build.
if(CBFRAME_SANITIZER OR NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  return()
endif()
add_executable(stepped_program stepped_program.cpp)
target_link_libraries(stepped_program PRIVATE cbframe::static)
cbframe_warnings(stepped_program)
foreach(handler IN ITEMS plain pops backwards)
  set(test stepped_in_gdb.${handler})
  if(CBFRAME_GDB)
    add_test(NAME ${test} COMMAND ${CBFRAME_GDB} -nx -batch -x ${CMAKE_CURRENT_SOURCE_DIR}/stepped.gdb
                                  --args $<TARGET_FILE:stepped_program> ${handler})
    set_tests_properties(${test} PROPERTIES
      PASS_REGULAR_EXPRESSION "stepped into 200 calls.*exited normally"
      FAIL_REGULAR_EXPRESSION "SIGTRAP|sees TF"
      SKIP_REGULAR_EXPRESSION "ptrace: Operation not permitted"
      TIMEOUT 120)
  else()
    add_test(NAME ${test} COMMAND ${CMAKE_COMMAND} -E echo "skipped: gdb was not found")
    set_tests_properties(${test} PROPERTIES SKIP_REGULAR_EXPRESSION "^skipped")
  endif()
endforeach()
