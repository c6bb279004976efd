-- Returns a function: the time in nanoseconds, of which processor time does not count what other processes do meanwhile.
local ffi = require 'ffi'

ffi.cdef [[
typedef struct { long seconds, nanoseconds; } bench_time;
int clock_gettime(int clock, bench_time *time);
]]

local CLOCK_PROCESS_CPUTIME_ID = 2
local time = ffi.new 'bench_time'

return function()
	ffi.C.clock_gettime(CLOCK_PROCESS_CPUTIME_ID, time)
	return tonumber(time.seconds) * 1e9 + tonumber(time.nanoseconds)
end
