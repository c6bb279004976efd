-- What a handler gets for `...`: reads the variadic arguments of a call.

local ffi = require 'ffi'
local ctypes = require 'cbframe_ctypes'
local values = require 'cbframe_values'
local native = require 'cbframe_native'
local C, own = native.library, native.own

local variadic_methods = {}

-- Its arguments are NULL when the call has returned.
local variadic = ffi.metatype(ffi.typeof 'struct { cbf_arguments *arguments; }', {
	__index = function(self, name)
		if name == 'list' then -- a va_list: what LuaJIT takes for one is a void *
			return own.cbf_lua_argument_list(self:_arguments(3))
		end
		return variadic_methods[name] or error(("variadic arguments have no member '%s'"):format(tostring(name)), 2)
	end,
})

function variadic_methods:_arguments(level)
	if not ffi.istype(variadic, self) then
		error('call it as va:get(ctype)', level)
	elseif self.arguments == nil then
		error('variadic arguments cannot be read any more: their call has returned', level)
	end
	return self.arguments
end

local readers = {} -- how arguments are read, by string or number of the type

local function reader_of(ctype)
	local key = type(ctype) == 'cdata' and tonumber(ffi.typeof(ctype)) or ctype
	if not readers[key] then
		local value = values.of(tonumber(values.parse(ctype)))
		readers[key] = { value = value, pointer = ffi.typeof('$ *', values.stored_type(value, value.ctype)) }
	end
	return readers[key]
end

-- va:get(ctype) returns the next variadic argument, which is of that type.
function variadic_methods:get(ctype)
	local arguments = variadic_methods._arguments(self, 3)
	local ok, reader = pcall(reader_of, ctype)
	if not ok then
		error(reader, 2)
	end
	local address = C.cbf_next_argument(arguments, reader.value.type)
	if address == nil then
		error(ffi.string(C.cbf_error_detail()), 2)
	end
	local value = ffi.cast(reader.pointer, address)
	if reader.value.class == 'record' then
		local copy = ffi.new(reader.value.plain, value[0])
		return ctypes.has_finalizer(reader.value.plain) and ffi.gc(copy, nil) or copy
	elseif reader.value.class == 'long double' then
		return own.cbf_lua_long_double(value)
	end
	return value[0]
end

return variadic
