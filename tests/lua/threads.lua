-- Calls on other threads than that of the Lua state.
local check = ...
local ffi = require 'ffi'
local cbframe = require 'cbframe'
local callers, native = check.callers, check.native

local numbered_type = 'int64_t (*)(int thread, int i)'
local is_slow = ffi.arch == 'arm64' or ffi.os == 'Windows' -- an emulator, or Wine
local many_calls = is_slow and 2000 or 100000

-- A callback that is freed after g(pointer, callback), whose threads must have ended by then.
local function with(ctype, opts, f, g)
	local callback = cbframe.cast(ctype, f, opts)
	local ok, message = xpcall(function() g(callback.p, callback) end, debug.traceback)
	callback:free()
	if not ok then
		error(message, 0)
	end
end

-- Polls until the threads have ended. Returns the sum of what they got, and how many calls were run.
local function finish(calls)
	local count = 0
	while callers.running_calls(calls) > 0 do
		count = count + cbframe.poll(0.01)
	end
	return tonumber(callers.ended_calls(calls)), count + cbframe.poll()
end

-- Without polling.
local function await(calls)
	return tonumber(callers.ended_calls(calls))
end

-- Waits until so many calls are queued.
local function wait_for_calls(count)
	local own, state = require('cbframe_native').own, require('cbframe_callbacks').state()
	repeat until own.cbf_lua_gather(state) == count
end

local function told(f)
	local messages = {}
	local before = cbframe.onerror(function(message) table.insert(messages, message) return true end)
	local ok, message = pcall(f)
	cbframe.onerror(before)
	if not ok then
		error(message, 0)
	end
	return messages
end

-- wait ---------------------------------------------------------------------------------------------

check.case('wait: calls of 8 threads are run here, in the order of each, and get their results', function()
	local last, sum = {}, 0
	with(numbered_type, { thread = 'wait' }, function(thread, i)
		assert(i == (last[thread] or -1) + 1)
		last[thread] = i
		sum = sum + thread * i
		return thread * i
	end, function(p)
		local got, count = finish(callers.started_calls(p, 8, many_calls))
		check.equal(count, 8 * many_calls)
		check.equal(got, sum)
		check.equal(sum, 28 * (many_calls - 1) * many_calls / 2)
	end)
end)

check.case('wait: on the own thread a call is run at once', function()
	with(numbered_type, { thread = 'wait' }, function(thread, i) return thread + i end, function(p)
		check.equal(p(2, 3), 5LL)
	end)
end)

check.case('wait: arguments of all kinds, on the stack of their thread', function()
	local seen = 0
	with('many_function', { thread = 'wait' }, function(small, x, large, text, half, both, long, letters, three, shifted, y, two)
		assert(small == seen and x == seen + 0.25 and large.part[3] == seen + 3 and ffi.string(text) == 'constant')
		assert(half == 0.5 and both.weight == seen + 0.5 and both.id == seen and long == -seen)
		assert(ffi.string(letters.text) == 'ab' and three.x == seen and three.z == 3)
		assert(shifted == seen * 2LL ^ 40 and y == 1.5 and two.first == seen and two.last == -seen)
		seen = seen + 1
	end, function(p)
		finish(callers.started_calls_with_many(p, 100))
		check.equal(seen, 100)
	end)
end)

check.case('wait: variadic arguments', function()
	with('int (*)(const char *, ...)', { thread = 'wait' }, function(_, va)
		assert(va:get 'int' == 1 and va:get 'double' == 2.5 and ffi.string(va:get 'const char *') == 'three')
		return va:get 'double' * 2
	end, function(p)
		check.equal(finish(callers.started_variadic_call(p)), 9)
	end)
end)

check.case('wait: long double', function()
	with('long double (*)(long double, box)', { thread = 'wait' }, function(x, b) return x * tonumber(b.part[3]) end, function(p)
		check.equal(finish(callers.started_long_double_call(p)), 20)
	end)
end)

