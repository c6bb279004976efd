-- A Lua function as a signal handler: it would run in the midst of Lua, so the process says so and aborts.
local check = ...
local ffi = require 'ffi'

local SCRIPT = [[
ffi.cdef [=[
	typedef void (*signal_handler)(int);
	signal_handler signal(int, signal_handler);
	int raise(int);
	struct signal_timer { struct { long seconds, microseconds; } interval, value; };
	int setitimer(int, const struct signal_timer *, struct signal_timer *);
]=]
local SIGUSR1, SIGALRM = 10, 14
local function handle(signal, frame)
	local cb = frame and cbframe.new(function() end) or cbframe.cast('signal_handler', function() end)
	ffi.C.signal(signal, ffi.cast('signal_handler', cb.p))
end
local function busy()
	local sum = 0
	while true do
		sum = sum + #tostring(sum)
	end
end
local function start_timer()
	ffi.C.setitimer(0, ffi.new('struct signal_timer', { { 0, 1000 }, { 0, 1000 } }), nil)
end
]]

for name, script in pairs {
	['raised'] = 'handle(SIGUSR1) ffi.C.raise(SIGUSR1)',
	['a frame'] = 'handle(SIGUSR1, true) cbframe.call(ffi.C.raise, SIGUSR1)',
	['while Lua is interpreted'] = 'jit.off() handle(SIGALRM) start_timer() busy()',
	['while Lua is interpreted, a frame'] = 'jit.off() handle(SIGALRM, true) start_timer() busy()',
	['while compiled code runs'] = 'handle(SIGALRM) start_timer() local x = 0 while true do x = x + 1 end',
	['while the collector runs'] = 'handle(SIGALRM) start_timer() while true do collectgarbage() end',
} do
	check.case('a signal handler: ' .. name, function()
		if ffi.os ~= 'Linux' or ffi.arch ~= 'x64' then
			check.skip 'this system does not tell where signal handlers return to'
		end
		local output, status = check.run(SCRIPT .. script)
		check.contains(output, 'cbframe: callback at 0x', 'called as a signal handler, which a Lua function cannot be')
		check.equal(status, check.aborted)
	end)
end
