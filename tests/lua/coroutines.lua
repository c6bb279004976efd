-- Callbacks and coroutines: the handler runs on whatever coroutine called the C function.
local check = ...
local ffi = require 'ffi'
local cbframe = require 'cbframe'
local callers, native = check.callers, check.native

local function in_coroutine(f, ...)
	local co = coroutine.create(f)
	local results = { coroutine.resume(co, ...) }
	check.equal(results[1], true, tostring(results[2]))
	return unpack(results, 2)
end

check.case('made in one coroutine, called in another, freed in a third', function()
	local cb = in_coroutine(function()
		return cbframe.new(function(cpu) native.return_int(cpu, native.int(cpu, 0) + 1) end)
	end)
	collectgarbage()
	for i = 1, 10 do
		check.equal(in_coroutine(function() return callers.call_counted(cb.p, i) end), i + 1)
		check.equal(callers.call_counted(cb.p, i), i + 1)
	end
	in_coroutine(function() cb:free() end)
end)

check.case('a handler runs on the coroutine that made the call', function()
	local ran_on
	check.with(function() ran_on = coroutine.running() end, function(p)
		local co
		co = coroutine.create(function()
			callers.call_counted(p, 0)
			check.equal(ran_on, co)
			coroutine.yield()
			callers.call_counted(p, 0)
		end)
		assert(coroutine.resume(co))
		callers.call_counted(p, 0)
		check.equal(ran_on, coroutine.running())
		assert(coroutine.resume(co))
		check.equal(ran_on, co)
	end)
end)

check.case('a handler resumes a coroutine that calls another frame, and C goes on calling', function()
	check.with(function(cpu) native.return_int(cpu, native.int(cpu, 0) * 2) end, function(inner)
		local worker = coroutine.wrap(function(x)
			while true do
				x = coroutine.yield(callers.call_counted(inner, x))
			end
		end)
		check.with(function(cpu) native.return_int(cpu, worker(native.int(cpu, 0))) end, function(outer)
			check.equal(callers.call_in_loop(outer, 100), 9900LL)
			check.equal(in_coroutine(function() return callers.call_in_loop(outer, 100) end), 9900LL)
		end)
	end)
end)

check.case('a coroutine that used the FFI in a handler may die and be collected while C goes on', function()
	check.with(function(cpu) native.return_int(cpu, native.int(cpu, 0)) end, function(inner)
		check.with(function(cpu)
			local x = native.int(cpu, 0)
			local result = in_coroutine(function() return callers.call_counted(inner, x) + ffi.new('int[1]', 1)[0] end)
			native.return_int(cpu, result)
			collectgarbage()
		end, function(outer) check.equal(callers.call_in_loop(outer, 50), 1275LL) end)
	end)
end)

check.case('coroutines nested in handlers nested in coroutines', function()
	local pointer
	local function descend(depth)
		if depth == 0 then
			return 0
		end
		return in_coroutine(function() return cbframe.call(callers.call_counted, pointer, depth - 1) end) + 1
	end
	check.with(function(cpu) native.return_int(cpu, descend(native.int(cpu, 0))) end, function(p)
		pointer = p
		check.equal(descend(30), 30)
	end)
end)

check.case('many coroutines, each suspended between two calls', function()
	check.with(function(cpu) native.return_int(cpu, native.int(cpu, 0) + 1) end, function(p)
		local all = {}
		for i = 1, 1000 do
			all[i] = coroutine.wrap(function()
				local x = callers.call_counted(p, i)
				coroutine.yield()
				return callers.call_counted(p, x)
			end)
			all[i]()
		end
		collectgarbage()
		for i = 1000, 1, -1 do
			check.equal(all[i](), i + 2)
		end
	end)
end)

check.case('a yield across a callback is an error, and the coroutine goes on', function()
	local before = callers.ended
	check.with(function(cpu)
		native.return_int(cpu, 99)
		coroutine.yield(native.int(cpu, 0))
	end, function(p)
		local value = in_coroutine(function()
			check.raises('attempt to yield across C-call boundary', cbframe.call, callers.call_counted, p, 3)
			return coroutine.yield(4)
		end)
		check.equal(value, 4)
	end)
	check.equal(callers.ended, before + 1)
end)

