-- library.lua SYSTEM MODULES: holds the module in the folder MODULES, built for macOS or Windows, against the libraries that
-- it loads. LuaJIT of another system reads it as that of SYSTEM does, up to ffi.load.

local ffi = require 'ffi'

local system, modules = arg[1], arg[2]
assert(modules, 'usage: luajit library.lua macos|windows MODULES')
package.path = modules .. '/?.lua'

function ffi.load(path)
	return path
end
local native = require 'cbframe_native'

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

-- What a library exports; on Windows nothing else than what is ours.
local exports_of = {}

function exports_of.macos(library)
	local exported = {}
	for line in lines_of('llvm-nm-14 --extern-only --defined-only --format=posix', library) do
		exported[line:match '^_(cbf_%S+) T ' or line] = true
	end
	return exported
end

function exports_of.windows(library)
	local exported = {}
	for line in lines_of('llvm-readobj-14 --coff-exports', library) do
		local name = line:match '^%s*Name: (.*)'
		if name then
			assert(name:find '^cbf_', library .. ' exports ' .. name)
			exported[name] = true
		end
	end
	return exported
end

local exported = { C = exports_of[system](native.library), own = exports_of[system](native.own) }

-- What the module declares, it may call.
local declared, missing = 0, {}
for name in source_of 'cbframe_native':gsub('/%*.-%*/', ''):gmatch '(cbf_[%w_]+)%s*%(' do
	declared = declared + 1
	local library = name:find '^cbf_lua_' and 'own' or 'C'
	if not exported[library][name] then
		table.insert(missing, name)
	end
end
assert(declared > 0, 'the module declares no functions')
assert(#missing == 0, 'not exported: ' .. table.concat(missing, ', '))

-- The files of the module.
local names = {}
for file in lines_of('ls', modules) do
	if file:find '%.lua$' then
		table.insert(names, (file:gsub('%.lua$', '')))
	end
end

-- And it calls what it has declared: a function, or a constant that LuaJIT knows.
local used = 0
for _, name in ipairs(names) do
	for library, symbol in source_of(name):gmatch '%f[%w_](%a+)%.([Cc][Bb][Ff]_[%w_]+)' do
		used = used + 1
		local is_known = (exported[library] or {})[symbol] or pcall(ffi.new, ('char[%s + 1]'):format(symbol))
		assert(is_known, ('%s.%s is used, but unknown'):format(library, symbol))
	end
end
assert(used > 0, 'the module uses nothing of the libraries')

-- They need nothing but the C and C++ runtime: not even LuaJIT, which hands them function pointers. And the module's own
-- one needs the other, which it finds beside itself.
local check_needs = {}

function check_needs.macos()
	for _, library in pairs(native) do
		local loaded, beside = 0, false
		for line in lines_of('llvm-objdump-14 --macho --dylibs-used', library) do
			local dylib = line:match '^%s+(%S+) %('
			if dylib and dylib:find '^@rpath/libcbframe%.[%d.]+%.dylib$' then
				beside = true
			elseif dylib and not dylib:find '^@rpath/libcbframe_lua%.dylib$' then
				loaded = loaded + 1
				assert(dylib:find '^/usr/lib/libSystem%.' or dylib:find '^/usr/lib/libc%+%+', library .. ' needs ' .. dylib)
			end
		end
		assert(loaded > 0 and beside, library .. ' needs no other one')
		for line in lines_of('llvm-nm-14 --undefined-only --format=posix', library) do
			assert(not line:find '^_lua', library .. ' needs ' .. line)
		end
	end
	local rpaths = {}
	for line in lines_of('llvm-objdump-14 --macho --rpaths', native.own) do
		table.insert(rpaths, line)
	end
	assert(rpaths[#rpaths] == '@loader_path' and #rpaths <= 2, table.concat(rpaths, '\n'))
end

-- Windows finds beside a library what the module has loaded before it: the other one.
function check_needs.windows()
	local of_system = { ['KERNEL32.dll'] = true, ['msvcrt.dll'] = true, ['api-ms-win-core-synch-l1-2-0.dll'] = true }
	for kind, library in pairs(native) do
		local beside = false
		for line in lines_of('llvm-objdump-14 -p', library) do
			local dll = line:match '^%s+DLL Name: (%S+)'
			beside = beside or dll == 'libcbframe.dll'
			assert(not dll or of_system[dll] or kind == 'own' and dll == 'libcbframe.dll', library .. ' needs ' .. tostring(dll))
		end
		assert(beside == (kind == 'own'), library .. (beside and ' needs itself' or ' needs no other one'))
	end
end

check_needs[system]()

print(('%s, %s: %d functions declared, %d uses'):format(native.library, native.own, declared, used))
