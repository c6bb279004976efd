-- Where a convention puts the arguments and the result of a C type: cbframe.layout, and what a dump says of them.

local ffi = require 'ffi'
local handles = require 'cbframe_handles'
local prototypes = require 'cbframe_prototypes'
local values = require 'cbframe_values'
local value_text = require 'cbframe_text'
local C = require('cbframe_native').library

local layout = {}

local function format_layout(laid_out, _, ...)
	return C.cbf_layout_format(laid_out, ...)
end

local extensions = { [tonumber(C.CBF_EXTENSION_ZERO)] = 'zero', [tonumber(C.CBF_EXTENSION_SIGN)] = 'sign',
    [tonumber(C.CBF_EXTENSION_ONES)] = 'ones' }

local function piece_of(piece)
	local described = { offset = tonumber(piece.offset), size = tonumber(piece.size), duplicate = piece.duplicate ~= 0 }
	if piece['in'] ~= nil then
		described.register = ffi.string(piece['in'])
	else
		described.stack = tonumber(piece.stack)
	end
	described.extends = extensions[tonumber(piece.extends)]
	return described
end

local function value_of(value, spelling, name)
	local described = {
		name = name, type = spelling, size = tonumber(value.size), alignment = tonumber(value.alignment),
		by_pointer = value.by_pointer ~= 0, pieces = {},
	}
	for i = 1, tonumber(value.piece_count) do
		described.pieces[i] = piece_of(value.pieces[i - 1])
	end
	return described
end

local as_text = { __tostring = function(self) return self.text end }

