-- What must be known of LuaJIT's types to read and write their values.

local ffi = require 'ffi'
local ctypes = require 'cbframe_ctypes'
local handles = require 'cbframe_handles'
local types = require 'cbframe_types'

local has = ctypes.has
local NUMBER, RECORD, POINTER, ENUM = ctypes.NUMBER, ctypes.RECORD, ctypes.POINTER, ctypes.ENUM

local values = {}

-- The type that a user's string, ctype or value means.
function values.parse(ctype)
	if not ffi.typeinfo then
		error('this LuaJIT is too old: it has no ffi.typeinfo', 0)
	elseif type(ctype) ~= 'string' and type(ctype) ~= 'cdata' then
		error(('C type expected, got %s'):format(type(ctype)), 0)
	end
	local ok, parsed = pcall(ffi.typeof, ctype)
	if not ok then
		error(("'%s' is no C type: %s"):format(ctype, parsed), 0)
	end
	ctypes.check_room(tonumber(parsed))
	return parsed
end

local plain_integers = {
	[1] = { 'int8_t', 'uint8_t' }, [2] = { 'int16_t', 'uint16_t' },
	[4] = { 'int32_t', 'uint32_t' }, [8] = { 'int64_t', 'uint64_t' },
}

-- The type without const, so that it can be assigned to.
function values.plain_type(node)
	if node.kind == NUMBER then
		if has(node, ctypes.BOOL) then
			return ffi.typeof 'bool'
		elseif has(node, ctypes.FLOATING) then
			return ffi.typeof(node.size == 4 and 'float' or node.size == 8 and 'double' or 'long double')
		elseif plain_integers[node.size] then
			return ffi.typeof(plain_integers[node.size][has(node, ctypes.UNSIGNED) and 2 or 1])
		end
	elseif node.kind == POINTER then
		return ffi.typeof('$ *', ctypes.ctype_of(node.child))
	end
	return ctypes.ctype_of(node.id)
end

-- What is stored in place of a value that LuaJIT cannot convert.
function values.stored_type(value, ctype)
	return value.class == 'long double' and ffi.typeof('uint8_t[$]', value.size) or ctype
end

-- What must be known of a type to read and write its values:
--   ctype    as LuaJIT has it, plain: without const
--   class    'number', 'long double', 'bool', 'enum', 'pointer', 'record', or 'other' for complex numbers and vectors
--   number   of an enum: the ctype of its values
--   size, type (the library's), spelling
function values.of(id)
	local node = ctypes.resolve(id)
	local value = { id = node.id, ctype = ctypes.ctype_of(node.id), plain = values.plain_type(node), type = types.build(id), spelling = ctypes.spell(id) }
	value.size = handles.size_of(value.type)
	if value.size ~= node.size then
		error(("'%s' has a size that is not known here"):format(value.spelling), 0)
	end
	if node.kind == NUMBER then
		value.class = has(node, ctypes.BOOL) and 'bool' or has(node, ctypes.FLOATING) and node.size > 8 and 'long double' or 'number'
		value.is_integer = not has(node, ctypes.FLOATING)
	elseif node.kind == ENUM then
		value.class, value.number = 'enum', values.plain_type(ctypes.resolve(node.child))
	elseif node.kind == POINTER then
		value.class = 'pointer'
	elseif node.kind == RECORD then
		value.class = 'record'
		value.has_const = has(node, ctypes.CONST)
	else
		value.class = 'other'
	end
	return value
end

return values
