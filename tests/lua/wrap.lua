-- Functions and libraries of C that are always called as cbframe.call does.
local check = ...
local ffi = require 'ffi'
local cbframe = require 'cbframe'
local callers, native = check.callers, check.native

ffi.cdef 'enum { WRAPPED_CONSTANT = 7 }; int abs(int);'

check.case('a wrapped function: arguments and results as they are', function()
	local f = cbframe.wrap(callers.call_counted)
	check.equal(type(f), 'function')
	check.with(function(cpu) native.return_int(cpu, native.int(cpu, 0) + 1) end, function(p)
		check.equal(f(p, 41), 42)
		check.equal(select('#', cbframe.wrap(callers.call_void)(ffi.cast('void (*)(void)', p))), 1)
	end)
	check.equal(cbframe.wrap(function(x) return x + 1 end)(5), 6)
	check.equal(cbframe.wrap(ffi.cast('int (*)(int)', ffi.C.abs))(-5), 5)
end)

check.case('errors of callbacks are raised by it', function()
	local f = cbframe.wrap(callers.call_counted)
	local before = callers.ended
	check.with(function() error('in the callback', 0) end, function(p)
		check.raises('in the callback', f, p, 1)
	end)
	check.equal(callers.ended, before + 1)
end)

check.case('an error of LuaJIT that it is called wrongly is of the line that called', function()
	local f, library = cbframe.wrap(callers.call_counted), cbframe.wrap(callers)
	for _, wrapped in ipairs { f, library.call_counted } do
		local message = check.raises("cannot convert 'string' to 'int'", function() wrapped(nil, 'one') end)
		check.contains(message, 'wrap.lua:')
		check.equal(message:find('cbframe_', 1, true), nil)
	end
end)

check.case('a wrapped library: functions are wrapped once, all else is that of the library', function()
	local library = cbframe.wrap(callers)
	check.equal(type(library.call_counted), 'function')
	check.equal(library.call_counted, library.call_counted)
	check.with(function(cpu) native.return_int(cpu, 2) end, function(p)
		library.begun = 0
		check.equal(callers.begun, 0)
		check.equal(library.call_counted(p, 1), 2)
		check.equal(library.begun, 1)
		check.equal(callers.begun, 1)
	end)
	local message = check.raises("missing declaration for symbol 'no_such_function'", function() return library.no_such_function end)
	check.contains(message, 'wrap.lua:')
	check.equal(message:find('cbframe_', 1, true), nil)
	check.equal(cbframe.wrap(ffi.C).WRAPPED_CONSTANT, 7)
	check.equal(cbframe.wrap(ffi.C).abs(-3), 3)
end)

-- Called directly by compiled code, such a function ends the program at its first callback: 'bad callback'.
for what, wrapped in pairs {
	['a function'] = 'cbframe.wrap(callers.call_sometimes)', ['a library'] = 'cbframe.wrap(callers).call_sometimes',
} do
	check.case('C that seldom calls back, in a hot loop: ' .. what, function()
		local script = [[
			local f = %s
			local cb = cbframe.new(function(cpu) native.return_int(cpu, -native.int(cpu, 0)) end)
			local p, sum = cb.p, 0
			for i = 1, 3000 do
				sum = sum + f(p, i, 1000)
			end
			print(sum)
		]]
		local output, status = check.run(script:format(wrapped))
		check.equal(output, 3000 * 3001 / 2 - 2 * 6000 .. '\n')
		check.equal(status, 0)
		if jit.status() then
			check.contains(check.run(script:format 'callers.call_sometimes'), 'bad callback')
		end
	end)
end

check.case('what is neither', function()
	check.raises('cbframe.wrap: C function or library expected, got nil', cbframe.wrap)
	check.raises('cbframe.wrap: C function or library expected, got number', cbframe.wrap, 42)
	check.raises('cbframe.wrap: C function or library expected, got table', cbframe.wrap, {})
	check.raises('cbframe.wrap: C function or library expected, got cdata<int>', cbframe.wrap, ffi.new 'int')
	check.raises('cbframe.wrap: C function or library expected, got cdata<int (*)()>: NULL', cbframe.wrap, ffi.cast('int (*)(int)', 0))
	check.with(print, function(_, cb)
		check.raises('cbframe.wrap: C function or library expected, got cbframe callback at 0x', cbframe.wrap, cb)
		check.raises('wrap.lua:', function() cbframe.wrap(cb) end)
	end)
end)
