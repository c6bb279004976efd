# 64-bit x86.
set(instruction_sets sse avx avx512f)
include(${CMAKE_CURRENT_LIST_DIR}/../x86/tests.cmake)
if(cbframe_system STREQUAL "windows")
  cbframe_test_of(cbframe::static unwind_windows_x86_64_test ${cpu}/unwind_windows_x86_64_test.cpp ${cpu}/exactness.S)
endif()

# Conventions that only clang knows: clang compiles the calling code, whatever compiles the rest. How
# wide vectors are passed depends on the instruction set that a whole file is compiled for.
if(cbframe_arch STREQUAL "x86_64" AND cbframe_system STREQUAL "linux")
  if(CBFRAME_CLANG)
    set(conventions_objects)
    foreach(isa IN ITEMS "" -mavx -mavx512f)
      set(object ${CMAKE_CURRENT_BINARY_DIR}/conventions_clang${isa}.o)
      add_custom_command(
        OUTPUT ${object}
        COMMAND ${CBFRAME_CLANG} -std=c++20 -O2 -fPIE -Wall -Wextra ${isa}
                -c ${CMAKE_CURRENT_LIST_DIR}/../x86/conventions_clang.cpp -o ${object}
        DEPENDS ${CMAKE_CURRENT_LIST_DIR}/../x86/conventions_clang.cpp
        COMMENT "Building conventions_clang${isa}.o with clang"
        VERBATIM)
      set_source_files_properties(${object} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
      list(APPEND conventions_objects ${object})
    endforeach()
    cbframe_test_of(cbframe::static conventions_test cpu/x86/conventions_test.cpp ${conventions_objects})
  else()
    cbframe_skipped(conventions_test "clang++ was not found")
  endif()
endif()
