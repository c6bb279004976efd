-- The CPU as a handler sees it: every field that luapower's module had, and what it stands for. The views of general
-- registers are in registers_i386.lua and registers_x86_64.lua.
local check = ...
local ffi = require 'ffi'
local cbframe = require 'cbframe'
local callers, native = check.callers, check.native

local GPR = native.registers
local last = #GPR -- of the general and of the XMM registers
local WORD = ffi.sizeof 'void *'
local sp = native.stack_pointer

local FIELDS = {
	EFLAGS = 'CF PF AF ZF SF TF IF DF OF IOPL:2 NT RF VM AC VIF VIP ID',
	FCW = 'IM DM ZM OM UM PM IEM PC:2 RC:2 IC',
	FSW = 'I D Z O U P SF IR C0 C1 C2 TOP:3 C3 B',
	MXCSR = 'IE DE ZE OE UE PE DAZ IM DM ZM OM UM PM RM:2 FZ',
	FTWX = 'FP7 FP6 FP5 FP4 FP3 FP2 FP1 FP0',
}
-- The lowest bits of the fields, as Intel's manual numbers them.
local BITS = {
	EFLAGS = { 0, 2, 4, 6, 7, 8, 9, 10, 11, 12, 14, 16, 17, 18, 19, 20, 21 },
	FCW = { 0, 1, 2, 3, 4, 5, 7, 8, 10, 12 },
	FSW = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 15 },
	MXCSR = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15 },
	FTWX = { 0, 1, 2, 3, 4, 5, 6, 7 },
}

-- u of a 64-bit register written as two halves.
local function u64(hi, lo)
	return hi * 0x100000000ULL + lo
end

check.case("luapower's type names", function()
	local sizes = {
		D_BYTE = 1, D_WORD = 2, D_DWORD = 4, D_QWORD = 8, D_DQWORD = 16, D_FPRX = 16,
		D_EFLAGS = WORD, D_FCW = 2, D_FSW = 2, D_FTWX = 1, D_MXCSR = 4,
	}
	for name, size in pairs(sizes) do
		check.equal(ffi.sizeof(name), size, name)
	end
	check.equal(ffi.istype('cbf_cpu', ffi.new 'D_CPUSTATE'), true)
end)

check.case('a handler gets a cbf_cpu pointer, which is a D_CPUSTATE', function()
	local type_ok
	check.with(function(cpu) type_ok = ffi.istype('D_CPUSTATE *', cpu) end, function(p)
		ffi.cast('void (*)(void)', p)()
	end)
	check.equal(type_ok, true)
end)

check.case('GPR[n] are the registers by their numbers in machine code', function()
	local cpu = ffi.new 'D_CPUSTATE'
	for i, name in pairs(GPR) do
		cpu.GPR[i].u = 1000 + i
		check.equal(tonumber(cpu[name].u), 1000 + i, name)
	end
	check.equal(ffi.sizeof(cpu.GPR), (last + 1) * WORD)
	check.equal(ffi.sizeof(cpu.XMM), (last + 1) * 16)
end)

