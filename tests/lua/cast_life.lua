-- The life of the callbacks of cbframe.cast, and what becomes of errors in them.
local check = ...
local ffi = require 'ffi'
local cbframe = require 'cbframe'
local callers, native = check.callers, check.native
local call = cbframe.call

local int_type = 'int (*)(int)'
local jit_on = jit.status()

local function returning(x)
	return function() return x end
end

local function frame_returning(x)
	return cbframe.new(function(cpu) native.return_int(cpu, x) end)
end

local function with(ctype, f, g, opts)
	local callback = cbframe.cast(ctype, f, opts)
	local ok, message = xpcall(function() g(callback.p, callback) end, debug.traceback)
	callback:free()
	if not ok then
		error(message, 0)
	end
end

-- Life --------------------------------------------------------------------------------------------

check.case('a callback is cdata, each with its own pointer and function', function()
	local first, second = cbframe.cast(int_type, returning(1)), cbframe.cast(int_type, returning(2))
	check.equal(type(first), 'cdata')
	check.equal(first.p == second.p, false)
	check.equal(first.p(0), 1)
	check.equal(second.p(0), 2)
	first:free()
	check.equal(second.p(0), 2)
	second:free()
end)

check.case('set: the same pointer, another function; after free a new one', function()
	local cb = cbframe.cast(int_type, returning(1))
	local p = cb.p
	check.equal(cb:set(returning(2)), cb)
	check.equal(cb.p, p)
	check.equal(cb.p(0), 2)
	cb:free()
	check.equal(cb.p == nil, true)
	cb:free()
	cb:set(returning(3))
	check.equal(cb.p == p, false)
	check.equal(cb.p(0), 3)
	check.raises('handler: function expected, got nil', cb.set, cb, nil)
	check.equal(cb.p(0), 3)
	cb:free()
end)

check.case('a handler may set, free and make callbacks, its own too', function()
	local cb, made
	cb = cbframe.cast('box (*)(box, int64_t)', function(b, y)
		if y == 0 then
			cb:set(function() return { { 5, 6, 7, 8 } } end)
		else
			cb:free()
			made = cbframe.cast('box (*)(box, int64_t)', function() return { { 9 } } end, { default = { { 10 } } })
			collectgarbage()
		end
		return b
	end, { default = { { 42 } } })
	check.equal(callers.call_box(cb.p, { { 1 } }, 0).part[0], 1LL)
	check.equal(callers.call_box(cb.p, { { 1 } }, 0).part[3], 8LL)
	cb:set(function()
		cb:free()
		made = cbframe.cast('box (*)(box, int64_t)', function() return { { 9 } } end, { default = { { 10 } } })
		collectgarbage()
		error 'freed itself'
	end)
	cbframe.onerror(function() end)
	check.equal(callers.call_box(cb.p, { { 1 } }, 1).part[0], 42LL) -- its own default
	check.equal(callers.call_box(made.p, { { 1 } }, 1).part[0], 9LL)
	made:free()
end)

check.case('calling a freed one aborts', function()
	local output, status = check.run [[
		local cb = cbframe.cast('int (*)(int)', print)
		local p = cb.p
		cb:free()
		p(1)
	]]
	check.contains(output, 'freed callback')
	check.equal(status, check.aborted)
end)

-- A Lua function that C calls when the process ends, after lua_close.
local AT_EXIT = [[
	ffi.cdef 'int on_exit(void (*)(int, void *), void *); void *_onexit(int (*)(void)); int atexit(void (*)(void)); void exit(int);'
	local function at_exit(f)
		local cb
		if ffi.os == 'Windows' then
			cb = cbframe.cast('int (*)(void)', f, { default = 0 })
			ffi.C._onexit(cb.p)
		else
			cb = cbframe.cast('void (*)(int, void *)', f)
			ffi.C.on_exit(cb.p, nil)
		end
	end
	io.stdout:setvbuf 'no'
	at_exit(function() print 'runs' return 0 end)
]]

