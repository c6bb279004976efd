-- Callbacks with a signature. What a C type needs is made once.

local ffi = require 'ffi'
local callbacks = require 'cbframe_callbacks'
local ctypes = require 'cbframe_ctypes'
local options = require 'cbframe_options'
local prototypes = require 'cbframe_prototypes'
local source = require 'cbframe_source'
local threads = require 'cbframe_threads'
local values = require 'cbframe_values'
local variadic = require 'cbframe_variadic'
local native = require 'cbframe_native'
local C, own = native.library, native.own
local debug = debug -- a program may take it away later

local cast = {}

-- What errors say -------------------------------------------------------------------------------

local all = {} -- callbacks' types as users wrote them, by number

-- A number that no other has, though finalizers and debug hooks may add some meanwhile.
local function number_of(written)
	table.insert(all, written)
	local number = #all
	while all[number] ~= written do
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
	local written = all[tonumber(number)]
	return ("result of the callback '%s', which wants '%s': %s"):format(written.spelling, written.result_spelling, reason)
end

-- The type of a callback as its user wrote it, by what runs when it is called; nil if that is a frame's, or false: of none.
local function written_of(runs)
	return runs and all[tonumber(debug.getinfo(runs, 'S').source:match '^=cbframe%.cast (%d+)$')]
end

-- Says where the handler of a callback of this id is from, and of which type the callback is; nil if it was freed.
function cast.describe(id)
	local runs = callbacks.handlers[id]
	local written = written_of(runs)
	if not written then
		return runs and callbacks.position_of(runs) or nil
	end
	return ("%s, of '%s'"):format(callbacks.position_of(callbacks.functions[id]), written.spelling)
end

-- Prepared types ----------------------------------------------------------------------------------

local state, with_traceback

local function new_variadic()
	return variadic(state.call.arguments)
end

-- Of callbacks that were made with options, for those that are set later: `native`, the same as a cbf_lua_options; `box`, what
-- failed calls return, and `default`, of which that was made; `keeps`.
local options_of = setmetatable({}, { __mode = 'k' })
local no_options = {}

-- What runs when such a callback is called. One that keeps results has its own.
local function runs_of(prototype, its_options)
	return its_options.keeps and prototype.runs(true) or prototype.shared
end

local function attach(self, prototype, f)
	local its_options = options_of[self] or no_options
	return callbacks.attach(self, runs_of(prototype, its_options), f, its_options.default, own.cbf_lua_cast, prototype.signature,
		its_options.native, prototype.words)
end

-- Names the ctypes of callbacks, which LuaJIT's messages show.
local count = 0
local declare = ffi.cdef -- a program may put something else in its place later

-- The ctype of callbacks of a prepared type: beside the type of p the same as a cbframe_callback.
local function callback_type(prototype)
	count = count + 1
	local name = ('struct cbframe_callback_%d'):format(count)
	declare(name .. ';')
	local ctype = ffi.typeof(name .. ' { $ const p; const int32_t id; const cbf_level level; }', prototype.pointer)
	ctypes.check_room(tonumber(ctype))
	return ffi.metatype(ctype, callbacks.metatable(ctype, {
		set = function(self, f)
			local its_options = options_of[self] or no_options
			if its_options.keeps then
				callbacks.handlers[self.id] = written_of(callbacks.handlers[self.id]).runs(true)
			end
			callbacks.functions[self.id] = f
		end,
		describe = function(runs, f)
			local written = written_of(runs) or prototype
			return written.spelling, runs and callbacks.position_of(f)
		end,
		renew = function(self, f) return attach(self, prototype, f) end,
	}))
end

-- Adds what has a number, by which errors find the type as it was written.
local function name(written)
	written.runs = written.load('=cbframe.cast ' .. number_of(written))
	written.shared = written.runs(false)
	written.words = ffi.cast('const char *', written.spelling)
	return written
end

-- Adds to what prototypes.of returned:
--   signature  the library's
--   load       see source.loader
--   runs(keeps)  see there
--   shared     what runs with its handler when a callback is called that keeps nothing
--   words      the spelling, for C
--   callback   the ctype of callbacks
local function prepare(prototype, convention)
	prototype.signature = prototypes.signature_of(prototype, convention)
	prototype.load = source.loader(prototype, prototype.signature, new_variadic, with_traceback)
	prototype.callback = callback_type(prototype)
	return name(prototype)
