-- What LuaJIT knows of its C types: decodes what ffi.typeinfo tells, which is a table of LuaJIT's own numbers for each
-- type: info (kind, flags, the number of the type it is made of), size, sib (the number of its first or next member) and
-- name. The numbers are those of LuaJIT's lj_ctype.h.

local ffi = require 'ffi'
local bit = require 'bit'

local band, rshift = bit.band, bit.rshift

-- Kinds, in the upper four bits of info.
local ctypes = {
	NUMBER = 0, RECORD = 1, POINTER = 2, ARRAY = 3, VOID = 4, ENUM = 5, FUNCTION = 6, TYPEDEF = 7, ATTRIBUTE = 8, FIELD = 9,
	BITFIELD = 10,
}

-- Flags. What a bit means depends on the kind.
ctypes.BOOL, ctypes.VECTOR = 0x08000000, 0x08000000
ctypes.FLOATING, ctypes.COMPLEX = 0x04000000, 0x04000000
ctypes.CONST = 0x02000000
ctypes.UNSIGNED, ctypes.UNION, ctypes.VARIADIC = 0x00800000, 0x00800000, 0x00800000
ctypes.VARIABLE_LENGTH = 0x00100000

local SUBTYPE = 3 -- the attribute of an anonymous struct or union in another

-- What a function's attribute calls its convention, in bits 16 and 17 of info; 0: it has none.
local attributes = { 'thiscall', 'fastcall', 'stdcall' }

function ctypes.has(node, flag)
	return band(node.info, flag) ~= 0
end

function ctypes.attribute_of(node)
	return attributes[band(rshift(node.info, 16), 3)]
end

-- What LuaJIT knows of a type: kind, child (the number of the type that it is made of) and typeinfo's fields.
function ctypes.node_of(id)
	local node = ffi.typeinfo(id)
	node.id, node.kind, node.child = id, rshift(node.info, 28), band(node.info, 0xffff)
	if node.size then
		node.size = node.size % 2 ^ 32
	end
	return node
end

-- The same without typedefs and attributes, such as const, in front.
function ctypes.resolve(id)
	local node = ctypes.node_of(id)
	while node.kind == ctypes.TYPEDEF or node.kind == ctypes.ATTRIBUTE do
		node = ctypes.node_of(node.child)
	end
	return node
end

function ctypes.alignment_of(node)
	return 2 ^ band(rshift(node.info, 16), 15)
end

-- Bytes of the type of a bit-field, its width, and its first bit in the record.
function ctypes.bits_of(member)
	local container, width = band(rshift(member.info, 16), 127), band(rshift(member.info, 8), 127)
	return container, width, member.size * 8 + band(member.info, 127)
end

-- The members of a record or function in order, without what has no place: constants, and enums declared there.
function ctypes.members(node)
	local list, sibling = {}, node.sib
	while sibling do
		local member = ctypes.node_of(sibling)
		local is_inner = member.kind == ctypes.ATTRIBUTE and band(rshift(member.info, 16), 255) == SUBTYPE
			and ctypes.resolve(member.child).kind == ctypes.RECORD
		if member.kind == ctypes.FIELD or member.kind == ctypes.BITFIELD or is_inner then
			table.insert(list, member)
		end
		sibling = member.sib
	end
	return list
end

-- A type as text that is the same for types that are alike: LuaJIT makes a new function type, and what points at it, at
-- each place that declares one. Of other types it makes each once.
function ctypes.structure_of(id)
	local node = ctypes.node_of(id)
	if node.kind == ctypes.POINTER or node.kind == ctypes.ATTRIBUTE then
		return ('%x %s %s'):format(node.info - node.child, node.size or '', ctypes.structure_of(node.child))
	elseif node.kind == ctypes.TYPEDEF then
		return ctypes.structure_of(node.child)
	elseif node.kind ~= ctypes.FUNCTION then
		return tostring(id)
	end
	local list = {}
	for i, member in ipairs(ctypes.members(node)) do
		list[i] = ctypes.structure_of(member.child)
	end
	return ('%x %s (%s)'):format(node.info - node.child, ctypes.structure_of(node.child), table.concat(list, ', '))
end

-- LuaJIT numbers its types, never gives a number back, and when there are none left all of its FFI fails.
local most, spare = 65536, 1024
local highest = 0

-- Raises an error, without position, if LuaJIT has given a type such a number that there are few left.
function ctypes.check_room(id)
	highest = math.max(highest, id)
	if highest > most - spare then
		error(("LuaJIT has %d of its %d C types left, and its FFI ends with them: make each type once, by ffi.typeof outside of "
			.. "loops or by ffi.cdef, and keep it"):format(most - highest, most), 0)
	end
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
function ctypes.ctype_of(id)
	local ctype = ffi.typeof 'int'
	local box = ffi.cast('uint32_t *', address_of(ctype))
	if box[0] ~= tonumber(ctype) then
		not_known_here()
	end
	box[0] = id
	return ctype
end
jit.off(ctypes.ctype_of)

-- The end of the header of a cdata object (LuaJIT's GCcdata), which may be followed by padding.
local header_type = ffi.typeof 'struct { uint8_t marked, kind; uint16_t type; } *'
local header_distance = ffi.abi 'gc64' and 8 or 4
local CDATA, HAS_FINALIZER = 10, 0x10

-- Whether objects that ffi.new makes of this struct type get a finalizer, the __gc of its metatype. LuaJIT does not
-- say, but marks the objects.
function ctypes.has_finalizer(ctype)
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
jit.off(ctypes.has_finalizer)

-- A type as LuaJIT spells it; those of functions without their parameters.
function ctypes.spell(id)
	return tostring(ctypes.ctype_of(id)):match '^ctype<(.*)>$'
end

return ctypes
