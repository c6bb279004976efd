-- Structs and unions: fields for the library that put each member where LuaJIT has it, or an error where C has it
-- elsewhere.

local ffi = require 'ffi'
local ctypes = require 'cbframe_ctypes'
local handles = require 'cbframe_handles'
local C = require('cbframe_native').library

local has, resolve, spell = ctypes.has, ctypes.resolve, ctypes.spell
local size_of, integer = handles.size_of, handles.integer
local NUMBER, ARRAY, BITFIELD = ctypes.NUMBER, ctypes.ARRAY, ctypes.BITFIELD

local records = {}

-- The fields of a record under construction; `stop` is the first bit behind them, `unit` what Microsoft's bit-fields share.
local function new_fields(node)
	return { list = {}, stop = 0, most = ctypes.alignment_of(node), is_union = has(node, ctypes.UNION) }
end

local function append(fields, name, handle, bits, alignment, packed)
	table.insert(fields.list, { name = name, type = handle, bits = bits or 0, alignment = alignment or 0,
		packed = packed and 1 or 0, zero_width = bits == 0 and 1 or 0 })
end

local function round_up(x, to)
	return math.ceil(x / to) * to
end

-- Attributes with which the library puts a field of this natural alignment at this offset, as LuaJIT has.
local function attributes_for(fields, offset, natural)
	local stop = fields.is_union and 0 or math.ceil(fields.stop / 8)
	if natural <= fields.most and round_up(stop, natural) == offset then
		return nil, false
	end
	local alignment = 1
	while alignment <= fields.most do
		if round_up(stop, alignment) == offset then
			return alignment, alignment < natural
		end
		alignment = alignment * 2
	end
	error(('no attribute puts a field at offset %d'):format(offset), 0)
end

local function differs_from_c(what)
	error(what .. ' in a record, which LuaJIT lays out differently from C', 0)
end

-- LuaJIT aligns vectors to 16 at most: a record that holds a wider one is not where C has it.
local function check_vectors(node)
	while node.kind == ARRAY and not has(node, ctypes.VECTOR) do
		node = resolve(node.child)
	end
	if node.kind == ARRAY and node.size > 16 then
		differs_from_c(('a vector of %d bytes'):format(node.size))
	end
end

-- Nor has C what holds a long double of 12 bytes, which LuaJIT aligns to 8 where C aligns it to 4.
local function is_aligned_otherwise(node, build)
	while node.kind == ARRAY and not has(node, ctypes.COMPLEX + ctypes.VECTOR) do
		node = resolve(node.child)
	end
	return node.kind == NUMBER and node.size > 8 and has(node, ctypes.FLOATING)
		and ctypes.alignment_of(node) ~= handles.alignment_of(build(node.id))
end

local function append_field(fields, name, id, offset, build)
	local handle, node = build(id), resolve(id)
	check_vectors(node)
	if not fields.is_union and offset * 8 < fields.stop then
		differs_from_c 'bit-fields'
	end
	fields.unit = nil
	local measured = node.size and handle or build(node.child) -- an array without a length has that of its elements
	local alignment, packed = attributes_for(fields, offset, handles.alignment_of(measured))
	if is_aligned_otherwise(node, build) then
		fields.is_doubtful = true
		if alignment and not packed then
			differs_from_c 'a long double'
		end
	end
	append(fields, name, handle, nil, alignment, packed)
	fields.stop = (offset + (node.size and size_of(handle) or 0)) * 8
end

-- Unnamed bit-fields, none of which goes from one byte into the next.
local function fill_up_to(fields, bit_position)
	while fields.stop < bit_position do
		local width = math.min(bit_position - fields.stop, 8 - fields.stop % 8)
		append(fields, nil, integer(1, true), width)
		fields.stop = fields.stop + width
	end
end

-- A bit-field's size of its type in bytes, its width and first bit, and its type for the library.
local function bits_of(member)
	local container, width, first = ctypes.bits_of(member)
	local is_bool = has(member, ctypes.BOOL)
	local handle = is_bool and C.cbf_type_basic(C.CBF_KIND_BOOL) or integer(container, has(member, ctypes.UNSIGNED))
	return container, width, first, handle
end

local function append_system_v_bits(fields, member)
	local container, width, first, handle = bits_of(member)
	if not member.name or width == 0 then
		return -- padding
	end
	if fields.is_union then
		append(fields, member.name, handle, width, nil, container > fields.most)
		return
	end
	local function fits()
		return fields.stop % (container * 8) + width <= container * 8
	end
	local natural = fits() and fields.stop or round_up(fields.stop, container * 8)
	if natural ~= first then
		fill_up_to(fields, first)
	end
	append(fields, member.name, handle, width, nil, container > fields.most or fields.stop == first and not fits())
	fields.stop = first + width
end

-- Where Microsoft's rules put a bit-field: it takes a whole unit of its type, which others behind it share if their
-- types have that size.
local function place_microsoft_bits(fields, container, width)
	local unit = fields.unit
	if unit and unit.size == container and unit.next + width <= fields.stop then
		unit.next = unit.next + width
		return unit.next - width
	end
	local first = round_up(fields.stop, math.min(container, fields.most) * 8)
	fields.unit, fields.stop = { size = container, next = first + width }, first + container * 8
	return first
end

-- LuaJIT follows System V everywhere, so that only some records are what C has.
local function append_microsoft_bits(fields, member)
	local container, width, first, handle = bits_of(member)
	append(fields, member.name, handle, width)
	if width == 0 then
		if not fields.unit and fields.stop % (container * 8) ~= 0 then -- of no effect but behind a bit-field
			differs_from_c 'bit-fields'
		end
		fields.unit = nil
	elseif not fields.is_union and place_microsoft_bits(fields, container, width) ~= first then
		differs_from_c 'bit-fields'
	end
end

-- AAPCS64 has bits where System V has them; where an unnamed one aligns the record, its size or alignment shows below.
local rules = C.cbf_convention_native().model.records
local is_system_v = rules == C.CBF_RECORDS_SYSTEM_V or rules == C.CBF_RECORDS_AAPCS
local append_bits = is_system_v and append_system_v_bits or append_microsoft_bits

-- The library's type of a struct or union. build: makes that of a number of LuaJIT's.
function records.build(node, build)
	if not node.size then
		error(("'%s' is not defined"):format(spell(node.id)), 0)
	elseif has(node, ctypes.VARIABLE_LENGTH) then
		error(("'%s' has no fixed length"):format(spell(node.id)), 0)
	end
	local fields = new_fields(node)
	for _, member in ipairs(ctypes.members(node)) do
		if member.kind == BITFIELD then
			append_bits(fields, member)
		else -- an anonymous struct or union has no name
			append_field(fields, member.name, member.child, member.size, build)
		end
	end

	local list = ffi.new('cbf_field[?]', #fields.list)
	for i, field in ipairs(fields.list) do
		list[i - 1] = field
	end
	-- Some conventions ask whether an attribute aligns a record: none where it is so by itself.
	local make = fields.is_union and C.cbf_type_union or C.cbf_type_structure
	local handle = handles.made(make, node.name, list, #fields.list, nil)
	if size_of(handle) ~= node.size or handles.alignment_of(handle) ~= fields.most then
		if fields.is_doubtful then
			differs_from_c 'a long double'
		end
		handle = handles.made(make, node.name, list, #fields.list, ffi.new('cbf_record_attributes', fields.most))
	end
	if size_of(handle) ~= node.size or handles.alignment_of(handle) ~= fields.most then
		error(("'%s' is laid out in a way that is not known here"):format(spell(node.id)), 0)
	end
	return handle
end

return records
