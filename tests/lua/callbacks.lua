-- The life of a callback: new, set, free, the collector, and very many of them.
local check = ...
local ffi = require 'ffi'
local cbframe = require 'cbframe'
local native = check.native

local int_function = ffi.typeof 'int (*)(int)'

local function returning(x)
	return function(cpu) native.return_int(cpu, x) end
end

local function call(cb, x)
	return int_function(cb.p)(x or 0)
end

check.case('a callback is cdata with the function pointer in p', function()
	local cb = cbframe.new(returning(5))
	check.equal(type(cb), 'cdata')
	check.equal(ffi.istype('void *', cb.p), true)
	check.equal(call(cb), 5)
	cb:free()
end)

check.case('each callback has its own pointer and its own function', function()
	local first, second = cbframe.new(returning(1)), cbframe.new(returning(2))
	check.equal(first.p == second.p, false)
	check.equal(call(first), 1)
	check.equal(call(second), 2)
	first:free()
	check.equal(call(second), 2)
	second:free()
end)

check.case('set: the same pointer, another function', function()
	local cb = cbframe.new(returning(1))
	local p = cb.p
	check.equal(cb:set(returning(2)), cb)
	check.equal(cb.p, p)
	check.equal(call(cb), 2)
	cb:free()
end)

check.case('a handler may set another function for itself', function()
	local cb
	cb = cbframe.new(function(cpu)
		cb:set(returning(2))
		native.return_int(cpu, 1)
	end)
	check.equal(call(cb), 1)
	check.equal(call(cb), 2)
	cb:free()
end)

check.case('set after free gets a new slot', function()
	for _, level in ipairs { 'legacy', 'all' } do
		local wide
		local cb = cbframe.new(returning(1), level)
		local p = cb.p
		cb:free()
		cb:set(function(cpu)
			wide = cpu.wide ~= nil
			native.return_int(cpu, 2)
		end)
		check.equal(cb.p == p, false)
		check.equal(call(cb), 2)
		check.equal(wide, level == 'all')
		cb:free()
	end
end)

check.case('free is idempotent and leaves no pointer', function()
	local other = cbframe.new(returning(3))
	local cb = cbframe.new(returning(1))
	local live = cbframe.stats().live
	cb:free()
	check.equal(cb.p == nil, true)
	cb:free()
	cb:free()
	check.equal(cbframe.stats().live, live - 1)
	check.equal(call(other), 3)
	other:free()
end)

check.case('a handler may free its own callback and goes on', function()
	local cb
	cb = cbframe.new(function(cpu)
		cb:free()
		collectgarbage()
		native.return_int(cpu, native.int(cpu, 0) + 1)
	end)
	check.equal(call(cb, 4), 5)
	check.equal(cb.p == nil, true)
end)

check.case('a handler may free and make others', function()
	local made
	local victim = cbframe.new(returning(1))
	local cb = cbframe.new(function(cpu)
		victim:free()
		made = cbframe.new(returning(6))
		native.return_int(cpu, call(made))
	end)
	check.equal(call(cb), 6)
	check.equal(call(made), 6)
	made:free()
	cb:free()
end)

check.case('the pointer of a freed callback is not given to the next ones', function()
	local cb = cbframe.new(returning(1))
	local p = cb.p
	cb:free()
	for _ = 1, 1000 do
		local next_one = cbframe.new(returning(2))
		check.equal(next_one.p == p, false)
		next_one:free()
	end
end)

check.case('a callback without a finalizer outlives its object', function()
	local output, status = check.run [[
		local p = cbframe.new(function(cpu) native.return_int(cpu, 8) end).p
		collectgarbage()
		collectgarbage()
		print(ffi.cast('int (*)(int)', p)(0), cbframe.stats().live)
	]]
	check.equal(output, '8\t1\n')
	check.equal(status, 0)
end)

