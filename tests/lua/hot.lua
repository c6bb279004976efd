-- Callbacks and the JIT compiler: calls in hot loops, hot handlers, and what must never be compiled.
-- CMake runs all files with the compiler off and with everything compiled at once, too.
local check = ...
local ffi = require 'ffi'
local cbframe = require 'cbframe'
local callers, native = check.callers, check.native

local int_function = ffi.typeof 'int (*)(int)'
local jit_on = jit.status()
local many = jit_on and 1000000 or 200000

-- Runs f and returns the set of functions of which bytecode was recorded into a trace that was finished,
-- and the number of such traces.
local function compiled_by(f)
	local functions, recording, traces = {}, {}, 0
	local function on_record(_, func) recording[func] = true end
	local function on_trace(what)
		if what == 'start' then
			recording = {}
		elseif what == 'stop' then
			traces = traces + 1
			for func in pairs(recording) do
				functions[func] = true
			end
		end
	end
	jit.attach(on_record, 'record')
	jit.attach(on_trace, 'trace')
	local ok, message = pcall(f)
	jit.attach(on_record)
	jit.attach(on_trace)
	if not ok then
		error(message, 0)
	end
	return functions, traces
end

check.case('a million plain calls, a fifth of it without the compiler', function()
	check.with(function(cpu) native.return_int(cpu, native.int(cpu, 0) + 1) end, function(p)
		local f = int_function(p)
		for i = 1, many do
			if f(i) ~= i + 1 then
				error('wrong result at ' .. i)
			end
		end
	end)
end)

check.case('what makes and frees callbacks in a hot loop is compiled', function()
	local function nothing() end
	local functions = compiled_by(function()
		for _ = 1, 1000 do
			cbframe.new(nothing):free()
		end
		for _ = 1, 1000 do
			cbframe.cast('int (*)(int)', nothing):free()
		end
	end)
	check.equal(functions[cbframe.new] or false, jit_on)
	check.equal(functions[cbframe.cast] or false, jit_on)
end)

-- Returns a point, the fourth argument, with x and y swapped.
local swap_point
if ffi.os == 'Windows' and ffi.arch == 'x64' then
	function swap_point(cpu)
		local at, result = ffi.cast('point *', cpu.RSP.qp[5].p), ffi.cast('point *', cpu.RCX.p)
		result.x, result.y = at.y, at.x
		cpu.RAX.p = result
	end
elseif ffi.arch == 'x64' then
	function swap_point(cpu)
		local x, y = cpu.XMM[0].lo.f, cpu.XMM[1].lo.f
		cpu.XMM[0].lo.f, cpu.XMM[1].lo.f = y, x
	end
elseif ffi.arch == 'arm64' then
	function swap_point(cpu)
		local x, y = cpu.V[0].lo.f, cpu.V[1].lo.f
		cpu.V[0].lo.f, cpu.V[1].lo.f = y, x
	end
else
	local stack = ffi.typeof 'struct { void *return_address; point *result; void *others[3]; point at; } __attribute__((packed)) *'
	function swap_point(cpu)
		local arguments = ffi.cast(stack, cpu.ESP.p)
		local result, at = arguments.result, arguments.at
		result.x, result.y = at.y, at.x
		cpu.EAX.p = result
		if ffi.os ~= 'Windows' then -- the callee pops the hidden pointer
			require 'cbframe_native'.library.cbf_cpu_pop(cpu, 4)
		end
	end
end

check.case('a million plain calls with structs by value', function()
	check.with(swap_point, function(p)
		local swap = ffi.cast('point (*)(void *, void *, void *, point)', p)
		local point = ffi.new('point', 149, 49)
		for _ = 1, many do
			local swapped = swap(nil, nil, nil, point)
			if swapped.x ~= 49 or swapped.y ~= 149 then
				error 'wrong result'
			end
		end
	end)
end)

check.case('a million calls by C in one loop', function()
	check.with(function(cpu) native.return_int(cpu, native.int(cpu, 0) % 1000) end, function(p)
		check.equal(cbframe.call(callers.call_in_loop, p, many), many / 1000 * 499500LL)
	end)
end)

check.case('a million cbframe.calls, of which only some call back', function()
	check.with(function(cpu) native.return_int(cpu, -native.int(cpu, 0)) end, function(p)
		local sum = 0
		for i = 1, many do
			sum = sum + cbframe.call(callers.call_sometimes, p, i, 1000)
		end
		check.equal(sum, many * (many + 1) / 2 - many * (many / 1000 + 1))
	end)
end)

check.case('handlers are compiled', function()
	local function handler(cpu)
		local sum = 0
		for i = 1, 200 do
			sum = sum + native.int(cpu, 0) * i
		end
		native.return_int(cpu, sum)
	end
	check.with(handler, function(p)
		local f = int_function(p)
		local functions = compiled_by(function()
			for i = 1, 1000 do
				check.equal(f(i), i * 20100)
			end
		end)
		check.equal(functions[handler] or false, jit_on)
	end)
end)

-- Here only every hundredth call calls back: a trace that contains one would end in a panic.
local function never_compiled(way, f)
	check.case('cbframe.call never becomes part of a trace: ' .. way, function()
		check.with(function(cpu) native.return_int(cpu, native.int(cpu, 0)) end, function(p)
			local functions = compiled_by(function()
				for _ = 1, 5 do
					f(p)
				end
			end)
			check.equal(functions[cbframe.call], nil)
		end)
	end)
