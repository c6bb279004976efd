-- The snippets of docs/from-luajit.md.
local ffi = require 'ffi'
local cbframe = require 'cbframe'

ffi.cdef 'void qsort(void *, size_t, size_t, int (*)(const void *, const void *));'
local numbers = ffi.new('int[3]', 40, 17, 2)

local function compare(a, b)
	return ffi.cast('const int *', a)[0] - ffi.cast('const int *', b)[0]
end

-- LuaJIT's own:
local own = ffi.cast('int (*)(const void *, const void *)', compare)
ffi.C.qsort(numbers, 3, 4, own)
own:free()

-- cbframe:
local less = cbframe.cast('int (*)(const void *, const void *)', compare)
cbframe.call(ffi.C.qsort, numbers, 3, 4, less.p)
less:free()

print(numbers[0], numbers[1], numbers[2])

-- An error comes out of cbframe.call, after the C function has returned.
local failing = cbframe.cast('int (*)(const void *, const void *)', function()
	error 'no order'
end)
local ok, message = pcall(cbframe.call, ffi.C.qsort, numbers, 3, 4, failing.p)
print(ok, message:match '[^\n]*')
failing:free()
