-- Callbacks for LuaJIT whose handlers get the whole CPU. See docs/lua.md.

local is_luajit, ffi = pcall(require, 'ffi')
if not is_luajit then
	error(('cbframe needs LuaJIT, with its FFI: this is %s'):format(jit and jit.version or _VERSION), 0)
end

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

local callback_type = ffi.typeof 'cbframe_callback'

local function module_of(callback)
	return callback.module
end

-- A type gets its metatable once in a Lua state, and when all else is done: loaded again, the module finds itself
-- through it.
local loaded, module = pcall(module_of, callback_type())
if loaded then
	return module
end

local options, threads, callbacks, conventions, typed, errors, wrap, layout, dump, taps = select(-10, load('cbframe_ctypes',
	'cbframe_handles', 'cbframe_records', 'cbframe_types', 'cbframe_values', 'cbframe_text', 'cbframe_prototypes',
	'cbframe_source', 'cbframe_variadic', 'cbframe_options', 'cbframe_threads', 'cbframe_callbacks', 'cbframe_conventions',
	'cbframe_cast', 'cbframe_errors', 'cbframe_wrap', 'cbframe_layout', 'cbframe_dump', 'cbframe_taps'))

local cbframe = {}

local handlers, functions = callbacks.handlers, callbacks.functions
local levels = { legacy = C.CBF_LEVEL_LEGACY, all = C.CBF_LEVEL_ALL, sse = C.CBF_LEVEL_SSE }
if C.cbf_frame_stack_size(C.CBF_LEVEL_SSE) == 0 then -- this CPU has none
	levels.sse = nil
end

-- The number of a level. Raises an error of the caller's caller.
local function level_of(name)
	return levels[name or 'legacy'] or error(("level 'legacy' or 'all' expected, got '%s'%s"):format(tostring(name),
		levels.sse and "; here 'sse' will do, too" or ''), 3)
end

cbframe.call, cbframe.onerror, cbframe.wrap = errors.call, errors.onerror, wrap.wrap
cbframe.poll, cbframe.wakeup = threads.poll, threads.wakeup

-- Dispatch --------------------------------------------------------------------------------------

local with_traceback, finish_callback = errors.with_traceback, errors.finish_callback
local xpcall = xpcall
local opened = ffi.new 'cbf_lua_state *[1]' -- to the compiler a constant, what is in it is not

-- That a handler is another than the one that code was compiled for is found out here, and the code for that goes on from
-- here: anywhere else it would begin with all that is before the call.
local function run(f, argument)
	f(argument)
end

local function run_frame()
	local state = opened[0]
	finish_callback(state, xpcall(run, with_traceback, handlers[state.call.id], state.call.cpu))
end

local function run_cast()
	local state = opened[0]
	local id = state.call.id
	finish_callback(state, xpcall(run, with_traceback, handlers[id], functions[id]))
end

-- LuaJIT compiles for one function, unless it has seen several of the same text. Code for one stores, where it ends, which
-- one that is, as two halves, and the interpreter, which reads it whole, has to wait: longer than all else takes that is
-- done here.
local function one_of_several(make)
	local made
	for _ = 1, 4 do
		made = make()
	end
	return made
end

-- All callbacks of this state come here, frames and casts apart: what the compiler makes of the one does not delay
-- the other. To the compiler the upvalues of a function that a constant one calls are constants.
local dispatch_frame = one_of_several(function()
	return function() run_frame() end
end)

local dispatch_cast = one_of_several(function()
	return function() run_cast() end
end)

local function refuse() end

local function leave()
	return errors.leave()
end

-- cbframe.adopt() makes the calling OS thread the one on which this Lua state's callbacks may be called.
function cbframe.adopt()
	own.cbf_lua_adopt(callbacks.state())
end

jit.off(cbframe.adopt) -- a compiled call of C would not say which coroutine used the FFI last

-- Frames ----------------------------------------------------------------------------------------

local attach = callbacks.attach

local options_of = setmetatable({}, { __mode = 'k' }) -- of frames that were made with some: a cbf_lua_options

local frames = {
	set = function(self, f) handlers[self.id] = f end,
	describe = function(runs) return nil, runs and callbacks.position_of(runs) end,
	renew = function(self, f) return attach(self, f, nil, nil, own.cbf_lua_new, options_of[self]) end,
}

local option_names, thread_rules = { 'thread', 'timeout' }, { 'abort', 'wait' }

-- cbframe.new(f [, level] [, opts]): a callback whose pointer .p calls f(cpu). level: 'legacy', 'all' or,
-- where there is one, 'sse'. opts: thread, what a call on another thread does ('abort', 'wait'), timeout.
function cbframe.new(f, level, opts)
	if type(f) ~= 'function' then
		error('handler: function expected, got ' .. type(f), 2)
	end
	if opts == nil and type(level) == 'table' and next(level) ~= nil then
		level, opts = nil, level
	end
	local self = callback_type(nil, 0, level_of(level))
	if opts ~= nil then
		options.check(opts, option_names, 2)
		local ok, rule, timeout = pcall(threads.read, opts, thread_rules)
		if not ok then
			error(rule, 2)
		end
		options_of[self] = ffi.new('cbf_lua_options', { timeout = timeout, thread = rule })
		attach(self, f, nil, nil, own.cbf_lua_new, options_of[self])
	else
		attach(self, f, nil, nil, own.cbf_lua_new, nil)
	end
	return self