check.case('a program that ends with a callback among what it calls at its end', function()
	for script, expected in pairs {
		[''] = { '', 0 }, -- closes the state first
		['os.exit(3)'] = { 'runs\n', 3 },
		['os.exit(3, true)'] = { '', 3 },
		['cbframe.call(ffi.C.exit, 4)'] = { 'runs\n', 4 },
	} do
		local output, status = check.run(AT_EXIT .. script)
		check.equal(output, expected[1], script)
		check.equal(status, expected[2], script)
	end
	local output, status = check.run(AT_EXIT .. 'error "fails"')
	check.contains(output, 'fails')
	check.equal(output:find('runs', 1, true), nil)
	check.equal(status, 1)
end)

check.case('calling one after lua_close that has a result and no default aborts, and says why', function()
	local output, status = check.run [[
		ffi.cdef 'int on_exit(void *, void *); void *_onexit(void *);'
		local p = ffi.cast('void *', cbframe.cast('int (*)(void)', function() return 1 end).p)
		if ffi.os == 'Windows' then
			ffi.C._onexit(p)
		else
			ffi.C.on_exit(p, nil)
		end
	]]
	check.contains(output, 'cbframe: callback at 0x', 'called after its Lua state was closed')
	check.equal(status, check.aborted)
end)

check.case('calling one on another thread aborts', function()
	local output, status = check.run [[
		local cb = cbframe.cast('int (*)(int)', function(x) return x end)
		callers.call_on_thread(cb.p, 1)
	]]
	check.contains(output, 'called on another thread')
	check.equal(status, check.aborted)
end)

check.case('a callback without a finalizer outlives its object', function()
	local output, status = check.run [[
		local p = ffi.cast('void *', cbframe.cast('int (*)(int)', function() return 8 end).p)
		collectgarbage()
		collectgarbage()
		print(ffi.cast('int (*)(int)', p)(0), cbframe.stats().live)
	]]
	check.equal(output, '8\t1\n')
	check.equal(status, 0)
end)

check.case('ffi.gc(cb, cb.free) frees it when it is collected', function()
	local live = cbframe.stats().live
	local kept = cbframe.cast(int_type, returning(9))
	ffi.gc(kept, kept.free)
	do
		local dropped = cbframe.cast(int_type, returning(1), { default = 3 })
		ffi.gc(dropped, dropped.free)
	end
	collectgarbage()
	collectgarbage()
	check.equal(cbframe.stats().live, live + 1)
	check.equal(kept.p(0), 9)
	kept:free()
	check.equal(cbframe.stats().live, live)
end)

check.case('a freed callback keeps nothing alive', function()
	local weak = setmetatable({}, { __mode = 'k' })
	local function handler()
		local upvalue = {}
		local f = function() return upvalue end
		weak[upvalue], weak[f] = true, true
		return f
	end
	local cb = cbframe.cast(int_type, handler())
	cb:set(handler())
	cb:free()
	collectgarbage()
	collectgarbage()
	check.equal(next(weak), nil)
end)

check.case('100,000 live ones, each called', function()
	local n, callbacks, live = 100000, {}, cbframe.stats().live
	for i = 1, n do
		callbacks[i] = cbframe.cast(int_type, returning(i))
	end
	check.equal(cbframe.stats().live, live + n)
	for i = 1, n do
		check.equal(callbacks[i].p(0), i)
	end
	for i = 1, n, 2 do
		callbacks[i]:free()
	end
	for i = 2, n, 2 do
		check.equal(callbacks[i].p(0), i)
		callbacks[i]:free()
	end
	check.equal(cbframe.stats().live, live)
end)

