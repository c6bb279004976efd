-- Calls by C, whatever the architecture. How its ABI passes values is in values_ARCH.lua or values_ARCH_CONVENTION.lua.
local check = ...
local ffi = require 'ffi'
local cbframe = require 'cbframe'
local callers, native = check.callers, check.native

check.case('a double', function()
	check.with(function(cpu) native.return_double(cpu, native.double(cpu) * 2) end, function(p)
		for i = 1, 20 do -- eight values would fill the x87 stack
			check.equal(callers.call_double(p, i + 0.25), 2 * i + 0.5)
		end
	end)
end)

check.case('a pointer', function()
	local bytes = ffi.new 'char[4]'
	check.with(function(cpu)
		native.return_pointer(cpu, ffi.cast('char *', native.pointer(cpu, 0)) + 2)
	end, function(p) check.equal(callers.call_pointer(p, bytes), ffi.cast('void *', bytes + 2)) end)
end)

check.case('the C library sorts by a frame', function()
	ffi.cdef 'void qsort(void *, size_t, size_t, int (*)(const void *, const void *));'
	local n = 1000
	local numbers = ffi.new('int[?]', n)
	for i = 0, n - 1 do
		numbers[i] = (i * 7919) % n
	end
	check.with(function(cpu)
		local a, b = ffi.cast('int *', native.pointer(cpu, 0)), ffi.cast('int *', native.pointer(cpu, 1))
		native.return_int(cpu, a[0] - b[0])
	end, function(p) cbframe.call(ffi.C.qsort, numbers, n, 4, p) end)
	for i = 0, n - 1 do
		check.equal(numbers[i], i)
	end
end)

check.case('C calls in a loop', function()
	check.with(function(cpu) native.return_int(cpu, 2 * native.int(cpu, 0)) end, function(p)
		check.equal(cbframe.call(callers.call_in_loop, p, 1000), 999000LL)
	end)
end)

check.case('a handler that calls C that calls another frame', function()
	check.with(function(cpu) native.return_int(cpu, native.int(cpu, 0) * 10) end, function(inner)
		check.with(function(cpu)
			local x = native.int(cpu, 0)
			local result = callers.call_counted(inner, x) + 1
			check.equal(native.int(cpu, 0), x)
			native.return_int(cpu, result)
		end, function(outer) check.equal(callers.call_counted(outer, 7), 71) end)
	end)
end)

check.case('a frame called on the other side of fork', function()
	if ffi.os == 'Windows' then
		check.skip 'Windows has no fork'
	end
	ffi.cdef 'int fork(void); int waitpid(int, int *, int); void _exit(int);'
	check.with(function(cpu) native.return_int(cpu, native.int(cpu, 0) + 1) end, function(p)
		local child = ffi.C.fork()
		if child == 0 then
			local cb = cbframe.new(function(cpu) native.return_int(cpu, native.int(cpu, 0) + 2) end)
			local sum = callers.call_counted(p, 10) + callers.call_counted(cb.p, 20)
			cb:free()
			ffi.C._exit(sum)
		end
		local status = ffi.new 'int[1]'
		check.equal(ffi.C.waitpid(child, status, 0), child)
		check.equal(status[0], 33 * 256)
		check.equal(callers.call_counted(p, 5), 6)
	end)
end)
