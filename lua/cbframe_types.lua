-- LuaJIT's C types as types of the library: decodes what ffi.typeinfo tells, which is a table of LuaJIT's
-- own numbers for each type: info (kind, flags, the number of the type it is made of), size, sib (the
-- number of its first or next member) and name. The numbers are those of LuaJIT's lj_ctype.h.

local ffi = require 'ffi'
local bit = require 'bit'
local C = require('cbframe_native').library

local band, rshift = bit.band, bit.rshift

local types = {}

-- Kinds, in the upper four bits of info.
local NUMBER, RECORD, POINTER, ARRAY, VOID, ENUM, FUNCTION, TYPEDEF, ATTRIBUTE, FIELD, BITFIELD =
	0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10

-- Flags. What a bit means depends on the kind.
local BOOL, VECTOR = 0x08000000, 0x08000000
local FLOATING, COMPLEX = 0x04000000, 0x04000000
local CONST = 0x02000000
local UNSIGNED, UNION, VARIADIC = 0x00800000, 0x00800000, 0x00800000
local VARIABLE_LENGTH = 0x00100000

local SUBTYPE = 3 -- the attribute of an anonymous struct or union in another

local function has(node, flag)
	return band(node.info, flag) ~= 0
end

-- What a function's attribute calls its convention, in bits 16 and 17 of info; 0: it has none.
local attributes = { 'thiscall', 'fastcall', 'stdcall' }

-- What LuaJIT knows of a type: kind, child (the number of the type that it is made of) and typeinfo's fields.
local function node_of(id)
	local node = ffi.typeinfo(id)
	node.id, node.kind, node.child = id, rshift(node.info, 28), band(node.info, 0xffff)
	if node.size then
		node.size = node.size % 2 ^ 32
	end
	return node
end

-- The same without typedefs and attributes, such as const, in front.
local function resolve(id)
	local node = node_of(id)
	while node.kind == TYPEDEF or node.kind == ATTRIBUTE do
		node = node_of(node.child)
	end
	return node
end

local function alignment_of(node)
	return 2 ^ band(rshift(node.info, 16), 15)
end

-- Where the value of a cdata object is. In front of it is the object's header.
local function address_of(cdata)
	return tonumber(('%p'):format(cdata))
end

local function not_known_here()
	error('this LuaJIT keeps its C types in another way than is known here', 0)
end

-- LuaJIT has no function that makes a ctype object of a type's number. But such an object is nothing but a box
-- with that number in it.
local function ctype_of(id)
	local ctype = ffi.typeof 'int'
	local box = ffi.cast('uint32_t *', address_of(ctype))
	if box[0] ~= tonumber(ctype) then
		not_known_here()
	end
	box[0] = id
	return ctype
end
jit.off(ctype_of)

