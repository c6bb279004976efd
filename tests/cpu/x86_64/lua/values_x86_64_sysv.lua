-- Arguments and results of C callers, picked from where the System V x86-64 ABI puts them. The
-- callers are compiled C: what they pass and what they make of the result is right by definition.
local check = ...
local ffi = require 'ffi'
local cbframe = require 'cbframe'
local callers = check.callers

-- The n-th 8 bytes of the arguments on the stack: the return address lies below them.
local function stacked(cpu, n)
	return cpu.RSP.qp[n + 1]
end

check.case('eight integers of all sizes, six in registers and two on the stack', function()
	check.with(function(cpu)
		check.equal(cpu.RDI.lo.lo.lo.i, -1)
		check.equal(cpu.RSI.lo.lo.lo.u, 254)
		check.equal(cpu.RDX.lo.lo.i, -3)
		check.equal(cpu.RCX.lo.lo.u, 65532)
		check.equal(cpu.R8.lo.i, -5)
		check.equal(cpu.R9.lo.u, 4294967290)
		check.equal(stacked(cpu, 0).i, -7LL)
		check.equal(stacked(cpu, 1).u, 18446744073709551608ULL)
		cpu.RAX.i = -1234567890123LL
	end, function(p) check.equal(callers.call_integers(p), -1234567890123LL) end)
end)

check.case('ten floats and doubles, eight in registers and two on the stack', function()
	check.with(function(cpu)
		for i = 0, 6, 2 do
			check.equal(cpu.XMM[i].lo.lo.f, i + 0.5)
			check.equal(cpu.XMM[i + 1].lo.f, i + 1.5)
		end
		check.equal(stacked(cpu, 0).lo.f, 8.5)
		check.equal(stacked(cpu, 1).f, 9.5)
		cpu.XMM[0].lo.f = math.pi
	end, function(p) check.equal(callers.call_numbers(p), math.pi) end)
end)

check.case('a float', function()
	check.with(function(cpu) cpu.XMM[0].lo.lo.f = cpu.XMM[0].lo.lo.f * 2 end, function(p)
		check.equal(callers.call_float(p, 1.25), 2.5)
	end)
end)

check.case('a long double comes on the stack and goes back in ST(0)', function()
	check.with(function(cpu)
		check.equal(cpu.FTWX.val, 0)
		local x = cbframe.float80to64(stacked(cpu, 0).b)
		cbframe.float64to80(x * 3, cpu.FPR[0].b)
		cpu.FSW.TOP = 7
		cpu.FTWX.FP0 = 1
	end, function(p)
		for i = 1, 20 do -- eight values would fill the x87 stack
			check.equal(callers.call_long_double(p, i + 0.5), 3 * i + 1.5)
		end
	end)
end)

check.case('a char', function()
	check.with(function(cpu) cpu.RAX.lo.lo.lo.i = -cpu.RDI.lo.lo.lo.i end, function(p)
		check.equal(callers.call_char(p, 7), -7)
		check.equal(callers.call_char(p, -7), 7)
	end)
end)

check.case('a pointer', function()
	local bytes = ffi.new 'char[4]'
	check.with(function(cpu)
		cpu.RDI.bp[1].i = 42
		cpu.RAX.p = cpu.RDI.bp + 2
	end, function(p) check.equal(callers.call_pointer(p, bytes), ffi.cast('void *', bytes + 2)) end)
	check.equal(bytes[1], 42)
end)

check.case('a variadic call: AL counts the vector registers', function()
	check.with(function(cpu)
		check.equal(cpu.RAX.lo.lo.lo.u, 2)
		check.equal(ffi.string(cpu.RDI.p), 'idsd')
		check.equal(cpu.RSI.lo.i, 1)
		check.equal(cpu.XMM[0].lo.f, 2.5)
		check.equal(ffi.string(cpu.RDX.p), 'three')
		check.equal(cpu.XMM[1].lo.f, 4.5)
		cpu.RAX.i = 5
	end, function(p) check.equal(callers.call_variadic(p), 5) end)
end)

check.case('two doubles by value: two vector registers', function()
	check.with(function(cpu)
		check.equal(cpu.RSI.u, 0ULL)
		check.equal(ffi.cast('double *', cpu.RDX.p)[0], 149)
		local x, y = cpu.XMM[0].lo.f, cpu.XMM[1].lo.f
		cpu.XMM[0].lo.f, cpu.XMM[1].lo.f = y, x
	end, function(p)
		local swapped = callers.call_point(p, { 149, 49 })
		check.equal(swapped.x, 49)
		check.equal(swapped.y, 149)
	end)
end)

check.case('two integers by value: two general registers', function()
	check.with(function(cpu)
		cpu.RAX.i, cpu.RDX.i = cpu.RSI.i, cpu.RDI.i
	end, function(p)
		local swapped = callers.call_span(p, { -5, 2LL ^ 40 })
		check.equal(swapped.first, 2LL ^ 40)
		check.equal(swapped.last, -5LL)
	end)
end)

check.case('a double and an integer by value: one register of each kind', function()
	check.with(function(cpu)
		cpu.XMM[0].lo.f = cpu.XMM[0].lo.f / 2
		cpu.RAX.lo.i = cpu.RDI.lo.i - 1
	end, function(p)
		local result = callers.call_mixed(p, { 7, -1 })
		check.equal(result.weight, 3.5)
		check.equal(result.id, -2)
	end)
end)

check.case('three floats by value: two in the first vector register', function()
	check.with(function(cpu)
		local x, y, z = cpu.XMM[0].ps[0], cpu.XMM[0].ps[1], cpu.XMM[1].ps[0]
		cpu.XMM[0].ps[0], cpu.XMM[0].ps[1], cpu.XMM[1].ps[0] = z, x, y
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
		for i = 0, 2 do
			cpu.RAX.b[i] = cpu.RDI.b[2 - i]
		end
	end, function(p) callers.pass_letters(p, ffi.new('letters', { 'abc' }), result) end)
	check.equal(ffi.string(result[0].text, 3), 'cba')
end)

check.case('32 bytes by value: on the stack, the result through a hidden pointer', function()
	check.with(function(cpu)
		local result = ffi.cast('box *', cpu.RDI.p)
		for i = 0, 3 do
			result.part[i] = stacked(cpu, i).i * cpu.RSI.i
		end
		cpu.RAX.p = result
	end, function(p)
		local result = callers.call_box(p, { { 1, -2, 3, 4 } }, 10)
		check.equal(result.part[0], 10LL)
		check.equal(result.part[1], -20LL)
		check.equal(result.part[3], 40LL)
	end)
end)

check.case('a struct for two registers when one is left: on the stack whole, a later int in the register', function()
	check.with(function(cpu)
		check.equal(cpu.R8.lo.i, 5)
		check.equal(stacked(cpu, 0).i, 6LL)
		check.equal(stacked(cpu, 1).i, 7LL)
		check.equal(cpu.R9.lo.i, 8)
		cpu.RAX.i = 1
	end, function(p) check.equal(callers.call_span_that_does_not_fit(p), 1LL) end)
end)

check.case("two callbacks of one signature, declared as luapower's programs do", function()
	local seen = {}
	local function returning(result)
		return function(cpu)
			seen[#seen + 1] = cbframe.format(cpu)
			check.equal(cpu.XMM[0].lo.lo.f, 12345.5)
			check.equal(cpu.EDI.i, 0x3333)
			check.equal(cpu.R8.lo.i, 0x7777)
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
