-- Errors stay on their side: what fails in a handler is raised again by cbframe.call, or goes to
-- onerror, after the C code has run to its end. A handler that failed leaves the CPU as it came in.
local check = ...
local ffi = require 'ffi'
local cbframe = require 'cbframe'
local callers, native = check.callers, check.native

local call = cbframe.call
local counted = callers.call_counted

-- Runs f, and as many C functions must come to their end as it began.
local function all_return(f)
	callers.begun, callers.ended = 0, 0
	f()
	check.equal(callers.begun > 0, true)
	check.equal(callers.ended, callers.begun)
end

check.case('an error is raised again with its traceback, after the C code has returned', function()
	local function origin() error 'oops' end
	check.with(function() origin() end, function(p)
		all_return(function()
			local message = check.raises('oops', call, counted, p, 1)
			check.equal(message:match 'errors%.lua:%d+: oops\nhandler at [^\n]*errors%.lua:%d+\nstack traceback:\n' ~= nil, true)
			check.contains(message, "in function 'origin'")
		end)
	end)
end)

check.case('an error message without position stays as it is, but for the traceback', function()
	check.with(function() error('plain', 0) end, function(p)
		local message = check.raises('plain', call, counted, p, 1)
		check.equal(message:match '^plain\nhandler at [^\n]*\nstack traceback:\n' ~= nil, true)
	end)
end)

check.case('an error of the language itself', function()
	check.with(function() return nil + 1 end, function(p)
		check.raises('attempt to perform arithmetic on a nil value', call, counted, p, 1)
	end)
	check.with(function(cpu) return cpu.RXX end, function(p)
		check.raises("has no member named 'RXX'", call, counted, p, 1)
	end)
end)

check.case('an error that is no string keeps its identity', function()
	for _, object in ipairs { {}, true, 42.5, function() end, newproxy(), ffi.new 'int[1]', coroutine.create(print) } do
		check.with(function() error(object, 0) end, function(p)
			local ok, got = pcall(call, counted, p, 1)
			check.equal(ok, false)
			check.equal(rawequal(got, object) or got == object, true)
		end)
	end
end)

check.case('nil and false are errors too', function()
	for i = 1, 2 do
		local object
		if i == 2 then
			object = false
		end
		check.with(function() error(object) end, function(p)
			all_return(function()
				local ok, got = pcall(call, counted, p, 1)
				check.equal(ok, false)
				check.equal(got, object)
			end)
		end)
	end
end)

check.case('of several errors in one call the first is raised, and the others are counted', function()
	check.with(function(cpu) error('number ' .. native.int(cpu, 0), 0) end, function(p)
		local message = check.raises('number 0', call, callers.call_in_loop, p, 5)
		check.contains(message, '4 more errors')
		check.equal(message:find('number 1', 1, true), nil)
		message = check.raises('number 0', call, callers.call_in_loop, p, 1)
		check.equal(message:find('more errors', 1, true), nil)
	end)
end)

check.case('of several errors the first keeps its identity if it is no string', function()
	local object = {}
	check.with(function(cpu) error(native.int(cpu, 0) == 0 and object or 'later') end, function(p)
		local ok, got = pcall(call, callers.call_in_loop, p, 5)
		check.equal(ok, false)
		check.equal(got, object)
	end)
end)

check.case('a call that goes well after one that did not', function()
	local fail = true
	check.with(function(cpu)
		if fail then
			error 'once'
		end
		native.return_int(cpu, 3)
	end, function(p)
		check.raises('once', call, counted, p, 1)
		fail = false
		check.equal(call(counted, p, 1), 3)
	end)
end)

check.case('each cbframe.call gets the errors of its own callbacks', function()
	check.with(function() error('inner', 0) end, function(inner)
		local caught
		check.with(function(cpu)
			caught = check.raises('inner', call, counted, inner, 1)
			native.return_int(cpu, 5)
		end, function(outer) all_return(function() check.equal(call(counted, outer, 1), 5) end) end)
		check.contains(caught, 'inner')

		check.with(function()
			call(counted, inner, 1)
		end, function(outer) all_return(function() check.raises('inner', call, counted, outer, 1) end) end)

		check.with(function()
			pcall(call, counted, inner, 1)
			error('outer', 0)
		end, function(outer) check.raises('outer', call, counted, outer, 1) end)
	end)
end)

