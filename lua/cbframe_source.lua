-- The Lua source of what runs when a callback with a signature is called: it reads the arguments of a C call, calls the
-- handler and stores the result. Arguments and result are fields of a struct that lies where the entry puts registers.

local ffi = require 'ffi'
local ctypes = require 'cbframe_ctypes'
local handles = require 'cbframe_handles'
local values = require 'cbframe_values'
local C = require('cbframe_native').library
local loadstring, debug = loadstring, debug -- a program may take them away later

local source = {}

-- Values in memory --------------------------------------------------------------------------------

-- A union under construction of whose members each is at an offset of its own.
local function new_block()
	return { members = {}, types = {} }
end

local function add(block, name, ctype, offset)
	local number = #block.types + 1
	block.types[number] = ctype
	local before = offset > 0 and ('uint8_t _%d[%d];'):format(number, offset) or ''
	table.insert(block.members, ('struct { %s $ %s; } __attribute__((packed));'):format(before, name))
end

local function finish(block)
	return ffi.typeof(('union { %s }'):format(table.concat(block.members, ' ')), unpack(block.types))
end

-- Below the return address is where an entry may keep registers. A block for what is there has this size.
local below_size = 16

local function new_blocks()
	local blocks = { state = new_block(), stack = new_block(), below = new_block() }
	add(blocks.below, 'all', ffi.typeof('uint8_t[$]', below_size), 0)
	return blocks
end

-- Adds what is at one of a signature's places; index counts from 0, -1 is the result. Returns the expression that is
-- the value, `a` being a pointer to what finish_blocks returns.
local function add_value(blocks, signature, index, name, ctype)
	local place = ffi.new 'cbf_place'
	handles.check(C.cbf_signature_place(signature, index, place))
	local base, offset = tonumber(place.base), place.offset
	local is_pointer = base == C.CBF_BASE_POINTER or base == C.CBF_BASE_POINTER_ON_STACK
	local on_stack = base == C.CBF_BASE_STACK or base == C.CBF_BASE_POINTER_ON_STACK
	local block, path = blocks.state, ''
	if on_stack and offset < 0 then
		block, path, offset = blocks.below, 'below[-1].', offset + below_size
	elseif on_stack then
		block, path = blocks.stack, 'stack.'
	end
	add(block, name, is_pointer and ffi.typeof('$ *', ctype) or ctype, offset)
	return ('a.%s%s%s'):format(path, name, is_pointer and '[0]' or '')
end

local function finish_blocks(blocks)
	for _, name in ipairs { 'stack', 'below' } do
		add(blocks.state, name, ffi.typeof('$ *', finish(blocks[name])), ffi.sizeof 'void *')
	end
	return finish(blocks.state)
end

-- Source ------------------------------------------------------------------------------------------

local most_names = 40 -- of the 60 upvalues that a function may have

-- The struct types that the source names: the first ones by upvalues.
local function type_name(structs, ctype)
	local number = structs[tonumber(ctype)]
	if not number then
		number = #structs + 1
		structs[number], structs[tonumber(ctype)] = ctype, number
	end
	return (number <= most_names and 'type%d' or 'types[%d]'):format(number)
end

local function declare_types(structs)
	local names, elements = {}, {}
	for i = 1, math.min(#structs, most_names) do
		names[i], elements[i] = 'type' .. i, ('types[%d]'):format(i)
	end
	return #names == 0 and '' or ('local %s = %s'):format(table.concat(names, ', '), table.concat(elements, ', '))
end

-- An argument as the handler gets it. A struct is copied, for what is on the stack ends with the call. The copy owns
-- nothing, so a finalizer of its type is not for it.
local function argument(structs, value, expression)
	if value.class == 'record' then
		value.has_finalizer = ctypes.has_finalizer(value.plain)
		local format = value.has_finalizer and 'gc(new(%s, %s), nil)' or 'new(%s, %s)'
		return format:format(type_name(structs, value.plain), expression)
	elseif value.class == 'long double' then
		return ('float80to64(%s)'):format(expression)
	end
	return expression
end

-- The statement that stores r as the result.
local function assignment(value, expression)
	if not value then
		return ''
	elseif value.class == 'long double' then
		return ('float64to80(r, %s)'):format(expression)
	elseif value.has_const then -- LuaJIT assigns to no struct with a const member
		return ('copy(%s, new(result_type, r), %d)'):format(expression, value.size)
	end
	return expression .. ' = r'
end

-- Line 1 calls the handler. Line 2 stores the result: an error there is one of conversion.
local template = [[
local call, new, gc, copy, float80to64, float64to80, result_type, new_variadic, with_traceback, xpcall, error, types = ... TYPES return function(f) return function() local a = call[0] CALL
STORE end end]]

-- What variadic arguments are read from ends with the call, even if the handler fails.
local variadic_call = 'local va = new_variadic() local ok, r = xpcall(f, with_traceback, %s) '
	.. 'va.arguments = nil if not ok then error(r, 0) end'

local function generate(prototype, arguments, result)
	local list, structs, call = {}, {}, nil
	for i, parameter in ipairs(prototype.parameters) do
		list[i] = argument(structs, parameter, arguments[i])
	end
	if prototype.variadic then
		table.insert(list, 'va')
		call = variadic_call:format(table.concat(list, ', '))
	else
		call = ('%s f(%s)'):format(prototype.result and 'local r =' or '', table.concat(list, ', '))
	end
	local parts = { TYPES = declare_types(structs), CALL = call, STORE = assignment(prototype.result, result) }
	return template:gsub('%u%u+', parts), structs
end

-- The handler of what a function of source.load returned: its upvalue.
function source.handler_of(running)
	local index, name, value = 0, nil, nil
	repeat
		index = index + 1
		name, value = debug.getupvalue(running, index)
	until name == 'f'
	return value
end

-- Loads the source for calls of a prototype by a signature, under the name of a chunk. under_way: where the arguments of
-- the innermost call are told, a cbf_arguments **. Returns a function that makes of a handler what runs when it is called.
function source.load(prototype, signature, name, under_way, new_variadic, with_traceback)
	local blocks, arguments, result = new_blocks(), {}, nil
	for i, parameter in ipairs(prototype.parameters) do
		arguments[i] = add_value(blocks, signature, i - 1, 'a' .. i, values.stored_type(parameter, parameter.ctype))
	end
	if prototype.result then
		result = add_value(blocks, signature, -1, 'result', values.stored_type(prototype.result, prototype.result.plain))
	end
	local text, structs = generate(prototype, arguments, result)
	local chunk = loadstring(text, name)
	if not chunk then
		error(("'%s': more arguments than a Lua function can have"):format(prototype.text), 0)
	end
	return chunk(ffi.cast(ffi.typeof('$ **', finish_blocks(blocks)), under_way), ffi.new, ffi.gc, ffi.copy,
		C.cbf_float80to64, C.cbf_float64to80, prototype.result and prototype.result.plain,
		new_variadic, with_traceback, xpcall, error, structs)
end

return source
