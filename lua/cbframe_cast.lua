-- Callbacks with a signature. What a C type needs is made once.

local ffi = require 'ffi'
local callbacks = require 'cbframe_callbacks'
local ctypes = require 'cbframe_ctypes'
local options = require 'cbframe_options'
local prototypes = require 'cbframe_prototypes'
local source = require 'cbframe_source'
local values = require 'cbframe_values'
local variadic = require 'cbframe_variadic'
local native = require 'cbframe_native'
local C, own = native.library, native.own

local cast = {}

-- Prepared types ----------------------------------------------------------------------------------

local state, with_traceback

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
	return variadic(state.call.arguments)
end

-- Adds to what prototypes.of returned:
--   signature  the library's
--   wrap(f)    returns the function that is run when a callback is called that is to call f
--   box        a struct whose only member converts as the result does
local function prepare(prototype, convention)
	local signature = prototypes.signature_of(prototype, convention)
	if prototype.result then
		prototype.box = ffi.typeof('struct { $ value; }', values.stored_type(prototype.result, prototype.result.plain))
	end
	local under_way = ffi.cast('char *', state) + ffi.offsetof('cbf_lua_state', 'call') + ffi.offsetof('cbf_lua_call', 'arguments')
	prototype.wrap = source.load(prototype, signature, '=cbframe.cast ' .. number_of(prototype), under_way, new_variadic,
		with_traceback)
	prototype.signature = signature
	return prototype
end

-- Callbacks ---------------------------------------------------------------------------------------

-- What failed calls return, in boxes, by callback: only of those that were made with a default.
local defaults = setmetatable({}, { __mode = 'k' })

-- Names the ctypes of callbacks, which LuaJIT's messages show.
local count = 0
local declare = ffi.cdef -- a program may put something else in its place later

-- The ctype of callbacks of a prepared type: beside the type of p the same as a cbframe_callback.
local function callback_type(prototype)
	count = count + 1
	local name = ('struct cbframe_callback_%d'):format(count)
	declare(name .. ';')
	local ctype = ffi.typeof(name .. ' { $ const p; const int32_t id; const cbf_level level; }', prototype.pointer)
	return ffi.metatype(ctype, callbacks.metatable(ctype, {
		runs = prototype.wrap,
		handler = source.handler_of,
		renew = function(self, f)
			return callbacks.attach(self, prototype.wrap(f), own.cbf_lua_cast, prototype.signature, defaults[self])
		end,
		spelling = prototype.text,
	}))
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

local option_names = { 'convention', 'default' }

local function new(ctype, f, opts)
	if type(ctype) == 'function' then
		error('C type expected, got function: write cbframe.cast(ctype, f)', 0)
	elseif type(f) ~= 'function' then
		error('handler: function expected, got ' .. type(f), 0)
	end
	options.check(opts, option_names, 0)
	local prototype = prepared_type(ctype, opts and opts.convention)
	local box = opts and opts.default ~= nil and boxed(prototype, opts.default) or nil
	local self = prototype.callback()
	if box then
		defaults[self] = box
	end
	callbacks.attach(self, prototype.wrap(f), own.cbf_lua_cast, prototype.signature, box)
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

-- Gives the cbf_lua_state, and what makes of an error in a handler its message.
function cast.start(its_state, makes_message)
	state, with_traceback = its_state, makes_message
end

return cast
