-- The Lua source of what runs when a callback with a signature is called: it reads the arguments of a C call, calls the
-- handler and stores the result. LuaJIT has few C types to give away, so the source makes do with those that there are
-- anyway and pointers to them, which LuaJIT makes once.

local ffi = require 'ffi'
local ctypes = require 'cbframe_ctypes'
local handles = require 'cbframe_handles'
local native = require 'cbframe_native'
local C, own = native.library, native.own
local loadstring = loadstring -- a program may take it away later

local source = {}

-- Values in memory --------------------------------------------------------------------------------

-- Where the arguments of the innermost call are told, as pointers of several types: to where the entry puts registers,
-- whose second word is the address of the stack.
local bytes, words, stack_words
local registers, stack = {}, {} -- by the number of a type: as arrays of it

local word = ffi.sizeof 'void *'
local views = { 'bool', 'int8_t', 'uint8_t', 'int16_t', 'uint16_t', 'int32_t', 'uint32_t', 'int64_t', 'uint64_t', 'float',
	'double', 'void *' }

-- under_way: a cbf_arguments **.
function source.start(under_way)
	bytes, words, stack_words = ffi.cast('char **', under_way), ffi.cast('char ***', under_way), ffi.cast('char ****', under_way)
	for _, name in ipairs(views) do
		local number = tonumber(ffi.typeof(name))
		registers[number], stack[number] = ffi.cast(name .. ' **', under_way), ffi.cast(name .. ' ***', under_way)
	end
end

-- Where a signature's argument is, its index counted from 0, or the result: -1.
local function place_of(signature, index)
	local place = ffi.new 'cbf_place'
	handles.check(C.cbf_signature_place(signature, index, place))
	local base = tonumber(place.base)
	return {
		offset = place.offset,
		is_pointer = base == C.CBF_BASE_POINTER or base == C.CBF_BASE_POINTER_ON_STACK,
		on_stack = base == C.CBF_BASE_STACK or base == C.CBF_BASE_POINTER_ON_STACK,
	}
end

-- The expression that is the address at a place, a char *.
local function address(place)
	if place.is_pointer then
		return (place.on_stack and 'stack_words[0][1][%d]' or 'words[0][%d]'):format(place.offset / word)
	end
	return (place.on_stack and 'words[0][1] + %d' or 'bytes[0] + %d'):format(place.offset)
end

-- Objects that the source names --------------------------------------------------------------------

local most_names = 40 -- of the 60 upvalues that a function may have

-- The first ones have names as upvalues.
local function name_of(objects, key, object)
	local number = objects[key]
	if not number then
		number = #objects + 1
		objects[number], objects[key] = object, number
	end
	return (number <= most_names and 'object%d' or 'objects[%d]'):format(number)
end

local function type_name(objects, ctype)
	return name_of(objects, 'type ' .. tonumber(ctype), ctype)
end

local function declare(objects)
	local names, elements = {}, {}
	for i = 1, math.min(#objects, most_names) do
		names[i], elements[i] = 'object' .. i, ('objects[%d]'):format(i)
	end
	return #names == 0 and '' or ('local %s = %s'):format(table.concat(names, ', '), table.concat(elements, ', '))
end

-- Source ------------------------------------------------------------------------------------------

-- The expression that is the value of a type at a place, and can be assigned to. Not each is as aligned as an array's
-- element.
local function element(objects, ctype, place)
	local number, size = tonumber(ctype), ffi.sizeof(ctype)
	if registers[number] and not place.is_pointer and place.offset % size == 0 then
		local view = place.on_stack and name_of(objects, stack[number], stack[number])
			or name_of(objects, registers[number], registers[number])
		return ('%s[0]%s[%d]'):format(view, place.on_stack and '[1]' or '', place.offset / size)
	end
	return ('cast(%s, %s)[0]'):format(type_name(objects, ffi.typeof('$ *', ctype)), address(place))
end

local void_pointer = ffi.typeof 'void *'

-- An argument as the handler gets it. A struct is copied, for what is on the stack ends with the call. The copy owns
-- nothing, so a finalizer of its type is not for it.
local function argument(objects, value, place)
	if value.class == 'record' then
		value.has_finalizer = ctypes.has_finalizer(value.plain)
		local format = value.has_finalizer and 'gc(new(%s, %s), nil)' or 'new(%s, %s)'
		return format:format(type_name(objects, value.plain), element(objects, value.plain, place))
	elseif value.class == 'long double' then
		return ('long_double(%s)'):format(address(place))
	elseif value.class == 'pointer' or value.class == 'enum' then
		local stored = value.class == 'pointer' and void_pointer or value.number
		return ('cast(%s, %s)'):format(type_name(objects, value.plain), element(objects, stored, place))
	end
	return element(objects, value.plain, place)
end

-- LuaJIT converts a string to a pointer into it, which C may well use when Lua has collected it.
local keep = " if keeps then kept = r elseif type(r) == 'string' then error 'a string, which Lua may collect before C reads it: "
	.. "option keep holds the last one until the next call, or return memory that you own' end"

-- The statement that stores r as the result.
local function assignment(objects, value, place)
	if value.class == 'long double' then
		return ('set_long_double(r, %s)'):format(address(place))
	elseif value.has_const then -- LuaJIT assigns to no struct with a const member
		return ('copy(%s, new(%s, r), %d)'):format(address(place), type_name(objects, value.plain), value.size)
	end
	local store = element(objects, value.plain, place) .. ' = r'
	return value.class == 'pointer' and store .. keep or store
end

-- Line 1 calls the handler. Line 2 stores the result: an error there is one of conversion.
local template = [[
local bytes, words, stack_words, cast, new, gc, copy, long_double, set_long_double, new_variadic, with_traceback, xpcall, error, type, objects = ... OBJECTS return function(keeps) local kept return function(f) CALL
STORE end end]]

-- What variadic arguments are read from ends with the call, even if the handler fails.
local variadic_call = 'local va = new_variadic() local ok, r = xpcall(f, with_traceback, %s) '
	.. 'va.arguments = nil if not ok then error(r, 0) end'

-- The source for calls of a prototype by a signature, and the objects that it names.
local function generate(prototype, signature)
	local list, objects, call = {}, {}, nil
	for i, parameter in ipairs(prototype.parameters) do
		list[i] = argument(objects, parameter, place_of(signature, i - 1))
	end
	if prototype.variadic then
		table.insert(list, 'va')
		call = variadic_call:format(table.concat(list, ', '))
	else
		call = ('%s f(%s)'):format(prototype.result and 'local r =' or '', table.concat(list, ', '))
	end
	local store = prototype.result and assignment(objects, prototype.result, place_of(signature, -1)) or ''
	local parts = { OBJECTS = declare(objects), CALL = call, STORE = store }
	return template:gsub('%u%u+', parts), objects
end

-- Returns a function that loads the source for calls of a prototype by a signature, under the name of a chunk; that
-- returns one that makes what runs with a handler when a callback is called; keeps: whether that keeps its last result.
function source.loader(prototype, signature, new_variadic, with_traceback)
	local text, objects = generate(prototype, signature)
	return function(name)
		local chunk = loadstring(text, name)
		if not chunk then
			error(("'%s': more arguments than a Lua function can have"):format(prototype.spelling), 0)
		end
		return chunk(bytes, words, stack_words, ffi.cast, ffi.new, ffi.gc, ffi.copy, own.cbf_lua_long_double, own.cbf_lua_set_long_double,
			new_variadic, with_traceback, xpcall, error, type, objects)
	end
end

return source
