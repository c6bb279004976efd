local ffi = require 'ffi'
local cbframe = require 'cbframe'

ffi.cdef 'typedef struct { double x, y; } point;'

local scale = cbframe.cast('point (*)(point, double)', function(p, factor)
	return { p.x * factor, p.y * factor }
end)

local p = cbframe.call(scale.p, { 1, 20 }, 2) -- C would call it the same way
print(p.x + p.y) --> 42
scale:free()
