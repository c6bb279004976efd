-- Shows the CPU as a callback sees it: C code calls a function pointer with arguments of many kinds,
-- and the handler says where each of them is and prints every register.

local ffi = require 'ffi'
local cbframe = require 'cbframe'

ffi.cdef [[
typedef struct { double x, y, z; } point;
typedef int (*draw_function)(int count, const char *name, double scale, point at, float opacity, uint64_t id);

// What lies on the stack when it is called. On Linux a struct of more than 16 bytes is passed there.
typedef struct { void *return_address; point at; } linux_stack;
typedef struct { void *return_address, *home[4]; float opacity; uint64_t id; } windows_stack;
]]

local function row(...)
	print(('  %-16s  %-14s  %-19s  %-17s  %s'):format(...))
end

local function point_text(at)
	return ('{%g, %g, %g}'):format(at.x, at.y, at.z)
end

local explain = {}

function explain.Linux(cpu)
	row('int count', 'EDI', cpu.EDI.i, 'rdi', 'int32.0')
	row('const char *name', 'RSI', ('the text "%s"'):format(ffi.string(cpu.RSI.p)), 'rsi', 'the text')
	row('double scale', 'XMM0', cpu.XMM[0].lo.f, 'xmm0.q0', 'double')
	row('point at', 'the stack', point_text(ffi.cast('linux_stack *', cpu.RSP.p).at), 'rsp+8, +16, +24', 'double')
	row('float opacity', 'XMM1', cpu.XMM[1].lo.lo.f, 'xmm1.q0', 'float.0')
	row('uint64_t id', 'RDX', '0x' .. bit.tohex(cpu.RDX.u), 'rdx', 'hex')
end

function explain.Windows(cpu)
	local stack = ffi.cast('windows_stack *', cpu.RSP.p)
	row('int count', 'RCX', cpu.RCX.lo.i, 'rcx', 'int32.0')
	row('const char *name', 'RDX', ('the text "%s"'):format(ffi.string(cpu.RDX.p)), 'rdx', 'the text')
	row('double scale', 'XMM2', cpu.XMM[2].lo.f, 'xmm2.q0', 'double')
	row('point at', 'by pointer: R9', point_text(ffi.cast('point *', cpu.R9.p)), 'r9', 'hex (its address)')
	row('float opacity', 'the stack', stack.opacity, 'rsp+40', 'float.0')
	row('uint64_t id', 'the stack', '0x' .. bit.tohex(stack.id), 'rsp+48', 'hex')
end

local callback = cbframe.new(function(cpu)
	print(([[
A C function pointer is being called, as

  int draw(int count, const char *name, double scale, point at, float opacity, uint64_t id);

Its handler knows no signature. It gets the CPU, and this is where a C compiler for x86-64 %s
puts such arguments:
]]):format(ffi.os))
	row('argument', 'is in', 'value', 'row below', 'column')
	explain[ffi.os](cpu)
	print '\nThe whole CPU at the instant of the call:\n'
	cbframe.dump(cpu, { flags = true, stack_rows = 8 })
	cpu.EAX.i = 42 -- where the caller expects an int result
end)

-- Any C library could make this call. Here LuaJIT makes it, just as C code would.
local draw = ffi.cast('draw_function', callback.p)
local at = ffi.new('point', 1.5, -2.5, 1000)
local result = cbframe.call(draw, 7, 'circle', 0.5, at, 0.25, 0x1122334455667788ULL)
print(('\nThe handler wrote 42 to EAX, so the caller got %d.'):format(result))
callback:free()
