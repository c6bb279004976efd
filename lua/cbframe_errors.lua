-- What becomes of errors in callbacks: cbframe.onerror is told of them, cbframe.call raises them again.

local ffi = require 'ffi'
local own = require('cbframe_native').own
local typed = require 'cbframe_cast'
local coroutine, debug, io = coroutine, debug, io -- a program may take them away later

local errors = {}

local function report(message)
	io.stderr:write('cbframe: error in a callback: ', tostring(message), '\n')
end

local on_error = report
local state

-- The calls of cbframe.call that are under way, of each coroutine the innermost: `around`, the one it is in; `message`,
-- the first error in a callback; `more`, how many came after it; `number`, which grows. One that nobody resumes any
-- more is forgotten. The main coroutine's key is this module.
local under_way = setmetatable({}, { __mode = 'k' })
local calls = 0 -- how many there have been

-- The call that raises what fails now: the innermost of the running coroutine, or else of those that resumed it.
local function waiting_call()
	local found = under_way[coroutine.running() or errors]
	if found then
		return found
	end
	for thread, call in pairs(under_way) do
		local resumed_another = thread ~= errors and coroutine.status(thread) == 'normal'
		if resumed_another and (not found or call.number > found.number) then
			found = call
		end
	end
	return found or under_way[errors]
end

-- cbframe.onerror(f) calls f(message, is_raised) when an error happens; is_raised: a cbframe.call raises it again, or it
-- leaves through C. If f returns true, it is handled. nil restores the default, which writes those that are not raised to
-- standard error. Returns what was set before.
function errors.onerror(f)
	if f ~= nil and type(f) ~= 'function' then
		error('handler: function expected, got ' .. type(f), 2)
	end
	local before = on_error
	on_error = f or report
	return before
end

-- Raised again by each cbframe.call it passes, a message keeps the first traceback only: each is 1.5 KB.
function errors.with_traceback(message)
	message = typed.explain(message)
	if type(message) ~= 'string' or message:find('\nstack traceback:\n', 1, true) then
		return message
	end
	local description = typed.describe(state.call.id)
	if description then -- it may have been freed meanwhile
		message = ('%s\n%s'):format(message, description)
	end
	return debug.traceback(message, 2)
end

-- Whether the error is handled.
local function tell(message, is_raised)
	if is_raised and on_error == report then
		return false
	end
	local ok, second = pcall(on_error, message, is_raised)
	if ok then
		return second == true
	end
	local reported, third = pcall(report, second)
	if state and not reported and type(third) == 'string' and third:find('stack overflow', 1, true) then
		state.broken = state.broken + 1 -- there will be room further out
	end
	return false
end

-- Tells of an error, and keeps it for the call that raises it.
local function deliver(message)
	local call = waiting_call()
	if tell(message, call ~= nil) or not call then
		return
	elseif call.more then
		call.more = call.more + 1
	else
		call.message, call.more = message, 0
	end
end

-- Errors that leave through the C that called, the innermost last. C++ calls `leave` when the call has ended otherwise.
local leaving = {}

function errors.leave()
	local message = table.remove(leaving).message
	if state.can_leave ~= 0 then
		error(message, 0)
	end
	deliver(type(message) == 'string' and message .. '\n(it stays here: the C that called cannot be unwound)' or message)
end

local late_id = ffi.new 'int32_t[1]'

-- Delivers what other threads did not wait for.
local function deliver_late()
	local count = own.cbf_lua_take_late(state, late_id)
	if count ~= 0 then
		local description = typed.describe(late_id[0])
		local words = count == 1 and 'a call on another thread was' or ('%d calls on other threads were'):format(count)
		words = ('cbframe: %s given up: no cbframe.poll has run it before its timeout'):format(words)
		deliver(description and ('%s\n%s'):format(words, description) or words)
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

-- The same, and what other threads have lost.
function errors.deliver_lost()
	if state.refused ~= 0 or state.broken ~= 0 then
		deliver_lost()
	end
	deliver_late()
end

-- What LuaJIT raises where C is called by pcall has no position, nor has what C++ kept out of Lua. To have that of who
-- called cbframe.call, as error counts it.
local function level_of(message)
	local has_position = type(message) ~= 'string' or message:find '^[^\n]*:%d+: ' or message:find('\nstack traceback:\n', 1, true)
	return has_position and 0 or 2
end

local function finish(cfunction, thread, call, ok, ...)
	if state then
		errors.deliver_lost()
	end
	under_way[thread] = call.around
	if not ok then
		error((...), type(cfunction) == 'cdata' and level_of(...) or 0)
	end
	local message, count = call.message, call.more
	if count then
		local level = level_of(message)
		if count > 0 and type(message) == 'string' then
			message = ('%s\n(and %d more errors in callbacks of this call)'):format(message, count)
		end
		error(message, level)
	end
	return ...
end

-- Raises 'stack overflow' unless the Lua stack has room for as many slots.
local reserve = loadstring('local _' .. (', _'):rep(150))

-- LuaJIT runs a callback on the coroutine that used the FFI last outside of compiled code.
local here = ffi.new 'int[1]'

-- Calls cfunction(...), C that may call back. It never becomes part of a trace, and an error raised
-- in a callback meanwhile is raised here, once the C code has returned.
function errors.call(cfunction, ...)
	if cfunction == nil then
		local got = type(cfunction) == 'nil' and 'nil' or 'a null pointer, which that of a freed callback is'
		error('cbframe.call: function expected, got ' .. got, 2)
	end
	reserve() -- finish must not fail
	if state and (state.refused ~= 0 or state.broken ~= 0) then
		deliver_lost() -- to the call around this one
	end
	local _ = here[0] -- cfunction may be no C function of the FFI but one of the Lua API
	local thread = coroutine.running() or errors
	calls = calls + 1
	local call = { around = under_way[thread], number = calls, message = nil, more = nil }
	under_way[thread] = call
	return finish(cfunction, thread, call, pcall(cfunction, ...))
end
jit.off(errors.call)

-- Takes note of how the handler of a callback of the cbf_lua_state ended.
function errors.finish_callback(its_state, ok, message)
	if not ok then
		its_state.call.failed = 1
		if its_state.call.errors_leave == 0 then
			deliver(message)
		elseif not tell(message, true) then
			table.insert(leaving, { message = message })
			its_state.leaving = 1
		end
	end
	if its_state.refused ~= 0 or its_state.broken ~= 0 then
		deliver_lost()
	end
end

-- Gives the cbf_lua_state; nil, when the Lua state is closing.
function errors.start(its_state)
	state = its_state
end

return errors
