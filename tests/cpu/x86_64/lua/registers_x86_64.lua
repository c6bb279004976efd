-- The general registers of x86-64 as Lua reads and writes them.
local check = ...
local ffi = require 'ffi'

-- u of a 64-bit register written as two halves.
local function u64(hi, lo)
	return hi * 0x100000000ULL + lo
end

check.case('the views of a general register', function()
	local cpu = ffi.new 'D_CPUSTATE'
	for _, name in pairs(check.native.registers) do
		local register = cpu[name]
		register.u = 0x8182838485868788ULL
		check.equal(register.u, 0x8182838485868788ULL, name)
		check.equal(register.i, 0x8182838485868788LL)
		check.equal(ffi.cast('uint64_t', register.p), 0x8182838485868788ULL)
		check.equal(register.lo.u, 0x85868788)
		check.equal(register.hi.u, 0x81828384)
		check.equal(register.lo.i, 0x85868788 - 2 ^ 32)
		check.equal(register.hi.i, 0x81828384 - 2 ^ 32)
		for i = 0, 7 do
			check.equal(register.b[i], 0x88 - i)
			check.equal(register.bytes[i].u, 0x88 - i)
			check.equal(register.bytes[i].i, 0x88 - i - 256)
			check.equal(register.bytes[i].b, 0x88 - i)
		end
		for i, expected in pairs { [0] = 0x8788, 0x8586, 0x8384, 0x8182 } do
			local word = register.words[i]
			check.equal(word.u, expected)
			check.equal(word.i, expected - 2 ^ 16)
			check.equal(word.lo.u, expected % 256)
			check.equal(word.hi.u, math.floor(expected / 256))
			check.equal(word.bytes[1].u, math.floor(expected / 256))
			check.equal(word.b[0], expected % 256)
		end
		for i, half in pairs { [0] = register.lo, register.hi } do
			check.equal(register.dwords[i].u, half.u)
			check.equal(half.lo.u, register.words[2 * i].u)
			check.equal(half.hi.u, register.words[2 * i + 1].u)
			check.equal(half.words[1].u, half.hi.u)
			check.equal(half.bytes[3].u, register.b[4 * i + 3])
			check.equal(half.b[0], register.b[4 * i])
		end
		register.f = -1.5
		check.equal(register.f, -1.5)
		check.equal(register.u, 0xBFF8000000000000ULL)
		register.lo.f = 0.5
		check.equal(register.lo.f, 0.5)
		check.equal(register.u, 0xBFF800003F000000ULL)
	end
end)

check.case('EAX ... EDI are the low halves of RAX ... RDI', function()
	local cpu = ffi.new 'D_CPUSTATE'
	for i, name in ipairs { 'AX', 'CX', 'DX', 'BX', 'SP', 'BP', 'SI', 'DI' } do
		cpu['R' .. name].u = u64(i, 100 + i)
		check.equal(cpu['E' .. name].u, 100 + i, name)
		cpu['E' .. name].i = -i
		check.equal(cpu['R' .. name].u, u64(i + 1, 0) - i, name)
		cpu['E' .. name].f = 1
		check.equal(cpu['R' .. name].lo.u, 0x3F800000, name)
	end
end)
