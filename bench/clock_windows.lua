-- Returns a function: the time in nanoseconds. Processor time comes in steps of ten milliseconds and more there.
local ffi = require 'ffi'

ffi.cdef [[
int __stdcall QueryPerformanceCounter(int64_t *count);
int __stdcall QueryPerformanceFrequency(int64_t *counts_per_second);
]]

local count = ffi.new 'int64_t[1]'
ffi.C.QueryPerformanceFrequency(count)
local nanoseconds = 1e9 / tonumber(count[0])

return function()
	ffi.C.QueryPerformanceCounter(count)
	return tonumber(count[0]) * nanoseconds
end
