-- Arguments and results of C callers, picked from where the Microsoft x64 convention puts them. The callers are compiled
-- C: what they pass and what they make of the result is right by definition.
local check = ...
local ffi = require 'ffi'
local cbframe = require 'cbframe'
local callers = check.callers

-- The n-th 8 bytes of the arguments on the stack: the return address and the home space of four registers lie below.
local function stacked(cpu, n)
	return cpu.RSP.qp[n + 5]
end

check.case('eight integers of all sizes, four in registers and four on the stack', function()
	check.with(function(cpu)
		check.equal(cpu.RCX.lo.lo.lo.i, -1)
		check.equal(cpu.RDX.lo.lo.lo.u, 254)
		check.equal(cpu.R8.lo.lo.i, -3)
		check.equal(cpu.R9.lo.lo.u, 65532)
		check.equal(stacked(cpu, 0).lo.i, -5)
		check.equal(stacked(cpu, 1).lo.u, 4294967290)
		check.equal(stacked(cpu, 2).i, -7LL)
		check.equal(stacked(cpu, 3).u, 18446744073709551608ULL)
		cpu.RAX.i = -1234567890123LL
	end, function(p) check.equal(callers.call_integers(p), -1234567890123LL) end)
end)

check.case('ten floats and doubles, four in registers and six on the stack', function()
	check.with(function(cpu)
		for i = 0, 2, 2 do
			check.equal(cpu.XMM[i].lo.lo.f, i + 0.5)
			check.equal(cpu.XMM[i + 1].lo.f, i + 1.5)
		end
		for i = 4, 8, 2 do
			check.equal(stacked(cpu, i - 4).lo.f, i + 0.5)
			check.equal(stacked(cpu, i - 3).f, i + 1.5)
		end
		cpu.XMM[0].lo.f = math.pi
	end, function(p) check.equal(callers.call_numbers(p), math.pi) end)
end)

check.case('a float', function()
	check.with(function(cpu) cpu.XMM[0].lo.lo.f = cpu.XMM[0].lo.lo.f * 2 end, function(p)
		check.equal(callers.call_float(p, 1.25), 2.5)
	end)
end)

check.case("mingw's long double: by pointer, the result through a hidden one", function()
	check.with(function(cpu)
		check.equal(cpu.FTWX.val, 0)
		cbframe.float64to80(cbframe.float80to64(cpu.RDX.p) * 3, cpu.RCX.p)
		cpu.RAX.p = cpu.RCX.p
	end, function(p)
		for i = 1, 20 do
			check.equal(callers.call_long_double(p, i + 0.5), 3 * i + 1.5)
		end
	end)
end)

check.case('a char', function()
	check.with(function(cpu) cpu.RAX.lo.lo.lo.i = -cpu.RCX.lo.lo.lo.i end, function(p)
		check.equal(callers.call_char(p, 7), -7)
		check.equal(callers.call_char(p, -7), 7)
	end)
end)

check.case('a pointer', function()
	local bytes = ffi.new 'char[4]'
	check.with(function(cpu)
		cpu.RCX.bp[1].i = 42
		cpu.RAX.p = cpu.RCX.bp + 2
	end, function(p) check.equal(callers.call_pointer(p, bytes), ffi.cast('void *', bytes + 2)) end)
	check.equal(bytes[1], 42)
end)

check.case('a variadic call: a double is in the general register, too', function()
	check.with(function(cpu)
		check.equal(ffi.string(cpu.RCX.p), 'idsd')
		check.equal(cpu.RDX.lo.i, 1)
		check.equal(cpu.R8.f, 2.5)
		check.equal(cpu.XMM[2].lo.f, 2.5)
		check.equal(ffi.string(cpu.R9.p), 'three')
		check.equal(stacked(cpu, 0).f, 4.5)
		cpu.RAX.i = 5
	end, function(p) check.equal(callers.call_variadic(p), 5) end)
end)

