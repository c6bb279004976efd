-- How the module is found and loaded.
local check = ...
local ffi = require 'ffi'

-- Whoever loads the module needs no LD_LIBRARY_PATH and no particular folder.
local WORKS = [[
	local cbframe = require 'cbframe'
	local cb = cbframe.new(function(cpu) native.return_int(cpu, native.int(cpu, 0) + 1) end)
	print(require 'ffi'.cast('int (*)(int)', cb.p)(41))
]]
local folder, name = check.modules:match '^(.*)/([^/]+)$'

local function works(place, path)
	local output, status = check.luajit(WORKS, { folder = place, path = path })
	check.equal(output, '42\n')
	check.equal(status, 0)
end

check.case('from another folder', function() works('/', check.modules .. '/?.lua') end)
check.case('by a relative LUA_PATH', function() works(folder, name .. '/?.lua') end)
check.case("by a relative LUA_PATH with './'", function() works(folder, './' .. name .. '/?.lua') end)
check.case('from the folder it is in', function() works(check.modules, '?.lua') end)
check.case("from the folder it is in, with './'", function() works(check.modules, './?.lua') end)
check.case('from below', function() works(folder .. '/' .. name, '../' .. name .. '/?.lua') end)

check.case('by a path with spaces and quotes', function()
	check.moved(check.modules, "a 'b' c", function(modules) works('/', modules .. '/?.lua') end)
end)

check.case('a second require gives the same module', function()
	check.equal(require 'cbframe', package.loaded.cbframe)
end)

check.case('required again after it was forgotten', function()
	local output, status = check.run [[
		local first = cbframe.new(function(cpu) native.return_int(cpu, 1) end)
		for _, forgotten in ipairs { { 'cbframe' }, { 'cbframe', 'cbframe_native' } } do
			for _, name in ipairs(forgotten) do
				package.loaded[name] = nil
			end
			collectgarbage()
			local again = require 'cbframe'
			local second = again.new(function(cpu) native.return_int(cpu, 2) end)
			assert(callers.call_counted(first.p, 0) == 1)
			assert(callers.call_counted(second.p, 0) == 2)
			first:set(function(cpu) native.return_int(cpu, 1) end)
			second:free()
			assert(second.p == nil and callers.call_counted(first.p, 0) == 1)
			local got
			again.onerror(function(message) got = message end)
			local third = again.new(function() error('oops', 0) end)
			callers.call_counted(third.p, 0)
			assert(got:find('oops', 1, true))
			third:free()
		end
		first:free()
		print(cbframe.stats().live)
	]]
	check.equal(output, '0\n')
	check.equal(status, 0)
end)

check.case('forgotten and required a thousand times', function()
	local output, status = check.run [[
		for _ = 1, 1000 do
			package.loaded.cbframe, package.loaded.cbframe_native = nil, nil
			local cb = require 'cbframe'.new(function(cpu) native.return_int(cpu, 2) end)
			assert(callers.call_counted(cb.p, 0) == 2)
			cb:free()
		end
	]]
	check.equal(output, '')
	check.equal(status, 0)
end)

