-- Taps: what Lua sees of calls that go on in a C function, and logs of them.
local check = ...
local ffi = require 'ffi'
local cbframe = require 'cbframe'
local native = check.native

ffi.cdef [[
int abs(int x);
size_t strlen(const char *text);
typedef struct cbframe_test_methods {
	int version;
	int (*magnitude)(int);
	size_t (*length)(const char *);
	void (*missing)(void);
	void *data;
} cbframe_test_methods;
]]
local abs = ffi.cast('int (*)(int)', ffi.C.abs)
local strlen = ffi.cast('size_t (*)(const char *)', ffi.C.strlen)
local int_function = ffi.typeof 'int (*)(int)'

check.case('a tap sees the call, and the original answers', function()
	local seen
	local tap = cbframe.tap(abs, function(cpu) seen = native.int(cpu, 0) end)
	check.equal(int_function(tap.p)(-7), 7)
	check.equal(seen, -7)
	check.equal(tap.original == ffi.cast('void *', abs), true)
	tap:free()
end)

check.case('each level', function()
	for _, level in ipairs { 'legacy', 'all', ffi.arch ~= 'arm64' and 'sse' or nil } do
		local calls = 0
		local tap = cbframe.tap(abs, function() calls = calls + 1 end, level)
		for i = 1, 300 do
			check.equal(int_function(tap.p)(-i), i)
		end
		check.equal(calls, 300)
		tap:free()
	end
end)

check.case('a function, a pointer to one, and to void', function()
	for _, pointer in ipairs { ffi.C.abs, abs, ffi.cast('void *', abs) } do
		local tap = cbframe.tap(pointer, function() end)
		check.equal(int_function(tap.p)(-3), 3)
		tap:free()
	end
end)

check.case('skip and go_on', function()
	local tap = cbframe.tap(abs, function(cpu)
		native.return_int(cpu, 11)
		cbframe.skip(cpu)
	end)
	check.equal(int_function(tap.p)(-7), 11)
	local other = cbframe.cast('int (*)(int)', function(x) return x - 1 end)
	tap:set(function(cpu) cbframe.go_on(cpu, other.p) end)
	check.equal(int_function(tap.p)(-7), -8)
	tap:free()
	other:free()
end)

check.case('a tap of a tap of a callback', function()
	local order = ''
	local f = cbframe.cast('int (*)(int)', function(x)
		order = order .. 'f'
		return x + 1
	end)
	local inner = cbframe.tap(f.p, function() order = order .. 'i' end)
	local outer = cbframe.tap(inner.p, function() order = order .. 'o' end)
	check.equal(int_function(outer.p)(41), 42)
	check.equal(order, 'oif')
	outer:free()
	inner:free()
	f:free()
end)

check.case('set, free, and set again', function()
	local tap = cbframe.tap(abs, function() end)
	local p = tap.p
	local calls = 0
	check.equal(tap:set(function() calls = calls + 1 end), tap)
	check.equal(tap.p, p)
	check.equal(int_function(tap.p)(-1), 1)
	check.equal(calls, 1)
	tap:free()
	tap:free()
	check.equal(tap.p == nil, true)
	tap:set(function() calls = calls + 10 end)
	check.equal(int_function(tap.p)(-1), 1)
	check.equal(calls, 11)
	tap:free()
end)

check.case('an error of the handler leaves the call as it was', function()
	local tap = cbframe.tap(abs, function(cpu)
		native.return_int(cpu, 5)
		error 'of the handler'
	end)
	local ok, message = pcall(cbframe.call, int_function(tap.p), -9)
	check.equal(ok, false)
	check.equal(tostring(message):find('of the handler', 1, true) ~= nil, true)
	tap:free()
end)

check.case('bad input', function()
	local function f() end
	check.raises('function pointer expected, got nil', cbframe.tap, nil, f)
	check.raises('function pointer expected, got number', cbframe.tap, 5, f)
	check.raises('function pointer: it is NULL', cbframe.tap, ffi.cast('void *', 0), f)
	check.raises('handler: function expected, got nil', cbframe.tap, abs)
	check.raises("level 'legacy' or 'all' expected, got 'some'", cbframe.tap, abs, f, 'some')
	check.raises('CPU state (cbf_cpu) expected, got nil', cbframe.skip)
	check.raises('CPU state (cbf_cpu) expected, got nil', cbframe.go_on, nil, abs)
	check.raises("there is no option 'file'", cbframe.trace, abs, { file = 'x' })
	local of_skip, of_null, of_frame
	local tap = cbframe.tap(abs, function(cpu)
		of_null = select(2, pcall(cbframe.go_on, cpu, ffi.cast('void *', 0)))
		native.return_int(cpu, 1)
		cbframe.skip(cpu)
		of_skip = select(2, pcall(cbframe.skip, cpu))
	end)
	check.equal(int_function(tap.p)(-7), 1)
	check.equal(tostring(of_null):find('it is NULL', 1, true) ~= nil, true)
	check.equal(tostring(of_skip):find('the call skips the original already', 1, true) ~= nil, true)
	tap:free()
	local frame = cbframe.new(function(cpu)
		of_frame = select(2, pcall(cbframe.skip, cpu))
		native.return_int(cpu, 1)
	end)
	int_function(frame.p)(1)
	check.equal(tostring(of_frame):find('not that of a call', 1, true) ~= nil, true)
	frame:free()
end)

check.case('a trace of a function pointer', function()
	local lines = {}
	local trace = cbframe.trace(strlen, { name = 'strlen', log = function(line) lines[#lines + 1] = line end })
	check.equal(tonumber(ffi.cast('size_t (*)(const char *)', trace.p)('some text')), 9)
	trace:free()
	check.equal(#lines, 1)
	check.equal(lines[1]:match '^%d%d:%d%d:%d%d%.%d+ %d+ strlen%(' ~= nil, true, lines[1])
	check.equal(lines[1]:find('"some text"', 1, true) ~= nil, true, lines[1])
end)

check.case('a trace by a type', function()
	local line
	local trace = cbframe.trace(abs, { name = 'abs', type = 'int (*)(int x)', log = function(text) line = text end })
	check.equal(int_function(trace.p)(-42), 42)
	trace:free()
	check.equal(line:match ' abs%(x=%-42.*%)$' ~= nil, true, line)
end)

check.case('a trace of a struct of function pointers', function()
	local methods = ffi.new('cbframe_test_methods', { version = 3, magnitude = abs, length = strlen })
	local lines = {}
	local trace = cbframe.trace(methods, { name = 'm', log = function(line) lines[#lines + 1] = line end })
	check.equal(methods.magnitude == abs, false)
	check.equal(methods.missing == nil, true)
	check.equal(methods.magnitude(-2), 2)
	check.equal(tonumber(methods.length('text')), 4)
	trace:free()
	check.equal(methods.magnitude == abs, true)
	check.equal(methods.length == strlen, true)
	check.equal(methods.version, 3)
	check.equal(#lines, 2)
	check.equal(lines[1]:find(' m.magnitude(', 1, true) ~= nil, true, lines[1])
	check.equal(lines[2]:find(' m.length(', 1, true) ~= nil, true, lines[2])
end)
