-- cbframe.dump and cbframe.format. What the text must hold is tested in C++; here is what Lua adds.
local check = ...
local ffi = require 'ffi'
local cbframe = require 'cbframe'
local native = check.native

local is_x64 = ffi.arch == 'x64'
local stack_pointer = native.stack_pointer
local sp = stack_pointer:lower() .. '+'

local SET_UP = [[
	local ffi = require 'ffi'
	local cbframe = require 'cbframe'
	local cpu = ffi.new 'D_CPUSTATE'
	local stack = ffi.new 'D_QWORD[32]'
	cpu[native.stack_pointer].p = stack
	cpu[native.registers[7] ].u = 0x1234
]]

local ESCAPE = '\27['

-- What a script prints, after SET_UP.
local function printed(script, environment, terminal)
	local output, status = check.luajit(SET_UP .. script, { environment = environment, terminal = terminal })
	check.equal(status, 0)
	return output
end

-- The same, on a terminal.
local function printed_on_terminal(script, environment)
	local output = printed(script, environment, true)
	check.contains(output, '1234')
	return output
end

check.case("a state set up by hand, as luapower's module dumped it", function()
	if ffi.arch == 'arm64' then
		check.skip 'it had no 64-bit Arm'
	end
	local cpu, stack = ffi.new 'D_CPUSTATE', ffi.new 'D_QWORD[32]'
	cpu[stack_pointer].p, cpu[is_x64 and 'RBP' or 'EBP'].p = stack, stack + 4
	stack[0].u = 11112222
	stack[2].u = 0xFEDCBA
	stack[3].f = math.pi
	cpu.EAX.u = 54321
	cpu.ESI.u = 98760
	cpu.XMM[3].lo.f = math.pi
	cpu.XMM[4].lo.lo.f = math.pi
	cpu.XMM[5].lo.lo.u, cpu.XMM[5].lo.hi.u = 101010, 202020
	cpu.XMM[5].hi.lo.u, cpu.XMM[5].hi.hi.u = 303030, 404040
	cbframe.float64to80(1 / 16, cpu.FPR[0].b)
	cbframe.float64to80(1e-234, cpu.FPR[1].b)
	cpu.FSW.TOP, cpu.FTWX.FP0, cpu.FTWX.FP1 = 6, 1, 1
	local text = cbframe.format(cpu, { flags = true })
	check.contains(text, '54321', '98760', '11112222', 'fedcba', '3.14159', '101010', '202020', '303030', '404040',
		'0.0625', '1e-234', 'EFLAGS', 'MXCSR')
	check.contains(cbframe.format(cpu, { flags = true, qxmm = false, qstack = false }), '101010', '11112222')
end)

check.case('flags: none, one line a register, one line a flag', function()
	local cpu = ffi.new 'D_CPUSTATE'
	local none, short, long = cbframe.format(cpu), cbframe.format(cpu, { flags = true }), cbframe.format(cpu, { flags = 'long' })
	check.equal(none:find(native.flags, 1, true), nil)
	check.contains(short, native.flags)
	check.equal(cbframe.format(cpu, { flags = 'short' }), short)
	check.equal(cbframe.format(cpu, { flags = false }), none)
	local function lines(text) return select(2, text:gsub('\n', '')) end
	check.equal(lines(none) < lines(short), true)
	check.equal(lines(short) + 15 < lines(long), true)
end)

check.case('qxmm and qstack: rows of 64 or 32 bits', function()
	local cpu, stack = ffi.new 'D_CPUSTATE', ffi.new 'D_QWORD[32]'
	cpu[stack_pointer].p = stack
	local default = cbframe.format(cpu)
	check.equal(cbframe.format(cpu, { qxmm = true, qstack = true }), default)
	local last = native.last_vector
	local q1, d3 = '.q1', '.d3'
	if ffi.arch == 'arm64' then
		q1, d3 = '.d1', '.s3'
	end
	check.contains(default, last .. q1, sp .. '24')
	check.equal(default:find(last .. d3, 1, true), nil)
	check.equal(default:find(sp .. '28', 1, true), nil)
	check.contains(cbframe.format(cpu, { qxmm = false }), last .. d3, sp .. '24')
	check.contains(cbframe.format(cpu, { qstack = false }), last .. q1, sp .. '28')
end)

check.case('stack_rows', function()
	local cpu, stack = ffi.new 'D_CPUSTATE', ffi.new 'D_QWORD[64]'
	cpu[stack_pointer].p = stack
	local function rows(opts) return select(2, cbframe.format(cpu, opts):gsub(sp:gsub('%+', '%%+'), '')) end
	check.equal(rows(), 32)
	check.equal(rows { stack_rows = 5 }, 5)
	check.equal(rows { stack_rows = 0 }, 0)
	check.equal(rows { stack_rows = 40 }, 40)
end)