check.case('frames and casts in turn', function()
	local made = {}
	for i = 1, 1000 do
		made[i] = i % 2 == 0 and cbframe.cast(int_type, returning(i)) or frame_returning(i)
	end
	for i = 1, 1000, 3 do
		made[i]:free()
		made[i] = i % 2 == 1 and cbframe.cast(int_type, returning(i)) or frame_returning(i)
	end
	for i = 1, 1000 do
		check.equal(ffi.cast(int_type, made[i].p)(0), i)
		made[i]:free()
	end
end)

check.case('a million made and freed: memory stays flat', function()
	local f = returning(1)
	local function cycle(times)
		for _ = 1, times do
			cbframe.cast(int_type, f):free()
		end
		collectgarbage()
		collectgarbage()
		return collectgarbage 'count', cbframe.stats().bytes
	end
	local kilobytes, bytes = cycle(10000)
	local kilobytes_after, bytes_after = cycle(jit_on and 1000000 or 200000)
	check.equal(bytes_after, bytes)
	if kilobytes_after - kilobytes > 100 then
		error(('%d KB grew to %d KB'):format(kilobytes, kilobytes_after))
	end
end)

check.case('the type is prepared once', function()
	local made = {}
	for i = 1, 100 do
		made[i] = cbframe.cast('double (*)(double, point)', returning(0))
	end
	check.equal(ffi.typeof(made[1]), ffi.typeof(made[100]))
	for i = 1, 100 do
		made[i]:free()
	end
end)

check.case('on the other side of fork', function()
	if ffi.os == 'Windows' then
		check.skip 'Windows has no fork'
	end
	ffi.cdef 'int fork(void); int waitpid(int, int *, int); void _exit(int);'
	with(int_type, function(x) return x + 1 end, function(p)
		local child = ffi.C.fork()
		if child == 0 then
			local cb = cbframe.cast(int_type, function(x) return x + 2 end)
			local sum = callers.call_counted(p, 10) + callers.call_counted(cb.p, 20)
			cb:free()
			ffi.C._exit(sum)
		end
		local status = ffi.new 'int[1]'
		check.equal(ffi.C.waitpid(child, status, 0), child)
		check.equal(status[0], 33 * 256)
	end)
end)

-- Errors ------------------------------------------------------------------------------------------

check.case('an error is raised again by cbframe.call, and C gets zero', function()
	callers.begun, callers.ended = 0, 0
	local function origin() error 'oops' end
	with(int_type, function() origin() end, function(p)
		local message = check.raises('oops', call, callers.call_counted, p, 1)
		check.contains(message, 'cast_life.lua', "in function 'origin'")
		check.equal(select(2, message:gsub('stack traceback:', '')), 1)
		local got
		cbframe.onerror(function(m) got = m end)
		check.equal(callers.call_counted(p, 5), 0)
		check.contains(got, 'oops')
	end)
	check.equal(callers.begun, 2)
	check.equal(callers.ended, 2)
end)

check.case('zero of every kind, also where the caller gave the memory for the result', function()
	cbframe.onerror(function() end)
	local function fails() error 'fails' end
	local function zero(ctype, caller, ...)
		local got
		local arguments = { ... }
		with(ctype, fails, function(p) got = caller(p, unpack(arguments)) end)
		return got
	end
	check.equal(zero('double (*)(double)', callers.call_double, 2), 0)
	check.equal(zero('float (*)(float)', callers.call_float, 2), 0)
	check.equal(zero('long double (*)(long double)', callers.call_long_double, 2), 0)
	check.equal(zero('bool (*)(bool)', callers.call_bool, 1), false)
	check.equal(zero('int64_t (*)(int64_t)', callers.call_long, 1), 0LL)
	check.equal(zero('void *(*)(void *)', callers.call_pointer, ffi.new 'int[1]') == nil, true)
	check.equal(zero('span (*)(span)', callers.call_span, { 1, 2 }).last, 0LL)
	check.equal(zero('mixed (*)(mixed)', callers.call_mixed, { 1, 2 }).weight, 0)
	check.equal(zero('box (*)(box, int64_t)', callers.call_box_over_rubbish), 0LL)
	check.equal(zero('void (*)(void)', callers.call_void), 1)
end)