check.case('wait: a call that fails returns its default, the error is delivered', function()
	with(numbered_type, { thread = 'wait', default = 7 }, function() error 'fails' end, function(p)
		local sum
		local messages = told(function() sum = finish(callers.started_calls(p, 2, 10)) end)
		check.equal(sum, 140)
		check.equal(#messages, 20)
		check.contains(messages[1], 'fails', 'handler at ')
	end)
end)

check.case('wait: errors are raised by a cbframe.call around the poll', function()
	with(numbered_type, { thread = 'wait', default = 7 }, function() error 'fails' end, function(p)
		local calls = callers.started_calls(p, 1, 1)
		check.raises('fails', cbframe.call, function() finish(calls) end)
	end)
end)

check.case("wait: errors = 'unwind' is for calls on the own thread", function()
	with(numbered_type, { thread = 'wait', default = 7, errors = 'unwind' }, function() error 'fails' end, function(p)
		local sum
		check.equal(#told(function() sum = finish(callers.started_calls(p, 1, 3)) end), 3)
		check.equal(sum, 21)
	end)
end)

check.case('timeout: who waits too long gets the default, and an error is delivered', function()
	local ran = 0
	with(numbered_type, { thread = 'wait', timeout = 0.02, default = -5 }, function() ran = ran + 1 return 1 end, function(p)
		check.equal(await(callers.started_calls(p, 2, 3)), -30)
		local messages = told(function() check.equal(cbframe.poll(), 0) end)
		check.equal(ran, 0)
		check.equal(#messages, 1)
		check.contains(messages[1], '6 calls on other threads were given up: no cbframe.poll has run it before its timeout',
			"of 'int64_t (*)(int thread, int i)'")
		check.equal(await(callers.started_calls(p, 1, 1)), -5)
		check.raises('a call on another thread was given up', cbframe.call, function() end)
	end)
end)

check.case('timeout: a call that has begun is waited for', function()
	with(numbered_type, { thread = 'wait', timeout = 0.01, default = -5 }, function()
		cbframe.poll(0.1)
		return 1
	end, function(p)
		local calls = callers.started_calls(p, 1, 1)
		check.equal(cbframe.poll(10), 1)
		check.equal(await(calls), 1)
	end)
end)

check.case('free: calls that wait return their default', function()
	local cb = cbframe.cast(numbered_type, error, { thread = 'wait', default = 3 })
	local p = cb.p
	local calls = callers.started_calls(p, 8, 1)
	wait_for_calls(8)
	cb:free()
	check.equal(await(calls), 24)
	check.equal(cbframe.poll(), 0)
end)

check.case('a handler may free its own callback, and poll', function()
	local cb, ran = nil, 0
	cb = cbframe.cast(numbered_type, function(thread)
		ran = ran + 1
		wait_for_calls(7) -- of the others
		cb:free()
		check.equal(cbframe.poll(), 0)
		return 100
	end, { thread = 'wait', default = 1 })
	local calls = callers.started_calls(cb.p, 8, 1)
	wait_for_calls(8)
	check.equal(cbframe.poll(), 1)
	check.equal(await(calls), 107)
end)

check.case('freed and set again: a new pointer, of the same options', function()
	local cb = cbframe.cast(numbered_type, error, { thread = 'wait', default = 1 })
	cb:free()
	cb:set(function() return 5 end)
	check.equal(finish(callers.started_calls(cb.p, 2, 1)), 10)
	cb:free()
	local posted = cbframe.cast('many_function', error, { thread = 'post' })
	posted:free()
	local ran = 0
	posted:set(function() ran = ran + 1 end)
	finish(callers.started_calls_with_many(posted.p, 5))
	check.equal(ran, 5)
	posted:free()
end)

check.case('many callbacks come and go', function()
	for i = 1, 3000 do
		local cb = cbframe.cast(numbered_type, function() return i end, { thread = i % 2 == 0 and 'wait' or 'post', default = i })
		if i % 100 == 0 then
			check.equal(finish(callers.started_calls(cb.p, 2, 2)), 4 * i)
		end
		cb:free()
	end
end)

-- post ---------------------------------------------------------------------------------------------

check.case('post: calls of 8 threads return at once and are run here, in the order of each', function()
	local last, ran, in_order = {}, 0, true
	local before, limit = cbframe.stats().dropped, cbframe.queue_limit
	cbframe.queue_limit = 2 ^ 15
	with(numbered_type, { thread = 'post', default = 2 }, function(thread, i)
		in_order = in_order and i > (last[thread] or -1)
		last[thread] = i
		ran = ran + 1
		return thread * i
	end, function(p)
		local got, count = finish(callers.started_calls(p, 8, many_calls))
		check.equal(got, 16 * many_calls)
		check.equal(count, ran)
		check.equal(in_order, true)
		check.equal(ran + cbframe.stats().dropped - before, 8 * many_calls)
	end)
	cbframe.queue_limit = limit
end)

check.case('post: arguments of all kinds are copied', function()
	local seen = 0
	with('many_function', { thread = 'post' }, function(small, x, large, text, half, both, long, letters, three, shifted, y, two)
		assert(small == seen and x == seen + 0.25 and large.part[0] == seen and large.part[3] == seen + 3)
		assert(ffi.string(text) == 'constant' and half == 0.5 and both.weight == seen + 0.5 and both.id == seen and long == -seen)
		assert(ffi.string(letters.text) == 'ab' and three.x == seen and three.z == 3)
		assert(shifted == seen * 2LL ^ 40 and y == 1.5 and two.first == seen and two.last == -seen)
		seen = seen + 1
	end, function(p)
		await(callers.started_calls_with_many(p, 100))
		check.equal(cbframe.poll(), 100)
		check.equal(seen, 100)
	end)
end)

check.case('post: long double, and a result that nobody gets', function()
	local got
	with('long double (*)(long double, box)', { thread = 'post', default = 3 }, function(x, b)
		got = x * tonumber(b.part[3])
		return got
	end, function(p)
		check.equal(await(callers.started_long_double_call(p)), 3)
		check.equal(cbframe.poll(), 1)
		check.equal(got, 20)
	end)
	with('box (*)(box, int64_t)', { thread = 'post' }, function(x, y)
		got = tonumber(x.part[0] + y)
		return { { 9 } }
	end, function(p)
		check.equal(callers.call_box(p, { { 1 } }, 2).part[0], 9LL) -- on the own thread
		check.equal(got, 3)
	end)
end)

check.case('post: an error is delivered, zero is returned without a default', function()
	with(numbered_type, { thread = 'post' }, function() error 'fails' end, function(p)
		check.equal(await(callers.started_calls(p, 1, 3)), 0)
		local messages = told(function() check.equal(cbframe.poll(), 3) end)
		check.equal(#messages, 3)
	end)
end)

check.case('post: after free nothing is run', function()
	local ran = 0
	local cb = cbframe.cast(numbered_type, function() ran = ran + 1 end, { thread = 'post' })
	await(callers.started_calls(cb.p, 2, 10))
	cb:free()
	check.equal(cbframe.poll(), 0)
	check.equal(ran, 0)
end)

check.case('queue_limit: past it calls are dropped and counted', function()
	local before, limit = cbframe.stats().dropped, cbframe.queue_limit
	check.equal(limit, 1024)
	local ran = 0
	with(numbered_type, { thread = 'post', default = 1 }, function() ran = ran + 1 return 0 end, function(p)
		check.equal(await(callers.started_calls(p, 4, 1000)), 4000)
		check.equal(cbframe.stats().dropped - before, 4000 - 1024)
		check.equal(cbframe.poll(), 1024)
		cbframe.queue_limit = 10
		check.equal(cbframe.queue_limit, 10)
		check.equal(await(callers.started_calls(p, 1, 11)), 11)
		check.equal(cbframe.stats().dropped - before, 4001 - 1024)
		check.equal(cbframe.poll(), 10)
		cbframe.queue_limit = 0
		check.equal(await(callers.started_calls(p, 1, 1)), 1)
		check.equal(cbframe.poll(), 0)
		cbframe.queue_limit = limit
	end)
	check.equal(ran, 1034)
	for _, wrong in ipairs { -1, 0.5, 2 ^ 40, 'many', false } do
		check.raises('cbframe.queue_limit: a number of calls up to 16777216 expected, got ' .. tostring(wrong), function()
			cbframe.queue_limit = wrong
		end)
	end
	check.equal(cbframe.queue_limit, limit)
end)

-- default, abort -----------------------------------------------------------------------------------

check.case('default: the default at once, the handler never runs on behalf of another thread', function()
	local ran = 0
	for default, expected in pairs { [4] = 40, [false] = 0 } do
		with(numbered_type, { thread = 'default', default = default or nil }, function() ran = ran + 1 return 1 end, function(p)
			check.equal(await(callers.started_calls(p, 2, 5)), expected)
			check.equal(cbframe.poll(), 0)
			check.equal(p(0, 0), 1LL)
		end)
	end
	check.equal(ran, 2)
end)

check.case('abort: says which callback and what else it may do', function()
	for _, options in ipairs { '', ", { thread = 'abort' }", ', { default = 5 }' } do
		local output, status = check.run(([[
			local cb = cbframe.cast('int (*)(int)', print%s)
			callers.call_on_thread(cb.p, 1)
		]]):format(options))
		check.contains(output, "cbframe: callback 'int (*)(int)' at 0x", ', handler of C, called on another thread', 'opts.thread')
		check.equal(status, check.aborted)
	end
	local output = check.run 'callers.call_on_thread(ffi.cast("int (*)(int)", cbframe.new(print).p), 1)'
	check.contains(output, 'cbframe: callback at 0x', ', handler of C, called on another thread', 'opts.thread')
end)

-- Each in a process of its own: how the callback `cb` got its handler, in which line of a chunk.
check.case('abort: says where the handler was defined', function()
	local ways = {
		"cb = cbframe.cast('int (*)(int)', f)", "cb = cbframe.new(f)", "cb = cbframe.cast('int (*)(int)', print):set(f)",
		'cb = cbframe.new(print):set(f)', "cb = cbframe.cast('int (*)(int)', print) cb:free() cb:set(f)",
		"for i = 1, 300 do if cb then cb:free() end cb = cbframe.cast('int (*)(int)', i == 300 and f or print) end",
		"for _ = 1, 300 do if cb then cb:free() end cb = cbframe.new(f) end",
		"cb = cbframe.cast('const char *(*)(void)', f, { keep = true }) cb:set(print) cb:set(f)",
		"cb = cbframe.tap(ffi.cast('void *', callers.call_on_thread), print) cb:set(f)",
	}
	for _, way in ipairs(ways) do
		local output, status = check.run(([[
			local make = loadstring('\n\nreturn function() end', '@made/here.lua')
			local f, cb = make()
			%s
			collectgarbage()
			callers.call_on_thread(ffi.cast('int (*)(int)', cb.p), 1)
		]]):format(way))
		check.contains(output, ', handler at made/here.lua:3, called on another thread')
		check.equal(status, check.aborted)
	end
end)

-- Frames -------------------------------------------------------------------------------------------

check.case('frames: wait; the CPU is that of the other thread', function()
	local last = {}
	local frame = cbframe.new(function(cpu)
		local thread, i = native.int(cpu, 0), native.int(cpu, 1)
		assert(i == (last[thread] or -1) + 1)
		last[thread] = i
		native.return_long(cpu, thread * i)
	end, { thread = 'wait' })
	local p = ffi.cast(numbered_type, frame.p)
	local got, count = finish(callers.started_calls(p, 4, 100))
	check.equal(count, 400)
	check.equal(got, 6 * 4950)
	frame:free()
end)

check.case('frames: one that fails, or is given up, leaves the CPU as it came', function()
	for _, options in ipairs { { thread = 'wait' }, { thread = 'wait', timeout = 0.01 } } do
		local frame = cbframe.new(function(cpu)
			native.return_long(cpu, 5)
			error 'fails'
		end, 'all', options)
		local messages = told(function()
			local calls = callers.started_calls(ffi.cast(numbered_type, frame.p), 1, 1)
			if not options.timeout then
				check.equal(cbframe.poll(10), 1)
			end
			await(calls)
			cbframe.poll()
		end)
		check.equal(#messages, 1)
		frame:free()
	end
end)

-- poll ---------------------------------------------------------------------------------------------

check.case('poll: runs handlers on the coroutine that calls it', function()
	local ran_on
	with(numbered_type, { thread = 'wait' }, function() ran_on = coroutine.running() return 1 end, function(p)
		local calls = callers.started_calls(p, 1, 2)
		local co = coroutine.create(function() return cbframe.poll(10) end)
		local ok, count = coroutine.resume(co)
		check.equal(ok and count, 1)
		check.equal(ran_on, co)
		check.equal(finish(calls), 2)
		check.equal(ran_on, coroutine.running())
	end)
end)

check.case('poll: within a handler, and within a call of C', function()
	local deepest, depth = 0, 0
	with(numbered_type, { thread = 'wait' }, function(_, i)
		depth = depth + 1
		deepest = math.max(deepest, depth)
		if depth < 4 then
			cbframe.poll(0.2)
		end
		depth = depth - 1
		return i
	end, function(p)
		check.equal(finish(callers.started_calls(p, 8, 1)), 0)
		check.equal(deepest > 1, true)
		local calls = callers.started_calls(p, 2, 10)
		check.with(function() check.equal(finish(calls), 90) end, function(f)
			cbframe.call(callers.call_counted, f, 1)
		end)
	end)
end)

check.case('poll: waits for so long, and no longer', function()
	local start = require('cbframe_native').own.cbf_lua_now
	local began = start()
	check.equal(cbframe.poll(0.05), 0)
	check.equal(start() - began >= 0.05, true)
	check.equal(cbframe.poll(), 0)
	check.equal(cbframe.poll(-1), 0)
	check.raises('cbframe.poll: seconds expected, got string', cbframe.poll, '1')
end)

check.case('wakeup: can be waited for while calls wait', function()
	local is_ready
	local handle = cbframe.wakeup()
	if ffi.os == 'Windows' then
		ffi.cdef 'unsigned long WaitForSingleObject(void *, unsigned long);'
		is_ready = function(seconds) return ffi.C.WaitForSingleObject(handle, seconds * 1000) == 0 end
	else
		ffi.cdef 'typedef struct { int fd; short events, revents; } polled; int poll(polled *, unsigned long, int);'
		local polled = ffi.new('polled[1]', { { handle, 1 } })
		is_ready = function(seconds) return ffi.C.poll(polled, 1, seconds * 1000) == 1 end
	end
	check.equal(cbframe.wakeup(), handle)
	cbframe.poll()
	check.equal(is_ready(0), false)
	with(numbered_type, { thread = 'wait' }, function(_, i) return i end, function(p)
		local calls = callers.started_calls(p, 1, 3)
		for i = 1, 3 do
			check.equal(is_ready(10), true)
			check.equal(cbframe.poll(), 1)
		end
		check.equal(await(calls), 3)
		check.equal(is_ready(0), false)
	end)
	with(numbered_type, { thread = 'post' }, function(_, i) return i end, function(p)
		await(callers.started_calls(p, 1, 3))
		check.equal(is_ready(0), true)
		check.equal(is_ready(0), true)
		check.equal(cbframe.poll(), 3)
		check.equal(is_ready(0), false)
	end)
end)

-- Options ------------------------------------------------------------------------------------------

check.case('options that mean nothing', function()
	check.raises("cbframe.cast: option thread: 'abort', 'wait', 'post', 'default' expected, got 'later'", cbframe.cast,
		numbered_type, print, { thread = 'later' })
	check.raises("option thread: 'abort', 'wait' expected, got 'post'", cbframe.new, print, { thread = 'post' })
	check.raises("there is no option 'default': those are thread, timeout", cbframe.new, print, 'all', { default = 1 })
	check.raises('options: table expected, got number', cbframe.new, print, 'all', 5)
	check.raises("option timeout: it is how long calls wait that option thread = 'wait' makes wait", cbframe.cast,
		numbered_type, print, { timeout = 1 })
	for _, wrong in ipairs { -1, 0 / 0, 'long' } do
		check.raises('option timeout: seconds expected, got ' .. tostring(wrong), cbframe.cast, numbered_type, print,
			{ thread = 'wait', timeout = wrong })
	end
	check.raises("option thread: 'post' copies the arguments of calls, but not what 'int (*)(const char *, ...)' gets for '...'",
		cbframe.cast, 'int (*)(const char *, ...)', print, { thread = 'post' })
	ffi.cdef 'typedef struct { char text[5000]; } page_of_text;'
	check.raises("option thread: 'post' copies the arguments of calls, 4096 bytes of them at most", cbframe.cast,
		'void (*)(page_of_text)', print, { thread = 'post' })
end)

-- Processes ----------------------------------------------------------------------------------------

check.case('a child of fork has an empty queue of its own', function()
	if ffi.os == 'Windows' then
		check.skip 'Windows has no fork'
	end
	local output, status = check.run [[
		ffi.cdef [=[
			int fork(void); int waitpid(int, int *, int); void _exit(int);
			typedef struct { int fd; short events, revents; } polled;
			int poll(polled *, unsigned long, int);
		]=]
		local ran = 0
		local cb = cbframe.cast('int64_t (*)(int, int)', function(_, i) ran = ran + 1 return i end, { thread = 'post' })
		local function ready()
			return ffi.C.poll(ffi.new('polled[1]', { { cbframe.wakeup(), 1 } }), 1, 0)
		end
		callers.ended_calls(callers.started_calls(cb.p, 2, 100))
		local child = ffi.C.fork()
		if child == 0 then
			assert(ready() == 0)
			assert(cbframe.poll() == 0)
			callers.ended_calls(callers.started_calls(cb.p, 1, 1024))
			assert(ready() == 1)
			assert(cbframe.poll() == 1024)
			ffi.C._exit(5)
		end
		local status = ffi.new 'int[1]'
		assert(ffi.C.waitpid(child, status, 0) == child)
		assert(status[0] == 5 * 256, status[0])
		assert(ready() == 1)
		print(cbframe.poll(), cbframe.stats().dropped)
	]]
	check.equal(output, '200\t0\n')
	check.equal(status, 0)
end)

check.case('a signal handler may post', function()
	if ffi.os ~= 'Linux' or ffi.arch ~= 'x64' then
		check.skip 'this system does not tell where signal handlers return to'
	end
	local output, status = check.run [[
		ffi.cdef 'typedef void (*signal_handler)(int); signal_handler signal(int, signal_handler); int raise(int);'
		local SIGUSR1, got = 10, {}
		local cb = cbframe.cast('signal_handler', function(number) got[#got + 1] = number end, { thread = 'post' })
		ffi.C.signal(SIGUSR1, cb.p)
		for i = 1, 1000 do
			ffi.C.raise(SIGUSR1)
		end
		assert(#got == 0)
		print(cbframe.poll(1), #got, got[1000])
	]]
	check.equal(output, '1000\t1000\t10\n')
	check.equal(status, 0)
end)
