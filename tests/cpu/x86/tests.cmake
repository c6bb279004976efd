# What both widths of x86 have.
set(cpu_folders ${cpu} ${CMAKE_CURRENT_LIST_DIR})
set(c_api_sources cpu/x86/c_api_registers.cpp)
set(c_api_typed_sources cpu/x86/c_api_typed_registers.cpp)
set(closure_bytes_sources cpu/x86/closure_bytes.cpp)
set(closure_sources ${cpu}/closure_${cbframe_arch}_test.cpp)
set(dump_sources cpu/x86/dump_registers.cpp ${cpu}/dump.cpp)
set(exactness_sources ${cpu}/exactness.S)
foreach(name IN ITEMS compiled flags handlers state wide x87)
  list(APPEND exactness_sources cpu/x86/exactness_${name}.cpp)
endforeach()
set(exactness_link_options)
set(unwind_sources ${cpu}/exactness.S cpu/x86/unwind_steps.cpp cpu/x86/unwind_typed_steps.cpp cpu/x86/stepping_linux.cpp)
set(fork_sources cpu/x86/fork_in_steps.cpp)
set(freed_in_call_sources cpu/x86/freed_in_steps.cpp)

if(NOT cbframe_system STREQUAL "macos")
  cbframe_test_of(cbframe::static interruption_test cpu/x86/interruption_test.cpp)
endif()

# How vectors are passed depends on the instruction set that a file is compiled for. The least comes first: of inline
# functions the linker takes the first copy, and any CPU must run that.
set(flags_none -mno-sse -mno-mmx)
set(flags_mmx -mno-sse -mmmx)
set(vectors_objects)
foreach(instruction_set IN LISTS instruction_sets)
  set(object vectors_${instruction_set})
  add_library(${object} OBJECT cpu/x86/vectors_compiled.cpp)
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
cbframe_test_of(cbframe::static vectors_test cpu/x86/vectors_test.cpp ${vectors_objects})

if(NOT cbframe_system STREQUAL "linux" OR CBFRAME_SANITIZER)
  return()
endif()

# Each object says that its code keeps to control-flow enforcement; Debian's own crti.o does not, so the library cannot.
add_test(NAME control_flow_enforcement.note COMMAND sh -c
  "ld -m $<IF:$<STREQUAL:${cbframe_arch},i386>,elf_i386,elf_x86_64> -r --whole-archive $<TARGET_FILE:cbframe_static> -o all.o && readelf -n all.o")
set_tests_properties(control_flow_enforcement.note PROPERTIES PASS_REGULAR_EXPRESSION "x86 feature: IBT, SHSTK")

# A debugger that has stepped into a call, up to any instruction, leaves nothing behind when it lets the program run. What
# it steps through is assembly, the same in each build.
if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  return()
endif()
add_executable(stepped_program cpu/x86/stepped_program.cpp)
target_link_libraries(stepped_program PRIVATE cbframe::static)
cbframe_warnings(stepped_program)
foreach(handler IN ITEMS plain pops backwards)
  set(test stepped_in_gdb.${handler})
  if(CBFRAME_GDB)
    add_test(NAME ${test} COMMAND ${CBFRAME_GDB} -nx -batch -x ${CMAKE_CURRENT_LIST_DIR}/stepped.gdb
                                  --args $<TARGET_FILE:stepped_program> ${handler})
    set_tests_properties(${test} PROPERTIES
      PASS_REGULAR_EXPRESSION "stepped into 200 calls.*exited normally"
      FAIL_REGULAR_EXPRESSION "SIGTRAP|sees TF"
      SKIP_REGULAR_EXPRESSION "ptrace: Operation not permitted"
      TIMEOUT 120)
  else()
    cbframe_skipped(${test} "gdb was not found")
  endif()
endforeach()
