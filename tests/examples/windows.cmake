# The examples that need nothing but LuaJIT.
if(NOT CBFRAME_LUAJIT_WINDOWS)
  return()
endif()
set(modules "LUA_PATH=Z:${cbframe_lua_modules}/?.lua\;\;")
example_test(readme_lua 0 "^42\n$" -- ${CBFRAME_LUAJIT_WINDOWS} ${examples}/readme/first.lua)
set_tests_properties(example.readme_lua PROPERTIES ENVIRONMENT "${modules}")
if(NOT cbframe_arch STREQUAL "x86_64") # whose registers the other one knows by name
  return()
endif()
example_test(dump 0
  "int count +RCX +7 +rcx "
  "const char %*name +RDX +the text \"circle\" +rdx "
  "double scale +XMM2 +0%.5 +xmm2%.q0 "
  "point at +by pointer: R9 +{1%.5, %-2%.5, 1000} +r9 "
  "float opacity +the stack +0%.25 +rsp%+40 "
  "uint64_t id +the stack +0x1122334455667788 +rsp%+48 "
  "\nrcx +0x%x+ +%S+ +%S+ +7 "
  "\nxmm2%.q0 +0x3fe0000000000000 +0%.5 "
  "\nrsp%+40 +0x%x+ +%S+ +%S+ +%S+ +%S+ +0%.25\n"
  "^rsp%+48 +0x1122334455667788 "
  "\nEFLAGS CF="
  "\nThe handler wrote 42 to EAX, so the caller got 42%.\n$"
  -- ${CBFRAME_LUAJIT_WINDOWS} ${examples}/lua/dump.lua)
set_tests_properties(example.dump PROPERTIES ENVIRONMENT "${modules}")
