# 64-bit RISC-V.
set(cpu_folders ${cpu})
set(closure_sources ${cpu}/closure_riscv64_test.cpp)
set(dump_sources ${cpu}/dump.cpp)
set(exactness_sources ${cpu}/exactness.S ${cpu}/exactness_registers.cpp ${cpu}/exactness_state.cpp)
set(exactness_link_options)
set(unwind_sources ${cpu}/exactness.S)
