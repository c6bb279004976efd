-- Lua calls C that calls Lua that calls C ... until the C stack or the Lua stack ends. Whichever is
-- first, that is an ordinary Lua error: no C function is skipped on the way out, and all goes on working.
local check = ...
local ffi = require 'ffi'

-- What this LuaJIT says when there is no more Lua stack: to a call, to unpack, to the handler of an error.
local function words_of(ok, message)
	check.equal(ok, false)
	return message:gsub('^[^\n]-:%d+: ', '')
end
local function descend() return 1 + descend() end
local overflow = words_of(pcall(descend))
local unpacked = words_of(pcall(unpack, {}, 1, 1e6))
local in_handler = words_of(xpcall(error, function() error() end))

-- Runs in a process of its own, with a stack of another size. Prints nothing when all is well.
local SCRIPT = ('local MESSAGES = { "nested too deep", %q, %q, %q }'):format(overflow, unpacked, in_handler) .. [[

local deepest, depth, pointer, down

local function one_of(message, messages)
	for _, part in ipairs(messages) do
		if tostring(message):find(part, 1, true) then
			return true
		end
	end
	return false
end

-- A handler that goes one level deeper by way of f, with so many more slots of Lua stack in use.
local function handler(f, slots)
	return function(cpu)
		depth = depth + 1
		deepest = math.max(deepest, depth)
		local function go(...)
			f()
			return ...
		end
		go(unpack({}, 1, slots))
		depth = depth - 1
		native.return_int(cpu, 1)
	end
end

local ways = {
	['plain FFI calls'] = function() callers.call_counted(pointer, 0) end,
	['cbframe.call'] = function() cbframe.call(callers.call_counted, pointer, 0) end,
	['cbframe.call in pcall'] = function() pcall(cbframe.call, callers.call_counted, pointer, 0) end,
	['an error on the way out'] = function()
		callers.call_counted(pointer, 0)
		error 'on the way out'
	end,
	['a coroutine at each level'] = function()
		local ok, message = coroutine.resume(coroutine.create(function() callers.call_counted(pointer, 0) end))
		if not ok then
			error(message, 0)
		end
	end,
}

local function start(way, slots)
	callers.begun, callers.ended, depth, deepest = 0, 0, 0, 0
	local cb = cbframe.new(handler(ways[way], slots))
	pointer = cb.p
	return cb
end

-- What must hold when all has come back. least: how many levels deep it must have gone.
local function finish(cb, what, messages, least)
	local function expect(condition, problem)
		if not condition then
			print(what .. ': ' .. problem)
			for i = 1, math.min(#messages, 3) do
				print('', #messages .. ' messages', #messages[i], messages[i]:sub(1, 300))
			end
		end
	end
	expect(callers.begun == callers.ended,
		('%d C functions were entered, %d ran to their end'):format(callers.begun, callers.ended))
	expect(deepest >= least, ('only %d levels'):format(deepest))
	for _, message in ipairs(messages) do
		expect(one_of(message, MESSAGES) or message:find 'on the way out', 'another error')
		expect(#message < 10000, 'an endless message')
	end

	cb:set(function(cpu) native.return_int(cpu, native.int(cpu, 0) + 1) end)
	expect(callers.call_counted(pointer, 5) == 6, 'calls no longer work')
	expect(cbframe.call(callers.call_counted, pointer, 5) == 6, 'cbframe.call no longer works')
	cb:set(function() error 'after' end)
	local after
	cbframe.onerror(function(message) after = message end)
	callers.call_counted(pointer, 5)
	cbframe.onerror(nil)
	expect(after, 'onerror no longer works')
	cb:free()
end

local function from_outside(way, slots, least)
	local messages, what = {}, ('%s, %d slots, no cbframe.call'):format(way, slots)
	local cb = start(way, slots)
	cbframe.onerror(function(message) messages[#messages + 1] = tostring(message) end)
	local ok, message = pcall(callers.call_counted, pointer, 0)
	cbframe.onerror(nil)
	if not ok then
		print(what .. ': an error left the C function', message:sub(1, 300))
	elseif #messages == 0 and way ~= 'cbframe.call in pcall' then
		print(what .. ': no error')
	end
	finish(cb, what, messages, least)
end

local function from_call(way, slots, least)
	local what = ('%s, %d slots'):format(way, slots)
	local cb = start(way, slots)
	local ok, message = pcall(cbframe.call, callers.call_counted, pointer, 0)
	if ok and way ~= 'cbframe.call in pcall' then
		print(what .. ': no error')
	end
	finish(cb, what, { not ok and tostring(message) or nil }, least)
end

local function all(slots, least, but)
	for way in pairs(ways) do
		if way ~= but then
			from_outside(way, slots, least)
			from_call(way, slots, least)
		end
	end
end

local function on_coroutine(f, ...)
	local ok, message = coroutine.resume(coroutine.create(f), ...)
	if not ok then
		print('on a coroutine', message)
	end
end
]]

local function run(script, stack)
	local output, status = check.run(SCRIPT .. script, { stack = stack })
	check.equal(output, '')
	check.equal(status, 0)
end

local function until_a_stack_ends(stack, least, but)
	check.case('until a stack ends, with a C stack of ' .. stack .. ' KB', function()
		run(('all(0, %d, %s) on_coroutine(all, 0, %d, %s)'):format(least, but, least, but), stack)
	end)
end

until_a_stack_ends('256', 10, 'nil')
until_a_stack_ends('1024', 80, 'nil')
until_a_stack_ends('8192', 500, '"an error on the way out"') -- thousands of tracebacks would take too long
-- Here the Lua stack ends first, unless each level has one of its own.
until_a_stack_ends('65536', 1000, '"an error on the way out"')
check.case('until a stack ends, with a C stack without limit', function()
	if ffi.arch == 'arm64' then
		check.skip 'what emulates this CPU has a limit of its own'
	end
	run("from_outside('plain FFI calls', 0, 1000) from_call('cbframe.call', 0, 1000)", 'unlimited')
end)

check.case('handlers that use much Lua stack', function()
	run([[
		for _, slots in ipairs { 50, 200, 1000, 7000 } do
			all(slots, 5, 'a coroutine at each level')
			on_coroutine(all, slots, 5, 'a coroutine at each level')
		end
	]], '65536')
end)

-- The Lua stack ends at another point of the module each time.
check.case('wherever the Lua stack ends', function()
	run([[
		for slots = 700, 800 do
			all(slots, 50, 'a coroutine at each level')
		end
	]], '65536')
end)

check.case('wherever the Lua stack ends in pure Lua', function()
	run([[
		for slots = 1, 300 do
			for _, way in ipairs { 'cbframe.call', 'plain FFI calls' } do
				local cb, f, messages = start(way, 0), ways[way], {}
				cb:set(function(cpu) native.return_int(cpu, 1) end)
				local function descend(...)
					f()
					descend(unpack({}, 1, slots))
					return 1
				end
				cbframe.onerror(function(message) messages[#messages + 1] = tostring(message) end)
				local _, message = pcall(descend)
				callers.call_counted(pointer, 0) -- a call that found no room is reported with the next one
				cbframe.onerror(nil)
				messages[#messages + 1] = tostring(message)
				finish(cb, way .. ', pure Lua, ' .. slots .. ' slots', messages, 0)
			end
		end
	]], '65536')
end)

-- Of a C function that has not been seen to call back LuaJIT compiles calls, and a callback from there is a panic.
check.case('a loop of calls that find no room is not compiled', function()
	run([[
		local entered, refused, shallow = 0, false, false
		local function loop()
			for _ = 1, 200 do
				callers.call_counted(pointer, 0)
			end
		end
		local cb = cbframe.new(function(cpu)
			entered = entered + 1
			local before = entered
			if not shallow then
				callers.call_counted(pointer, 0)
			end
			if entered == before and not refused then
				refused = true
				loop()
			end
			native.return_int(cpu, 1)
		end)
		pointer = cb.p
		pcall(cbframe.call, callers.call_counted, pointer, 0)
		shallow, entered = true, 0
		loop()
		if not refused or entered ~= 200 then
			print(refused, entered)
		end
		cb:free()
	]], '1024')
end)
