-- What luapower's programs did with its module, on every platform alike: all calls are made by LuaJIT.
local check = ...
local ffi = require 'ffi'
local cbframe = require 'cbframe'
local native = check.native

local NAMES = {}
for i, name in pairs(native.registers) do
	NAMES[i + 1] = name
end
local VECTORS = ffi.arch == 'arm64' and 'V' or 'XMM'

local int_function = ffi.typeof 'int (*)(int)'

check.case('arguments and a result', function()
	local cb = cbframe.new(function(cpu)
		native.return_int(cpu, native.int(cpu, 0) * native.int(cpu, 1) - native.int(cpu, 2))
	end)
	local f = ffi.cast('int (__cdecl *)(int, int, int)', cb.p)
	for i = 1, 1000 do
		check.equal(f(i, -7, 5), -7 * i - 5)
	end
	cb:free()
end)

check.case('a double and a pointer', function()
	local cb = cbframe.new(function(cpu) native.return_double(cpu, native.double(cpu) / 2) end)
	local half = ffi.cast('double (*)(double)', cb.p)
	for i = 1, 1000 do
		check.equal(half(i), i / 2)
	end
	cb:free()
	cb = cbframe.new(function(cpu) native.return_pointer(cpu, ffi.cast('char *', native.pointer(cpu, 0)) + 2) end)
	local text = 'a text'
	check.equal(ffi.string(ffi.cast('const char *(*)(const char *)', cb.p)(text)), 'text')
	cb:free()
end)

check.case('every register has its name, and what Lua reads is what it wrote', function()
	local seen = {}
	local cb = cbframe.new(function(cpu)
		for i, name in ipairs(NAMES) do
			if name ~= native.stack_pointer and name ~= 'X30' then -- X30 leads back
				local before = cpu[name].u
				cpu[name].u = 1000 + i
				seen[name] = tonumber(cpu[name].u)
				cpu[name].u = before
			end
		end
		for i = 0, 7 do
			local before = cpu[VECTORS][i].hi.u -- not pd[1]: LuaJIT takes some NaNs for what is no number
			cpu[VECTORS][i].pd[1] = i + 0.5
			seen[i] = cpu[VECTORS][i].pd[1]
			cpu[VECTORS][i].hi.u = before
		end
		if ffi.arch ~= 'arm64' then
			seen.IF, seen.DF, seen.masked = cpu.EFLAGS.IF, cpu.EFLAGS.DF, cpu.MXCSR.IM
		end
		native.return_int(cpu, 5)
	end)
	check.equal(int_function(cb.p)(1), 5)
	for i, name in ipairs(NAMES) do
		if name ~= native.stack_pointer and name ~= 'X30' then
			check.equal(seen[name], 1000 + i, name)
		end
	end
	for i = 0, 7 do
		check.equal(seen[i], i + 0.5)
	end
	if ffi.arch ~= 'arm64' then
		check.equal(seen.IF, 1)
		check.equal(seen.DF, 0)
		check.equal(seen.masked, 1)
	end
	cb:free()
end)

check.case('the stack pointer is at the return address', function()
	local addresses = {}
	local cb = cbframe.new(function(cpu)
		table.insert(addresses, tostring(ffi.cast('void **', cpu[native.stack_pointer].p)[0]))
	end)
	local f = ffi.cast('void (*)(void)', cb.p)
	f()
	check.equal(addresses[1] ~= tostring(ffi.cast('void *', 0)), true)
	cb:free()
end)

check.case('set, and free', function()
	local cb = cbframe.new(function(cpu) native.return_int(cpu, 1) end)
	local f = int_function(cb.p)
	check.equal(f(0), 1)
	cb:set(function(cpu) native.return_int(cpu, 2) end)
	check.equal(f(0), 2)
	cb:free()
	check.equal(cb.p == nil, true)
	cb:set(function(cpu) native.return_int(cpu, 3) end)
	check.equal(int_function(cb.p)(0), 3)
	cb:free()
	cb:free()
end)

check.case('many at once', function()
	local all = {}
	for i = 1, 5000 do
		all[i] = cbframe.new(function(cpu) native.return_int(cpu, native.int(cpu, 0) + i) end)
	end
	for i = 1, 5000 do
		check.equal(int_function(all[i].p)(i), 2 * i)
		all[i]:free()
	end
end)

