# 64-bit RISC-V.
set(cpu_folders ${cpu})
set(closure_sources ${cpu}/closure_riscv64_test.cpp)
if(CBFRAME_CLANG AND CMAKE_CROSSCOMPILING AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU") # what clang makes of the headers
  set(closure_by_clang ${CMAKE_CURRENT_BINARY_DIR}/closure_by_clang.o)
  add_custom_command(
    OUTPUT ${closure_by_clang}
    COMMAND ${CBFRAME_CLANG} --target=riscv64-linux-gnu -mno-relax -std=c++20 -O1 -Wall -Wextra -I${PROJECT_SOURCE_DIR}/include
            -c ${cpu}/closure_by_clang.cpp -MD -MF ${closure_by_clang}.d -MT ${closure_by_clang} -o ${closure_by_clang}
    DEPENDS ${cpu}/closure_by_clang.cpp DEPFILE ${closure_by_clang}.d
    COMMENT "Building closure_by_clang.o" VERBATIM)
  set_source_files_properties(${closure_by_clang} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
  list(APPEND closure_sources ${closure_by_clang})
  set_source_files_properties(${cpu}/closure_riscv64_test.cpp PROPERTIES COMPILE_DEFINITIONS CLOSURE_BY_CLANG)
else()
  cbframe_skipped(closure_riscv64_test.clang "there is no clang++ for this CPU beside g++")
endif()
set(dump_sources ${cpu}/dump.cpp)
set(exactness_sources ${cpu}/exactness.S ${cpu}/exactness_registers.cpp ${cpu}/exactness_state.cpp)
set(exactness_link_options)
set(unwind_sources ${cpu}/exactness.S)
