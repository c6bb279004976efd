-- The CPU of 64-bit Arm as a handler sees it: every field, and what it stands for.
local check = ...
local ffi = require 'ffi'
local cbframe = require 'cbframe'
local callers = check.callers

local GPR = check.native.registers

local FIELDS = {
	NZCV = 'V C Z N',
	FPCR = 'FIZ AH NEP IOE DZE OFE UFE IXE EBF IDE Len:3 FZ16 Stride:2 RMode:2 FZ DN AHP',
	FPSR = 'IOC DZC OFC UFC IXC IDC QC',
}
-- The lowest bits of the fields, as Arm's manual numbers them.
local BITS = {
	NZCV = { 28, 29, 30, 31 },
	FPCR = { 0, 1, 2, 8, 9, 10, 11, 12, 13, 15, 16, 19, 20, 22, 24, 25, 26 },
	FPSR = { 0, 1, 2, 3, 4, 7, 27 },
}

check.case("luapower's type names", function()
	check.equal(ffi.sizeof 'D_QWORD', 8)
	check.equal(ffi.sizeof 'D_DQWORD', 16)
	check.equal(ffi.istype('cbf_cpu', ffi.new 'D_CPUSTATE'), true)
end)

check.case('a handler gets a cbf_cpu pointer, which is a D_CPUSTATE', function()
	local type_ok
	check.with(function(cpu) type_ok = ffi.istype('D_CPUSTATE *', cpu) end, function(p)
		ffi.cast('void (*)(void)', p)()
	end)
	check.equal(type_ok, true)
end)

check.case('GPR[n] are X0 ... X30, V[n] are V0 ... V31', function()
	local cpu = ffi.new 'D_CPUSTATE'
	for i = 0, 30 do
		cpu.GPR[i].u = 1000 + i
		check.equal(tonumber(cpu['X' .. i].u), 1000 + i)
	end
	for i = 0, 31 do
		cpu.V[i].lo.u = 2000 + i
		check.equal(tonumber(cpu['V' .. i].lo.u), 2000 + i)
	end
	check.equal(ffi.sizeof(cpu.GPR), 31 * 8)
	check.equal(ffi.sizeof(cpu.V), 32 * 16)
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
		end
		check.equal(i, #BITS[name], name)
	end
end)

check.case('the views of a general and of a vector register', function()
	local cpu = ffi.new 'D_CPUSTATE'
	cpu.X5.u = 0x8182838485868788ULL
	check.equal(cpu.X5.i, 0x8182838485868788LL)
	check.equal(cpu.X5.lo.u, 0x85868788)
	check.equal(cpu.X5.hi.u, 0x81828384)
	check.equal(cpu.X5.lo.lo.lo.u, 0x88)
	check.equal(cpu.X5.words[3].u, 0x8182)
	check.equal(cpu.X5.b[0], 0x88)
	cpu.X5.f = -1.5
	check.equal(cpu.X5.u, 0xBFF8000000000000ULL)
	cpu.V7.lo.f, cpu.V7.hi.f = math.pi, -7
	check.equal(cpu.V7.pd[0], math.pi)
	check.equal(cpu.V7.qwords[1].f, -7)
	cpu.V7.hi.lo.f = 0.25
	check.equal(cpu.V7.ps[2], 0.25)
end)

-- A machine with a pattern of its own in every register that a call may have in use.
local function patterned(seed)
	local machine = ffi.new 'cbf_cpu'
	for i = 0, 30 do
		machine.GPR[i].u = seed * 0x0101000000000000ULL + 0xF0E0D000 + i
	end
	for i = 0, 31 do
		machine.V[i].lo.u, machine.V[i].hi.u = seed * 1000 + 2 * i, seed * 1000 + 2 * i + 1
	end
	return machine
end

-- The same machines. X16 and X30 are what the call itself needs, X18 is that of macOS.
local function check_same(got, expected)
	for i = 0, 29 do
		if i ~= 16 and not (i == 18 and ffi.os == 'OSX') then
			check.equal(got.GPR[i].u, expected.GPR[i].u, GPR[i])
		end
	end
	for name in pairs(FIELDS) do
		check.equal(got[name].val, expected[name].val, name)
	end
	for i = 0, 31 do
		check.equal(got.V[i].lo.u, expected.V[i].lo.u, 'V' .. i)
		check.equal(got.V[i].hi.u, expected.V[i].hi.u, 'V' .. i)
	end
end

for _, level in ipairs { 'legacy', 'all' } do
	check.case("a handler sees the caller's registers, and nothing changes: " .. level, function()
		local sent = patterned(1)
		sent.NZCV.val = 0xA0000000ULL
		sent.FPCR.RMode, sent.FPCR.FZ = 3, 1
		sent.FPSR.IXC, sent.FPSR.QC = 1, 1
		local seen, back = ffi.new 'cbf_cpu', ffi.new('cbf_cpu', sent)
		local cb = cbframe.new(function(cpu) ffi.copy(seen, cpu, ffi.sizeof 'cbf_cpu') end, level)
		callers.call_with_cpu(cb.p, back)
		cb:free()
		check_same(seen, sent)
		check_same(back, sent)
		check.equal(seen.SP.u, back.SP.u)
		check.equal(seen.wide ~= nil, level == 'all')
	end)

	check.case('what a handler writes is what the caller gets: ' .. level, function()
		local back, written = patterned(1), patterned(2)
		written.NZCV.val = 0x50000000ULL
		written.FPCR.RMode = 1
		written.FPSR.DZC = 1
		local cb = cbframe.new(function(cpu)
			local sp, to, wide = cpu.SP.u, cpu.X30.u, cpu.wide
			ffi.copy(cpu, written, ffi.sizeof 'cbf_cpu')
			cpu.SP.u, cpu.X30.u, cpu.wide = sp, to, wide
		end, level)
		callers.call_with_cpu(cb.p, back)
		cb:free()
		check_same(back, written)
		check.equal(back.X16.u, written.X16.u)
	end)
end

check.case('a handler that failed leaves the CPU as it came in', function()
	for _, level in ipairs { 'legacy', 'all' } do
		local before = patterned(1)
		local machine = ffi.new('cbf_cpu', before)
		local cb = cbframe.new(function(cpu)
			local back = cpu.X30.u
			ffi.fill(cpu.GPR, ffi.sizeof(cpu.GPR), 0xEE)
			ffi.fill(cpu.V, ffi.sizeof(cpu.V), 0xEE)
			cpu.X30.u, cpu.NZCV.val, cpu.FPCR.RMode = back, 0xF0000000ULL, 1
			if cpu.wide ~= nil then
				ffi.fill(cpu.wide.Z, ffi.sizeof(cpu.wide.Z), 0xEE)
			end
			error 'half way'
		end, level)
		check.raises('half way', cbframe.call, callers.call_with_cpu, cb.p, machine)
		check_same(machine, before)
		cb:free()
	end
end)

check.case('level all gives the scalable registers where the CPU has them', function()
	local length
	local cb = cbframe.new(function(cpu)
		length = tonumber(cpu.wide.vector_length)
		cpu.wide.Z[0].qwords[2].u = 5
	end, 'all')
	ffi.cast('void (*)(void)', cb.p)()
	cb:free()
	if length == 0 then
		check.skip 'no SVE here'
	end
	check.equal(length % 16, 0)
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
	cpu.X7.qp[1].i = -4
	check.equal(memory[1].i, -4LL)
end)
