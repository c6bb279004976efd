-- Runs one file of tests: luajit [OPTIONS] check.lua FILE MODULES [CALLERS [WORD...]]. MODULES: the folder of
-- cbframe.lua; CALLERS: the shared object of callers.c; WORD...: what process.run of this system wants to know, for
-- POSIX what stands before luajit in a command that runs it. FILE gets the table below as its argument.

local here = arg[0]:match '^(.*)/[^/]*$' or '.'
local file, modules, callers_file = arg[1], arg[2], arg[3]
package.path = modules .. '/?.lua'

local ffi = require 'ffi'
local cbframe = require 'cbframe'

local check = { modules = modules, file = file }
local counts = { ok = 0, FAILED = 0, skipped = 0 }

-- The C side.
local function declare(file)
	local declarations = assert(io.open(file))
	ffi.cdef(declarations:read '*a')
	declarations:close()
end
local cpus = { x64 = 'x86_64', x86 = 'i386', arm64 = 'aarch64' }
local callers_headers = {
	here .. '/callers.h', ('%s/../cpu/%s/lua/callers_arch.h'):format(here, cpus[ffi.arch]),
}
for _, file in ipairs(callers_headers) do
	declare(file)
end
check.callers = callers_file and ffi.load(callers_file)

check.native = dofile(here .. '/native.lua')

local process = dofile(('%s/process_%s.lua'):format(here, ffi.os == 'Windows' and 'windows' or 'posix'))

local skip = {}

-- check.skip(reason) ends the case: it says that the promise could not be tested here.
function check.skip(reason)
	error(setmetatable({ reason = reason }, skip), 0)
end

-- check.skip_disputed() ends a case of what clang's calls of i386 do in another way than gcc's and ours, if clang has
-- compiled the callers.
function check.skip_disputed()
	if ffi.arch == 'x86' and ffi.string(check.callers.compiled_by()) == 'Clang' then
		check.skip 'clang disagrees, see docs/abi-disputes.md'
	end
end

local function explain(message)
	local explained = getmetatable(message) == skip or tostring(message):find('\nstack traceback:', 1, true)
	return explained and message or debug.traceback(tostring(message), 2)
end

-- check.case(name, f) runs f(). It must raise no error, no callback may fail unasked outside of cbframe.call, and f must
-- free the callbacks that it makes.
function check.case(name, f)
	local strays = {}
	cbframe.onerror(function(message, is_raised)
		if not is_raised then
			strays[#strays + 1] = tostring(message)
		end
	end)
	local live = cbframe.stats().live
	local ok, message = xpcall(f, explain)
	cbframe.onerror(nil)
	if #strays > 0 then -- probably why f failed, if it did
		ok, message = false, ('%d errors in callbacks, the first: %s'):format(#strays, strays[1])
	elseif ok and cbframe.stats().live ~= live then
		ok, message = false, ('%d callbacks leaked'):format(cbframe.stats().live - live)
	end
	local result = ok and 'ok' or getmetatable(message) == skip and 'skipped' or 'FAILED'
	counts[result] = counts[result] + 1
	print(('%-8s%s%s'):format(result, name, result == 'skipped' and ': ' .. message.reason or ''))
	if result == 'FAILED' then
		print((('\n' .. message):gsub('\n', '\n\t')))
	end
end

local function short(text)
	text = tostring(text)
	return #text <= 1000 and text or text:sub(1, 1000) .. ' ...'
end

-- check.equal(got, expected [, what]): the same value and type; a NaN equals a NaN.
function check.equal(got, expected, what)
	local same = rawequal(got, expected) or got == expected and type(got) == type(expected)
		or got ~= got and expected ~= expected
	if not same then
		error(('%s%s expected, got %s'):format(what and what .. ': ' or '', short(expected), short(got)), 2)
	end
end

-- check.contains(text, part, ...): each part is in text, as it stands.
function check.contains(text, ...)
	for _, part in ipairs { ... } do
		if type(text) ~= 'string' or not text:find(part, 1, true) then
			error(('%q expected in %q'):format(part, short(text)), 2)
		end
	end
end

-- check.raises(part, f, ...): f(...) raises an error whose message contains part. Returns the message.
function check.raises(part, f, ...)
	local ok, message = pcall(f, ...)
	if ok then
		error(('an error with %q expected, none raised'):format(part), 2)
	elseif type(message) ~= 'string' or not message:find(part, 1, true) then
		error(('an error with %q expected, got %q'):format(part, short(message)), 2)
	end
	return message
end

-- check.with(f, g) calls g(pointer, callback) with a callback for f and frees it.
function check.with(f, g)
	local callback = cbframe.new(f)
	local ok, message = xpcall(function() g(callback.p, callback) end, explain)
	callback:free()
	if not ok then
		error(message, 0)
	end
end

-- What every script of check.run starts with.
local prelude = ([[
local ffi = require 'ffi'
local cbframe = require 'cbframe'
for _, file in ipairs { '%s', '%s' } do
	local declarations = assert(io.open(file))
	ffi.cdef(declarations:read '*a')
	declarations:close()
end
local callers = ffi.load '%s'
]]):format(callers_headers[1], callers_headers[2], callers_file or '')

-- check.luajit(script [, options]) runs a script, which has native, in a process of its own, by the same LuaJIT. Returns
-- what it wrote, to standard error too, and how it ended: 0 well. Ends the case where that cannot be done. options:
--   path         in place of this package.path
--   folder       the current one
--   environment  a table of variables
--   stack        of C, in KB, or 'unlimited'
--   terminal     whether it writes to one
function check.luajit(script, options)
	options = setmetatable(options or {}, { __index = { path = package.path } })
	script = ("local native = dofile '%s/native.lua'\n"):format(here) .. script
	local output, status = process.run(script, options, { unpack(arg, 4) })
	return output or check.skip(status), status
end

-- check.run(script [, options]): the same with ffi, cbframe and callers.
function check.run(script, options)
	return check.luajit(prelude .. script, options)
end

check.aborted, check.moved = process.aborted, process.moved

io.stdout:setvbuf 'line'
assert(loadfile(file))(check)
print(('%d ok, %d failed, %d skipped'):format(counts.ok, counts.FAILED, counts.skipped))
os.exit((counts.FAILED > 0 or counts.ok + counts.skipped == 0) and 1 or 0, true)
