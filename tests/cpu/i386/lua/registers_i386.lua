-- The general registers of x86 in 32-bit mode as Lua reads and writes them.
local check = ...
local ffi = require 'ffi'

check.case('the views of a general register', function()
	local cpu = ffi.new 'D_CPUSTATE'
	for _, name in pairs(check.native.registers) do
		local register = cpu[name]
		register.u = 0x81828384
		check.equal(register.u, 0x81828384, name)
		check.equal(register.i, 0x81828384 - 2 ^ 32)
		check.equal(tonumber(ffi.cast('uintptr_t', register.p)), 0x81828384)
		check.equal(register.lo.u, 0x8384)
		check.equal(register.hi.u, 0x8182)
		check.equal(register.lo.i, 0x8384 - 2 ^ 16)
		check.equal(register.hi.i, 0x8182 - 2 ^ 16)
		for i = 0, 3 do
			check.equal(register.b[i], 0x84 - i)
			check.equal(register.bytes[i].u, 0x84 - i)
			check.equal(register.bytes[i].i, 0x84 - i - 256)
			check.equal(register.bytes[i].b, 0x84 - i)
		end
		for i, half in pairs { [0] = register.lo, register.hi } do
			check.equal(register.words[i].u, half.u)
			check.equal(half.lo.u, register.b[2 * i])
			check.equal(half.hi.u, register.b[2 * i + 1])
			check.equal(half.bytes[1].u, half.hi.u)
			check.equal(half.b[0], half.lo.u)
		end
		register.f = 0.5
		check.equal(register.f, 0.5)
		check.equal(register.u, 0x3F000000)
	end
end)
