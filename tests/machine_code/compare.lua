-- Holds the machine code of a Mach-O object against that of an ELF object made of the same assembly, by LLVM's tools.
-- usage: luajit compare.lua x86_64|aarch64 functions|section ELF MACHO
--
-- functions: the bytes of each function that the ELF object names; what lies between them each assembler fills in its own
-- way. section: all bytes of code, and what unwinders are told of it. Where relocations fill in fields, both must name
-- the same place: the same symbol, but for the underscore of Mach-O, and the same distance from it. Fields in which an
-- object keeps that distance are left out of the rest.

local bit = require 'bit'

local mode, elf_path, macho_path = arg[2], arg[3], arg[4]
local usage = 'usage: compare.lua x86_64|aarch64 functions|section ELF MACHO'

-- What is peculiar to a CPU: what its relocations are in each format; how many bytes a field has in which Mach-O keeps the
-- distance, counted from their end; how macOS' compact unwind table sends on to DWARF, and how it says that nothing has
-- changed since the call, where it has a line for such a function at all.
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
		},
		distance = 'ARM64_RELOC_ADDEND', -- precedes what it is added to
		field_size = 0,
		to_dwarf = '0x03000000',
		unchanged = '0x02000000',
	},
})[arg[1]], usage)
assert((mode == 'functions' or mode == 'section') and macho_path, usage)

-- What the section of code is called.
local elf = { section = '.text', dumped = '.text' }
local macho = { section = '__text', dumped = '__TEXT,__text' }

local failures = 0
local function fail(...)
	failures = failures + 1
	if failures <= 20 then
		print('FAILED: ' .. string.format(...))
	end
end

local function output_of(...)
	local command = ("'%s'"):format(table.concat({ ... }, "' '"))
	local pipe = assert(io.popen(command .. ' && echo succeeded'))
	local text = pipe:read '*a':match '^(.*)succeeded\n$'
	pipe:close()
	return assert(text, command .. ' failed')
end

local function code_of(format, path)
	local dumped, object = os.tmpname(), os.tmpname()
	output_of('llvm-objcopy-14', ('--dump-section=%s=%s'):format(format.dumped, dumped), path, object)
	local file = assert(io.open(dumped, 'rb'))
	local code = file:read '*a'
	file:close()
	os.remove(dumped)
	os.remove(object)
	return code
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
local function unwinding_of(path)
	local functions = {}
	for line in output_of('llvm-dwarfdump-14', '--eh-frame', path):gmatch '[^\n]+' do
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

local elf_code, macho_code = code_of(elf, elf_path), code_of(macho, macho_path)
local elf_symbols, macho_symbols = symbols_of(elf_path, '--print-size'), symbols_of(macho_path)
local elf_relocations, count = relocations_of(elf, elf_path)
local macho_relocations = relocations_of(macho, macho_path)

-- The target of a field: a symbol and the distance from it, counted from the end of the field.
local function elf_place(at)
	local symbol, sign, digits = elf_relocations[at].target:match '^([^-+]+)([-+]?)0?x?(%x*)$'
	return symbol, (tonumber(digits, 16) or 0) * (sign == '-' and -1 or 1) + cpu.field_size
end
-- What follows the field, in the same instruction, LLVM shows with the symbol.
local function macho_place(at)
	local symbol = macho_relocations[at].target:gsub('%-%d$', ''):gsub('^_', '')
	return symbol, cpu.field_size > 0 and word_at(macho_code, at) or macho_relocations[at].distance
end

local function compare_places(at)
	local left, right = elf_relocations[at], macho_relocations[at]
	if not (left and right) then
		return fail('%x: relocated in one object only, to %s', at, (left or right).target)
	end
	if left.kind ~= right.kind then
		fail('%x: the %s in ELF, the %s in Mach-O', at, left.kind, right.kind)
	end
	local elf_symbol, elf_distance = elf_place(at)
	local macho_symbol, macho_distance = macho_place(at)
	local known = elf_symbols[macho_symbol]
	if elf_symbol:sub(1, 1) == '.' and known then -- of an object's own symbols ELF names the section instead
		elf_symbol, elf_distance = macho_symbol, elf_distance - known.at
	end
	if elf_symbol ~= macho_symbol or elf_distance ~= macho_distance then
		fail('%x: to %s%+d in ELF, %s%+d in Mach-O', at, elf_symbol, elf_distance, macho_symbol, macho_distance)
	end
end

local function is_relocated(at)
	for first = at - cpu.field_size + 1, at do
		if elf_relocations[first] and macho_relocations[first] then
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
			local left, right = elf_code:byte(at + 1), macho_code:byte(at + 1)
			if left ~= right then
				fail('%x: %02x in ELF, %s in Mach-O', at, left, right and ('%02x'):format(right) or 'nothing')
			end
		end
	end
end

if mode == 'section' then
	compare_bytes(0, #elf_code)
	local elf_unwinding = unwinding_of(elf_path)
	check_compact_unwinding(macho_path, elf_unwinding)
	local elf_line, macho_line = in_dwarf(elf_unwinding), in_dwarf(unwinding_of(macho_path))
	repeat
		local left, right = elf_line(), macho_line()
		if left ~= right then
			fail('unwinding: %s in ELF, %s in Mach-O', left or 'nothing', right or 'nothing')
		end
	until not left and not right
end
if #elf_code ~= #macho_code then
	fail('%d bytes of code in ELF, %d in Mach-O', #elf_code, #macho_code)
end

local functions = 0
for name, symbol in pairs(elf_symbols) do
	if symbol.kind == 'T' then
		functions = functions + 1
		local twin = macho_symbols['_' .. name]
		if not twin or twin.kind ~= 'T' or twin.at ~= symbol.at then
			fail('%s is at %x in ELF, %s in Mach-O', name, symbol.at, twin and ('%x'):format(twin.at) or 'nowhere')
		end
		if mode == 'functions' then
			compare_bytes(symbol.at, symbol.at + symbol.size)
		end
	end
end
for name, symbol in pairs(macho_symbols) do
	if symbol.kind == 'T' and not elf_symbols[name:sub(2)] then
		fail('%s is in Mach-O only', name)
	end
end

for at in pairs(elf_relocations) do
	compare_places(at)
end
for at in pairs(macho_relocations) do
	if not elf_relocations[at] then
		compare_places(at)
	end
end

assert(functions > 0 and compared > 0, 'nothing to compare')
print(('%d functions, %d bytes compared, %d relocated fields: %d differences'):format(functions, compared, count, failures))
os.exit(failures == 0 and 0 or 1)
