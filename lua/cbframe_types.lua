-- LuaJIT's C types as types of the library.

local ctypes = require 'cbframe_ctypes'
local handles = require 'cbframe_handles'
local records = require 'cbframe_records'
local C = require('cbframe_native').library

local has, resolve = ctypes.has, ctypes.resolve
local made = handles.made
local NUMBER, RECORD, POINTER, ARRAY, VOID, ENUM =
	ctypes.NUMBER, ctypes.RECORD, ctypes.POINTER, ctypes.ARRAY, ctypes.VOID, ctypes.ENUM

local types = {}

local cache = {} -- by LuaJIT's number, which never means another type

local function number(node)
	if has(node, ctypes.BOOL) then
		return C.cbf_type_basic(C.CBF_KIND_BOOL)
	elseif has(node, ctypes.FLOATING) then
		return handles.floating(node.size)
	end
	return handles.integer(node.size, has(node, ctypes.UNSIGNED))
end

local build

-- What a pointer points at matters to a reader only: a name is enough, and ends the recursion.
local function target(id, depth)
	local node = resolve(id)
	if node.kind == NUMBER or node.kind == ENUM then
		return build(id)
	elseif node.kind == RECORD and node.name then
		return made(has(node, ctypes.UNION) and C.cbf_type_incomplete_union or C.cbf_type_incomplete_structure, node.name)
	elseif node.kind == POINTER and depth < 3 then
		return made(C.cbf_type_pointer, target(node.child, depth + 1))
	end
	return nil
end

local function vector(node)
	local element = resolve(node.child)
	local count = node.size / element.size
	if element.kind == NUMBER and element.size == 8 and not has(element, ctypes.FLOATING) then -- a long may have another size
		local kind = has(element, ctypes.UNSIGNED) and C.CBF_KIND_UNSIGNED_LONG_LONG or C.CBF_KIND_LONG_LONG
		return made(C.cbf_type_vector, C.cbf_type_basic(kind), count)
	end
	return made(C.cbf_type_vector, build(element.id), count)
end

local function array(node)
	if has(node, ctypes.VECTOR) then
		return vector(node)
	elseif has(node, ctypes.COMPLEX) then
		return made(C.cbf_type_complex, build(node.child))
	elseif has(node, ctypes.VARIABLE_LENGTH) then
		error(("'%s' has no fixed length"):format(ctypes.spell(node.id)), 0)
	end
	local element = build(node.child)
	if not node.size then
		return made(C.cbf_type_flexible_array, element)
	end
	local size = handles.size_of(element)
	return made(C.cbf_type_array, element, size == 0 and 0 or node.size / size)
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
		handle = records.build(node, build)
	elseif node.kind == VOID then
		error('void has no value', 0)
	else
		error(("'%s' is no type of a value"):format(ctypes.spell(id)), 0)
	end
	cache[id] = handle
	return handle
end
types.build = build

return types
