-- The snippets of docs/lua.md.
local ffi = require 'ffi'
local cbframe = require 'cbframe'

ffi.cdef [[
void qsort(void *, size_t, size_t, int (*)(const void *, const void *));
int vsnprintf(char *, size_t, const char *, va_list);
typedef struct point { double x, y; } point;
]]

do
	local numbers = ffi.new('int[3]', 40, 17, 2)
	local less = cbframe.cast('int (*)(const void *, const void *)', function(a, b)
		return ffi.cast('const int *', a)[0] - ffi.cast('const int *', b)[0]
	end)
	cbframe.call(ffi.C.qsort, numbers, 3, ffi.sizeof 'int', less.p)
	less:free()
	print(numbers[0], numbers[1], numbers[2])
end

do
	local buffer = ffi.new 'char[100]'
	local log = cbframe.cast('void (*)(void *context, const char *format, ...)', function(context, format, va)
		ffi.C.vsnprintf(buffer, 100, format, va.list)
		print(ffi.string(buffer))
	end)
	cbframe.call(log.p, nil, 'Error in line %d', ffi.cast('int', 12))
	log:free()
end

print(cbframe.layout 'double (*)(int, point, ...)')

do
	local sort = cbframe.wrap(ffi.C.qsort)
	local libc = cbframe.wrap(ffi.C)
	assert(sort and libc.qsort)
end

if jit.arch == 'x64' then
	local multiply = cbframe.new(function(cpu)
		cpu.EAX.i = cpu.EDI.i * cpu.ESI.i
	end)
	print(ffi.cast('int (*)(int, int)', multiply.p)(6, 7))
	multiply:free()
end

if jit.arch == 'x86' then
	local half = cbframe.new(function(cpu)
		cpu.FSW.TOP = 7
		cpu.FTWX.FP0 = 1
		cbframe.float64to80(2.5, cpu.FPR[0])
	end)
	print(ffi.cast('double (*)()', half.p)())
	half:free()
end