check.case('a default in place of zero', function()
	cbframe.onerror(function() end)
	local function fails() error 'fails' end
	local function default(value, ctype, caller, ...)
		local got
		local arguments = { ... }
		with(ctype, fails, function(p) got = caller(p, unpack(arguments)) end, { default = value })
		return got
	end
	check.equal(default(-1, 'int (*)(int)', callers.call_counted, 1), -1)
	check.equal(default(1.5, 'double (*)(double)', callers.call_double, 2), 1.5)
	check.equal(default(2.5, 'long double (*)(long double)', callers.call_long_double, 2), 2.5)
	check.equal(default(true, 'bool (*)(bool)', callers.call_bool, 0), true)
	check.equal(tonumber(default('GREEN', 'color (*)(color)', callers.call_color, 0)), 5)
	check.equal(default(-2, 'int8_t (*)(int8_t)', callers.call_char, 0), -2)
	check.equal(default({ 3, 4 }, 'span (*)(span)', callers.call_span, { 1, 2 }).last, 4LL)
	check.equal(default({ 3.5, 4 }, 'mixed (*)(mixed)', callers.call_mixed, { 1, 2 }).weight, 3.5)
	check.equal(default({ { 1, 2, 3, 4 } }, 'box (*)(box, int64_t)', callers.call_box_over_rubbish), 80LL)
	local result = ffi.new 'fixed[1]'
	default({ 5, 6 }, 'fixed (*)(fixed)', callers.pass_fixed, result, result)
	check.equal(result[0].x, 5)
	local text = 'kept by nobody else ' .. os.time()
	check.equal(ffi.string(default(text, 'const char *(*)(const char *)', callers.call_string, '')), text)
end)

check.case('a default outlives free and set', function()
	cbframe.onerror(function() end)
	local cb = cbframe.cast(int_type, function() error 'fails' end, { default = 7 })
	cb:free()
	cb:set(function() error 'fails again' end)
	collectgarbage()
	check.equal(cb.p(1), 7)
	cb:free()
end)

check.case('a result that does not convert: the error says of which callback, what it got and what it wanted', function()
	local object
	local function fails(ctype, caller, ...)
		local arguments, message = { ... }, nil
		with(ctype, function() return object end, function(p)
			message = check.raises('result of the callback', call, caller, p, unpack(arguments))
		end)
		return message
	end
	object = 'text'
	check.contains(fails(' int (*)(int) ', callers.call_counted, 1),
		"result of the callback 'int (*)(int)', which wants 'int': cannot convert 'string' to 'int'\n")
	object = nil
	check.contains(fails(ffi.typeof 'int (*)(int)', callers.call_counted, 1),
		"result of the callback 'int (*)(int)', which wants 'int': cannot convert 'nil' to 'int'\n")
	object = {}
	check.contains(fails('double (*)(double)', callers.call_double, 1), "cannot convert 'table' to 'double'")
	check.contains(fails('long double (*)(long double)', callers.call_long_double, 1), "which wants 'long double'",
		"cannot convert 'table' to 'double'")
	object = ffi.new 'span'
	check.contains(fails('point (*)(void *, void *, void *, point)', callers.call_point, { 1, 2 }),
		"which wants 'point'", "cannot convert 'struct span' to 'struct point'")
	object = { 1, 'x' }
	check.contains(fails('span (*)(span)', callers.call_span, { 1, 2 }), "cannot convert 'string' to 'int64_t'")
	object = 'NO_COLOR'
	check.contains(fails('color (*)(color)', callers.call_color, 1), "which wants 'color'")
end)

check.case('an error with a position two levels up is no error of conversion', function()
	with(int_type, function() error('from here', 2) end, function(p)
		local message = check.raises('from here', call, callers.call_counted, p, 1)
		check.equal(message:find('result of the callback', 1, true), nil)
	end)
end)