-- The end of the header of a cdata object (LuaJIT's GCcdata), which may be followed by padding.
local header_type = ffi.typeof 'struct { uint8_t marked, kind; uint16_t type; } *'
local header_distance = ffi.abi 'gc64' and 8 or 4
local CDATA, HAS_FINALIZER = 10, 0x10

-- Whether objects that ffi.new makes of this struct type get a finalizer, the __gc of its metatype. LuaJIT does not
-- say, but marks the objects.
function types.has_finalizer(ctype)
	local object = ffi.new(ctype)
	local header = ffi.cast(header_type, address_of(object) - header_distance)
	if header.kind ~= CDATA or header.type ~= tonumber(ctype) then
		not_known_here()
	end
	local found = band(header.marked, HAS_FINALIZER) ~= 0
	if found then
		ffi.gc(object, nil)
	end
	return found
end
jit.off(types.has_finalizer)

-- A type as LuaJIT spells it; those of functions without their parameters.
local function spell(id)
	return tostring(ctype_of(id)):match '^ctype<(.*)>$'
end

local function check(status)
	if status ~= C.CBF_OK then
		local detail = ffi.string(C.cbf_error_detail())
		error(detail ~= '' and detail or ffi.string(C.cbf_strerror(status)), 0)
	end
end
types.check = check

-- Types of the library ------------------------------------------------------------------------

local cache = {} -- by LuaJIT's number, which never means another type

-- make(out, ...) is one of the functions that make a type. An out is for one call only: finalizers and debug hooks
-- may make types meanwhile.
local function made(make, ...)
	local out = ffi.new 'const cbf_type *[1]'
	check(make(out, ...))
	return ffi.gc(out[0], C.cbf_type_free)
end

local function size_of(handle)
	local out = ffi.new 'size_t[1]'
	check(C.cbf_type_size(handle, out))
	return tonumber(out[0])
end

local function natural_alignment(handle)
	local out = ffi.new 'size_t[1]'
	check(C.cbf_type_alignment(handle, out))
	return tonumber(out[0])
end

local integers = {
	[1] = { C.CBF_KIND_CHAR, C.CBF_KIND_UNSIGNED_CHAR },
	[2] = { C.CBF_KIND_SHORT, C.CBF_KIND_UNSIGNED_SHORT },
	[4] = { C.CBF_KIND_INT, C.CBF_KIND_UNSIGNED_INT },
	[8] = { C.CBF_KIND_LONG_LONG, C.CBF_KIND_UNSIGNED_LONG_LONG },
	[16] = { C.CBF_KIND_INT128, C.CBF_KIND_UNSIGNED_INT128 },
}
if ffi.sizeof 'long' == 8 then
	integers[8] = { C.CBF_KIND_LONG, C.CBF_KIND_UNSIGNED_LONG }
end
local floats = { [ffi.sizeof 'long double'] = C.CBF_KIND_LONG_DOUBLE }
floats[4], floats[8] = C.CBF_KIND_FLOAT, C.CBF_KIND_DOUBLE

local function integer(size, unsigned)
	local kinds = integers[size] or error(('an integer of %d bytes'):format(size), 0)
	return C.cbf_type_basic(kinds[unsigned and 2 or 1])
end

local function number(node)
	if has(node, BOOL) then
		return C.cbf_type_basic(C.CBF_KIND_BOOL)
	elseif has(node, FLOATING) then
		local kind = floats[node.size] or error(('a floating number of %d bytes'):format(node.size), 0)
		return C.cbf_type_basic(kind)
	end
	return integer(node.size, has(node, UNSIGNED))
end

local build

-- What a pointer points at matters to a reader only: a name is enough, and ends the recursion.
local function target(id, depth)
	local node = resolve(id)
	if node.kind == NUMBER or node.kind == ENUM then
		return build(id)
	elseif node.kind == RECORD and node.name then
		return made(has(node, UNION) and C.cbf_type_incomplete_union or C.cbf_type_incomplete_structure, node.name)
	elseif node.kind == POINTER and depth < 3 then
		return made(C.cbf_type_pointer, target(node.child, depth + 1))
	end
	return nil
end

local function vector(node)
	local element = resolve(node.child)
	local count = node.size / element.size
	if element.kind == NUMBER and element.size == 8 and not has(element, FLOATING) then -- a long may have another size
		local kind = has(element, UNSIGNED) and C.CBF_KIND_UNSIGNED_LONG_LONG or C.CBF_KIND_LONG_LONG
		return made(C.cbf_type_vector, C.cbf_type_basic(kind), count)
	end
	return made(C.cbf_type_vector, build(element.id), count)
end

local function array(node)
	if has(node, VECTOR) then
		return vector(node)
	elseif has(node, COMPLEX) then
		return made(C.cbf_type_complex, build(node.child))
	elseif has(node, VARIABLE_LENGTH) then
		error(("'%s' has no fixed length"):format(spell(node.id)), 0)
	end
	local element = build(node.child)
	if not node.size then
		return made(C.cbf_type_flexible_array, element)
	end
	local size = size_of(element)
	return made(C.cbf_type_array, element, size == 0 and 0 or node.size / size)
end

-- The fields of a record under construction; `stop` is the first bit behind them, `unit` what Microsoft's bit-fields share.
local function new_fields(record)
	return { list = {}, stop = 0, most = alignment_of(record), is_union = has(record, UNION) }
end

local function append(fields, name, handle, bits, alignment, packed)
	table.insert(fields.list, { name = name, type = handle, bits = bits or -1, alignment = alignment or 0,
		packed = packed and 1 or 0 })
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
	while node.kind == ARRAY and not has(node, VECTOR) do
		node = resolve(node.child)
	end
	if node.kind == ARRAY and node.size > 16 then
		differs_from_c(('a vector of %d bytes'):format(node.size))
	end
end

-- Nor has C what holds a long double of 12 bytes, which LuaJIT aligns to 8 where C aligns it to 4.
local function is_aligned_otherwise(node)
	while node.kind == ARRAY and not has(node, COMPLEX + VECTOR) do
		node = resolve(node.child)
	end
	return node.kind == NUMBER and node.size > 8 and has(node, FLOATING)
		and alignment_of(node) ~= natural_alignment(build(node.id))
end

local function append_field(fields, name, id, offset)
	local handle, node = build(id), resolve(id)
	check_vectors(node)
	if not fields.is_union and offset * 8 < fields.stop then
		differs_from_c 'bit-fields'
	end
	fields.unit = nil
	local measured = node.size and handle or build(node.child) -- an array without a length has that of its elements
	local alignment, packed = attributes_for(fields, offset, natural_alignment(measured))
	if is_aligned_otherwise(node) then
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
	local container, width = band(rshift(member.info, 16), 127), band(rshift(member.info, 8), 127)
	local handle = has(member, BOOL) and C.cbf_type_basic(C.CBF_KIND_BOOL) or integer(container, has(member, UNSIGNED))
	return container, width, member.size * 8 + band(member.info, 127), handle
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

local is_system_v = C.cbf_convention_native().model.records == C.CBF_RECORDS_SYSTEM_V
local append_bits = is_system_v and append_system_v_bits or append_microsoft_bits

-- The members of a record or function in order, without what has no place: constants, and enums declared there.
local function members(node)
	local list, sibling = {}, node.sib
	while sibling do
		local member = node_of(sibling)
		local is_inner = member.kind == ATTRIBUTE and band(rshift(member.info, 16), 255) == SUBTYPE
			and resolve(member.child).kind == RECORD
		if member.kind == FIELD or member.kind == BITFIELD or is_inner then
			table.insert(list, member)
		end
		sibling = member.sib
	end
	return list
end

local function record(node)
	if not node.size then
		error(("'%s' is not defined"):format(spell(node.id)), 0)
	elseif has(node, VARIABLE_LENGTH) then
		error(("'%s' has no fixed length"):format(spell(node.id)), 0)
	end
	local fields = new_fields(node)
	for _, member in ipairs(members(node)) do
		if member.kind == BITFIELD then
			append_bits(fields, member)
		else -- an anonymous struct or union has no name
			append_field(fields, member.name, member.child, member.size)
		end
	end

	local list = ffi.new('cbf_field[?]', #fields.list)
	for i, field in ipairs(fields.list) do
		list[i - 1] = field
	end
	-- Some conventions ask whether an attribute aligns a record: none where it is so by itself.
	local make = fields.is_union and C.cbf_type_union or C.cbf_type_structure
	local handle = made(make, node.name, list, #fields.list, nil)
	if size_of(handle) ~= node.size or natural_alignment(handle) ~= fields.most then
		if fields.is_doubtful then
			differs_from_c 'a long double'
		end
		handle = made(make, node.name, list, #fields.list, ffi.new('cbf_record_attributes', fields.most))
	end
	if size_of(handle) ~= node.size or natural_alignment(handle) ~= fields.most then
		error(("'%s' is laid out in a way that is not known here"):format(spell(node.id)), 0)
	end
	return handle
end

-- The type of the library that is LuaJIT's type of this number. Raises an error without position if there is none.
function build(id)
	if cache[id] then
		return cache[id]
	end
	local node, handle = resolve(id), nil
	if node.kind == NUMBER then
		handle = number(node)
	elseif node.kind == ENUM then
		handle = made(C.cbf_type_enumeration, node.name, build(node.child))
	elseif node.kind == POINTER then
		handle = made(C.cbf_type_pointer, target(node.child, 0))
	elseif node.kind == ARRAY then
		handle = array(node)
	elseif node.kind == RECORD then
		handle = record(node)
	elseif node.kind == VOID then
		error('void has no value', 0)
	else
		error(("'%s' is no type of a value"):format(spell(id)), 0)
	end
	cache[id] = handle
	return handle
end
types.build = build

-- Values ----------------------------------------------------------------------------------------

local plain_integers = {
	[1] = { 'int8_t', 'uint8_t' }, [2] = { 'int16_t', 'uint16_t' },
	[4] = { 'int32_t', 'uint32_t' }, [8] = { 'int64_t', 'uint64_t' },
}

-- The type without const, so that it can be assigned to.
local function plain_type(node)
	if node.kind == NUMBER then
		if has(node, BOOL) then
			return ffi.typeof 'bool'
		elseif has(node, FLOATING) then
			return ffi.typeof(node.size == 4 and 'float' or node.size == 8 and 'double' or 'long double')
		elseif plain_integers[node.size] then
			return ffi.typeof(plain_integers[node.size][has(node, UNSIGNED) and 2 or 1])
		end
	elseif node.kind == POINTER then
		return ffi.typeof('$ *', ctype_of(node.child))
	end
	return ctype_of(node.id)
end

-- What must be known of a type to read and write its values:
--   ctype    as LuaJIT has it, plain: without const
--   class    'number', 'long double', 'bool', 'enum', 'pointer', 'record', or 'other' for complex numbers and vectors
--   size, type (the library's), spelling
function types.value_of(id)
	local node = resolve(id)
	local value = { id = node.id, ctype = ctype_of(node.id), plain = plain_type(node), type = build(id), spelling = spell(id) }
	value.size = size_of(value.type)
	if value.size ~= node.size then
		error(("'%s' has a size that is not known here"):format(value.spelling), 0)
	end
	if node.kind == NUMBER then
		value.class = has(node, BOOL) and 'bool' or has(node, FLOATING) and node.size > 8 and 'long double' or 'number'
		value.is_integer = not has(node, FLOATING)
	elseif node.kind == ENUM then
		value.class = 'enum'
	elseif node.kind == POINTER then
		value.class = 'pointer'
	elseif node.kind == RECORD then
		value.class = 'record'
		value.has_const = has(node, CONST)
	else
		value.class = 'other'
	end
	return value
end

-- Values as text ----------------------------------------------------------------------------------

local most_elements, most_characters = 8, 40

-- The text at an address, quoted; nil if there is none that can be read and printed.
local function quoted_text(address, size)
	local buffer = ffi.new('char[?]', size)
	local text = ffi.string(buffer, C.cbf_copy_readable(ffi.cast('uintptr_t', address), buffer, size))
	local zero = text:find('\0', 1, true)
	text = text:sub(1, zero and zero - 1 or size)
	if text:find '[%c\128-\255]' or not zero and #text < size then
		return nil
	end
	return ('"%s"%s'):format(text, zero and '' or '...')
end

local function is_character(node)
	return node.kind == NUMBER and node.size == 1 and not has(node, BOOL)
end

local function show_integer(value)
	return type(value) == 'number' and ('%.0f'):format(value) or (tostring(value):gsub('U?LL$', ''))
end

local function show_number(node, address)
	if has(node, FLOATING) then
		local is_long = node.size > 8
		return ('%.14g'):format(is_long and C.cbf_float80to64(address) or ffi.cast(ffi.typeof('$ *', plain_type(node)), address)[0])
	elseif node.size > 8 then
		return ('0x%s%s'):format(bit.tohex(ffi.cast('uint64_t *', address)[1]), bit.tohex(ffi.cast('uint64_t *', address)[0]))
	end
	local value = ffi.cast(ffi.typeof('$ *', plain_type(node)), address)[0]
	return type(value) == 'boolean' and tostring(value) or show_integer(value)
end

-- With all its digits.
function types.address_text(pointer)
	return '0x' .. bit.tohex(ffi.cast('uintptr_t', pointer), 2 * ffi.sizeof 'void *')
end

local show

local function show_pointer(node, address)
	local pointer = ffi.cast('void **', address)[0]
	if pointer == nil then
		return 'NULL'
	end
	local text = is_character(resolve(node.child)) and quoted_text(pointer, most_characters)
	return types.address_text(pointer) .. (text and ' ' .. text or '')
end

local function show_enum(node, address)
	local value = tonumber(ffi.cast(ffi.typeof('$ *', plain_type(resolve(node.child))), address)[0])
	local sibling = node.sib
	while sibling do
		local constant = node_of(sibling)
		if constant.name and bit.tobit(constant.size or -1) == bit.tobit(value) then
			return ('%s (%d)'):format(constant.name, value)
		end
		sibling = constant.sib
	end
	return ('%d'):format(value)
end

local function show_elements(node, address)
	local element = resolve(node.child)
	local count = element.size and element.size > 0 and (node.size or 0) / element.size or 0
	local text = is_character(element) and not has(node, VECTOR) and quoted_text(address, count)
	if text then
		return text
	end
	local list = {}
	for i = 1, math.min(count, most_elements) do
		list[i] = show(element.id, address + (i - 1) * element.size)
	end
	return ('[%s%s]'):format(table.concat(list, ', '), count > most_elements and ', ...' or '')
end

local function show_record(node, address)
	local list = {}
	for _, member in ipairs(members(node)) do
		if member.kind == BITFIELD then
			if member.name then
				local value = ffi.cast(ffi.typeof('$ *', ctype_of(node.id)), address)[0][member.name]
				table.insert(list, ('%s = %s'):format(member.name, tostring(value)))
			end
		else
			local text = show(member.child, address + member.size)
			table.insert(list, member.name and ('%s = %s'):format(member.name, text) or text)
		end
	end
	return ('{%s}'):format(table.concat(list, ', '))
end

-- The value of this type at an address, a char *, in the manner of C.
function show(id, address)
	local node = resolve(id)
	if node.kind == NUMBER then
		return show_number(node, address)
	elseif node.kind == POINTER then
		return show_pointer(node, address)
	elseif node.kind == ENUM then
		return show_enum(node, address)
	elseif node.kind == RECORD then
		return show_record(node, address)
	elseif node.kind == ARRAY and has(node, COMPLEX) then
		local value = ffi.cast(ffi.typeof('$ *', ctype_of(node.id)), address)[0]
		return ('%.14g%+.14gi'):format(value.re, value.im)
	end
	return show_elements(node, address)
end
types.show = show

-- Functions -------------------------------------------------------------------------------------

-- The type that a user's string, ctype or value means.
function types.parse(ctype)
	if not ffi.typeinfo then
		error('this LuaJIT is too old: it has no ffi.typeinfo', 0)
	elseif type(ctype) ~= 'string' and type(ctype) ~= 'cdata' then
		error(('C type expected, got %s'):format(type(ctype)), 0)
	end
	local ok, parsed = pcall(ffi.typeof, ctype)
	if not ok then
		error(("'%s' is no C type: %s"):format(ctype, parsed), 0)
	end
	return parsed
end

local function checked(what, id)
	local ok, value = pcall(types.value_of, id)
	if not ok then
		error(('%s: %s'):format(what, value), 0)
	end
	return value
end

local function spell_function(result, parameters, variadic, declarator)
	local list = {}
	for i, parameter in ipairs(parameters) do
		list[i] = parameter.spelling
	end
	if variadic then
		table.insert(list, '...')
	end
	return ('%s %s(%s)'):format(result, declarator, #list > 0 and table.concat(list, ', ') or 'void')
end

local function function_node(node, text)
	local parameters = {}
	for i, member in ipairs(members(node)) do
		local what = ("parameter %d%s"):format(i, member.name and (" '%s'"):format(member.name) or '')
		parameters[i] = checked(what, member.child)
		parameters[i].name = member.name
	end
	local result = resolve(node.child).kind ~= VOID and checked('result', node.child) or nil
	return { parameters = parameters, result = result, variadic = has(node, VARIADIC) }
end

-- What to write for a pointer to the function that was given as this text.
local function pointer_to(given)
	if given:find '^[%w_]+$' then
		return given .. ' *'
	end
	local result, parameters = given:match '^([^()]-)%s*(%([^()]*%))$'
	return result and ('%s (*)%s'):format(result, parameters)
end

-- Understands what the user gave as the C type of a callback, a string or a ctype. Returns
--   pointer     the function pointer type
--   parameters  a value each, with its name if it has one
--   result      a value, nil if void
--   variadic    whether `...` follows the parameters
--   text        how it is spelled
-- takes_functions: whether a function type will do. Raises an error without position.
function types.function_of(ctype, takes_functions)
	local parsed = types.parse(ctype)
	local given = type(ctype) == 'string' and ctype:match '^%s*(.-)%s*$' or tostring(parsed):match '^ctype<(.*)>$'

	local node = resolve(tonumber(parsed))
	local is_pointer = node.kind == POINTER
	local called = is_pointer and resolve(node.child) or node
	if called.kind ~= FUNCTION then
		error(("function pointer type expected, got '%s'"):format(given), 0)
	end
	local described_ok, described = pcall(function_node, called)
	if not described_ok then
		error(("'%s': %s"):format(given, described), 0)
	end
	local function spelled(declarator)
		local result = described.result and described.result.spelling or 'void'
		return spell_function(result, described.parameters, described.variadic, declarator)
	end
	if not is_pointer and not takes_functions then
		local is_text = type(ctype) == 'string' -- else LuaJIT's spelling lacks the parameters
		error(("'%s' is a function, not a pointer to one: write '%s'"):format(
			is_text and given or spelled '', is_text and pointer_to(given) or spelled '(*)'), 0)
	end
	described.attribute = attributes[band(rshift(called.info, 16), 3)]
	described.pointer = is_pointer and parsed or ffi.typeof('$ *', parsed)
	described.text = type(ctype) == 'string' and given:find('(', 1, true) and given or spelled '(*)'
	return described
end

-- The library's signature of what function_of returned, by a convention of this name, or the one that its attribute
-- names, or the system's own.
function types.signature_of(described, convention)
	local by = C.cbf_convention_native()
	if convention == nil and described.attribute then
		convention = ffi.string(C.cbf_convention_name(C.cbf_convention_native())):gsub('^%l+', described.attribute)
	end
	if convention ~= nil then
		by = type(convention) == 'string' and C.cbf_convention_find(convention) or nil
		if by == nil then
			error(("'%s' is no calling convention"):format(tostring(convention)), 0)
		end
	end
	local count = #described.parameters
	local parameters = ffi.new('const cbf_type *[?]', count)
	for i, parameter in ipairs(described.parameters) do
		parameters[i - 1] = parameter.type
	end
	local out = ffi.new 'cbf_signature *[1]'
	check(C.cbf_signature_new(out, described.result and described.result.type, parameters, count,
		described.variadic and 1 or 0, by))
	return ffi.gc(out[0], C.cbf_signature_free)
end

return types
