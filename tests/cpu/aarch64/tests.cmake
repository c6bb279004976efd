# 64-bit Arm.
set(cpu_folders ${cpu})
set(closure_sources ${cpu}/closure_aarch64_test.cpp)
set(dump_sources ${cpu}/dump.cpp)
set(exactness_sources ${cpu}/exactness.S ${cpu}/exactness_registers.cpp ${cpu}/exactness_state.cpp)
set(exactness_link_options)
set(unwind_sources ${cpu}/exactness.S)

# Each object says that its code keeps to branch target identification.
if(cbframe_system STREQUAL "linux" AND NOT CBFRAME_SANITIZER)
  add_test(NAME control_flow_enforcement.note COMMAND sh -c
    "aarch64-linux-gnu-ld -r --whole-archive $<TARGET_FILE:cbframe_static> -o all.o && readelf -n all.o")
  set_tests_properties(control_flow_enforcement.note PROPERTIES PASS_REGULAR_EXPRESSION "AArch64 feature: BTI")
endif()