check.case('a call inside a cbframe.call that has failed already knows nothing of that, and changes nothing', function()
	local inner_result
	check.with(function(cpu) native.return_int(cpu, 5) end, function(inner)
		check.with(function(cpu)
			if native.int(cpu, 0) == 0 then
				error('at first', 0)
			end
			inner_result = call(counted, inner, 1)
		end, function(outer) check.raises('at first', call, callers.call_in_loop, outer, 2) end)
	end)
	check.equal(inner_result, 5)
end)

check.case('an error three calls deep comes out of all of them, with one traceback', function()
	local pointer
	check.with(function(cpu)
		local depth = native.int(cpu, 0)
		if depth == 0 then
			error('deep', 0)
		end
		native.return_int(cpu, call(counted, pointer, depth - 1))
	end, function(p)
		pointer = p
		all_return(function()
			local message = check.raises('deep', call, counted, p, 3)
			check.equal(select(2, message:gsub('stack traceback:', '')), 1)
		end)
	end)
end)

check.case('a plain call inside a cbframe.call: its errors go to the cbframe.call', function()
	check.with(function() error('inside', 0) end, function(inner)
		local after = false
		check.with(function()
			counted(inner, 1)
			after = true
		end, function(outer) all_return(function() check.raises('inside', call, counted, outer, 1) end) end)
		check.equal(after, true)
	end)
end)

check.case('results and arguments pass through', function()
	check.with(function(cpu) native.return_int(cpu, native.int(cpu, 0)) end, function(p)
		check.equal(call(counted, p, 7), 7)
		check.equal(call(ffi.cast('int (*)(int)', p), 8), 8)
		check.equal(select('#', call(ffi.cast('void (*)(void)', p))), 0)
	end)
	local function echo(...) return ... end
	check.equal(select('#', call(echo)), 0)
	check.equal(select('#', call(echo, nil, 2, nil)), 3)
	local a, b, c = call(echo, nil, 2, false)
	check.equal(a, nil)
	check.equal(b, 2)
	check.equal(c, false)
	check.equal(select('#', call(echo, unpack({}, 1, 100))), 100)
end)

check.case('wrong arguments of the C function are an error, and no callback is called', function()
	check.with(function() error 'called' end, function(p)
		check.raises("cannot convert 'string' to 'int'", call, counted, p, 'one')
		check.raises('wrong number of arguments', call, counted, p)
		check.raises('wrong number of arguments', call, counted, p, 1, 2)
		check.raises("cannot convert 'table' to", call, counted, {}, 1)
	end)
end)

check.case('cbframe.call of what cannot be called', function()
	check.raises('cbframe.call: function expected, got nil', call)
	check.raises('cbframe.call: function expected, got nil', call, nil, 1)
	check.raises('attempt to call a number value', call, 42)
	check.raises('is not callable', call, ffi.new 'int')
	check.raises('is not callable', call, ffi.cast('void *', 1))
	-- and nothing of it is left behind: an error outside goes to onerror
	local got
	cbframe.onerror(function(message) got = message end)
	check.with(function() error('outside', 0) end, function(p) counted(p, 1) end)
	check.contains(got, 'outside')
end)

check.case('cbframe.call of callbacks, freed ones too', function()
	local frame, cast = cbframe.new(function() end), cbframe.cast('int (*)(int)', function(x) return x + 1 end)
	check.raises("errors.lua:", function() call(frame) end)
	check.raises('cbframe callback at 0x', call, frame, 1)
	check.raises("cbframe callback 'int (*)(int)' at 0x", call, cast, 1)
	check.raises('is no function: its member p is', call, cast, 1)
	check.raises('is no function: its member p is', function() cast(1) end)
	frame:free()
	cast:free()
	check.raises("cbframe callback 'int (*)(int)', freed is no function", call, cast, 1)
	check.raises('errors.lua:', function() call(cast.p, 1) end)
	check.raises('function expected, got a null pointer, which that of a freed callback is', call, cast.p, 1)
	check.raises('function expected, got a null pointer', call, frame.p, 1)
end)

