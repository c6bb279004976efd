rockspec_format = '3.0'
package = 'cbframe'
version = 'scm-1'
-- Built from a checkout: luarocks make. The rockspec of a release names its archive here, and has the release's version.
source = {url = 'file://.'}
description = {
  summary = 'C function pointers made at run time: callbacks of any signature for LuaJIT',
  license = 'MIT',
}
supported_platforms = {'linux'}
dependencies = {'lua == 5.1'}
build = {
  type = 'cmake',
  -- LuaRocks has a layout of its own, so it places the files itself; these folders only tell the
  -- module where it will find the library, relative to itself.
  install_pass = false,
  variables = {
    CMAKE_BUILD_TYPE = 'Release',
    BUILD_SHARED_LIBS = 'ON', -- Lua needs no static one
    CBFRAME_TOOLS = 'OFF',
    CBFRAME_INSTALL = 'OFF',
    CMAKE_INSTALL_LIBDIR = 'lib/lua/5.1',
    CMAKE_INSTALL_DATAROOTDIR = 'share',
  },
  install = {
    lua = {
      cbframe = 'lua/cbframe.lua',
      cbframe_callbacks = 'lua/cbframe_callbacks.lua',
      cbframe_cast = 'lua/cbframe_cast.lua',
      cbframe_conventions = 'lua/cbframe_conventions.lua',
      cbframe_ctypes = 'lua/cbframe_ctypes.lua',
      cbframe_dump = 'lua/cbframe_dump.lua',
      cbframe_errors = 'lua/cbframe_errors.lua',
      cbframe_handles = 'lua/cbframe_handles.lua',
      cbframe_layout = 'lua/cbframe_layout.lua',
      cbframe_options = 'lua/cbframe_options.lua',
      cbframe_prototypes = 'lua/cbframe_prototypes.lua',
      cbframe_records = 'lua/cbframe_records.lua',
      cbframe_source = 'lua/cbframe_source.lua',
      cbframe_taps = 'lua/cbframe_taps.lua',
      cbframe_text = 'lua/cbframe_text.lua',
      cbframe_threads = 'lua/cbframe_threads.lua',
      cbframe_types = 'lua/cbframe_types.lua',
      cbframe_values = 'lua/cbframe_values.lua',
      cbframe_variadic = 'lua/cbframe_variadic.lua',
      cbframe_wrap = 'lua/cbframe_wrap.lua',
      cbframe_native = 'build.luarocks/lua/installed/cbframe_native.lua',
    },
    lib = {'build.luarocks/src/libcbframe.so.0.1', 'build.luarocks/src/libcbframe_lua.so'},
  },
}
