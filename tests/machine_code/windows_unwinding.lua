-- Holds what Windows' unwinder is told in an object for 64-bit Arm against its .cfi directives, before each instruction:
-- where the caller's SP is, its X29 and where the call returns to. LLVM's tools read both.
-- usage: luajit windows_unwinding.lua OBJECT [DIFFERENCES]
--
-- DIFFERENCES: how many instructions there are at which Windows' unwinder finds no way back.
--
-- Unwind codes are undone as Microsoft says in "ARM64 exception handling"; each stands for one instruction.

local path, known_differences = arg[1], tonumber(arg[2] or 0)
assert(path and known_differences, 'usage: windows_unwinding.lua OBJECT [DIFFERENCES]')

local output_of = dofile(arg[0]:match '^(.*)/' .. '/output_of.lua')

local function row_of(base, distance, x29, x30)
	local row = ('SP was %s%+d'):format(base, distance)
	return x29 and ('%s, X29 is at %+d, X30 at %+d of it'):format(row, x29, x30) or row
end

-- By address of an instruction, what unwinders by DWARF find.
local function rows_of_dwarf()
	local rows, at, last = {}, nil, nil
	local base, distance, saved, remembered
	local function advance(to)
		while at < to do
			rows[at] = row_of(base, distance, saved.W29, saved.W30)
			at = at + 4
		end
	end
	local operations = {
		def_cfa = function(register, number)
			base, distance = register, number
		end,
		def_cfa_register = function(register)
			base = register
		end,
		def_cfa_offset = function(_, number)
			distance = number
		end,
		offset = function(register, number)
			saved[register] = number
		end,
		restore = function(register)
			saved[register] = nil
		end,
		remember_state = function()
			remembered = { base, distance, saved.W29, saved.W30 }
		end,
		restore_state = function()
			base, distance, saved.W29, saved.W30 = unpack(remembered, 1, 4)
		end,
		advance_loc = function(_, number)
			advance(at + number)
		end,
		nop = function() end,
	}
	operations.advance_loc1, operations.advance_loc2 = operations.advance_loc, operations.advance_loc
	for line in output_of('llvm-dwarfdump-14', '--debug-frame', path):gmatch '[^\n]+' do
		local begin, finish = line:match 'FDE.*pc=(%x+)%.%.%.(%x+)'
		local operation, operands = line:match 'DW_CFA_([%w_]+):(.*)'
		if begin then
			if last then
				advance(last)
			end
			at, last = tonumber(begin, 16), tonumber(finish, 16)
			base, distance, saved = 'WSP', 0, {} -- as the CIE says
		elseif last and operation then
			local act = assert(operations[operation], 'unknown: ' .. line)
			act(operands:match '%u%w+', tonumber(operands:match '[-+]?%d+$'))
		end
	end
	advance(assert(last, path .. ' has no .debug_frame'))
	return rows
end

local function undo(codes, skipped)
	local base, distance, x29 = 'WSP', 0, nil
	for i = skipped + 1, #codes do
		local code = codes[i]
		if code == 'mov fp, sp' or code == 'mov sp, fp' then
			base, distance = 'W29', 0
		elseif code == 'stp x29, x30, [sp, #-16]!' or code == 'ldp x29, x30, [sp], #16' then
			x29 = distance
			distance = distance + 16
		elseif code:find '^sub sp, [sp, ]*#16$' then
			distance = distance + 16
		else
			assert(code == 'nop', 'an unwind code that is not known here: ' .. code)
		end
	end
	return row_of(base, distance, x29 and x29 - distance, x29 and x29 + 8 - distance)
end

-- The codes of a list of LLVM's, up to that of the end.
local function codes_in(text, name)
	local list = text:match(name .. ' %[\n(.-)\n%s*%]')
	local codes = {}
	for code in (list or ''):gmatch '[^\n]+' do
		table.insert(codes, (code:gsub('^.*; ', ''):gsub('^%s+', '')))
	end
	assert(not list or table.remove(codes) == 'end', 'unwind codes without an end')
	return codes, list ~= nil
end

-- By address of an instruction, what Windows finds; a leaf function, of which it is told nothing, is in none.
local function rows_of_windows()
	local rows, functions = {}, 0
	for text in output_of('llvm-readobj-14', '--unwind', path):gmatch 'RuntimeFunction {\n(.-)\n  }' do
		functions = functions + 1
		local first = tonumber(text:match 'Function: [^\n]*%(0x(%x+)%)', 16)
		local size = tonumber(text:match 'FunctionLength: (%d+)')
		assert(not text:find 'EpilogueScopes: [1-9]', 'epilogues elsewhere than at the end')
		local prologue = codes_in(text, 'Prologue')
		local epilogue, has_epilogue = codes_in(text, 'Epilogue')
		local epilogue_at = size - (has_epilogue and 4 * (#epilogue + 1) or 0) -- and its return
		for at = 0, size - 4, 4 do
			assert(not rows[first + at], 'told twice')
			local codes, skipped = prologue, 0
			if not text:find 'Fragment: Yes' then -- which begins behind its prologue
				skipped = math.max(0, #prologue - at / 4)
			end
			if has_epilogue and at >= epilogue_at then
				codes, skipped = epilogue, (at - epilogue_at) / 4
			end
			rows[first + at] = undo(codes, skipped)
		end
	end
	return rows, functions
end

local dwarf = rows_of_dwarf()
local windows, functions = rows_of_windows()
local compared, differences = 0, {}
for at, expected in pairs(dwarf) do
	compared = compared + 1
	local found = windows[at] or row_of('WSP', 0)
	if found ~= expected then
		table.insert(differences, ('%x: %s by .cfi, %s by .seh'):format(at, expected, found))
	end
end
table.sort(differences)
print(('%d instructions, %d functions: %d differences'):format(compared, functions, #differences))
if #differences ~= known_differences then
	print('FAILED: not ' .. known_differences .. '\n' .. table.concat(differences, '\n', 1, math.min(20, #differences)))
	os.exit(1)
end