check.case('ffi.gc(cb, cb.free) frees it when it is collected', function()
	local live = cbframe.stats().live
	local kept = cbframe.new(returning(9))
	ffi.gc(kept, kept.free)
	do
		local dropped = cbframe.new(returning(1))
		ffi.gc(dropped, dropped.free)
	end
	check.equal(cbframe.stats().live, live + 2)
	collectgarbage()
	collectgarbage()
	check.equal(cbframe.stats().live, live + 1)
	check.equal(call(kept), 9)
	kept:free()
	kept = nil
	collectgarbage()
	collectgarbage()
	check.equal(cbframe.stats().live, live)
end)

check.case('what is set after free is not freed by the finalizer from before', function()
	local output, status = check.run [[
		local cb = cbframe.new(print)
		ffi.gc(cb, cb.free)
		cb:free()
		local p = cb:set(function(cpu) native.return_int(cpu, 2) end).p
		cb = nil
		collectgarbage()
		collectgarbage()
		print(ffi.cast('int (*)(int)', p)(0), cbframe.stats().live)
	]]
	check.equal(output, '2\t1\n')
	check.equal(status, 0)
end)

check.case('a freed callback keeps nothing alive', function()
	local weak = setmetatable({}, { __mode = 'k' })
	local function handler()
		local upvalue = {}
		local f = function() return upvalue end
		weak[upvalue], weak[f] = true, true
		return f
	end
	local cb = cbframe.new(handler())
	cb:set(handler())
	collectgarbage()
	collectgarbage()
	local alive = 0
	for _ in pairs(weak) do
		alive = alive + 1
	end
	check.equal(alive, 2) -- the second function and its upvalue
	cb:free()
	collectgarbage()
	collectgarbage()
	check.equal(next(weak), nil)
end)

check.case('one LuaJIT callback serves them all: 100,000 live ones, each called', function()
	local n, callbacks, before = 100000, {}, cbframe.stats()
	for i = 1, n do
		callbacks[i] = cbframe.new(returning(i))
	end
	check.equal(cbframe.stats().live, before.live + n)
	collectgarbage()
	for i = 1, n do
		check.equal(call(callbacks[i]), i)
	end
	for i = 1, n, 2 do -- every other one, so that what is left is scattered
		callbacks[i]:free()
	end
	for i = 2, n, 2 do
		check.equal(call(callbacks[i]), i)
		callbacks[i]:free()
	end
	check.equal(cbframe.stats().live, before.live)
	-- LuaJIT's own callbacks are limited to a few hundred: these left them alone.
	local native = ffi.cast('int (*)(int)', function(x) return x + 1 end)
	check.equal(native(1), 2)
	native:free()
end)

check.case('a million callbacks made and freed: memory stays flat', function()
	local f = returning(1)
	local function cycle(times)
		for _ = 1, times do
			cbframe.new(f):free()
		end
		collectgarbage()
		collectgarbage()
		return collectgarbage 'count', cbframe.stats()
	end
	local kilobytes, before = cycle(10000)
	local kilobytes_after, after = cycle(1000000)
	check.equal(after.live, before.live)
	check.equal(after.bytes, before.bytes)
	check.equal(after.quarantined, before.quarantined)
	if kilobytes_after - kilobytes > 100 then
		error(('%d KB grew to %d KB'):format(kilobytes, kilobytes_after))
	end
end)

check.case('a thousand live ones at a time, freed in the order they were made: memory stays flat', function()
	local f, ring, bytes = returning(1), {}, nil
	for i = 0, 99999 do
		local at = i % 1000
		if ring[at] then
			ring[at]:free()
		end
		ring[at] = cbframe.new(f)
		if i == 10000 then
			bytes = cbframe.stats().bytes
		end
	end
	check.equal(cbframe.stats().bytes, bytes)
	for at = 0, 999 do
		ring[at]:free()
	end
end)

check.case('stats and version', function()
	local stats = cbframe.stats()
	for _, name in ipairs { 'live', 'quarantined', 'capacity', 'pages', 'bytes' } do
		check.equal(type(stats[name]), 'number', name)
	end
	check.contains('image file anonymous', stats.source)
	check.equal(stats.capacity >= stats.live, true)
	check.equal(cbframe.version:match '^%d+%.%d+%.%d+$', cbframe.version)
end)
