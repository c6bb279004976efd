-- Makes of a Lua function one that reads the arguments of a C call and stores the result. Its source is generated
-- once for each C type: arguments and result are fields of a struct that lies where the entry puts registers.

local ffi = require 'ffi'
local ctypes = require 'cbframe_ctypes'
local handles = require 'cbframe_handles'
local prototypes = require 'cbframe_prototypes'
local values = require 'cbframe_values'
local native = require 'cbframe_native'
local C, own = native.library, native.own
local loadstring = loadstring -- a program may take it away later

local cast = {}

-- Values in memory --------------------------------------------------------------------------------

-- What is stored in place of a value that LuaJIT cannot convert.
local function stored_type(value, ctype)
	return value.class == 'long double' and ffi.typeof('uint8_t[$]', value.size) or ctype
end

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

-- Variadic arguments ------------------------------------------------------------------------------

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
		readers[key] = { value = value, pointer = ffi.typeof('$ *', stored_type(value, value.ctype)) }
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
		return C.cbf_float80to64(value)
	end
	return value[0]
end

-- Prepared types ----------------------------------------------------------------------------------

local host -- what cbframe.lua lends

local all = {} -- that were prepared, by number

-- A number that no other has, though finalizers and debug hooks may prepare some meanwhile.
local function number_of(prototype)
	table.insert(all, prototype)
	local number = #all
	while all[number] ~= prototype do
		number = number - 1
	end
	return number
end

-- The error of a result that does not convert says of which callback; any other message stays as it is.
function cast.explain(message)
	local number, reason
	if type(message) == 'string' then
		number, reason = message:match '^cbframe%.cast (%d+):2: (.*)$'
	end
	if not number then
		return message
	end
	local prototype = all[tonumber(number)]
	return ("result of the callback '%s', which wants '%s': %s"):format(prototype.text, prototype.result.spelling, reason)
end

local function new_variadic()
	return variadic(host.state.call.arguments)
end

-- Adds to what prototypes.of returned:
--   signature  the library's
--   wrap(f)    returns the function that is run when a callback is called that is to call f
--   box        a struct whose only member converts as the result does
local function prepare(prototype, convention)
	local signature = prototypes.signature_of(prototype, convention)
	local blocks, arguments, result = new_blocks(), {}, nil
	for i, parameter in ipairs(prototype.parameters) do
		arguments[i] = add_value(blocks, signature, i - 1, 'a' .. i, stored_type(parameter, parameter.ctype))
	end
	if prototype.result then
		local ctype = stored_type(prototype.result, prototype.result.plain)
		result = add_value(blocks, signature, -1, 'result', ctype)
		prototype.box = ffi.typeof('struct { $ value; }', ctype)
	end

	local number = number_of(prototype)
	local source, structs = generate(prototype, arguments, result)
	local chunk = loadstring(source, '=cbframe.cast ' .. number)
	if not chunk then
		error(("'%s': more arguments than a Lua function can have"):format(prototype.text), 0)
	end
	local under_way = ffi.cast('char *', host.state) + ffi.offsetof('cbf_lua_state', 'call') + ffi.offsetof('cbf_lua_call', 'arguments')
	prototype.wrap = chunk(ffi.cast(ffi.typeof('$ **', finish_blocks(blocks)), under_way), ffi.new, ffi.gc, ffi.copy,
		C.cbf_float80to64, C.cbf_float64to80, prototype.result and prototype.result.plain,
		new_variadic, host.with_traceback, xpcall, error, structs)
	prototype.signature = signature
	return prototype
end

-- Callbacks ---------------------------------------------------------------------------------------

-- What failed calls return, in boxes, by callback: only of those that were made with a default.
local defaults = setmetatable({}, { __mode = 'k' })

-- The ctype of callbacks of a prepared type: beside the type of p the same as a cbf_lua_callback.
local function callback_type(prototype)
	local methods = { free = host.free }

	function methods:set(f)
		if type(f) ~= 'function' then
			error('handler: function expected, got ' .. type(f), 2)
		end
		if self.p == nil then
			host.attach(self, prototype.wrap(f), own.cbf_lua_cast, prototype.signature, defaults[self])
		else
			host.handlers[self.id] = prototype.wrap(f)
		end
		return self
	end

	local ctype = ffi.typeof('struct { $ p; int32_t id; cbf_level level; }', prototype.pointer)
	return ffi.metatype(ctype, { __index = methods })
end

-- Whether the metatypes of its structs are still those for which the source was generated.
local function is_current(prototype)
	for _, value in ipairs(prototype.parameters) do
		if value.class == 'record' and ctypes.has_finalizer(value.plain) ~= value.has_finalizer then
			return false
		end
	end
	return true
end

local known = {} -- prepared types by convention, then by string or number of the type

local function prepared_type(ctype, convention)
	local by_type = known[convention or '']
	if not by_type then
		by_type = {}
		known[convention or ''] = by_type
	end
	local key = type(ctype) == 'cdata' and tonumber(ffi.typeof(ctype)) or ctype
	local prototype = by_type[key]
	if not prototype or not is_current(prototype) then
		prototype = prepare(prototypes.of(ctype), convention)
		prototype.callback = callback_type(prototype)
		by_type[key] = prototype
	end
	return prototype
end

-- The default result, converted by the same rules as a result.
local function boxed(prototype, default)
	if not prototype.box then
		error(("option default: the callback '%s' returns nothing"):format(prototype.text), 0)
	end
	local is_long = prototype.result.class == 'long double'
	local box = is_long and ffi.new(prototype.box) or nil
	local ok, made
	if is_long then
		ok, made = pcall(C.cbf_float64to80, default, box.value)
	else
		ok, made = pcall(ffi.new, prototype.box, { default })
	end
	if not ok then
		error('option default: ' .. made, 0)
	end
	return box or made
end

local function new(ctype, f, opts)
	if type(f) ~= 'function' then
		error('handler: function expected, got ' .. type(f), 0)
	elseif opts ~= nil and type(opts) ~= 'table' then
		error('options: table expected, got ' .. type(opts), 0)
	end
	local prototype = prepared_type(ctype, opts and opts.convention)
	local box = opts and opts.default ~= nil and boxed(prototype, opts.default) or nil
	local self = prototype.callback()
	if box then
		defaults[self] = box
	end
	host.attach(self, prototype.wrap(f), own.cbf_lua_cast, prototype.signature, box)
	return self
end

-- cbframe.cast: see there.
function cast.new(ctype, f, opts)
	local ok, made = pcall(new, ctype, f, opts)
	if not ok then
		error(type(made) == 'string' and 'cbframe.cast: ' .. made or made, 2)
	end
	return made
end

-- Gives what is needed of cbframe.lua: state, handlers, attach, free, with_traceback.
function cast.start(its_host)
	host = its_host
end

return cast
