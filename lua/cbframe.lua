-- Callbacks for LuaJIT whose handlers get the whole CPU. See docs/lua.md.

local ffi = require 'ffi'

-- Loads the parts of the module, all of them now: later the program may have changed its root, its folder or
-- package.path. If one cannot be loaded, for want of memory, it can another time.
local function load(...)
	local parts, names = {}, { ... }
	for i, name in ipairs(names) do
		local ok, part = pcall(require, name)
		if not ok then
			for _, begun in ipairs(names) do
				package.loaded[begun] = nil
			end
			error(part, 0)
		end
		parts[i] = part
	end
	return unpack(parts)
end

local native = load 'cbframe_native'
local C, own = native.library, native.own

local callback_type = ffi.typeof 'cbf_lua_callback'

local function module_of(callback)
	return callback.module
end

-- A type gets its metatable once in a Lua state, and when all else is done: loaded again, the module finds itself
-- through it.
local loaded, module = pcall(module_of, callback_type())
if loaded then
	return module
end

local typed, errors, layout, dump = select(-4, load('cbframe_ctypes', 'cbframe_handles', 'cbframe_records', 'cbframe_types',
	'cbframe_values', 'cbframe_text', 'cbframe_prototypes', 'cbframe_source', 'cbframe_variadic', 'cbframe_cast', 'cbframe_errors',
	'cbframe_layout', 'cbframe_dump'))

local cbframe = {}

-- The callbacks' functions by id. A callback is permanent until it is freed, so this table owns them.
local handlers = {}

local levels = { legacy = C.CBF_LEVEL_LEGACY, all = C.CBF_LEVEL_ALL }

local function check(status)
	if status ~= 0 then
		error('cbframe: ' .. ffi.string(C.cbf_strerror(status)), 3)
	end
end

local state -- nil when the Lua state is closing

cbframe.call, cbframe.onerror = errors.call, errors.onerror

-- Dispatch --------------------------------------------------------------------------------------

local with_traceback, finish_callback = errors.with_traceback, errors.finish_callback

local function run_frame()
	return finish_callback(xpcall(handlers[state.call.id], with_traceback, state.call.cpu))
end

local function run_cast()
	return finish_callback(xpcall(handlers[state.call.id], with_traceback))
end

-- All callbacks of this state come here, frames and casts apart: what the compiler makes of the one does not delay
-- the other. To the compiler the upvalues of a function that a constant one calls are constants.
local function dispatch_frame()
	return run_frame()
end

local function dispatch_cast()
	return run_cast()
end

local function refuse() end

local function open_state()
	return state or error('cbframe: the Lua state is closing', 3)
end

-- cbframe.adopt() makes the calling OS thread the one on which this Lua state's callbacks may be called.
function cbframe.adopt()
	own.cbf_lua_adopt(open_state())
end

jit.off(cbframe.adopt) -- a compiled call of C would not say which coroutine used the FFI last

-- Frames ----------------------------------------------------------------------------------------

local methods = {}

-- Gives self what make(state, self, ...) makes, and that calls f. No id is known before it is taken: a debug hook or
-- finalizer that makes a callback could get the same.
local function attach(self, f, make, ...)
	local status = make(open_state(), self, ...)
	if status ~= 0 then
		error('cbframe: ' .. ffi.string(C.cbf_strerror(status)), 3)
	end
	local ok, message = pcall(rawset, handlers, self.id, f)
	if not ok then
		own.cbf_lua_free(state, self)
		error(message, 3)
	end
end

-- callback:set(f) gives the same pointer another function. A freed callback gets a new slot.
function methods:set(f)
	if type(f) ~= 'function' then
		error('handler: function expected, got ' .. type(f), 2)
	end
	if self.p == nil then
		attach(self, f, own.cbf_lua_new)
	else
		handlers[self.id] = f
	end
	return self
end

-- callback:free() frees the slot. Calling its pointer afterwards aborts. Freeing twice does nothing.
function methods:free()
	if self.p ~= nil and state then
		handlers[self.id] = false
		own.cbf_lua_free(state, self)
	end
	ffi.gc(self, nil)
end

-- cbframe.new(f [, level]): a callback whose pointer .p calls f(cpu). level: 'legacy' or 'all'.
function cbframe.new(f, level)
	if type(f) ~= 'function' then
		error('handler: function expected, got ' .. type(f), 2)
	end
	local self = callback_type()
	if level then
		self.level = levels[level] or error(("level 'legacy' or 'all' expected, got '%s'"):format(tostring(level)), 2)
	end
	attach(self, f, own.cbf_lua_new)
	return self
end

-- Callbacks with a signature --------------------------------------------------------------------

-- cbframe.cast(ctype, f [, opts]): a callback whose pointer .p, of this C function pointer type, calls f with the
-- arguments and returns what f returns. opts: default (what a failed call returns), convention.
function cbframe.cast(ctype, f, opts)
	open_state()
	return typed.new(ctype, f, opts)
end

-- cbframe.layout(ctype [, convention]) tells where a convention puts arguments and result: as a table, and as text
-- in its field `text` or by tostring.
function cbframe.layout(ctype, convention)
	return layout.of(ctype, convention)
end

-- The CPU as text -------------------------------------------------------------------------------

cbframe.format, cbframe.dump = dump.format, dump.dump
cbframe.float80to64, cbframe.float64to80 = dump.float80to64, dump.float64to80

-- cbframe.stats() tells of the slots of the whole process: live, quarantined, capacity, pages, bytes, source.
function cbframe.stats()
	local stats = ffi.new 'cbf_stats'
	check(C.cbf_pool_stats(stats))
	return {
		live = tonumber(stats.live),
		quarantined = tonumber(stats.quarantined),
		capacity = tonumber(stats.capacity),
		pages = tonumber(stats.pages),
		bytes = tonumber(stats.bytes),
		source = ffi.string(C.cbf_source_name(stats.source)),
	}
end

cbframe.version = ffi.string(C.cbf_version())

-- Start -----------------------------------------------------------------------------------------

local callbacks = { false, false, false } -- LuaJIT's
local opened = ffi.new 'cbf_lua_state *[1]'
local guard = newproxy(true)

local function stop()
	state = nil
	errors.start(nil)
	own.cbf_lua_close(opened[0])
	opened[0] = nil
end

local function start()
	for i, f in ipairs { dispatch_frame, dispatch_cast, refuse } do
		callbacks[i] = ffi.cast('void (*)(void)', f)
	end
	if own.cbf_lua_can_call(callbacks[1]) == 0 then
		error("cbframe: the system does not let LuaJIT's callbacks execute; load the module before PR_SET_MDWE is set", 0)
	end
	check(own.cbf_lua_open(opened, unpack(callbacks)))
	state = opened[0]
	errors.start(state)
	typed.start { state = state, handlers = handlers, attach = attach, free = methods.free, with_traceback = with_traceback }

	-- When the Lua state is closed its callbacks are freed, so that a later call of one traps. A userdata's
	-- finalizer does it because those run after all cdata's: they may still call and free callbacks.
	getmetatable(guard).__gc = stop
	cbframe._guard, methods.module = guard, cbframe
	-- When that is done LuaJIT may find no memory for what it returns.
	local callback = callback_type()
	local ok, message = pcall(ffi.metatype, callback_type, { __index = methods })
	if not ok and not pcall(module_of, callback) then
		error(message, 0)
	end
end

local started, reason = pcall(start)
if not started then
	getmetatable(guard).__gc = nil
	stop()
	for _, callback in ipairs(callbacks) do
		if callback then
			callback:free()
		end
	end
	error(reason, 0)
end

return cbframe
