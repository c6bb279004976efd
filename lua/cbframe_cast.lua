-- Callbacks with a signature. What a C type needs is made once.

local ffi = require 'ffi'
local ctypes = require 'cbframe_ctypes'
local prototypes = require 'cbframe_prototypes'
local source = require 'cbframe_source'
local values = require 'cbframe_values'
local variadic = require 'cbframe_variadic'
local native = require 'cbframe_native'
local C, own = native.library, native.own

local cast = {}

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
	if prototype.result then
		prototype.box = ffi.typeof('struct { $ value; }', values.stored_type(prototype.result, prototype.result.plain))
	end
	local under_way = ffi.cast('char *', host.state) + ffi.offsetof('cbf_lua_state', 'call') + ffi.offsetof('cbf_lua_call', 'arguments')
	prototype.wrap = source.load(prototype, signature, '=cbframe.cast ' .. number_of(prototype), under_way, new_variadic,
		host.with_traceback)
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