check.case('errors that are no strings keep their identity', function()
	for _, object in ipairs { {}, 42.5, newproxy() } do
		with(int_type, function() error(object, 0) end, function(p)
			local ok, got = pcall(call, callers.call_counted, p, 1)
			check.equal(ok, false)
			check.equal(rawequal(got, object) or got == object, true)
		end)
	end
end)

check.case('an error in a callback in a callback', function()
	with(int_type, function() error('inner', 0) end, function(inner)
		with(int_type, function(x)
			check.raises('inner', call, callers.call_counted, inner, x)
			return 5
		end, function(outer) check.equal(call(callers.call_counted, outer, 1), 5) end)
		with(int_type, function(x) return call(callers.call_counted, inner, x) end, function(outer)
			check.raises('inner', call, callers.call_counted, outer, 1)
		end)
	end)
end)

check.case('a debug hook that raises an error at any instruction', function()
	local output, status = check.run [[
		jit.off()
		local cb = cbframe.cast('int (*)(int)', function(x) return x end, { default = 9 })
		local variadic = cbframe.cast('int (*)(const char *, ...)', function(x, va) return va:get 'int' end)
		cbframe.onerror(function() end)
		for count = 1, 300 do
			for _, f in ipairs { function() callers.call_counted(cb.p, 1) end, function() callers.call_variadic(variadic.p) end } do
				pcall(function()
					debug.sethook(function()
						debug.sethook()
						error('from the hook', 0)
					end, '', count)
					f()
					debug.sethook()
				end)
			end
		end
		print(callers.begun - callers.ended)
	]]
	check.equal(output, '0\n')
	check.equal(status, 0)
end)

-- Strings that C gets ----------------------------------------------------------------------------

local string_type = 'const char *(*)(const char *)'

-- Fills what the collector has freed.
local function collect()
	collectgarbage()
	collectgarbage()
	local junk = {}
	for i = 1, 20000 do
		junk[i] = ('junk %d'):format(i) .. ('#'):rep(40)
	end
end

local number = 0

-- A string that nobody else has.
local function fresh()
	number = number + 1
	return ('entry number %d'):format(number) .. (' '):rep(40)
end

check.case('a string as a result is an error: Lua may collect it before C reads it', function()
	for _, ctype in ipairs { string_type, 'const void *(*)(void *)', 'const uint8_t *(*)(const uint8_t *)' } do
		with(ctype, fresh, function(p)
			check.contains(check.raises('result of the callback', call, p, nil), ("'%s', which wants 'const "):format(ctype),
				'a string, which Lua may collect before C reads it: option keep holds the last one')
		end, { default = ffi.cast('char *', 8) })
	end
	with('char *(*)(void)', fresh, function(p) check.raises("cannot convert 'string' to 'char *'", call, p) end)
	with('int (*)(void)', fresh, function(p) check.raises("cannot convert 'string' to 'int'", call, p) end)
end)

check.case('with opts.keep the last one stays until the next call', function()
	with(string_type, fresh, function(p)
		for _ = 1, 20 do
			local kept = call(p, nil)
			local expected = 'entry number ' .. number
			collect()
			check.equal(ffi.string(kept):match '^(.-) *$', expected)
		end
	end, { keep = true })
end)

