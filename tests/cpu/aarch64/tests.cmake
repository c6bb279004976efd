# 64-bit Arm. Callers sign their return addresses and keep to branch target identification, as distributions compile them.
add_compile_options($<$<COMPILE_LANGUAGE:C,CXX>:-mbranch-protection=standard>)
set(cpu_folders ${cpu})
set(closure_sources ${cpu}/closure_aarch64_test.cpp)
set(dump_sources ${cpu}/dump.cpp)
set(exactness_sources ${cpu}/exactness.S ${cpu}/exactness_registers.cpp ${cpu}/exactness_state.cpp)
set(exactness_link_options)
set(unwind_sources ${cpu}/exactness.S)
set(refused_flags -march=armv8.2-a+sve -msve-vector-bits=256)

# Each object says that its code keeps to branch target identification.
if(cbframe_system STREQUAL "linux" AND NOT CBFRAME_SANITIZER)
  add_test(NAME control_flow_enforcement.note COMMAND sh -c
    "aarch64-linux-gnu-ld -r --whole-archive $<TARGET_FILE:cbframe_static> -o all.o && readelf -n all.o")
  set_tests_properties(control_flow_enforcement.note PROPERTIES PASS_REGULAR_EXPRESSION "AArch64 feature: BTI")
endif()

# QEMU has the rules of branch target identification kept in code of a program that says so: what is called there, slots
# and entries included, begins with a landing pad.
if(cbframe_system STREQUAL "linux" AND CMAKE_CROSSCOMPILING_EMULATOR AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_executable(landing_pads ${cpu}/landing_pads.cpp ${cpu}/landing_pads_start.S)
  target_link_libraries(landing_pads PRIVATE cbframe::static)
  target_include_directories(landing_pads PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_options(landing_pads PRIVATE -nostartfiles -Wl,-z,force-bti,--no-warnings)
  cbframe_warnings(landing_pads)
  add_test(NAME control_flow_enforcement.landing_pads COMMAND landing_pads)
  add_test(NAME control_flow_enforcement.no_landing_pad
           COMMAND sh -c "\"$@\" || true" sh ${CMAKE_CROSSCOMPILING_EMULATOR} $<TARGET_FILE:landing_pads> bad)
  set_tests_properties(control_flow_enforcement.no_landing_pad PROPERTIES PASS_REGULAR_EXPRESSION "Illegal instruction")
endif()

# Vectors of SVE have as many bytes as the CPU likes, a multiple of 16 up to 256, or there is no SVE. The tests take a
# CPU with 64 elsewhere. What captures them is assembly: one compiler's build will do.
if(cbframe_system STREQUAL "linux" AND CMAKE_CROSSCOMPILING_EMULATOR AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  foreach(bytes IN ITEMS 16 32 48 128 256)
    math(EXPR bits "${bytes} * 8")
    set(test exactness_test.vectors_of_${bytes}_bytes)
    add_test(NAME ${test} COMMAND ${CMAKE_CROSSCOMPILING_EMULATOR} -cpu ${emulated_cpu},sve${bits}=on,sve-default-vector-length=${bytes}
                                  $<TARGET_FILE:exactness_test> --gtest_filter=*All*)
    set_tests_properties(${test} PROPERTIES PASS_REGULAR_EXPRESSION "vectors of ${bytes} bytes.*PASSED" FAIL_REGULAR_EXPRESSION "FAILED" TIMEOUT 600)
  endforeach()
  add_test(NAME exactness_test.without_sve
           COMMAND ${CMAKE_CROSSCOMPILING_EMULATOR} -cpu ${emulated_cpu},sve=off $<TARGET_FILE:exactness_test>
                   --gtest_filter=-*WideHasTheVectorsOfThisCpu*)
  set_tests_properties(exactness_test.without_sve PROPERTIES TIMEOUT 600)
endif()
