-- Arguments and results of C callers, picked from where AAPCS64 puts them. The callers are compiled C: what they pass and
-- what they make of the result is right by definition.
local check = ...
local ffi = require 'ffi'
local cbframe = require 'cbframe'
local callers = check.callers

-- The n-th 8 bytes of the arguments on the stack.
local function stacked(cpu, n)
	return cpu.SP.qp[n]
end

check.case('eight integers of all sizes in registers', function()
	check.with(function(cpu)
		check.equal(cpu.X0.lo.lo.lo.i, -1)
		check.equal(cpu.X1.lo.lo.lo.u, 254)
		check.equal(cpu.X2.lo.lo.i, -3)
		check.equal(cpu.X3.lo.lo.u, 65532)
		check.equal(cpu.X4.lo.i, -5)
		check.equal(cpu.X5.lo.u, 4294967290)
		check.equal(cpu.X6.i, -7LL)
		check.equal(cpu.X7.u, 18446744073709551608ULL)
		cpu.X0.i = -1234567890123LL
	end, function(p) check.equal(callers.call_integers(p), -1234567890123LL) end)
end)

check.case('ten floats and doubles, eight in registers and two on the stack', function()
	check.with(function(cpu)
		for i = 0, 6, 2 do
			check.equal(cpu.V[i].lo.lo.f, i + 0.5)
			check.equal(cpu.V[i + 1].lo.f, i + 1.5)
		end
		check.equal(stacked(cpu, 0).lo.f, 8.5)
		check.equal(stacked(cpu, 1).f, 9.5)
		cpu.V0.lo.f = math.pi
	end, function(p) check.equal(callers.call_numbers(p), math.pi) end)
end)

check.case('a float', function()
	check.with(function(cpu) cpu.V0.lo.lo.f = cpu.V0.lo.lo.f * 2 end, function(p)
		check.equal(callers.call_float(p, 1.25), 2.5)
	end)
end)

check.case('a long double is 16 bytes in a vector register', function()
	check.with(function(cpu)
		check.equal(cpu.V0.hi.u, 0x4000400000000000ULL) -- 2.5
		cpu.V0.hi.u = 0x4001400000000000ULL -- 5
	end, function(p) check.equal(callers.call_long_double(p, 2.5), 5) end)
end)

check.case('a char', function()
	check.with(function(cpu) cpu.X0.i = -cpu.X0.lo.lo.lo.i end, function(p)
		check.equal(callers.call_char(p, 7), -7)
		check.equal(callers.call_char(p, -7), 7)
	end)
end)

check.case('a pointer', function()
	local bytes = ffi.new 'char[4]'
	check.with(function(cpu)
		cpu.X0.bp[1].i = 42
		cpu.X0.p = cpu.X0.bp + 2
	end, function(p) check.equal(callers.call_pointer(p, bytes), ffi.cast('void *', bytes + 2)) end)
	check.equal(tonumber(bytes[1]), 42)
end)

check.case('a variadic call: numbers in vector registers', function()
	check.with(function(cpu)
		check.equal(ffi.string(cpu.X0.p), 'idsd')
		check.equal(cpu.X1.lo.i, 1)
		check.equal(cpu.V0.lo.f, 2.5)
		check.equal(ffi.string(cpu.X2.p), 'three')
		check.equal(cpu.V1.lo.f, 4.5)
		cpu.X0.i = 5
	end, function(p) check.equal(callers.call_variadic(p), 5) end)
end)

check.case('two doubles by value: a homogeneous aggregate in two vector registers', function()
	check.with(function(cpu)
		check.equal(cpu.X1.u, 0ULL)
		check.equal(ffi.cast('double *', cpu.X2.p)[0], 149)
		local x, y = cpu.V0.lo.f, cpu.V1.lo.f
		cpu.V0.lo.f, cpu.V1.lo.f = y, x
	end, function(p)
		local swapped = callers.call_point(p, { 149, 49 })
		check.equal(swapped.x, 49)
		check.equal(swapped.y, 149)
	end)
end)

check.case('two integers by value: two general registers', function()
	check.with(function(cpu) cpu.X0.i, cpu.X1.i = cpu.X1.i, cpu.X0.i end, function(p)
		local swapped = callers.call_span(p, { -5, 2LL ^ 40 })
		check.equal(swapped.first, 2LL ^ 40)
		check.equal(swapped.last, -5LL)
	end)
end)

check.case('a double and an integer by value: two general registers', function()
	check.with(function(cpu)
		cpu.X0.f = cpu.X0.f / 2
		cpu.X1.lo.i = cpu.X1.lo.i - 1
	end, function(p)
		local result = callers.call_mixed(p, { 7, -1 })
		check.equal(result.weight, 3.5)
		check.equal(result.id, -2)
	end)
end)

check.case('three floats by value: a vector register each', function()
	check.with(function(cpu)
		local x, y, z = cpu.V0.ps[0], cpu.V1.ps[0], cpu.V2.ps[0]
		cpu.V0.ps[0], cpu.V1.ps[0], cpu.V2.ps[0] = z, x, y
	end, function(p)
		local turned = callers.call_triple(p, { 1, 2, 3 })
		check.equal(turned.x, 3)
		check.equal(turned.y, 1)
		check.equal(turned.z, 2)
	end)
end)

check.case('three chars by value', function()
	local result = ffi.new 'letters[1]'
	check.with(function(cpu)
		local b = { [0] = cpu.X0.b[0], cpu.X0.b[1], cpu.X0.b[2] }
		for i = 0, 2 do
			cpu.X0.b[i] = b[2 - i]
		end
	end, function(p) callers.pass_letters(p, ffi.new('letters', { 'abc' }), result) end)
	check.equal(ffi.string(result[0].text, 3), 'cba')
end)

check.case('32 bytes by value: by reference, the result where X8 points', function()
	check.with(function(cpu)
		local given, result = ffi.cast('box *', cpu.X0.p), ffi.cast('box *', cpu.X8.p)
		for i = 0, 3 do
			result.part[i] = given.part[i] * cpu.X1.i
		end
	end, function(p)
		local result = callers.call_box(p, { { 1, -2, 3, 4 } }, 10)
		check.equal(result.part[0], 10LL)
		check.equal(result.part[1], -20LL)
		check.equal(result.part[3], 40LL)
	end)
end)

check.case('a struct behind five ints: the next two registers', function()
	check.with(function(cpu)
		check.equal(cpu.X4.lo.i, 5)
		check.equal(cpu.X5.i, 6LL)
		check.equal(cpu.X6.i, 7LL)
		check.equal(cpu.X7.lo.i, 8)
		cpu.X0.i = 1
	end, function(p) check.equal(callers.call_span_that_does_not_fit(p), 1LL) end)
end)

check.case("two callbacks of one signature, declared as luapower's programs do", function()
	local seen = {}
	local function returning(result)
		return function(cpu)
			seen[#seen + 1] = cbframe.format(cpu)
			check.equal(cpu.V0.lo.lo.f, 12345.5)
			check.equal(cpu.X0.lo.i, 0x3333)
			check.equal(cpu.X4.lo.i, 0x7777)
			cpu.X0.u = result
		end
	end
	local first, second = cbframe.new(returning(7654321)), cbframe.new(returning(4321))
	for callback, result in pairs { [first] = 7654321, [second] = 4321 } do
		local f = ffi.cast('int (*)(float, int, int, int, int, int)', callback.p)
		check.equal(f(12345.5, 0x3333, 0x4444, 0x5555, 0x6666, 0x7777), result)
	end
	check.contains(seen[1], '3333', '4444', '5555', '6666', '7777')
	first:free()
	second:free()
end)
