-- Holds the machine code of a Mach-O or COFF object against that of an ELF object made of the same assembly, by LLVM's tools.
-- usage: luajit compare.lua x86_64|aarch64 functions|section macho|coff ELF OTHER
--
-- functions: the bytes of each function that the ELF object names; what lies between them each assembler fills in its own
-- way. section: all bytes of code, and what unwinders are told of it. Where relocations fill in fields, both must name
-- the same place: the same symbol, but for the underscore of Mach-O, and the same distance from it. Fields in which an
-- object keeps that distance are left out of the rest.

local bit = require 'bit'
local ffi = require 'ffi'

local mode, elf_path, other_path = arg[2], arg[4], arg[5]
local usage = 'usage: compare.lua x86_64|aarch64 functions|section macho|coff ELF OTHER'

-- What is peculiar to a CPU: what its relocations are in each format; how many bytes a field has in which Mach-O keeps the
-- distance, counted from their end; how COFF keeps it, by kind of relocation: mask of the field and what the distance is;
-- how macOS' compact unwind table sends on to DWARF, and how it says that nothing has changed since the call, where it has a
-- line for such a function at all.
local cpu = assert(({
	x86_64 = {
		kinds = {
			R_X86_64_PC32 = 'relative',
			R_X86_64_PLT32 = 'relative',
			X86_64_RELOC_BRANCH = 'relative',
			X86_64_RELOC_SIGNED = 'relative',
			X86_64_RELOC_SIGNED_1 = 'relative',
		},
		field_size = 4,
		to_dwarf = '0x04000000',
	},
	aarch64 = {
		kinds = {
			R_AARCH64_ADR_PREL_PG_HI21 = 'page',
			R_AARCH64_ADD_ABS_LO12_NC = 'offset in page',
			R_AARCH64_LDST32_ABS_LO12_NC = 'offset in page',
			R_AARCH64_LDST64_ABS_LO12_NC = 'offset in page',
			R_AARCH64_CALL26 = 'branch',
			R_AARCH64_JUMP26 = 'branch',
			ARM64_RELOC_PAGE21 = 'page',
			ARM64_RELOC_PAGEOFF12 = 'offset in page',
			ARM64_RELOC_BRANCH26 = 'branch',
			IMAGE_REL_ARM64_PAGEBASE_REL21 = 'page',
			IMAGE_REL_ARM64_PAGEOFFSET_12A = 'offset in page',
			IMAGE_REL_ARM64_PAGEOFFSET_12L = 'offset in page',
			IMAGE_REL_ARM64_BRANCH26 = 'branch',
		},
		distance = 'ARM64_RELOC_ADDEND', -- precedes what it is added to
		field_size = 0,
		fields = {
			page = { 0x60ffffe0, function(word)
				return bit.bor(bit.band(bit.rshift(word, 3), 0x1ffffc), bit.band(bit.rshift(word, 29), 3))
			end },
			['offset in page'] = { 0x003ffc00, function(word) -- a load counts in units of what it loads
				local is_load = bit.band(word, 0x3b000000) == 0x39000000
				return bit.lshift(bit.band(bit.rshift(word, 10), 0xfff), is_load and bit.rshift(word, 30) or 0)
			end },
			branch = { 0x03ffffff, function(word)
				return bit.lshift(bit.band(word, 0x03ffffff), 2)
			end },
		},
		to_dwarf = '0x03000000',
		unchanged = '0x02000000',
	},
})[arg[1]], usage)
-- What the section of code is called, what symbols begin with, and where unwinders that read DWARF look.
local elf = { section = '.text', prefix = '', unwinding = '--eh-frame' }
local other = ({
	macho = { section = '__text', prefix = '_', unwinding = '--eh-frame' },
	coff = { section = '.text', prefix = '', unwinding = '--debug-frame' },
})[arg[3]]
local is_coff = arg[3] == 'coff'
assert((mode == 'functions' or mode == 'section') and other and other_path, usage)

local failures = 0
local function fail(...)
	failures = failures + 1
	if failures <= 20 then
		print('FAILED: ' .. string.format(...))
	end
end

local output_of = dofile(arg[0]:match '^(.*)/' .. '/output_of.lua')

