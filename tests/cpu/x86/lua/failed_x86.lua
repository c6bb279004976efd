-- The registers of x86 come back after an error.
local check = ...
local ffi = require 'ffi'
local cbframe = require 'cbframe'
local callers, native, call = check.callers, check.native, cbframe.call

local registers = ffi.arch == 'x64' and 16 or 8 -- general and XMM ones
local sp = native.stack_pointer

-- A machine with a pattern in all registers.
local function patterned(seed)
	local machine = ffi.new 'cbf_cpu'
	for i = 0, registers - 1 do
		machine.GPR[i].u = 0x0123456700000000ULL + 100 * seed + i
		machine.XMM[i].lo.u = 0x1000ULL * seed + 2 * i
		machine.XMM[i].hi.u = 0x1000ULL * seed + 2 * i + 1
	end
	machine.EFLAGS.val = 0x246
	machine.FCW.val = 0x37F
	machine.MXCSR.val = 0x1F80
	cbframe.float64to80(1.5 * seed, machine.FPR[0].b)
	machine.FSW.TOP, machine.FTWX.FP0 = 7, 1
	return machine
end

local function scribble(cpu)
	local top, wide = cpu[sp].u, cpu.wide
	ffi.fill(cpu, ffi.offsetof('cbf_cpu', 'EFLAGS'), 0xEE)
	ffi.fill(cpu.XMM, ffi.sizeof(cpu.XMM), 0xEE)
	ffi.fill(cpu.FPR, ffi.sizeof(cpu.FPR), 0xEE)
	cpu[sp].u, cpu.wide = top, wide
	cpu.EFLAGS.val, cpu.FCW.val, cpu.FSW.val, cpu.FTWX.val, cpu.MXCSR.val = 0x693, 0x27F, 0, 0, 0x9FC0
	if wide ~= nil then
		ffi.fill(cpu.wide.YMM_Hi128, ffi.sizeof(cpu.wide.YMM_Hi128), 0xEE)
	end
end

for _, level in ipairs { 'legacy', 'all' } do
	check.case('a handler that failed leaves the CPU as it came in: ' .. level, function()
		local before = patterned(1)
		local machine = ffi.new('cbf_cpu', before)
		local cb = cbframe.new(function(cpu)
			scribble(cpu)
			error 'half way'
		end, level)
		check.raises('half way', call, callers.call_with_cpu, cb.p, machine)
		for i = 0, registers - 1 do
			if i ~= 4 then -- the stack pointer is the caller's own
				check.equal(machine.GPR[i].u, before.GPR[i].u, 'GPR ' .. i)
			end
			check.equal(machine.XMM[i].lo.u, before.XMM[i].lo.u, 'XMM ' .. i)
			check.equal(machine.XMM[i].hi.u, before.XMM[i].hi.u, 'XMM ' .. i)
		end
		for _, name in ipairs { 'EFLAGS', 'FCW', 'FSW', 'FTWX', 'MXCSR' } do
			check.equal(machine[name].val, before[name].val, name)
		end
		check.equal(cbframe.float80to64(machine.FPR[0].b), 1.5)
		cb:free()
	end)
end

check.case('the upper halves of the YMM registers come back after an error', function()
	local components, seen
	local first = cbframe.new(function(cpu)
		components = tonumber(cpu.wide.components)
		ffi.fill(cpu.wide.YMM_Hi128, ffi.sizeof(cpu.wide.YMM_Hi128), 0x11)
	end, 'all')
	local second = cbframe.new(function(cpu)
		seen = cpu.wide.YMM_Hi128[5].b[3]
		ffi.fill(cpu.wide.YMM_Hi128, ffi.sizeof(cpu.wide.YMM_Hi128), 0xEE)
		error 'half way'
	end, 'all')
	local third = cbframe.new(function(cpu) seen = cpu.wide.YMM_Hi128[5].b[3] end, 'all')
	-- One C function that calls all three, with nothing in between that uses vectors.
	callers.call_three(first.p, third.p, third.p)
	local kept = seen
	seen = nil
	check.raises('half way', call, callers.call_three, first.p, second.p, third.p)
	first:free()
	second:free()
	third:free()
	if components % 8 < 4 then
		check.skip 'no AVX here'
	end
	check.equal(kept, 0x11)
	check.equal(seen, 0x11)
end)