check.case('recursion', function()
	local f
	local cb = cbframe.new(function(cpu)
		local n = native.int(cpu, 0)
		native.return_int(cpu, n < 2 and n or f(n - 1) + f(n - 2))
	end)
	f = int_function(cb.p)
	check.equal(f(15), 610)
	cb:free()
end)

check.case('one in another', function()
	local inner = cbframe.new(function(cpu) native.return_double(cpu, native.double(cpu) + 0.25) end)
	local add = ffi.cast('double (*)(double)', inner.p)
	local outer = cbframe.new(function(cpu)
		local x = native.int(cpu, 0)
		local result = 4 * add(x)
		check.equal(native.int(cpu, 0), x)
		native.return_int(cpu, result)
	end)
	for i = 1, 100 do
		check.equal(int_function(outer.p)(i), 4 * i + 1)
	end
	inner:free()
	outer:free()
end)

check.case('an error goes through cbframe.call, and the next call goes well', function()
	local fail = true
	local cb = cbframe.new(function(cpu)
		if fail then
			error 'half way'
		end
		native.return_int(cpu, 8)
	end)
	check.raises('half way', cbframe.call, int_function(cb.p), 1)
	fail = false
	check.equal(cbframe.call(int_function(cb.p), 1), 8)
	cb:free()
end)

check.case('C sorts by a frame', function()
	ffi.cdef 'void qsort(void *, size_t, size_t, int (*)(const void *, const void *));'
	local n = 1000
	local numbers = ffi.new('int[?]', n)
	for i = 0, n - 1 do
		numbers[i] = (i * 7919) % n
	end
	local cb = cbframe.new(function(cpu)
		local a, b = ffi.cast('int *', native.pointer(cpu, 0)), ffi.cast('int *', native.pointer(cpu, 1))
		native.return_int(cpu, a[0] - b[0])
	end)
	cbframe.call(ffi.C.qsort, numbers, n, 4, ffi.cast('int (*)(const void *, const void *)', cb.p))
	cb:free()
	for i = 0, n - 1 do
		check.equal(numbers[i], i)
	end
end)

check.case('a dump has a row for every register and for the stack', function()
	for _, level in ipairs { 'legacy', 'all' } do
		local text
		local cb = cbframe.new(function(cpu) text = cbframe.format(cpu, { flags = true }) end, level)
		int_function(cb.p)(4711)
		cb:free()
		for _, name in ipairs(NAMES) do
			check.contains(text, '\n' .. name:lower() .. ' ')
		end
		check.contains(text, ffi.arch == 'arm64' and '\nv31.d1 ' or '\nxmm7.q1 ', ('\n%s '):format(native.flags), ' 4711')
		local where = ffi.arch == 'arm64' and ' ' or ' return 0x'
		check.contains(text, ('\n%s+0%s'):format(native.stack_pointer:lower(), where))
	end
end)

check.case('80-bit numbers', function()
	local ten = ffi.new 'uint8_t[10]'
	for _, x in ipairs { 1 / 8, 0, math.pi, -1 / 0, 5e-324 } do
		cbframe.float64to80(x, ten)
		check.equal(cbframe.float80to64(ten), x)
	end
end)

check.case('callbacks with a signature', function()
	local cb = cbframe.cast('double (*)(int, double, const char *)', function(i, x, s) return i + x + #ffi.string(s) end)
	for i = 1, 1000 do
		check.equal(cb.p(i, 0.5, 'four'), i + 4.5)
	end
	cb:free()
end)

check.case('stdcall: the callee pops its arguments', function()
	if ffi.arch ~= 'x86' then
		check.skip 'there is one convention only'
	end
	local at
	local marker = cbframe.new(function(cpu) at = tonumber(cpu.ESP.u) end)
	local mark = ffi.cast('void (*)(void)', marker.p)
	local cb = cbframe.cast('int (__stdcall *)(int, int)', function(a, b) return a - b end)
	local f, expected = cb.p, nil
	local function loop(n)
		local sum = 0
		for i = 1, n do
			sum = sum + f(i, 1)
		end
		mark()
		return sum
	end
	for _ = 1, 100 do
		check.equal(loop(1000), 499500)
		expected = expected or at
	end
	check.equal(math.abs(at - expected) < 4096, true) -- where it is differs between compiled code and the interpreter
	cb:free()
	marker:free()
end)
