-- Values in memory as text, in the manner of C.

local ffi = require 'ffi'
local bit = require 'bit'
local ctypes = require 'cbframe_ctypes'
local values = require 'cbframe_values'
local native = require 'cbframe_native'
local C, own = native.library, native.own

local has, resolve = ctypes.has, ctypes.resolve
local NUMBER, RECORD, POINTER, ARRAY, ENUM, BITFIELD =
	ctypes.NUMBER, ctypes.RECORD, ctypes.POINTER, ctypes.ARRAY, ctypes.ENUM, ctypes.BITFIELD

local text = {}

local most_elements, most_characters = 8, 40

-- The text at an address, quoted; nil if there is none that can be read and printed.
local function quoted_text(address, size)
	local buffer = ffi.new('char[?]', size)
	local found = ffi.string(buffer, C.cbf_copy_readable(ffi.cast('uintptr_t', address), buffer, size))
	local zero = found:find('\0', 1, true)
	found = found:sub(1, zero and zero - 1 or size)
	if found:find '[%c\128-\255]' or not zero and #found < size then
		return nil
	end
	return ('"%s"%s'):format(found, zero and '' or '...')
end

local function is_character(node)
	return node.kind == NUMBER and node.size == 1 and not has(node, ctypes.BOOL)
end

local function show_integer(value)
	return type(value) == 'number' and ('%.0f'):format(value) or (tostring(value):gsub('U?LL$', ''))
end

local function show_number(node, address)
	if has(node, ctypes.FLOATING) then
		local is_long = node.size > 8
		return ('%.14g'):format(is_long and own.cbf_lua_long_double(address) or ffi.cast(ffi.typeof('$ *', values.plain_type(node)), address)[0])
	elseif node.size > 8 then
		return ('0x%s%s'):format(bit.tohex(ffi.cast('uint64_t *', address)[1]), bit.tohex(ffi.cast('uint64_t *', address)[0]))
	end
	local value = ffi.cast(ffi.typeof('$ *', values.plain_type(node)), address)[0]
	return type(value) == 'boolean' and tostring(value) or show_integer(value)
end

-- An address with all its digits.
function text.of_address(pointer)
	return '0x' .. bit.tohex(ffi.cast('uintptr_t', pointer), 2 * ffi.sizeof 'void *')
end

local show

local function show_pointer(node, address)
	local pointer = ffi.cast('void **', address)[0]
	if pointer == nil then
		return 'NULL'
	end
	local quoted = is_character(resolve(node.child)) and quoted_text(pointer, most_characters)
	return text.of_address(pointer) .. (quoted and ' ' .. quoted or '')
end

local function show_enum(node, address)
	local value = tonumber(ffi.cast(ffi.typeof('$ *', values.plain_type(resolve(node.child))), address)[0])
	local sibling = node.sib
	while sibling do
		local constant = ctypes.node_of(sibling)
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
	local quoted = is_character(element) and not has(node, ctypes.VECTOR) and quoted_text(address, count)
	if quoted then
		return quoted
	end
	local list = {}
	for i = 1, math.min(count, most_elements) do
		list[i] = show(element.id, address + (i - 1) * element.size)
	end
	return ('[%s%s]'):format(table.concat(list, ', '), count > most_elements and ', ...' or '')
end

local function show_record(node, address)
	local list = {}
	for _, member in ipairs(ctypes.members(node)) do
		if member.kind == BITFIELD then
			if member.name then
				local value = ffi.cast(ffi.typeof('$ *', ctypes.ctype_of(node.id)), address)[0][member.name]
				table.insert(list, ('%s = %s'):format(member.name, tostring(value)))
			end
		else
			local shown = show(member.child, address + member.size)
			table.insert(list, member.name and ('%s = %s'):format(member.name, shown) or shown)
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
	elseif node.kind == ARRAY and has(node, ctypes.COMPLEX) then
		local value = ffi.cast(ffi.typeof('$ *', ctypes.ctype_of(node.id)), address)[0]
		return ('%.14g%+.14gi'):format(value.re, value.im)
	end
	return show_elements(node, address)
end
text.of = show

return text
