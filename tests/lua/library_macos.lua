-- library_macos.lua MODULES: holds the module in the folder MODULES, built for macOS, against the library that it loads.
-- LuaJIT of another system reads it as that of macOS does, up to ffi.load.

local ffi = require 'ffi'

local modules = assert(arg[1], 'usage: luajit library_macos.lua MODULES')
package.path = modules .. '/?.lua'

local library
function ffi.load(path)
	library = path
end
require 'cbframe_native'

local function lines_of(command, ...)
	local pipe = assert(io.popen(("%s '%s' && echo succeeded"):format(command, table.concat({ ... }, "' '"))))
	local text = pipe:read '*a':match '^(.*)succeeded\n$'
	pipe:close()
	return assert(text, command .. ' failed'):gmatch '[^\n]+'
end

local function source_of(name)
	local file = assert(io.open(('%s/%s.lua'):format(modules, name)))
	local text = file:read '*a'
	file:close()
	return text
end

local exported = {}
for line in lines_of('llvm-nm-14 --extern-only --defined-only --format=posix', library) do
	exported[line:match '^_(cbf_%S+) T ' or line] = true
end

-- What the module declares, it may call.
local declared, missing = 0, {}
for name in source_of 'cbframe_native':gsub('/%*.-%*/', ''):gmatch '(cbf_[%w_]+)%s*%(' do
	declared = declared + 1
	if not exported[name] then
		table.insert(missing, name)
	end
end
assert(declared > 0, 'the module declares no functions')
assert(#missing == 0, ('%s exports no %s'):format(library, table.concat(missing, ', ')))

-- And it calls what it has declared: a function, or a constant that LuaJIT knows.
local used = 0
for _, name in ipairs { 'cbframe', 'cbframe_cast', 'cbframe_layout', 'cbframe_types' } do
	for symbol in source_of(name):gmatch '%f[%w_]C%.([Cc][Bb][Ff]_[%w_]+)' do
		used = used + 1
		assert(exported[symbol] or pcall(ffi.new, ('char[%s + 1]'):format(symbol)), symbol .. ' is used, but unknown')
	end
end
assert(used > 0, 'the module uses nothing of the library')

-- It needs nothing but the C and C++ runtime: not even LuaJIT, which hands it function pointers.
local loaded = 0
for line in lines_of('llvm-objdump-14 --macho --dylibs-used', library) do
	local dylib = line:match '^%s+(%S+) %('
	if dylib and not dylib:find('/libcbframe%.[%d.]+%.dylib$') then
		loaded = loaded + 1
		assert(dylib:find '^/usr/lib/libSystem%.' or dylib:find '^/usr/lib/libc%+%+', 'the library needs ' .. dylib)
	end
end
assert(loaded > 0, 'the library needs no other one')
for line in lines_of('llvm-nm-14 --undefined-only --format=posix', library) do
	assert(not line:find '^_lua', 'the library needs ' .. line)
end

print(('%s: %d functions declared, %d uses, %d libraries needed'):format(library, declared, used, loaded))