-- A server that gives up its rights changes its root; what runs plug-ins takes `require` away, or gives them a path of
-- their own; a program may go to another folder than a relative path was meant for.
local USES = [[
	local cast = cbframe.cast('double (*)(double, int)', function(x, y) return x + y end)
	print(cast.p(1.5, 2))
	cast:free()
	print(#cbframe.layout('int (*)(int)').arguments)
	local text
	local cb = cbframe.new(function(cpu) text = cbframe.format(cpu, { type = 'int (*)(int number)' }) end)
	require_ffi.cast('int (*)(int)', cb.p)(41)
	cb:free()
	print(text:match 'number  +int .*41' and 'an argument')
	local failing = cbframe.cast('int (*)(int)', function() error('oops', 0) end)
	print((select(2, pcall(cbframe.call, failing.p, 1)):gsub('\n.*', '')))
	failing:free()
]]

local function works_after(change, place, path, before)
	local output, status = check.luajit(
		(before or '') .. "local require_ffi, cbframe = require 'ffi', require 'cbframe'\n" .. change .. USES,
		{ folder = place, path = path })
	check.equal(output, '3.5\n1\nan argument\noops\n')
	check.equal(status, 0)
end

check.case('all of it is loaded at once: another package.path', function()
	works_after "package.path = '/nowhere/?.lua'\n"
end)

check.case('all of it is loaded at once: another folder', function()
	works_after([[
		local change = require_ffi.os == 'Windows' and '_chdir' or 'chdir'
		require_ffi.cdef(('int %s(const char *);'):format(change))
		assert(require_ffi.C[change] '/' == 0)
	]], check.modules, './?.lua')
end)

check.case('all of it is loaded at once: what it needs of Lua is taken away', function()
	works_after 'require, loadstring, debug, coroutine, io, package = nil\n'
end)

check.case('all of it is loaded at once: package.loaded is reset', function()
	works_after [[
		for name in pairs(package.loaded) do
			if name:find '^cbframe' then
				package.loaded[name] = nil
			end
		end
	]]
end)

check.case('all of it is loaded at once: another root', function()
	if ffi.os == 'Windows' then
		check.skip 'Windows has no chroot'
	end
	local pipe = io.popen 'mktemp -d; id -u'
	local jail, user = pipe:read('*l', '*l')
	pipe:close()
	local ok, message = pcall(user == '0' and works_after or check.skip, user == '0' and ([[
		require_ffi.cdef 'int chroot(const char *); int chdir(const char *);'
		assert(require_ffi.C.chroot '%s' == 0 and require_ffi.C.chdir '/' == 0)
	]]):format(jail) or 'only root may do that')
	os.remove(jail)
	if not ok then
		error(message, 0)
	end
end)

-- Programs put functions of their own in place of ffi.cdef, so that declarations may come twice.
local PATCH = [[
	local cdef = require_ffi.cdef
	require_ffi.cdef = function(text) return pcall(cdef, text) end
]]

check.case('ffi.cdef is another function', function()
	works_after(PATCH)
	works_after 'require_ffi.cdef = function() error "no more declarations" end\n'
	works_after('', nil, nil, "local require_ffi = require 'ffi'\n" .. PATCH)
end)

check.case('busted, which forgets what each file of tests has required', function()
	if ffi.os == 'Windows' or ffi.arch ~= 'x64' then
		check.skip "busted's own modules are for another system"
	end
	local script = [[
		package.cpath = '/usr/lib/x86_64-linux-gnu/lua/5.1/?.so;' .. package.cpath
		if not pcall(require, 'busted.runner') then
			print 'no busted'
			os.exit(0)
		end
		arg = { [0] = 'busted', '--output=TAP', '%s/busted/first_spec.lua', '%s/busted/second_spec.lua' }
		require 'busted.runner' { standalone = false }
	]]
	local here = check.file:match '^(.*)/'
	local path = check.modules .. '/?.lua;/usr/share/lua/5.1/?.lua;/usr/share/lua/5.1/?/init.lua'
	for _, before in ipairs { '', "require 'cbframe'\n" } do
		local output, status = check.luajit(before .. script:format(here, here), { path = path })
		if output == 'no busted\n' then
			check.skip 'there is no busted here'
		end
		check.contains(output, '1..5\n')
		check.equal(select(2, output:gsub('%f[%w]ok %d', '')), 5, output)
		check.equal(output:find('not ok', 1, true), nil)
		check.equal(status, 0)
	end
end)

check.case('tests that each require it, all modules of which are forgotten in between', function()
	local output, status = check.luajit [[
		for i = 1, 3 do
			local cbframe = require 'cbframe'
			local cb = cbframe.cast(i == 3 and 'double (*)(double)' or 'int (*)(int)', function(x) return x + i end)
			print(cbframe.call(cb.p, 10), #cbframe.layout('int (*)(int)').arguments)
			cb:free()
			for name in pairs(package.loaded) do
				if name:find '^cbframe' then
					package.loaded[name] = nil
				end
			end
		end
	]]
	check.equal(output, '11\t1\n12\t1\n13\t1\n')
	check.equal(status, 0)
end)

check.case('under another Lua: an error that says what it needs', function()
	if os.execute 'lua5.1 -v >/dev/null 2>&1' ~= 0 then
		check.skip 'there is no lua5.1 here'
	end
	local pipe = io.popen(([[LUA_PATH='%s/?.lua' lua5.1 -e "print(pcall(require, 'cbframe'))"]]):format(check.modules))
	local output = pipe:read '*a'
	pipe:close()
	check.equal(output, 'false\tcbframe needs LuaJIT, with its FFI: this is Lua 5.1\n')
end)

check.case('it makes no globals', function()
	local output = check.luajit [[
		local before = {}
		for name in pairs(_G) do
			before[name] = true
		end
		require 'cbframe'
		for name in pairs(_G) do
			if not before[name] then
				print(name)
			end
		end
	]]
	check.equal(output, '')
end)
