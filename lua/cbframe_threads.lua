-- Calls on other threads than the state's own: what options say of them, and how those are run that wait for it.

local ffi = require 'ffi'
local native = require 'cbframe_native'
local C, own = native.library, native.own
local os_name = ffi.os

local threads = {}

local state -- the cbf_lua_state; nil when the Lua state is closing
local deliver_lost

-- Options ----------------------------------------------------------------------------------------

local rules = { abort = own.CBF_LUA_ABORT, wait = own.CBF_LUA_WAIT, post = own.CBF_LUA_POST, default = own.CBF_LUA_DEFAULT }

-- The rule that opts.thread names, a number, and the seconds of opts.timeout, negative if there is none. names: those that
-- it may have.
function threads.read(opts, names)
	local rule = opts.thread
	if rule ~= nil then
		local is_known = false
		for _, name in ipairs(names) do
			is_known = is_known or name == rule
		end
		if not is_known then
			error(("option thread: '%s' expected, got '%s'"):format(table.concat(names, "', '"), tostring(rule)), 0)
		end
	end
	local timeout = opts.timeout
	if timeout ~= nil and rule ~= 'wait' then
		error("option timeout: it is how long calls wait that option thread = 'wait' makes wait", 0)
	elseif timeout ~= nil and not (type(timeout) == 'number' and timeout >= 0) then
		error(('option timeout: seconds expected, got %s'):format(tostring(timeout)), 0)
	end
	return rules[rule or 'abort'], timeout or -1
end

-- Raises what cbf_lua_new and others answer if they fail.
function threads.check(status, level)
	if status == own.CBF_LUA_TOO_LARGE then
		error(("option thread: 'post' copies the arguments of calls, %d bytes of them at most"):format(own.CBF_LUA_MOST_COPIED),
			level + 1)
	elseif status ~= C.CBF_OK then
		error('cbframe: ' .. ffi.string(C.cbf_strerror(status)), level + 1)
	end
end

-- Running what waits -------------------------------------------------------------------------------

-- LuaJIT runs a callback on the coroutine that used the FFI last outside of compiled code.
local function run_all(count)
	local has_run = 0
	while count > 0 and state and own.cbf_lua_run(state) ~= 0 do
		has_run, count = has_run + 1, count - 1
	end
	return has_run
end
jit.off(run_all)

-- Runs what is queued. Waits at most until then for something.
local function poll(seconds)
	local until_then = seconds > 0 and own.cbf_lua_now() + seconds
	local count = own.cbf_lua_gather(state)
	while count == 0 and until_then do
		own.cbf_lua_rest(state)
		local left = until_then - own.cbf_lua_now()
		if left <= 0 then
			break
		end
		threads.check(own.cbf_lua_sleep(state, left), 2)
		count = own.cbf_lua_gather(state)
	end
	count = run_all(count)
	if state then
		own.cbf_lua_rest(state)
		deliver_lost()
	end
	return count
end
jit.off(poll) -- debug hooks, by which programs are interrupted, are not called in compiled code

-- cbframe.poll([timeout]) runs the calls of other threads that wait for it, and says how many. If there are none it waits
-- for some, as many seconds.
function threads.poll(timeout)
	if timeout ~= nil and type(timeout) ~= 'number' then
		error('cbframe.poll: seconds expected, got ' .. type(timeout), 2)
	elseif not state then
		error('cbframe: the Lua state is closing', 2)
	end
	return poll(timeout or 0)
end

-- cbframe.wakeup() is what the system's own means can wait for while no call waits: a file descriptor that can be read, on
-- Windows an event that is signaled.
function threads.wakeup()
	local handle = ffi.new 'intptr_t[1]'
	if not state then
		error('cbframe: the Lua state is closing', 2)
	end
	threads.check(own.cbf_lua_wakeup(state, handle), 2)
	return os_name == 'Windows' and ffi.cast('void *', handle[0]) or tonumber(handle[0])
end

local queue_limit = 1024

function threads.queue_limit()
	return queue_limit
end

function threads.set_queue_limit(limit)
	if type(limit) ~= 'number' or limit < 0 or limit > 2 ^ 24 or limit % 1 ~= 0 then
		error(('cbframe.queue_limit: a number of calls up to %d expected, got %s'):format(2 ^ 24, tostring(limit)), 3)
	elseif not state then
		error('cbframe: the Lua state is closing', 3)
	end
	threads.check(own.cbf_lua_set_queue_limit(state, limit), 3)
	queue_limit = limit
end

-- How many calls have been dropped because of that limit.
function threads.dropped()
	return state and own.cbf_lua_dropped(state) or 0
end

-- Gives the cbf_lua_state; nil, when the Lua state is closing. deliver: delivers the errors of calls that found no Lua.
function threads.start(its_state, deliver)
	state, deliver_lost = its_state, deliver
end

return threads