check.case('opts.keep keeps what a pointer points at, the last one only, and goes on after set', function()
	local made = setmetatable({}, { __mode = 'k' })
	local cb = cbframe.cast('int *(*)(int)', function(x)
		local memory = ffi.new('int[1]', x)
		made[memory] = true
		return memory
	end, { keep = true })
	local kept
	for i = 1, 50 do
		kept = call(cb.p, i)
	end
	collect()
	check.equal(kept[0], 50)
	local alive = 0
	for _ in pairs(made) do
		alive = alive + 1
	end
	check.equal(alive < 10, true) -- some stack may still have an older one
	cb:set(function(x) return x == 1 and error 'fails' or nil end)
	check.raises('fails', call, cb.p, 1)
	cb:free()
	cb:set(function() return ffi.new('int[1]', 7) end)
	kept = call(cb.p, 2)
	collect()
	check.equal(kept[0], 7)
	cb:free()
	local text = cbframe.cast(string_type, function() return fresh() end, { keep = true })
	text:set(function() return fresh() end)
	kept = call(text.p, nil)
	collect()
	check.equal(ffi.string(kept):match '^(.-) *$', 'entry number ' .. number)
	text:free()
end)

check.case('opts.keep of a callback that returns no pointer', function()
	for _, ctype in ipairs { 'int (*)(int)', 'void (*)(void)', 'point (*)(point)' } do
		check.raises(("option keep: the callback '%s' returns no pointer"):format(ctype), cbframe.cast, ctype, print, { keep = true })
	end
end)

check.case('a default that is a string stays as long as the callback', function()
	cbframe.onerror(function() end)
	local cb = cbframe.cast(string_type, function() error 'fails' end, { default = fresh() })
	local expected = 'entry number ' .. number
	for _ = 1, 3 do
		collect()
		check.equal(ffi.string(cb.p(nil)):match '^(.-) *$', expected)
		cb:set(function() error 'fails' end)
	end
	cb:free()
	cb:set(function() error 'fails' end)
	collect()
	check.equal(ffi.string(cb.p(nil)):match '^(.-) *$', expected)
	cb:free()
end)

-- Nesting and coroutines --------------------------------------------------------------------------

check.case('until a stack ends: an error, and the default all the way', function()
	for _, stack in ipairs { '256', '1024', '8192' } do
		local output, status = check.run([[
			local f, pointer, depth, deepest = callers.call_counted, nil, 0, 0
			local cb = cbframe.cast('int (*)(int)', function(x)
				depth = depth + 1
				deepest = math.max(deepest, depth)
				f(pointer, x + 1)
				depth = depth - 1
				return 1
			end, { default = -5 })
			pointer = cb.p
			local ok, message = pcall(cbframe.call, f, pointer, 0)
			assert(not ok and (message:find 'nested too deep' or message:find 'stack overflow' or
				message:find 'error in error handling'), message)
			assert(callers.begun == callers.ended and deepest > 10)
			cb:set(function(x) return x + 1 end)
			assert(f(pointer, 5) == 6 and cbframe.call(f, pointer, 5) == 6)
		]], { stack = stack })
		check.equal(output, '')
		check.equal(status, 0)
	end
end)

check.case('callbacks of many types in one another keep their arguments', function()
	local box_type, mixed_type = 'box (*)(box, int64_t)', 'mixed (*)(mixed)'
	with(mixed_type, function(m) return { m.weight * 2, m.id + 1 } end, function(inner)
		with(box_type, function(b, y)
			local m = callers.call_mixed(inner, { 1.5, tonumber(y) })
			check.equal(m.weight, 3)
			check.equal(y, 7LL)
			b.part[0] = m.id
			return b
		end, function(outer)
			local result = callers.call_box(outer, { { 1, 2, 3, 4 } }, 7)
			check.equal(result.part[0], 8LL)
			check.equal(result.part[3], 4LL)
		end)
	end)
end)

check.case('coroutines: in a handler, around a call, and both', function()
	with('point (*)(void *, void *, void *, point)', function(_, _, _, at)
		local co = coroutine.wrap(function(x)
			local y = coroutine.yield(x + 1)
			return y * 2
		end)
		return { co(at.x), co(at.y) }
	end, function(p)
		local results = {}
		for i = 1, 3 do
			results[i] = coroutine.wrap(function()
				local got = callers.call_point(p, { i, 10 * i })
				coroutine.yield(got.x)
				return got.y
			end)
		end
		for i = 1, 3 do
			check.equal(results[i](), i + 1)
		end
		for i = 1, 3 do
			check.equal(results[i](), 20 * i)
		end
	end)
end)

