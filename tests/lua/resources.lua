-- When the system gives no more: an error with the reason, and what was made before still works.
local check = ...

local COMMON = [[
ffi.cdef [=[
	struct rlimit { unsigned long current, most; };
	int getrlimit(int, struct rlimit *);
	int setrlimit(int, const struct rlimit *);
	int prctl(int, unsigned long, unsigned long, unsigned long, unsigned long);
]=]
local RLIMIT_AS, PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN = 9, 65, 1
local int_function = ffi.typeof 'int (*)(int)'
jit.off() -- its code becomes executable after it was written, see refuse_executable

local limited, unlimited = ffi.new 'struct rlimit', ffi.new 'struct rlimit'
assert(ffi.C.getrlimit(RLIMIT_AS, unlimited) == 0)
limited.most = unlimited.most

local function limit_memory(bytes)
	limited.current = bytes
	assert(ffi.C.setrlimit(RLIMIT_AS, limited) == 0)
	assert(ffi.C.getrlimit(RLIMIT_AS, limited) == 0)
	if limited.current ~= bytes then -- an emulator that says yes and does not pass it on
		print 'no limits'
		os.exit(0)
	end
end

local function unlimit_memory() -- allocates nothing: there may be no memory
	assert(ffi.C.setrlimit(RLIMIT_AS, unlimited) == 0)
end

local function memory()
	for line in io.lines '/proc/self/status' do
		local kilobytes = line:match 'VmSize:%s*(%d+)'
		if kilobytes then
			return tonumber(kilobytes) * 1024
		end
	end
end

local function refuse_executable()
	if ffi.C.prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0) ~= 0 then
		print 'no MDWE'
		os.exit(0)
	end
end
]]

local function run(script)
	local output, status = check.run(COMMON .. script)
	if output == 'no MDWE\n' then
		check.skip 'this kernel has no PR_SET_MDWE'
	end
	if output == 'no limits\n' then
		check.skip 'what emulates this CPU does not limit memory'
	end
	return output, status
end

local reasons = {}
for _, bytes in ipairs { 0, 2 ^ 18, 2 ^ 20, 2 ^ 22, 2 ^ 24 } do
	check.case(('no memory, with %d KB left'):format(bytes / 1024), function()
		local output, status = run(([[
			local f, made, n, message = function(cpu) native.return_int(cpu, native.int(cpu, 0) + 1) end, {}, 0, nil
			for i = 1, 300000 do
				made[i] = false -- so that the table need not grow later
			end
			collectgarbage()
			limit_memory(memory() + %d)
			repeat
				local ok, result = pcall(cbframe.new, f)
				if ok then
					n = n + 1
					made[n] = result
				else
					message = result
				end
			until not ok
			unlimit_memory()
			print(message)
			if cbframe.stats().live ~= n then
				print(cbframe.stats().live - n, 'leaked')
			end
			for i = 1, n do
				assert(int_function(made[i].p)(i) == i + 1)
			end
			for i = 1, n do
				made[i]:free()
			end
			local cb = cbframe.new(f)
			assert(int_function(cb.p)(1) == 2)
			cb:free()
			print(cbframe.stats().live)
		]]):format(bytes))
		-- LuaJIT's own words, or ours.
		local message = output:gsub('not enough memory', 'cbframe: no memory for more callbacks')
		check.equal(message, 'cbframe: no memory for more callbacks\n0\n')
		check.equal(status, 0)
		table.insert(reasons, output)
	end)
end

check.case('no memory: not always LuaJIT is the first to find none', function()
	if not reasons[1] then
		check.skip 'no case before has met its limit'
	end
	check.contains(table.concat(reasons), 'cbframe: no memory for more callbacks')
end)

check.case('no memory for the table of functions: no callback is made', function()
	local output, status = run [[
		local f, made = function() end, {}
		for i = 1, 2 ^ 17 do -- Lua tables grow at powers of two
			made[i] = cbframe.new(f)
		end
		local before = cbframe.stats()
		assert(before.capacity > before.live + before.quarantined)
		collectgarbage()
		limit_memory(memory())
		local ok, message = pcall(cbframe.new, f)
		unlimit_memory()
		print(ok, message, cbframe.stats().live - before.live)
	]]
	check.equal(output, 'false\tnot enough memory\t0\n')
	check.equal(status, 0)
end)

check.case('set on a freed callback with no memory left: it stays freed', function()
	local output, status = run [[
		local f, made, n = function(cpu) native.return_int(cpu, 3) end, {}, 0
		for i = 1, 300000 do
			made[i] = false
		end
		local freed = {}
		for i = 1, 10000 do
			freed[i] = cbframe.new(f)
		end
		for i = 1, #freed do
			freed[i]:free()
		end
		collectgarbage()
		limit_memory(memory() + 2 ^ 22)
		repeat
			local ok, result = pcall(cbframe.new, f)
			n = n + 1
			made[n] = result
		until not ok
		local i, cb, ok, message = 0, nil, nil, nil
		repeat -- if it was LuaJIT that had no more memory, some may still go well
			i = i + 1
			cb = freed[i]
			ok, message = pcall(cb.set, cb, f)
		until not ok
		unlimit_memory()
		print(ok, message, cb.p == nil)
		cb:set(f)
		print(int_function(cb.p)(0))
	]]
	check.equal((output:gsub('not enough memory', 'cbframe: no memory for more callbacks')),
		'false\tcbframe: no memory for more callbacks\ttrue\n3\n')
	check.equal(status, 0)
end)

check.case('loaded where nothing may become executable any more: an error, not a crash at the first call', function()
	local output, status = check.luajit("local ffi = require 'ffi'\n" .. COMMON .. [=[
		refuse_executable()
		print(pcall(require, 'cbframe'))
	]=])
	if output == 'no MDWE\n' then
		check.skip 'this kernel has no PR_SET_MDWE'
	end
	check.contains(output, "false", "cbframe: the system does not let LuaJIT's callbacks execute")
	check.equal(status, 0)
end)

check.case('100,000 callbacks where nothing may become executable any more', function()
	local output, status = run [[
		refuse_executable()
		local made = {}
		for i = 1, 100000 do
			made[i] = cbframe.new(function(cpu) native.return_int(cpu, i) end, i % 2 == 0 and 'all' or 'legacy')
		end
		for i = 1, 100000 do
			assert(int_function(made[i].p)(0) == i)
		end
		for i = 1, 100000 do
			made[i]:free()
		end
		print(cbframe.stats().live)
	]]
	check.equal(output, '0\n')
	check.equal(status, 0)
end)
