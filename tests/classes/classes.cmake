# classes_test: the calling side of each compiler that this machine has for this system, by each convention.
set(classes_compilers ${CMAKE_CXX_COMPILER})
set(classes_flags -std=c++20 -O1 -Wall -Wextra)
if(cbframe_system STREQUAL "linux")
  if(CMAKE_CROSSCOMPILING)
    set(CBFRAME_GCC ${CMAKE_CXX_COMPILER})
    set(classes_flags_clang --target=${CMAKE_SYSTEM_PROCESSOR}-linux-gnu)
  else()
    find_program(CBFRAME_GCC NAMES g++)
  endif()
  set(classes_compilers ${CBFRAME_GCC} ${CBFRAME_CLANG})
  if(cbframe_arch STREQUAL "i386")
    list(APPEND classes_flags -m32)
  endif()
endif()
set(classes_conventions native)
if(cbframe_arch STREQUAL "x86_64" AND NOT cbframe_system STREQUAL "windows")
  list(APPEND classes_conventions ms)
endif()
set(classes_attribute_ms __attribute__\(\(ms_abi\)\))

set(classes_objects)
set(classes_declared)
foreach(convention IN LISTS classes_conventions)
  set(tables)
  foreach(compiler IN ITEMS ${classes_compilers})
    if(NOT compiler)
      continue() # not found
    endif()
    cmake_path(GET compiler FILENAME name)
    set(table classes_${convention}_${name})
    string(MAKE_C_IDENTIFIER ${table} table)
    set(object ${CMAKE_CURRENT_BINARY_DIR}/${table}.o)
    set(flags ${classes_flags})
    if(name MATCHES "^clang")
      list(APPEND flags ${classes_flags_clang})
    endif()
    add_custom_command(
      OUTPUT ${object}
      COMMAND ${compiler} ${flags} -DTABLE=${table} -DATTRIBUTE=${classes_attribute_${convention}}
              -c ${CMAKE_CURRENT_SOURCE_DIR}/classes/callers.cpp -o ${object}
      DEPENDS classes/callers.cpp classes/classes.hpp
      COMMENT "Building ${table}.o"
      VERBATIM)
    set_source_files_properties(${object} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
    list(APPEND classes_objects ${object})
    string(APPEND classes_declared "extern \"C\" const classes::calls ${table}[];\n")
    string(APPEND tables "{\"${name}\", ${table}}, ")
  endforeach()
  string(APPEND classes_declared "constexpr classes::table ${convention}_tables[] = {${tables}};\n")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_CURRENT_BINARY_DIR}/classes/classes_tables.hpp CONTENT "${classes_declared}")

cbframe_test(classes_test ${classes_objects})
target_include_directories(classes_test PRIVATE ${CMAKE_CURRENT_BINARY_DIR}/classes)
target_compile_options(classes_test PRIVATE -O0) # so many templates; the ABI is the same