local function code_of(format, path)
	local bytes = {}
	for hex in output_of('llvm-objdump-14', '-s', '-j', format.section, path):gmatch '\n %x+ ([%x ]-)  ' do
		table.insert(bytes, (hex:gsub('%X', ''):gsub('%x%x', function(byte)
			return string.char(tonumber(byte, 16))
		end)))
	end
	return table.concat(bytes)
end

local function symbols_of(path, ...)
	local symbols = {}
	local list = output_of('llvm-nm-14', '--format=posix', path, ...)
	for name, kind, at, size in list:gmatch '(%S+) (%a) (%x+) (%x+)\n' do
		symbols[name] = { kind = kind, at = tonumber(at, 16), size = tonumber(size, 16) }
	end
	return symbols
end

-- By the offset of its field, what each relocation of code says of its target.
local function relocations_of(format, path)
	local heading = ('RELOCATION RECORDS FOR [%s]:\n'):format(format.section)
	local list = output_of('llvm-objdump-14', '-r', path)
	local _, first = list:find(heading, 1, true)
	assert(first, path .. ' has no relocations of code')
	local relocations, count, distance = {}, 0, 0
	for at, kind, target in (list:sub(first + 1) .. '\n\n'):match '^(.-)\n\n':gmatch '(%x+) (%u%S+)%s+(%S+)' do
		if kind == cpu.distance then
			distance = tonumber(target)
		else
			assert(cpu.kinds[kind], path .. ' has a relocation of another kind: ' .. kind)
			relocations[tonumber(at, 16)] = { kind = cpu.kinds[kind], target = target, distance = distance }
			count, distance = count + 1, 0
		end
	end
	assert(count > 0, path .. ' has no relocations of code')
	return relocations, count
end

local function word_at(code, at)
	local a, b, c, d = code:byte(at + 1, at + 4)
	return bit.bor(a, bit.lshift(b, 8), bit.lshift(c, 16), bit.lshift(d, 24))
end

