local ffi = require 'ffi'
local cbframe = require 'cbframe'

local cb = cbframe.new(function(cpu) cpu.GPR[0].i = 42 end) -- RAX, EAX or X0
assert(ffi.cast('int (*)(void)', cb.p)() == 42)
cb:free()

local half = cbframe.cast('double (*)(double)', function(x) return x / 2 end)
assert(half.p(5) == 2.5)
half:free()
assert(({ RAX = true, EAX = true, X0 = true })[cbframe.layout('int (int)').result.pieces[1].register])
