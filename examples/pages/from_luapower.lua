-- The snippets of docs/from-luapower.md. They need x86-64 Linux.
local ffi = require 'ffi'
local cbframe = require 'cbframe'

-- luapower's: a struct by value is taken apart by hand.
ffi.cdef 'typedef struct { double x, y; } point;'
local by_hand = cbframe.new(function(cpu)
	local x, y = cpu.XMM[0].lo.f, cpu.XMM[1].lo.f
	cpu.XMM[0].lo.f = x + y
end)
print(ffi.cast('double (*)(point)', by_hand.p)({ 40, 2 }))
by_hand:free()

-- The same with a type:
local typed = cbframe.cast('double (*)(point)', function(p)
	return p.x + p.y
end)
print(cbframe.call(typed.p, { 40, 2 }))
typed:free()