check.case('a text longer than any buffer', function()
	local cpu, stack = ffi.new 'D_CPUSTATE', ffi.new 'D_QWORD[10000]'
	cpu[stack_pointer].p = stack
	local text = cbframe.format(cpu, { stack_rows = 10000 })
	check.contains(text, sp .. '79992')
	check.equal(#text > 500000, true)
end)

check.case('a stack pointer into nowhere is no crash', function()
	local cpu = ffi.new 'D_CPUSTATE'
	for _, address in ipairs { 0ULL, 0x10ULL, 0xFFFFFFFFFFFFFFF8ULL, 0x8000000000000000ULL } do
		cpu[stack_pointer].u = address
		check.contains(cbframe.format(cpu), sp .. '0 ', 'cannot be read')
	end
end)

check.case('a structure, a pointer to one and a live one are the same to format', function()
	local cpu = ffi.new 'D_CPUSTATE'
	cpu.GPR[7].u = 123456789
	check.equal(cbframe.format(cpu), cbframe.format(ffi.cast('cbf_cpu *', cpu)))
	local text
	check.with(function(live) text = cbframe.format(live) end, function(p) check.callers.call_counted(p, 4711) end)
	check.contains(text, '4711')
end)

check.case('diff: what two states differ in', function()
	local first, last = native.registers[1], native.registers[7]
	local before, after
	check.with(function(live)
		before = cbframe.save(live)
		live[last].u = 0x1234
		live[ffi.arch == 'arm64' and 'V' or 'XMM'][1].pd[0] = 2.5
		after = cbframe.save(live)
		live[last].u = before.cpu[last].u
	end, function(p) check.callers.call_counted(p, 4711) end)
	local text = cbframe.diff(before, after)
	check.contains(text, 'before', 'after', '1234\n', '0x4004000000000000\n')
	check.equal(text:find(first:lower() .. ' ', 1, true), nil)
	check.equal(select(2, text:gsub('\n', '')), 3)
	check.equal(cbframe.diff(before, before), '')
	check.contains(cbframe.format(after, { stack_rows = 0 }), '1234')
end)

check.case('diff: flags', function()
	if ffi.arch == 'arm64' then
		check.skip 'it has others'
	end
	local before, after = ffi.new 'cbf_cpu', ffi.new 'cbf_cpu'
	after.EFLAGS.CF = 1
	after.FSW.TOP, after.FTWX.FP0 = 7, 1
	check.contains(cbframe.diff(before, after), '\nEFLAGS.CF    0 ', ' 1\n', '\nst(0) ', '\nFSW.TOP      0')
	check.raises('CPU state (cbf_cpu) expected, got nil', cbframe.diff, before)
	check.raises('CPU state (cbf_cpu) expected, got number', cbframe.save, 5)
end)

check.case('dump prints what format returns, through io.stdout', function()
	local output = printed [[
		local opts = { flags = true, stack_rows = 4 }
		io.stdout:setvbuf 'full'
		io.write(cbframe.format(cpu, opts), 'between\n')
		cbframe.dump(cpu, opts)
		io.write 'after\n'
	]]
	local formatted, dumped = output:match '^(.*)between\n(.*)after\n$'
	check.contains(formatted, '1234', native.flags)
	check.equal(dumped, formatted)
end)

check.case('whoever replaces io.stdout gets it', function()
	local cpu, real, text = ffi.new 'D_CPUSTATE', io.stdout, {}
	io.stdout = { write = function(_, ...) text[#text + 1] = table.concat { ... } end }
	local ok, message = pcall(cbframe.dump, cpu, { color = false })
	io.stdout = real
	check.equal(ok, true, message)
	check.equal(table.concat(text), cbframe.format(cpu))
end)

check.case('no colour when piped', function()
	check.equal(printed('cbframe.dump(cpu)'):find(ESCAPE, 1, true), nil)
end)

-- Colour marks the registers of arguments, of which i386 has none.
local function check_colour(text)
	check.equal(text:find(ESCAPE, 1, true) ~= nil, ffi.arch ~= 'x86')
end

check.case('colour on a terminal', function() check_colour(printed_on_terminal 'cbframe.dump(cpu)') end)

check.case('no colour on a terminal when NO_COLOR is set', function()
	check.equal(printed_on_terminal('cbframe.dump(cpu)', { NO_COLOR = '1' }):find(ESCAPE, 1, true), nil)
end)

check.case('an empty NO_COLOR is none', function()
	check_colour(printed_on_terminal('cbframe.dump(cpu)', { NO_COLOR = '' }))
end)

check.case('the option color has the last word', function()
	check.equal(printed_on_terminal('cbframe.dump(cpu, { color = false })'):find(ESCAPE, 1, true), nil)
	check_colour(printed('cbframe.dump(cpu, { color = true })', { NO_COLOR = '1' }))
end)

check.case('format has no colour unless told', function()
	local cpu = ffi.new 'D_CPUSTATE'
	check.equal(cbframe.format(cpu):find(ESCAPE, 1, true), nil)
	check_colour(cbframe.format(cpu, { color = true }))
end)