check.case('an error of LuaJIT that C is called wrongly is of the line that called', function()
	check.with(function() end, function(p)
		local message = check.raises("cannot convert 'string' to 'int'", function() call(counted, p, 'one') end)
		check.contains(message, 'errors.lua:')
		check.equal(select(2, message:gsub('errors%.lua:', '')), 1)
	end)
end)

check.case('errors outside cbframe.call go to onerror, and the C code goes on', function()
	local got = {}
	cbframe.onerror(function(...) got[#got + 1] = { ... } end)
	check.with(function(cpu) error('number ' .. native.int(cpu, 0), 0) end, function(p)
		all_return(function() counted(p, 7) end)
		callers.call_in_loop(p, 3)
	end)
	check.equal(#got, 4)
	check.equal(#got[1], 2)
	check.equal(got[1][2], false) -- nobody raises it
	check.contains(got[1][1], 'number 7', 'stack traceback:')
	check.contains(got[4][1], 'number 2')
end)

check.case('a message says where the handler is from, and of which type its callback is', function()
	local line = debug.getinfo(1, 'l').currentline + 1
	local function handler() error('plain', 0) end
	local position = ('handler at %s:%d'):format(debug.getinfo(1, 'S').short_src, line)
	check.with(handler, function(p)
		check.contains(check.raises('plain', call, counted, p, 1), '\n' .. position .. '\nstack traceback:')
	end)
	for ctype, run in pairs {
		['int (*)(int)'] = function(p) return call(counted, p, 1) end,
		['int (*)(const char *, ...)'] = function(p) return call(callers.call_variadic, p) end,
	} do
		local cb = cbframe.cast(ctype, handler)
		local message = check.raises('plain', run, cb.p)
		check.contains(message, ("\n%s, of '%s'\nstack traceback:"):format(position, ctype))
		check.equal(select(2, message:gsub('handler at', '')), 1)
		cb:set(function() return {} end)
		check.contains(check.raises('result of the callback', run, cb.p),
			"which wants 'int': cannot convert 'table' to 'int'\nhandler at ")
		cb:free()
	end
end)

check.case('onerror is told at once, inside cbframe.call too, and what it handles is not raised', function()
	local told = {}
	check.with(function(cpu) error('number ' .. native.int(cpu, 0), 0) end, function(p)
		cbframe.onerror(function(message, is_raised)
			told[#told + 1] = message:match '^[^\n]*'
			check.equal(is_raised, true)
			return message:find 'number [01]' ~= nil
		end)
		all_return(function()
			call(counted, p, 1)
			check.equal(#told, 1)
			call(function()
				pcall(callers.call_in_loop, p, 1)
				check.equal(#told, 2) -- at once
			end)
			local message = check.raises('number 2', call, callers.call_in_loop, p, 4)
			check.contains(message, '1 more errors')
		end)
	end)
	check.equal(table.concat(told, ', '), 'number 1, number 0, number 0, number 1, number 2, number 3')
end)

check.case('an onerror function that fails inside cbframe.call: both errors are told', function()
	local output, status = check.run [[
		local cb = cbframe.new(function() error('first', 0) end)
		cbframe.onerror(function() error('second', 0) end)
		local ok, message = pcall(cbframe.call, callers.call_counted, cb.p, 1)
		print(ok, message:match '^first')
	]]
	check.contains(output, 'cbframe: error in a callback: second', 'false\tfirst')
	check.equal(status, 0)
end)

check.case('the default of onerror tells nothing that is raised', function()
	local output, status = check.run [[
		local cb = cbframe.new(function() error('raised', 0) end)
		cbframe.onerror(cbframe.onerror(print))
		print(pcall(cbframe.call, callers.call_counted, cb.p, 1))
	]]
	check.equal(select(2, output:gsub('raised', '')), 1)
	check.equal(status, 0)
end)

check.case('onerror gets objects as they are', function()
	local object, got = {}, nil
	cbframe.onerror(function(message) got = message end)
	check.with(function() error(object) end, function(p) counted(p, 1) end)
	check.equal(got, object)
end)

check.case('onerror returns what was set before', function()
	local function first() end
	local function second() end
	local before = cbframe.onerror(first)
	check.equal(cbframe.onerror(second), first)
	check.equal(cbframe.onerror(nil), second)
	local default = cbframe.onerror(before)
	check.equal(type(default), 'function')
	check.equal(cbframe.onerror(default), before)
	check.equal(cbframe.onerror(before), default)
end)

check.case('onerror wants a function', function()
	check.raises('handler: function expected, got number', cbframe.onerror, 42)
	check.raises('handler: function expected, got boolean', cbframe.onerror, false)
end)

local WRITES = [[
	local cb = cbframe.new(function() error('oops', 0) end)
]]

check.case('by default an error is written to standard error with its traceback', function()
	local output, status = check.run(WRITES .. [[
		io.stdout:close()
		callers.call_counted(cb.p, 1)
		assert(callers.ended == 1)
	]])
	check.equal(output:match '^cbframe: error in a callback: oops\nhandler at [^\n]*:%d+\nstack traceback:\n' ~= nil, true, output)
	check.equal(status, 0)
end)

check.case('onerror(nil) restores that', function()
	local output = check.run(WRITES .. [[
		cbframe.onerror(function() print 'mine' end)
		callers.call_counted(cb.p, 1)
		cbframe.onerror(nil)
		callers.call_counted(cb.p, 1)
	]])
	check.contains(output, 'mine\n', 'oops')
end)

check.case('an onerror function that fails itself', function()
	local output, status = check.run(WRITES .. [[
		cbframe.onerror(function(message) error('and again: ' .. message, 0) end)
		callers.call_counted(cb.p, 1)
		print(callers.begun, callers.ended)
	]])
	check.contains(output, 'and again: oops', '1\t1\n')
	check.equal(status, 0)
end)

check.case('errors that cannot even be written', function()
	local output, status = check.run [[
		local hostile = setmetatable({}, { __tostring = function(self) error(self) end })
		local cb = cbframe.new(function() error(hostile) end)
		assert(pcall(callers.call_counted, cb.p, 1))
		cbframe.onerror(function() error(hostile) end)
		assert(pcall(callers.call_counted, cb.p, 1))
		cbframe.onerror(nil)
		io.stderr:close()
		assert(pcall(callers.call_counted, cb.p, 1))
		print(callers.begun, callers.ended)
	]]
	check.contains(output, '3\t3\n')
	check.equal(status, 0)
end)

check.case('an onerror function may call callbacks', function()
	local got = {}
	check.with(function(cpu)
		if native.int(cpu, 0) > 0 then
			error('level ' .. native.int(cpu, 0), 0)
		end
	end, function(p)
		cbframe.onerror(function(message)
			got[#got + 1] = message
			counted(p, 2 - #got)
		end)
		all_return(function() counted(p, 2) end)
	end)
	check.equal(#got, 2)
	check.contains(got[1], 'level 2')
	check.contains(got[2], 'level 1')
end)

check.case('the stack pointer comes back too', function()
	check.with(function(cpu)
		require 'cbframe_native'.library.cbf_cpu_pop(cpu, ffi.arch == 'arm64' and 16 or 8)
		error 'half way'
	end, function(p) check.raises('half way', call, counted, p, 1) end)
end)

check.case('the result of a handler that failed is what the register held', function()
	local caller, x = callers.call_float, 1.25 -- XMM0, or V0, holds the argument and is the result
	if ffi.arch == 'x86' then
		caller, x = callers.call_by_regparm, 7 -- so does EAX
	end
	check.with(function(cpu)
		if ffi.arch == 'arm64' then
			cpu.V[0].lo.lo.f, cpu.X0.i = 99, 99
		else
			cpu.XMM[0].lo.lo.f, cpu.EAX.i = 99, 99
		end
		error 'half way'
	end, function(p)
		cbframe.onerror(function() end)
		check.equal(caller(p, x), x)
	end)
end)

check.case('an error caught in the handler is no error', function()
	check.with(function(cpu)
		pcall(error, 'caught')
		native.return_int(cpu, 1)
	end, function(p) check.equal(call(counted, p, 1), 1) end)
end)

-- Errors that leave through C --------------------------------------------------------------------

local function unwinding(f, opts)
	opts = opts or {}
	opts.errors = 'unwind'
	return cbframe.cast('int (*)(int)', f, opts)
end

-- Runs f, and so many C functions must have been left.
local function leaves(number, f)
	callers.begun, callers.ended = 0, 0
	f()
	check.equal(callers.begun - callers.ended, number)
end

check.case("errors = 'unwind': an error leaves through the C that called", function()
	local cb = unwinding(function(x)
		if x < 0 then
			error('negative', 0)
		end
		return x + 1
	end)
	for _ = 1, 100 do
		check.equal(counted(cb.p, 1), 2)
		leaves(1, function() check.raises('negative', counted, cb.p, -1) end)
		leaves(1, function() check.raises('negative', call, counted, cb.p, -1) end)
		coroutine.wrap(function() leaves(1, function() check.raises('negative', counted, cb.p, -1) end) end)()
	end
	check.contains(check.raises('negative', counted, cb.p, -1), "\nhandler at ", "of 'int (*)(int)'\nstack traceback:")
	cb:free()
end)

check.case("errors = 'unwind': objects, results that do not convert, and after free and set", function()
	local object = {}
	local cb = unwinding(function(x) return x == 1 and error(object) or {} end, { default = 5 })
	local ok, got = pcall(counted, cb.p, 1)
	check.equal(ok, false)
	check.equal(got, object)
	check.raises("result of the callback 'int (*)(int)', which wants 'int': cannot convert", counted, cb.p, 2)
	cb:free()
	cb:set(function() error('again', 0) end)
	leaves(1, function() check.raises('again', counted, cb.p, 1) end)
	cb:free()
end)

check.case("errors = 'unwind': one in another, and one that holds its errors between", function()
	local inner = unwinding(function() error('inner', 0) end)
	local outer = unwinding(function(x) return x == 0 and counted(inner.p, 1) or select(2, pcall(counted, inner.p, 1)) and 7 end)
	leaves(2, function() check.raises('inner', counted, outer.p, 0) end)
	leaves(1, function() check.equal(counted(outer.p, 1), 7) end)
	local holding = cbframe.cast('int (*)(int)', function(x) return x == 0 and counted(inner.p, 1) or counted(outer.p, x) end,
		{ default = -2 })
	leaves(1, function() check.raises('inner', call, counted, holding.p, 0) end)
	leaves(1, function() check.equal(call(counted, holding.p, 1), 7) end)
	local all = cbframe.cast('int (*)(int)', function(x)
		pcall(counted, inner.p, 1)
		error('after ' .. x, 0)
	end, { default = -3 })
	local told
	cbframe.onerror(function(message, is_raised) told = is_raised or message end)
	check.equal(counted(all.p, 4), -3)
	check.contains(told, 'after 4')
	for _, cb in ipairs { inner, outer, holding, all } do
		cb:free()
	end
end)

check.case("errors = 'unwind': onerror may handle it, and then C goes on", function()
	local cb = unwinding(function() error('handled', 0) end, { default = 9 })
	cbframe.onerror(function(_, is_raised) return is_raised end)
	leaves(0, function() check.equal(counted(cb.p, 1), 9) end)
	cb:free()
end)

check.case("errors = 'unwind': of C that cannot be unwound the error stays", function()
	if ffi.os == 'Windows' then
		check.skip 'the system does not tell'
	end
	local cb = unwinding(function() error('stays', 0) end, { default = 9 })
	local message = check.raises('stays', call, callers.call_without_tables, cb.p, 1)
	check.contains(message, 'it stays here: the C that called cannot be unwound')
	local got
	cbframe.onerror(function(m, is_raised) got = m .. tostring(is_raised) end)
	check.equal(callers.call_without_tables(cb.p, 1), 9)
	check.contains(got, 'it stays here')
	cb:free()
end)

check.case("errors = 'unwind': C libraries that must not be returned to", function()
	local found, png = pcall(ffi.load, ffi.os == 'Windows' and 'libpng16-16' or 'libpng16.so.16')
	if not found then
		check.skip 'there is no libpng here'
	end
	ffi.cdef [[
		const char *png_get_libpng_ver(void *);
		void *png_create_read_struct(const char *, void *, void (*)(void *, const char *), void *);
		void *png_create_info_struct(void *);
		void png_set_read_fn(void *, void *, void (*)(void *, uint8_t *, size_t));
		void png_read_info(void *, void *);
		void png_destroy_read_struct(void **, void **, void **);
	]]
	local entered = 0
	local on_error = cbframe.cast('void (*)(void *, const char *)', function(_, message)
		entered = entered + 1
		error('png: ' .. ffi.string(message), 0)
	end, { errors = 'unwind' })
	local read = cbframe.cast('void (*)(void *, uint8_t *, size_t)', function(_, to, size) ffi.fill(to, size, 7) end)
	local reader = ffi.new('void *[1]', png.png_create_read_struct(png.png_get_libpng_ver(nil), nil, on_error.p, nil))
	local info = ffi.new('void *[1]', png.png_create_info_struct(reader[0]))
	png.png_set_read_fn(reader[0], nil, read.p)
	check.raises('png: Not a PNG file', call, png.png_read_info, reader[0], info[0])
	check.equal(entered, 1)
	png.png_destroy_read_struct(reader, info, nil)
	on_error:free()
	read:free()
end)

check.case('options of errors', function()
	check.raises("option errors: 'unwind' expected, got 'throw'", cbframe.cast, 'int (*)(int)', print, { errors = 'throw' })
end)

check.case('an error that a debug hook raises at any instruction does not leave through C', function()
	local output, status = check.run [[
		jit.off()
		local cb = cbframe.new(function(cpu) native.return_int(cpu, 1) end)
		cbframe.onerror(function() end)
		for count = 1, 200 do
			pcall(function()
				local p = cb.p
				debug.sethook(function()
					debug.sethook()
					error('from the hook', 0)
				end, '', count)
				callers.call_counted(p, 1)
				debug.sethook()
			end)
		end
		print(callers.begun - callers.ended)
	]]
	check.equal(output, '0\n')
	check.equal(status, 0)
end)

check.case('an error does not get lost when the callback could not run at all', function()
	-- On a C stack so small that a first callback finds no room.
	local output, status = check.run([[
		local function on_little_stack(n)
			if n == 0 then
				return cbframe.call(callers.call_counted, P, 1)
			end
			return (string.gsub('x', 'x', function() return on_little_stack(n - 1) end))
		end
		local cb = cbframe.new(function() end)
		P = cb.p
		local n, ok, message = 0, true, nil
		repeat
			n = n + 1
			ok, message = pcall(on_little_stack, n)
		until not ok
		print(message)
		print((select(2, pcall(function()
			local deep
			deep = cbframe.new(function() callers.call_counted(deep.p, 1) end)
			cbframe.call(callers.call_counted, deep.p, 1)
		end)):match ':%d+: cbframe: callbacks nested too deep'))
	]], { stack = '256' })
	check.contains(output, 'nested too deep')
	check.equal(output:match '\n:%d+: cbframe: callbacks nested too deep\n$' ~= nil, true, output) -- where cbframe.call was called
	check.equal(status, 0)
end)