check.case('a yield across a callback outside cbframe.call goes to onerror', function()
	local got
	cbframe.onerror(function(message) got = message end)
	check.with(function() coroutine.yield() end, function(p)
		in_coroutine(function() callers.call_counted(p, 3) end)
	end)
	check.contains(got, 'attempt to yield across C-call boundary')
end)

-- Collects what onerror is told while f runs.
local function told_during(f)
	local told = {}
	local before = cbframe.onerror(function(message) table.insert(told, message) end)
	local ok, message = pcall(f)
	cbframe.onerror(before)
	check.equal(ok, true, tostring(message))
	return told
end

check.case('errors do not go to a cbframe.call of a suspended coroutine', function()
	local bad = cbframe.new(function() error('not yours', 0) end)
	local task = coroutine.create(function()
		cbframe.call(coroutine.yield)
		check.raises('not yours', cbframe.call, callers.call_counted, bad.p, 0)
		return 'done'
	end)
	assert(coroutine.resume(task))
	local told = told_during(function() callers.call_counted(bad.p, 0) end)
	check.equal(#told, 1)
	check.equal(select(2, coroutine.resume(task)), 'done')
	bad:free()
end)

check.case('nor to one of a coroutine that was given up', function()
	local bad = cbframe.new(function() error('lost?', 0) end)
	local given_up = setmetatable({}, { __mode = 'k' })
	for _ = 1, 100 do
		local task = coroutine.create(function() cbframe.call(function() cbframe.call(coroutine.yield) end) end)
		assert(coroutine.resume(task))
		given_up[task] = true
	end
	local told = told_during(function() callers.call_counted(bad.p, 0) end)
	check.equal(#told, 1)
	collectgarbage()
	collectgarbage()
	check.equal(next(given_up), nil)
	told = told_during(function() callers.call_counted(bad.p, 0) end)
	check.equal(#told, 1)
	check.raises('lost?', cbframe.call, callers.call_counted, bad.p, 0)
	bad:free()
end)

check.case('an error goes to the call of the coroutine, also if others have begun one since', function()
	local bad = cbframe.new(function() error('mine', 0) end)
	local first = coroutine.wrap(function()
		check.raises('mine', cbframe.call, function()
			coroutine.yield()
			callers.call_counted(bad.p, 0)
		end)
		return 'first done'
	end)
	first()
	local others = {}
	for i = 1, 10 do
		others[i] = coroutine.wrap(function() cbframe.call(coroutine.yield) return 'well' end)
		others[i]()
	end
	check.equal(cbframe.call(first), 'first done')
	for i = 1, 10 do
		check.equal(others[i](), 'well')
	end
	bad:free()
end)

check.case('an error on a coroutine without a call goes to that of the one that resumed it', function()
	local bad = cbframe.new(function() error('of a task', 0) end)
	local function task() callers.call_counted(bad.p, 0) end
	check.raises('of a task', cbframe.call, in_coroutine, task)
	check.raises('of a task', cbframe.call, in_coroutine, in_coroutine, task)
	in_coroutine(function() check.raises('of a task', cbframe.call, in_coroutine, task) end)
	check.equal(#told_during(function() in_coroutine(task) end), 1)
	bad:free()
end)

check.case('a handler may yield inside coroutines of its own', function()
	check.with(function(cpu)
		local sum = 0
		for x in coroutine.wrap(function()
			for i = 1, native.int(cpu, 0) do
				coroutine.yield(i)
			end
		end) do
			sum = sum + x
		end
		native.return_int(cpu, sum)
	end, function(p) check.equal(callers.call_counted(p, 10), 55) end)
end)

check.case('an error in a coroutine inside a handler goes where the handler sends it', function()
	check.with(function()
		local ok, message = coroutine.resume(coroutine.create(function() error('inside', 0) end))
		check.equal(ok, false)
		error('outside after ' .. message, 0)
	end, function(p) check.raises('outside after inside', cbframe.call, callers.call_counted, p, 1) end)
end)

check.case('the module may be required in a coroutine that is collected', function()
	local output, status = check.luajit [[
		local p = coroutine.wrap(function()
			return require 'cbframe'.new(function(cpu) native.return_int(cpu, native.int(cpu, 0) + 1) end).p
		end)()
		collectgarbage()
		collectgarbage()
		local f = require 'ffi'.cast('int (*)(int)', p)
		for i = 1, 1000 do
			assert(f(i) == i + 1)
		end
	]]
	check.equal(output, '')
	check.equal(status, 0)
end)