check.case('a handler cannot yield across C', function()
	with(int_type, function() return coroutine.yield(1) end, function(p)
		coroutine.wrap(function() check.raises('yield', call, callers.call_counted, p, 1) end)()
	end)
end)

-- The compiler ------------------------------------------------------------------------------------

check.case('hot loops of many types at once', function()
	local double = cbframe.cast('double (*)(double)', function(x) return x / 2 end)
	local span = cbframe.cast('span (*)(span)', function(s) return { s.last, s.first } end)
	local box = cbframe.cast('box (*)(box, int64_t)', function(b, y)
		b.part[1] = b.part[1] + y
		return b
	end)
	local byte = cbframe.cast('int8_t (*)(int8_t)', function(x) return -x end)
	for i = 1, 30000 do
		local small = i % 100
		check.equal(callers.call_double(double.p, i), i / 2)
		check.equal(callers.call_span(span.p, { i, -i }).first, -1LL * i)
		check.equal(callers.call_box(box.p, { { 0, i } }, small).part[1], 0LL + i + small)
		check.equal(callers.call_char(byte.p, small), -small)
	end
	for _, cb in ipairs { double, span, box, byte } do
		cb:free()
	end
end)

check.case('a million calls by C in one loop', function()
	with(int_type, function(x) return x % 1000 end, function(p)
		local many = jit_on and 1000000 or 200000
		check.equal(call(callers.call_in_loop, p, many), many / 1000 * 499500LL)
	end)
end)

check.case('C sorts', function()
	ffi.cdef 'void qsort(void *, size_t, size_t, int (*)(const void *, const void *));'
	local n = 10000
	local numbers = ffi.new('int[?]', n)
	for i = 0, n - 1 do
		numbers[i] = (i * 7919) % n
	end
	with('int (*)(const int *, const int *)', function(a, b) return a[0] - b[0] end, function(p)
		call(ffi.C.qsort, numbers, n, 4, ffi.cast('int (*)(const void *, const void *)', p))
	end)
	for i = 0, n - 1 do
		check.equal(numbers[i], i)
	end
end)

check.case('handlers are compiled', function()
	local function handler(at)
		local sum = 0
		for i = 1, 200 do
			sum = sum + at.weight * i
		end
		return { sum, at.id }
	end
	local functions = {}
	local function on_record(_, func) functions[func] = true end
	with('mixed (*)(mixed)', handler, function(p)
		jit.attach(on_record, 'record')
		for i = 1, 1000 do
			check.equal(callers.call_mixed(p, { i, 7 }).weight, i * 20100)
		end
		jit.attach(on_record)
	end)
	check.equal(functions[handler] or false, jit_on)
end)

check.case('calls leave no memory behind', function()
	with('point (*)(void *, void *, void *, point)', function(_, _, _, at) return { at.y, at.x } end, function(p)
		local function cycle(n)
			for _ = 1, n do
				callers.call_point(p, { 1, 2 })
			end
			collectgarbage()
			collectgarbage()
			return collectgarbage 'count'
		end
		local before = cycle(1000)
		check.equal(cycle(100000) - before < 50, true)
	end)
end)

check.case('a collector that runs all the time', function()
	local pause, multiplier = collectgarbage('setpause', 0), collectgarbage('setstepmul', 1000)
	with('box (*)(box, int64_t)', function(b, y)
		collectgarbage 'step'
		local garbage = { {}, tostring(y), ffi.new 'box' }
		b.part[3] = y + #garbage
		return b
	end, function(p)
		for i = 1, 5000 do
			check.equal(callers.call_box(p, { { 1 } }, i).part[3], 3LL + i)
		end
	end)
	collectgarbage('setpause', pause)
	collectgarbage('setstepmul', multiplier)
end)
