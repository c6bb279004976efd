-- Returns a handler of NSSize (*)(void *, void *, void *, NSSize), which swaps the two doubles. All is on the stack: the
-- address of room for the result, which mingw-w64 and Microsoft leave to the caller to pop, three pointers, the struct.
local ffi = require 'ffi'
local doubles = ffi.typeof 'double *'

return function(cpu)
	local stack = cpu.ESP.dp
	local given, result = ffi.cast(doubles, stack + 5), ffi.cast(doubles, stack[1].u)
	result[0], result[1] = given[1], given[0]
	cpu.EAX.u = stack[1].u
end