check.case('each flag is its own bits of val', function()
	local cpu = ffi.new 'D_CPUSTATE'
	for name, fields in pairs(FIELDS) do
		local i = 0
		for field, width in fields:gmatch '(%w+):?(%d*)' do
			i = i + 1
			local most = 2 ^ (tonumber(width) or 1) - 1
			local what = name .. '.' .. field
			cpu[name].val = 0
			cpu[name][field] = most
			check.equal(tonumber(cpu[name].val), most * 2 ^ BITS[name][i], what)
			check.equal(cpu[name][field], most, what)
			cpu[name].val = -1LL
			local ones = cpu[name].val
			cpu[name][field] = 0
			check.equal(tonumber(ones - cpu[name].val), most * 2 ^ BITS[name][i], what)
			check.equal(cpu[name][field], 0, what)
		end
		check.equal(i, #BITS[name], name)
	end
end)

check.case('an x87 register is a mantissa, an exponent, a sign and bytes', function()
	local cpu = ffi.new 'D_CPUSTATE'
	for i = 0, 7 do
		local register = cpu.FPR[i]
		cbframe.float64to80(-2 ^ (i + 3), register.b)
		check.equal(register.mantissa, ffi.cast('int64_t', 0x8000000000000000ULL))
		check.equal(register.exponent, 16383 + i + 3)
		check.equal(register.sign, 1)
		check.equal(register.bytes[7].u, 0x80)
		check.equal(register.bytes[9].u, 0xC0)
		check.equal(register.b[9], 0xC0)
		check.equal(cbframe.float80to64(register.bytes), -2 ^ (i + 3))
		register.sign = 0
		register.exponent = 16383
		check.equal(cbframe.float80to64(register.b), 1)
	end
end)

check.case('float80to64 and float64to80', function()
	local ten = ffi.new 'uint8_t[10]'
	for _, x in ipairs { 1 / 8, 0, math.pi, -math.huge, math.huge, 1e-310, 2 ^ 1023, 0 / 0 } do
		cbframe.float64to80(x, ten)
		check.equal(cbframe.float80to64(ten), x)
	end
	cbframe.float64to80(-0.0, ten)
	check.equal(1 / cbframe.float80to64(ten), -math.huge)
	-- 1 + 2^-53 is half way between two doubles and rounds to the even one; 2^-63 more does not.
	cbframe.float64to80(1, ten)
	ffi.cast('uint64_t *', ten)[0] = 0x8000000000000400ULL
	check.equal(cbframe.float80to64(ten), 1)
	ffi.cast('uint64_t *', ten)[0] = 0x8000000000000401ULL
	check.equal(cbframe.float80to64(ten), 1 + 2 ^ -52)
end)

check.case('float64to80 writes ten bytes and no more', function()
	local bytes = ffi.new 'uint8_t[16]'
	ffi.fill(bytes, 16, 0xAA)
	cbframe.float64to80(1, bytes)
	for i = 10, 15 do
		check.equal(bytes[i], 0xAA)
	end
end)

local function check_views_of_xmm()
	local cpu = ffi.new 'D_CPUSTATE'
	for i = 0, last do
		local register = cpu.XMM[i]
		for n = 0, 15 do
			register.b[n] = 16 * n + i
		end
		for n = 0, 15 do
			check.equal(register.bytes[n].u, 16 * n + i)
		end
		for n = 0, 7 do
			check.equal(register.words[n].u, 256 * register.b[2 * n + 1] + register.b[2 * n])
		end
		for n = 0, 3 do
			check.equal(register.dwords[n].u, 65536 * register.words[2 * n + 1].u + register.words[2 * n].u)
		end
		for n, half in pairs { [0] = register.lo, register.hi } do
			check.equal(half.u, u64(register.dwords[2 * n + 1].u, register.dwords[2 * n].u))
			check.equal(register.qwords[n].u, half.u)
		end
		register.lo.f, register.hi.f = math.pi, -i
		check.equal(register.pd[0], math.pi)
		check.equal(register.pd[1], -i)
		register.hi.lo.f, register.hi.hi.f = 0.25, -0.25
		check.equal(register.ps[2], 0.25)
		check.equal(register.dwords[3].f, -0.25)
	end
end
if ffi.arch == 'x86' then -- there LuaJIT 2.1.0-beta3 compiles reads of half.u to reads of another address
	jit.off(check_views_of_xmm)
end
check.case('the views of an XMM register', check_views_of_xmm)

-- A machine with a pattern of its own in every register that a call may have in use.
local function patterned(seed)
	local machine = ffi.new 'cbf_cpu'
	for i = 0, last do
		machine.GPR[i].u = u64(seed * 0x01010000 + i, 0xF0E0D000 + i)
		machine.XMM[i].lo.u = u64(seed, 2 * i)
		machine.XMM[i].hi.u = u64(seed, 2 * i + 1)
	end
	machine.EFLAGS.val = 0x202
	machine.FCW.val = 0x37F
	machine.MXCSR.val = 0x1F80
	return machine
end

local function push_x87(machine, ...)
	local values = { ... }
	for i, x in ipairs(values) do -- the first is ST(0), the last that is pushed
		cbframe.float64to80(x, machine.FPR[i - 1].b)
	end
	machine.FSW.TOP = 8 - #values
	machine.FTWX.val = 0
	for i = 0, #values - 1 do
		machine.FTWX['FP' .. i] = 1
	end
end

-- The same machines, the stack pointer apart.
local function check_same(got, expected)
	for i, name in pairs(GPR) do
		if name ~= sp then
			check.equal(got.GPR[i].u, expected.GPR[i].u, name)
		end
	end
	for name in pairs(FIELDS) do
		check.equal(got[name].val, expected[name].val, name)
	end
	for i = 0, last do
		check.equal(got.XMM[i].lo.u, expected.XMM[i].lo.u, 'XMM' .. i)
		check.equal(got.XMM[i].hi.u, expected.XMM[i].hi.u, 'XMM' .. i)
	end
	for i = 0, 7 do
		if expected.FTWX['FP' .. (i + 8 - expected.FSW.TOP) % 8] == 1 then
			check.equal(ffi.string(got.FPR[i].b, 10), ffi.string(expected.FPR[i].b, 10), 'FPR[' .. i .. ']')
		end
	end
end

for _, level in ipairs { 'legacy', 'all' } do
	check.case('a handler sees the caller\'s registers, and nothing changes: ' .. level, function()
		local sent = patterned(1)
		sent.EFLAGS.val = 0xAD7 -- CF PF AF ZF SF IF OF
		sent.MXCSR.val = 0xFFBF -- all exceptions flagged and masked, rounding toward zero, FZ
		sent.FCW.val = 0xF7F
		push_x87(sent, 1.5, -2.5, 3.5)
		local seen, back = ffi.new 'cbf_cpu', ffi.new('cbf_cpu', sent)
		local cb = cbframe.new(function(cpu) ffi.copy(seen, cpu, ffi.sizeof 'cbf_cpu') end, level)
		callers.call_with_cpu(cb.p, back)
		cb:free()
		check_same(seen, sent)
		check.equal(seen.FPR[1].sign, 1)
		check_same(back, sent)
		check.equal(seen[sp].u + WORD, back[sp].u)
		check.equal(seen.wide ~= nil, level == 'all')
	end)

	check.case('what a handler writes is what the caller gets: ' .. level, function()
		local back, written = patterned(1), patterned(2)
		written.EFLAGS.val = 0x297
		written.MXCSR.val = 0x5FA0
		written.FCW.val = 0x27F
		push_x87(written, 7, 8)
		local cb = cbframe.new(function(cpu)
			local top, wide = cpu[sp].u, cpu.wide
			ffi.copy(cpu, written, ffi.sizeof 'cbf_cpu')
			cpu[sp].u, cpu.wide = top, wide
		end, level)
		callers.call_with_cpu(cb.p, back)
		cb:free()
		check_same(back, written)
	end)
end

check.case('MMX registers are the mantissas', function()
	local machine, seen = patterned(3), nil
	machine.FTWX.val = 0xFF
	for i = 0, 7 do
		machine.FPR[i].mantissa = 1000 + i
		machine.FPR[i].exponent, machine.FPR[i].sign = 0x7FFF, 1
	end
	check.with(function(cpu)
		seen = tonumber(cpu.FPR[6].mantissa)
		cpu.FPR[6].mantissa = 77
	end, function(p) callers.call_with_cpu(p, machine) end)
	check.equal(seen, 1006)
	check.equal(machine.FPR[6].mantissa, 77LL)
	check.equal(machine.FPR[7].mantissa, 1007LL)
end)

check.case('the direction flag is clear for Lua and comes back', function()
	local machine, seen = patterned(4), nil
	machine.EFLAGS.val = 0x602
	check.with(function(cpu) seen = cpu.EFLAGS.DF end, function(p) callers.call_with_cpu(p, machine) end)
	check.equal(seen, 1)
	check.equal(machine.EFLAGS.DF, 1)
end)

check.case('level all gives the upper halves of the YMM registers where the CPU has them', function()
	local components, pointer
	local cb = cbframe.new(function(cpu)
		components, pointer = tonumber(cpu.wide.components), cpu.wide ~= nil
		cpu.wide.YMM_Hi128[0].lo.u = 5
	end, 'all')
	ffi.cast('void (*)(void)', cb.p)()
	cb:free()
	check.equal(pointer, true)
	if components % 8 < 4 then
		check.skip 'no AVX here'
	end
end)

check.case('a register as a pointer to bytes, words, dwords and qwords', function()
	local cpu = ffi.new 'D_CPUSTATE'
	local memory = ffi.new('D_QWORD[2]')
	memory[0].u = 0x0807060504030201ULL
	memory[1].f = 2.5
	for _, name in pairs(GPR) do
		cpu[name].p = memory
		check.equal(cpu[name].p, ffi.cast('void *', memory), name)
		check.equal(cpu[name].bp[2].u, 3)
		check.equal(cpu[name].wp[1].u, 0x0403)
		check.equal(cpu[name].dp[1].u, 0x08070605)
		check.equal(cpu[name].qp[0].u, 0x0807060504030201ULL)
		check.equal(cpu[name].qp[1].f, 2.5)
	end
	cpu[GPR[7]].qp[1].i = -4 -- RDI, EDI
	check.equal(memory[1].i, -4LL)
end)
