-- The snippets of docs/taps.md.
local ffi = require 'ffi'
local cbframe = require 'cbframe'
local C = ffi.C

ffi.cdef [[
int abs(int);
int toupper(int);
typedef struct { int (*absolute)(int); int (*upper)(int); } operations;
]]

do
	local calls = 0
	local tap = cbframe.tap(C.abs, function(cpu) calls = calls + 1 end)
	local counted = ffi.cast('int (*)(int)', tap.p)
	print(cbframe.call(counted, -42), calls)
	tap:free()
end

local methods = ffi.new('operations', { absolute = C.abs, upper = C.toupper })
do
	local trace = cbframe.trace(methods, { name = 'methods', log = print }) -- every function pointer of a struct
	print(cbframe.call(methods.absolute, -1), cbframe.call(methods.upper, 98))
	trace:free() -- puts the originals back
end
print(cbframe.call(methods.upper, 97))