-- The text of a layout with other types in its column of types: `types` of the arguments, result of the result.
local function with_types(text, types, result)
	local first = text:find('type', 1, true)
	local last = text:find('size', 1, true) - 1
	local rows, width = {}, 0
	local notes = text:find '\nthe caller '
	for line in text:sub(1, notes):gmatch '[^\n]+' do
		local type = types[tonumber(line:match '^argument (%d+) ')] or line:find '^result ' and result
			or line:sub(first, last):gsub(' +$', '')
		table.insert(rows, { line:sub(1, first - 1), type, line:sub(last + 1) })
		width = math.max(width, #type)
	end
	for i, row in ipairs(rows) do
		rows[i] = row[1] .. row[2] .. (' '):rep(width + 2 - #row[2]) .. row[3]
	end
	return table.concat(rows, '\n') .. text:sub(notes)
end

-- The table that cbframe.layout returns, and the library's layout that it was made of. ctype: what the user gave.
local function describe(prototype, convention, ctype)
	local signature = prototypes.signature_of(prototype, convention, true)
	local out = ffi.new 'const cbf_layout *[1]'
	handles.check(C.cbf_layout_new(out, signature, nil, 0))
	local laid_out = ffi.gc(out[0], C.cbf_layout_free)
	local result = {
		convention = ffi.string(laid_out.convention), arguments = {},
		stack_size = tonumber(laid_out.stack_size), stack_alignment = tonumber(laid_out.stack_alignment),
		popped = tonumber(laid_out.popped),
	}
	local types = prototypes.parameter_spellings(prototype, ctype)
	local _, result_type = prototypes.spellings(prototype, ctype)
	result.text = with_types(handles.text(format_layout, 4096, laid_out), types, result_type)
	for i, parameter in ipairs(prototype.parameters) do
		result.arguments[i] = value_of(laid_out.arguments[i - 1], types[i], parameter.name)
	end
	if prototype.result then
		result.result = value_of(laid_out.result, result_type)
	end
	if laid_out.result_pointer ~= nil then
		result.result_pointer = piece_of(laid_out.result_pointer[0])
	end
	if laid_out.variadic ~= 0 then
		result.variadic = {
			general = tonumber(laid_out.variadic_general), vector = tonumber(laid_out.variadic_vector),
			stack = tonumber(laid_out.variadic_stack),
		}
	end
	return setmetatable(result, as_text), laid_out
end

-- cbframe.layout: see docs/lua.md.
function layout.of(ctype, convention)
	local ok, result = pcall(function()
		return (describe(prototypes.of(ctype, values.parse(ctype), true), convention, ctype))
	end)
	if not ok then
		error(type(result) == 'string' and 'cbframe.layout: ' .. result or result, 2)
	end
	return result
end

-- Arguments in a dump -----------------------------------------------------------------------------

local stack_pointer = ffi.string(C.cbf_stack_pointer_name())

-- Collects the bytes of a value, a cbf_value_layout. Returns a char * to them, and what keeps them; nil if they cannot be
-- read.
local function collect(cpu, value)
	local size = tonumber(value.size)
	local bytes = ffi.new('uint8_t[?]', size + 16)
	local to = ffi.cast('char *', bytes)
	if value.by_pointer ~= 0 then
		local address = ffi.new 'uintptr_t[1]'
		local found = C.cbf_piece_read(value.pieces[0], cpu, address) ~= 0
		return found and C.cbf_copy_readable(address[0], to, size) == size and to or nil, bytes
	end
	for i = 0, tonumber(value.piece_count) - 1 do
		if C.cbf_piece_read(value.pieces[i], cpu, to + value.pieces[i].offset) == 0 then
			return nil
		end
	end
	return to, bytes
end

-- Where a value is, by the names of a dump's rows.
local function place_of(value)
	local list = {}
	for _, piece in ipairs(value.pieces) do
		local name = piece.register and piece.register:lower() or ('%s+%d'):format(stack_pointer, piece.stack)
		if not piece.duplicate and (piece.register or #list == 0) then
			table.insert(list, name)
		end
	end
	return (value.by_pointer and 'at ' or '') .. table.concat(list, ' ')
end

local columns = 100

local function row(...)
	local text = ('%-16s %-24s %-14s '):format(...)
	local value = select(4, ...)
	local room = columns - #text
	if #value > room and room > 3 then
		value = value:sub(1, room - 3) .. '...'
	end
	return (text .. value):sub(1, columns):gsub(' +$', '') .. '\n'
end

-- The arguments of a call of this C type, which are in cpu: a list of name, spelling, place and value as text, the result's
-- pointer among them; and whether there are variadic ones.
local function arguments_in(cpu, ctype, convention)
	local prototype = prototypes.of(ctype, values.parse(ctype), true)
	local known, laid_out = describe(prototype, convention, ctype)
	if C.cbf_convention_is_callable(C.cbf_convention_find(known.convention)) == 0 then
		error(("no function of this CPU is called by '%s'"):format(known.convention), 0)
	end
	local list = {}
	if known.result_pointer then
		local address = ffi.new 'void *[1]'
		local found = C.cbf_piece_read(laid_out.result_pointer, cpu, address) ~= 0
		table.insert(list, { '(result)', known.result.type, 'at ' .. place_of { pieces = { known.result_pointer } },
			found and value_text.of_address(address[0]) or 'cannot be read' })
	end
	for i, parameter in ipairs(prototype.parameters) do
		local at, kept = collect(cpu, laid_out.arguments[i - 1])
		local text = at and kept and value_text.of(parameter.id, at) or 'cannot be read'
		table.insert(list, { parameter.name or tostring(i), known.arguments[i].type, place_of(known.arguments[i]), text })
	end
	return list, laid_out.variadic ~= 0
end

-- The section that a dump begins with: the arguments of a call of this C type, which are in cpu.
function layout.arguments_text(cpu, ctype, convention)
	local list, is_variadic = arguments_in(cpu, ctype, convention)
	local lines = { row('argument', 'type', 'in', 'value'), ('-'):rep(96), '\n' }
	for _, each in ipairs(list) do
		table.insert(lines, row(unpack(each)))
	end
	if is_variadic then
		table.insert(lines, row('...', '', '', ''))
	end
	return table.concat(lines)
end

-- The same as "name=value, ...".
function layout.arguments_line(cpu, ctype, convention)
	local list, is_variadic = arguments_in(cpu, ctype, convention)
	local texts = {}
	for _, each in ipairs(list) do
		table.insert(texts, each[1] .. '=' .. each[4])
	end
	if is_variadic then
		table.insert(texts, '...')
	end
	return table.concat(texts, ', ')
end

return layout
