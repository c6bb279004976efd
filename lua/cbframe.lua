-- Callbacks for LuaJIT whose handlers get the whole CPU. See docs/lua.md.

local ffi = require 'ffi'
local coroutine, debug, io = coroutine, debug, io -- a program may take them away later

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

local typed, layout = select(-2, load('cbframe_ctypes', 'cbframe_handles', 'cbframe_records', 'cbframe_types',
	'cbframe_values', 'cbframe_text', 'cbframe_prototypes', 'cbframe_cast', 'cbframe_layout'))

local cbframe = {}

-- The callbacks' functions by id. A callback is permanent until it is freed, so this table owns them.
local handlers = {}

local levels = { legacy = C.CBF_LEVEL_LEGACY, all = C.CBF_LEVEL_ALL }

local function check(status)
	if status ~= 0 then
		error('cbframe: ' .. ffi.string(C.cbf_strerror(status)), 3)
	end
end

-- Errors ----------------------------------------------------------------------------------------

local function report(message)
	io.stderr:write('cbframe: error in a callback: ', tostring(message), '\n')
end

local on_error = report
local state

-- The calls of cbframe.call that are under way, of each coroutine the innermost: `around`, the one it is in; `message`,
-- the first error in a callback; `more`, how many came after it; `number`, which grows. One that nobody resumes any
-- more is forgotten. The main coroutine's key is the module.
local under_way = setmetatable({}, { __mode = 'k' })
local calls = 0 -- how many there have been

-- The call that raises what fails now: the innermost of the running coroutine, or else of those that resumed it.
local function waiting_call()
	local found = under_way[coroutine.running() or cbframe]
	if found then
		return found
	end
	for thread, call in pairs(under_way) do
		local resumed_another = thread ~= cbframe and coroutine.status(thread) == 'normal'
		if resumed_another and (not found or call.number > found.number) then
			found = call
		end
	end
	return found or under_way[cbframe]
end

-- cbframe.onerror(f) hands errors outside cbframe.call to f(message); nil restores the default,
-- which writes them to standard error. Returns what was set before.
function cbframe.onerror(f)
	if f ~= nil and type(f) ~= 'function' then
		error('handler: function expected, got ' .. type(f), 2)
	end
	local before = on_error
	on_error = f or report
	return before
end

-- Raised again by each cbframe.call it passes, a message keeps the first traceback only: each is 1.5 KB.
local function with_traceback(message)
	message = typed.explain(message)
	if type(message) ~= 'string' or message:find('\nstack traceback:\n', 1, true) then
		return message
	end
	return debug.traceback(message, 2)
end

local function deliver(message)
	local call = waiting_call()
	if call then
		if call.more then
			call.more = call.more + 1
		else
			call.message, call.more = message, 0
		end
		return
	end
	local ok, second = pcall(on_error, message)
	if ok then
		return
	end
	local reported, third = pcall(report, second)
	if state and not reported and type(third) == 'string' and third:find('stack overflow', 1, true) then
		state.broken = state.broken + 1 -- there will be room further out
	end
end

-- Delivers what C++ had to keep out of Lua.
local function deliver_lost()
	if state.refused ~= 0 then
		state.refused = 0
		deliver 'cbframe: callbacks nested too deep, the C stack is used up'
	end
	if state.broken ~= 0 then
		state.broken = 0
		deliver 'cbframe: callbacks nested too deep, the Lua stack is used up (or a debug hook raised an error)'
	end
end

local function finish(thread, call, ok, ...)
	if state and (state.refused ~= 0 or state.broken ~= 0) then
		deliver_lost()
	end
	under_way[thread] = call.around
	if not ok then
		error((...), 0)
	end
	local message, count = call.message, call.more
	if count then
		if count > 0 and type(message) == 'string' then
			message = ('%s\n(and %d more errors in callbacks of this call)'):format(message, count)
		end
		error(message, 0)
	end
	return ...
end

-- Raises 'stack overflow' unless the Lua stack has room for as many slots.
local reserve = loadstring('local _' .. (', _'):rep(150))

-- LuaJIT runs a callback on the coroutine that used the FFI last outside of compiled code.
local here = ffi.new 'int[1]'