end

-- The same type as a user wrote it elsewhere.
local function respelled(prototype, ctype)
	local spelling, result_spelling = prototypes.spellings(prototype, ctype)
	if spelling == prototype.spelling and result_spelling == prototype.result_spelling then
		return prototype
	end
	local written = setmetatable({ spelling = spelling, result_spelling = result_spelling }, { __index = prototype })
	return name(written)
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

local known = {} -- prepared types by convention, then by string or number of the type, or by structure

local function prepared_type(ctype, convention)
	local by_type = known[convention or '']
	if not by_type then
		by_type = {}
		known[convention or ''] = by_type
	end
	local key = type(ctype) == 'cdata' and tonumber(ffi.typeof(ctype)) or ctype
	local prototype = by_type[key]
	if prototype and is_current(prototype) then
		return prototype
	end
	local parsed = values.parse(ctype)
	local structure = ctypes.structure_of(tonumber(parsed))
	prototype = by_type[structure]
	if not prototype or not is_current(prototype) then
		prototype = prepare(prototypes.of(ctype, parsed), convention)
		by_type[structure] = prototype
	end
	by_type[key] = respelled(prototype, ctype)
	return by_type[key]
end

local boxes = {} -- structs whose only member converts as a result does, by the number of its type

local function box_of(value)
	local number = tonumber(value.plain)
	if not boxes[number] then
		boxes[number] = ffi.typeof('struct { $ value; }', values.stored_type(value, value.plain))
	end
	return boxes[number]
end

-- The default result, converted by the same rules as a result.
local function boxed(prototype, default)
	if not prototype.result then
		error(("option default: the callback '%s' returns nothing"):format(prototype.spelling), 0)
	end
	local is_long = prototype.result.class == 'long double'
	local box_type = box_of(prototype.result)
	local box = is_long and ffi.new(box_type) or nil
	local ok, made
	if is_long then
		ok, made = pcall(own.cbf_lua_set_long_double, default, box.value)
	else
		ok, made = pcall(ffi.new, box_type, { default })
	end
	if not ok then
		error('option default: ' .. made, 0)
	end
	return box or made
end

local option_names = { 'convention', 'default', 'errors', 'keep', 'thread', 'timeout' }
local thread_rules = { 'abort', 'wait', 'post', 'default' }

-- What is to be known of a callback's options later; nil if there is nothing.
local function read_options(prototype, opts)
	if opts.errors ~= nil and opts.errors ~= 'unwind' then
		error(("option errors: 'unwind' expected, got '%s'"):format(tostring(opts.errors)), 0)
	end
	if opts.keep and (not prototype.result or prototype.result.class ~= 'pointer') then
		error(("option keep: the callback '%s' returns no pointer"):format(prototype.spelling), 0)
	end
	local rule, timeout = threads.read(opts, thread_rules)
	if opts.thread == 'post' and prototype.variadic then
		error(("option thread: 'post' copies the arguments of calls, but not what '%s' gets for '...'"):format(prototype.spelling), 0)
	end
	local box = opts.default ~= nil and boxed(prototype, opts.default) or nil
	local its_options = ffi.new('cbf_lua_options',
		{ on_error = box, timeout = timeout, errors_leave = opts.errors and 1 or 0, thread = rule })
	return { native = its_options, box = box, default = opts.default, keeps = opts.keep and true }
end

local function new(ctype, f, opts)
	if type(ctype) == 'function' then
		error('C type expected, got function: write cbframe.cast(ctype, f)', 0)
	elseif type(f) ~= 'function' then
		error('handler: function expected, got ' .. type(f), 0)
	end
	if opts == nil then
		local prototype = prepared_type(ctype)
		local self = prototype.callback()
		callbacks.attach(self, prototype.shared, f, nil, own.cbf_lua_cast, prototype.signature, nil, prototype.words)
		return self
	end
	options.check(opts, option_names, 0)
	local prototype = prepared_type(ctype, opts.convention)
	local self = prototype.callback()
	options_of[self] = read_options(prototype, opts)
	attach(self, prototype, f)
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
	source.start(ffi.cast('char *', state) + ffi.offsetof('cbf_lua_state', 'call') + ffi.offsetof('cbf_lua_call', 'arguments'))
end

return cast