check.case('the fifth argument, two doubles by value: a pointer on the stack; the result through a hidden one', function()
	check.with(function(cpu)
		check.equal(cpu.R8.u, 0ULL)
		check.equal(ffi.cast('double *', cpu.R9.p)[0], 149)
		local at, result = ffi.cast('point *', stacked(cpu, 0).p), ffi.cast('point *', cpu.RCX.p)
		result.x, result.y = at.y, at.x
		cpu.RAX.p = result
	end, function(p)
		local swapped = callers.call_point(p, { 149, 49 })
		check.equal(swapped.x, 49)
		check.equal(swapped.y, 149)
	end)
end)

check.case('16, 12, 3 and 32 bytes by value: by pointer', function()
	check.with(function(cpu)
		local s, result = ffi.cast('span *', cpu.RDX.p), ffi.cast('span *', cpu.RCX.p)
		result.first, result.last = s.last, s.first
		cpu.RAX.p = result
	end, function(p)
		local swapped = callers.call_span(p, { -5, 2LL ^ 40 })
		check.equal(swapped.first, 2LL ^ 40)
		check.equal(swapped.last, -5LL)
	end)
	check.with(function(cpu)
		local t, result = ffi.cast('triple *', cpu.RDX.p), ffi.cast('triple *', cpu.RCX.p)
		result.x, result.y, result.z = t.z, t.x, t.y
		cpu.RAX.p = result
	end, function(p)
		local turned = callers.call_triple(p, { 1, 2, 3 })
		check.equal(turned.x, 3)
		check.equal(turned.y, 1)
		check.equal(turned.z, 2)
	end)
	local result = ffi.new 'letters[1]'
	check.with(function(cpu)
		for i = 0, 2 do
			cpu.RCX.bp[i].u = cpu.RDX.bp[2 - i].u
		end
		cpu.RAX.p = cpu.RCX.p
	end, function(p) callers.pass_letters(p, ffi.new('letters', { 'abc' }), result) end)
	check.equal(ffi.string(result[0].text, 3), 'cba')
	check.with(function(cpu)
		local b, result = ffi.cast('box *', cpu.RDX.p), ffi.cast('box *', cpu.RCX.p)
		for i = 0, 3 do
			result.part[i] = b.part[i] * cpu.R8.i
		end
		cpu.RAX.p = result
	end, function(p)
		local result = callers.call_box(p, { { 1, -2, 3, 4 } }, 10)
		check.equal(result.part[0], 10LL)
		check.equal(result.part[1], -20LL)
		check.equal(result.part[3], 40LL)
	end)
end)

check.case('8 bytes by value, though of doubles: in a general register, as the result', function()
	local x, result = ffi.new('number[1]', { { 2.5 } }), ffi.new 'number[1]'
	check.with(function(cpu)
		cpu.RAX.f = cpu.RCX.f * 2
	end, function(p) callers.pass_number(p, x, result) end)
	check.equal(result[0].d, 5)
end)

check.case('arguments behind a struct keep their places', function()
	check.with(function(cpu)
		check.equal(cpu.R9.lo.i, 4)
		check.equal(stacked(cpu, 0).lo.i, 5)
		check.equal(ffi.cast('span *', stacked(cpu, 1).p).last, 7LL)
		check.equal(stacked(cpu, 2).lo.i, 8)
		cpu.RAX.i = 1
	end, function(p) check.equal(callers.call_span_that_does_not_fit(p), 1LL) end)
end)

check.case("two callbacks of one signature, declared as luapower's programs do", function()
	local seen = {}
	local function returning(result)
		return function(cpu)
			seen[#seen + 1] = cbframe.format(cpu)
			check.equal(cpu.XMM[0].lo.lo.f, 12345.5)
			check.equal(cpu.EDX.i, 0x3333)
			check.equal(cpu.R8.lo.i, 0x4444)
			check.equal(cpu.R9.lo.i, 0x5555)
			cpu.RAX.u = result
		end
	end
	local first, second = cbframe.new(returning(7654321)), cbframe.new(returning(4321))
	for callback, result in pairs { [first] = 7654321, [second] = 4321 } do
		local f = ffi.cast('int (__cdecl *)(float, int, int, int, int, int)', callback.p)
		check.equal(f(12345.5, 0x3333, 0x4444, 0x5555, 0x6666, 0x7777), result)
	end
	check.contains(seen[1], '3333', '4444', '5555', '6666', '7777')
	first:free()
	second:free()
end)