-- Calls cfunction(...), C that may call back. It never becomes part of a trace, and an error raised
-- in a callback meanwhile is raised here, once the C code has returned.
function cbframe.call(cfunction, ...)
	reserve() -- finish must not fail
	if state and (state.refused ~= 0 or state.broken ~= 0) then
		deliver_lost() -- to the call around this one
	end
	local _ = here[0] -- cfunction may be no C function of the FFI but one of the Lua API
	local thread = coroutine.running() or cbframe
	calls = calls + 1
	local call = { around = under_way[thread], number = calls, message = nil, more = nil }
	under_way[thread] = call
	return finish(thread, call, pcall(cfunction, ...))
end
jit.off(cbframe.call)

-- Dispatch --------------------------------------------------------------------------------------

local function finish_callback(ok, message)
	if not ok then
		state.call.failed = 1
		deliver(message)
	end
	if state.refused ~= 0 or state.broken ~= 0 then
		deliver_lost()
	end
end

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

local flag_modes = { [true] = 1, short = 1, long = 2 }

local function check_cpu(cpu)
	if not (ffi.istype('cbf_cpu', cpu) or ffi.istype('cbf_cpu *', cpu)) or cpu == nil then
		error('CPU state (cbf_cpu) expected, got ' .. (type(cpu) == 'cdata' and tostring(cpu) or type(cpu)), 3)
	end
end

local function format_options(opts)
	if opts ~= nil and type(opts) ~= 'table' then
		error('options: table expected, got ' .. type(opts), 3)
	end
	local options = ffi.new 'cbf_format_options'
	opts = opts or {}
	if opts.flags then
		options.flags = flag_modes[opts.flags] or error("option flags: true, 'short' or 'long' expected", 3)
	end
	options.dword_xmm = opts.qxmm == false and 1 or 0
	options.dword_stack = opts.qstack == false and 1 or 0
	local rows = opts.stack_rows
	if rows then
		if type(rows) ~= 'number' or rows < 0 or rows >= 2 ^ 31 then
			error('option stack_rows: a number from 0 expected', 3)
		end
		options.stack_rows = rows < 1 and -1 or rows
	end
	options.color = opts.color and 1 or 0
	return options
end

local function registers_text(cpu, options)
	local length = ffi.new 'size_t[1]'
	local size = 16384
	while true do
		local buffer = ffi.new('char[?]', size)
		check(C.cbf_cpu_format(cpu, options, buffer, size, length))
		if length[0] < size then
			return ffi.string(buffer, length[0])
		end
		size = tonumber(length[0]) + 1
	end
end

local function text_of(cpu, options, opts)
	local text = registers_text(cpu, options)
	if opts and opts.type ~= nil then
		local ok, arguments = pcall(layout.arguments_text, cpu, opts.type, opts.convention)
		if not ok then
			error('option type: ' .. tostring(arguments), 3)
		end
		text = arguments .. '\n' .. text
	end
	return text
end

-- cbframe.format(cpu [, opts]) returns the state as text. opts: flags (true or 'short', 'long'), qxmm
-- and qstack (false: 32-bit rows), stack_rows (at most so many), color, type (of the function that was called: the
-- arguments come first) with convention.
function cbframe.format(cpu, opts)
	check_cpu(cpu)
	return text_of(cpu, format_options(opts), opts)
end

-- cbframe.dump(cpu [, opts]) prints it, in colour on a terminal unless NO_COLOR is set or opts.color says.
function cbframe.dump(cpu, opts)
	check_cpu(cpu)
	local options = format_options(opts)
	if not opts or opts.color == nil then
		options.color = own.cbf_lua_wants_color()
	end
	io.stdout:write(text_of(cpu, options, opts))
end

-- cbframe.float80to64(pointer) reads an 80-bit x87 number, cbframe.float64to80(number, pointer) writes one.
local function check_pointer(pointer)
	if type(pointer) ~= 'cdata' or pointer == nil then
		error('address of 10 bytes expected, got ' .. (type(pointer) == 'cdata' and 'NULL' or type(pointer)), 3)
	end
end

function cbframe.float80to64(pointer)
	check_pointer(pointer)
	return C.cbf_float80to64(pointer)
end

function cbframe.float64to80(number, pointer)
	if type(number) ~= 'number' then
		error('number expected, got ' .. type(number), 2)
	end
	check_pointer(pointer)
	C.cbf_float64to80(number, pointer)
end

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