end

never_compiled('in a loop', function(p)
	for i = 1, 500 do
		cbframe.call(callers.call_sometimes, p, i, 100)
	end
end)

never_compiled('by a local name', function(p)
	local call, c = cbframe.call, callers.call_sometimes
	for i = 1, 500 do
		call(c, p, i, 100)
	end
end)

never_compiled('in a hot function', function(p)
	local function hot(i)
		return cbframe.call(callers.call_sometimes, p, i, 100) + 1
	end
	for i = 1, 500 do
		hot(i)
	end
end)

never_compiled('by a tail call', function(p)
	local function hot(i)
		return cbframe.call(callers.call_sometimes, p, i, 100)
	end
	for i = 1, 500 do
		hot(i)
	end
end)

never_compiled('in pcall', function(p)
	for i = 1, 500 do
		assert(pcall(cbframe.call, callers.call_sometimes, p, i, 100))
	end
end)

never_compiled('in a metamethod', function(p)
	local lazy = setmetatable({}, {
		__index = function(_, i) return cbframe.call(callers.call_sometimes, p, i, 100) end,
	})
	for i = 1, 500 do
		check.equal(lazy[i] ~= nil, true)
	end
end)

never_compiled('in an iterator', function(p)
	local function below(n, i)
		i = i + 1
		if i < n then
			return i, cbframe.call(callers.call_sometimes, p, i, 100)
		end
	end
	for _ = 1, 10 do
		for _, result in below, 100, 0 do
			check.equal(type(result), 'number')
		end
	end
end)

never_compiled('in a coroutine', function(p)
	local resume = coroutine.wrap(function()
		for i = 1, 500 do
			coroutine.yield(cbframe.call(callers.call_sometimes, p, i, 100))
		end
	end)
	for _ = 1, 500 do
		resume()
	end
end)

never_compiled('in recursion', function(p)
	local function descend(i)
		return i == 0 and 0 or cbframe.call(callers.call_sometimes, p, i, 100) + descend(i - 1)
	end
	for _ = 1, 10 do
		descend(100)
	end
end)

never_compiled('in a sort', function(p)
	local numbers = {}
	for i = 1, 500 do
		numbers[i] = (i * 7919) % 500
	end
	table.sort(numbers, function(a, b)
		return cbframe.call(callers.call_sometimes, p, a, 100) < cbframe.call(callers.call_sometimes, p, b, 100)
	end)
end)

-- Where LuaJIT begins a trace, and on which it gives up, depends on addresses: one that it gave up on in one round
-- is likely to be compiled in another.
check.case('the proof above sees what is compiled', function()
	local seen, rounds = false, 0
	repeat
		rounds = rounds + 1
		local hot, loop = loadstring [[
			local function hot(i) return i + 1 end
			return hot, function()
				local sum = 0
				for i = 1, 1000 do
					sum = sum + hot(i)
				end
			end
		]]()
		local functions, traces = compiled_by(loop)
		seen = functions[hot] and traces > 0 or false
	until seen or rounds == 20
	check.equal(seen, jit_on)
end)

check.case('handlers that resume coroutines, raise errors and make callbacks, all hot', function()
	local function inner(cpu) native.return_int(cpu, native.int(cpu, 0) + 1) end
	check.with(function(cpu)
		local x = native.int(cpu, 0)
		local cb = cbframe.new(inner)
		native.return_int(cpu, coroutine.wrap(function() return callers.call_counted(cb.p, x) end)())
		cb:free()
		if x % 7 == 0 then
			error 'seven'
		end
	end, function(p)
		for i = 1, 20000 do
			local ok, result = pcall(cbframe.call, callers.call_counted, p, i)
			check.equal(ok, i % 7 ~= 0)
			if ok then
				check.equal(result, i + 1)
			end
		end
	end)
end)

check.case('a collector that runs all the time', function()
	local pause, multiplier = collectgarbage('setpause', 0), collectgarbage('setstepmul', 1000)
	check.with(function(cpu)
		local garbage = { {}, tostring(native.int(cpu, 0)), ffi.new 'int[10]' }
		collectgarbage 'step'
		native.return_int(cpu, tonumber(garbage[2]) + 1)
	end, function(p)
		for i = 1, 5000 do
			check.equal(callers.call_counted(p, i), i + 1)
		end
	end)
	collectgarbage('setpause', pause)
	collectgarbage('setstepmul', multiplier)
end)

check.case('a full collection in handlers', function()
	check.with(function(cpu)
		local kept = { native.int(cpu, 0) }
		collectgarbage()
		native.return_int(cpu, kept[1])
	end, function(p) check.equal(cbframe.call(callers.call_in_loop, p, 300), 44850LL) end)
end)

check.case('calls in a hot loop leave no memory behind', function()
	check.with(function(cpu) native.return_int(cpu, 1) end, function(p)
		local f = int_function(p)
		local function cycle(n)
			for i = 1, n do
				f(i)
			end
			collectgarbage()
			collectgarbage()
			return collectgarbage 'count'
		end
		local before = cycle(1000)
		check.equal(cycle(200000) - before < 50, true)
	end)
end)
