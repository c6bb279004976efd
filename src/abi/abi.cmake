# Types and conventions, all of them on every CPU: the sources, below src/.
set(cbframe_abi_sources
  abi/aapcs64.cpp
  abi/conventions.cpp
  abi/data_model.cpp
  abi/layout.cpp
  abi/ms_x64.cpp
  abi/parse.cpp
  abi/registers_aarch64.cpp
  abi/registers_riscv.cpp
  abi/registers_x86.cpp
  abi/riscv.cpp
  abi/spelling.cpp
  abi/sysv_x64.cpp
  abi/type.cpp
  abi/value.cpp
  abi/x86.cpp)