end

-- Taps ------------------------------------------------------------------------------------------

-- cbframe.tap(pointer, f [, level]): a callback whose pointer .p calls f(cpu) and then goes on in the function that
-- pointer points at, with the state as f left it.
function cbframe.tap(pointer, f, level)
	local number = level_of(level)
	callbacks.state()
	return taps.new(pointer, f, number)
end

-- In such an f: cbframe.skip(cpu) returns to the caller instead, cbframe.go_on(cpu, pointer) goes on elsewhere.
cbframe.skip, cbframe.go_on = taps.skip, taps.go_on

-- cbframe.trace(pointer [, opts]): logs each call: a function pointer's, of which .p is to be put in its place, or those
-- of all function pointers of a struct, which are replaced. trace:free() ends it. opts: name, level, log (a function that
-- gets each line; default: standard error), and of a function pointer type, convention (to show arguments by).
function cbframe.trace(pointer, opts)
	local number = level_of(type(opts) == 'table' and opts.level or nil)
	callbacks.state()
	return taps.trace(pointer, opts, number)
end

-- Callbacks with a signature --------------------------------------------------------------------

-- cbframe.cast(ctype, f [, opts]): a callback whose pointer .p, of this C function pointer type, calls f with the
-- arguments and returns what f returns. opts: default (what a failed call returns), convention, errors ('unwind': they
-- leave through the C that called), keep (the last result, a string or what a pointer points at), thread (what a call on
-- another thread does: 'abort', 'wait', 'post', 'default'), timeout (of those that wait).
function cbframe.cast(ctype, f, opts)
	callbacks.state()
	return typed.new(ctype, f, opts)
end

-- cbframe.layout(ctype [, convention]) tells where a convention puts arguments and result: as a table, and as text
-- in its field `text` or by tostring.
function cbframe.layout(ctype, convention)
	return layout.of(ctype, convention)
end

-- cbframe.conventions() lists the names of those by which cbframe.cast can be called here.
function cbframe.conventions()
	return conventions.names()
end

-- The CPU as text -------------------------------------------------------------------------------

cbframe.format, cbframe.dump = dump.format, dump.dump
cbframe.save, cbframe.diff = dump.save, dump.diff
cbframe.float80to64, cbframe.float64to80 = dump.float80to64, dump.float64to80

-- cbframe.stats() tells of the slots of the whole process: live, quarantined, capacity, pages, bytes, source; and of this
-- state: dropped, how many calls on other threads found cbframe.queue_limit reached.
function cbframe.stats()
	local stats = ffi.new 'cbf_stats'
	threads.check(C.cbf_pool_stats(stats), 2)
	return {
		live = tonumber(stats.live),
		quarantined = tonumber(stats.quarantined),
		capacity = tonumber(stats.capacity),
		pages = tonumber(stats.pages),
		bytes = tonumber(stats.bytes),
		source = ffi.string(C.cbf_source_name(stats.source)),
		dropped = threads.dropped(),
	}
end

cbframe.version = ffi.string(C.cbf_version())

-- cbframe.queue_limit: how many calls can be queued of callbacks whose opts.thread is 'post'.
setmetatable(cbframe, {
	__index = function(_, name) return name == 'queue_limit' and threads.queue_limit() or nil end,
	__newindex = function(self, name, value)
		if name == 'queue_limit' then
			threads.set_queue_limit(value)
		else
			rawset(self, name, value)
		end
	end,
})

-- Start -----------------------------------------------------------------------------------------

local dispatchers = { false, false, false, false } -- LuaJIT's callbacks
local guard = newproxy(true)

local function stop()
	callbacks.start(nil)
	errors.start(nil)
	threads.start(nil)
	own.cbf_lua_close(opened[0])
	opened[0] = nil
end

local function start()
	for i, f in ipairs { dispatch_frame, dispatch_cast, refuse, leave } do
		dispatchers[i] = ffi.cast('void (*)(void)', f)
	end
	if own.cbf_lua_can_call(dispatchers[1]) == 0 then
		error("cbframe: the system does not let LuaJIT's callbacks execute; load the module before PR_SET_MDWE is set", 0)
	end
	threads.check(own.cbf_lua_open(opened, unpack(dispatchers)), 2)
	local state = opened[0]
	callbacks.start(state)
	errors.start(state)
	typed.start(state, with_traceback)
	threads.start(state, errors.deliver_lost)

	-- When the Lua state is closed its callbacks run no Lua any more. A userdata's finalizer does it because those run
	-- after all cdata's: they may still call and free callbacks.
	getmetatable(guard).__gc = stop
	cbframe._guard = guard
	local metatable = callbacks.metatable(callback_type, frames)
	metatable.__index.module = cbframe
	-- When that is done LuaJIT may find no memory for what it returns.
	local callback = callback_type()
	local ok, message = pcall(ffi.metatype, callback_type, metatable)
	if not ok and not pcall(module_of, callback) then
		error(message, 0)
	end
end

local started, reason = pcall(start)
if not started then
	getmetatable(guard).__gc = nil
	stop()
	for _, callback in ipairs(dispatchers) do
		if callback then
			callback:free()
		end
	end
	error(reason, 0)
end

return cbframe