-- Of each function, how long it is and the instructions to unwinders.
local function unwinding_of(format, path)
	local functions = {}
	for line in output_of('llvm-dwarfdump-14', format.unwinding, path):gmatch '[^\n]+' do
		local first, last = line:match 'FDE.*pc=(%x+)%.%.%.(%x+)'
		local told = line:match 'DW_CFA_.*'
		if first then
			table.insert(functions, { ('%d bytes'):format(tonumber(last, 16) - tonumber(first, 16)) })
		elseif told and told ~= 'DW_CFA_nop:' and #functions > 0 then -- that fills the room to the next one
			table.insert(functions[#functions], told)
		end
	end
	assert(#functions > 0, path .. ' says nothing to unwinders')
	return functions
end

-- macOS asks the compact unwind table first, which must send it on to DWARF, unless it can say itself what is to be said.
local function check_compact_unwinding(path, functions)
	local expected, found = {}, {}
	for _, each in ipairs(functions) do
		table.insert(expected, #each > 1 and cpu.to_dwarf or cpu.unchanged)
	end
	for encoding in output_of('llvm-objdump-14', '--unwind-info', path):gmatch 'compact encoding:%s*(%w+)' do
		table.insert(found, encoding)
	end
	assert(#found > 0, path .. ' has no compact unwind table')
	if table.concat(found, ' ') ~= table.concat(expected, ' ') then
		fail('compact unwinding: %s, not %s', table.concat(found, ' '), table.concat(expected, ' '))
	end
end

-- A line for each function and instruction, but for those functions of which the compact unwind table says all.
local function in_dwarf(functions)
	local lines = {}
	for _, each in ipairs(functions) do
		if not cpu.unchanged or #each > 1 then
			table.insert(lines, table.concat(each, '\n'))
		end
	end
	return table.concat(lines, '\n'):gmatch '[^\n]+'
end

-- COFF keeps distances in fields that are empty in ELF: puts each into its relocation, and 0 into the field.
local function take_distances(code, relocations)
	local words = ffi.new('int32_t[?]', #code / 4)
	ffi.copy(words, code, #code)
	for at, each in pairs(relocations) do
		local mask, distance_in = unpack(cpu.fields[each.kind])
		each.distance = distance_in(words[at / 4])
		words[at / 4] = bit.band(words[at / 4], bit.bnot(mask))
	end
	return ffi.string(words, #code)
end

local elf_code, other_code = code_of(elf, elf_path), code_of(other, other_path)
local elf_symbols, other_symbols = symbols_of(elf_path, '--print-size'), symbols_of(other_path)
local elf_relocations, count = relocations_of(elf, elf_path)
local other_relocations = relocations_of(other, other_path)
if is_coff then
	other_code = take_distances(other_code, other_relocations)
end

-- The target of a field: a symbol and the distance from it, counted from the end of the field.
local function elf_place(at)
	local symbol, sign, digits = elf_relocations[at].target:match '^([^-+]+)([-+]?)0?x?(%x*)$'
	return symbol, (tonumber(digits, 16) or 0) * (sign == '-' and -1 or 1) + cpu.field_size
end
-- What follows the field, in the same instruction, LLVM shows with the symbol.
local function other_place(at)
	local symbol = other_relocations[at].target:gsub('%-%d$', ''):gsub('^' .. other.prefix, '')
	return symbol, cpu.field_size > 0 and word_at(other_code, at) or other_relocations[at].distance
end

local function compare_places(at)
	local left, right = elf_relocations[at], other_relocations[at]
	if not (left and right) then
		return fail('%x: relocated in one object only, to %s', at, (left or right).target)
	end
	if left.kind ~= right.kind then
		fail('%x: the %s in ELF, the %s in the other', at, left.kind, right.kind)
	end
	local elf_symbol, elf_distance = elf_place(at)
	local other_symbol, other_distance = other_place(at)
	local known = elf_symbols[other_symbol]
	if elf_symbol:sub(1, 1) == '.' and known then -- of an object's own symbols ELF names the section instead
		elf_symbol, elf_distance = other_symbol, elf_distance - known.at
	end
	if is_coff and left.kind == 'offset in page' then -- it keeps no more
		elf_distance = elf_distance % 0x1000
	end
	if elf_symbol ~= other_symbol or elf_distance ~= other_distance then
		fail('%x: to %s%+d in ELF, %s%+d in the other', at, elf_symbol, elf_distance, other_symbol, other_distance)
	end
end

local function is_relocated(at)
	for first = at - cpu.field_size + 1, at do
		if elf_relocations[first] and other_relocations[first] then
			return true
		end
	end
	return false
end

local compared = 0
local function compare_bytes(first, last)
	for at = first, last - 1 do
		if not is_relocated(at) then
			compared = compared + 1
			local left, right = elf_code:byte(at + 1), other_code:byte(at + 1)
			if left ~= right then
				fail('%x: %02x in ELF, %s in the other', at, left, right and ('%02x'):format(right) or 'nothing')
			end
		end
	end
end

if mode == 'section' then
	compare_bytes(0, #elf_code)
	local elf_unwinding = unwinding_of(elf, elf_path)
	if not is_coff then
		check_compact_unwinding(other_path, elf_unwinding)
	end
	local elf_line, other_line = in_dwarf(elf_unwinding), in_dwarf(unwinding_of(other, other_path))
	repeat
		local left, right = elf_line(), other_line()
		if left ~= right then
			fail('unwinding: %s in ELF, %s in the other', left or 'nothing', right or 'nothing')
		end
	until not left and not right
end
if #elf_code ~= #other_code then
	fail('%d bytes of code in ELF, %d in the other', #elf_code, #other_code)
end

local functions = 0
for name, symbol in pairs(elf_symbols) do
	if symbol.kind == 'T' then
		functions = functions + 1
		local twin = other_symbols[other.prefix .. name]
		if not twin or twin.kind ~= 'T' or twin.at ~= symbol.at then
			fail('%s is at %x in ELF, %s in the other', name, symbol.at, twin and ('%x'):format(twin.at) or 'nowhere')
		end
		if mode == 'functions' then
			compare_bytes(symbol.at, symbol.at + symbol.size)
		end
	end
end
for name, symbol in pairs(other_symbols) do
	if symbol.kind == 'T' and not elf_symbols[name:sub(#other.prefix + 1)] then
		fail('%s is in the other only', name)
	end
end

for at in pairs(elf_relocations) do
	compare_places(at)
end
for at in pairs(other_relocations) do
	if not elf_relocations[at] then
		compare_places(at)
	end
end

assert(functions > 0 and compared > 0, 'nothing to compare')
print(('%d functions, %d bytes compared, %d relocated fields: %d differences'):format(functions, compared, count, failures))
os.exit(failures == 0 and 0 or 1)
