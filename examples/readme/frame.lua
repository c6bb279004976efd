local ffi = require 'ffi'
local cbframe = require 'cbframe'

local callback = cbframe.new(function(cpu)
	cpu.EAX.i = cpu.EDI.i * cpu.ESI.i -- two int arguments, an int result
end)

local multiply = ffi.cast('int (*)(int, int)', callback.p)
print(cbframe.call(multiply, 6, 7)) --> 42
callback:free()
