# Nothing can run here, but this machine's LuaJIT can read the module, and LLVM what it would load.
add_test(NAME lua.library.${cbframe_system}
  COMMAND ${CBFRAME_LUAJIT} ${CMAKE_CURRENT_SOURCE_DIR}/library.lua ${cbframe_system} ${cbframe_lua_modules})
if(NOT CBFRAME_INSTALL OR NOT cbframe IN_LIST cbframe_libraries)
  return()
endif()
set(prefix ${CMAKE_CURRENT_BINARY_DIR}/installed)
add_test(NAME lua.install.${cbframe_system} COMMAND ${CMAKE_COMMAND} --install ${PROJECT_BINARY_DIR} --prefix ${prefix})
add_test(NAME lua.installed_library.${cbframe_system}
  COMMAND ${CBFRAME_LUAJIT} ${CMAKE_CURRENT_SOURCE_DIR}/library.lua ${cbframe_system} ${prefix}/${CMAKE_INSTALL_DATAROOTDIR}/lua/5.1)
set_tests_properties(lua.install.${cbframe_system} PROPERTIES FIXTURES_SETUP lua_installed)
set_tests_properties(lua.installed_library.${cbframe_system} PROPERTIES FIXTURES_REQUIRED lua_installed)
