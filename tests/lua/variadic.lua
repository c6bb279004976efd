-- Variadic callbacks of cbframe.cast: va:get and va.list.
local check = ...
local ffi = require 'ffi'
local cbframe = require 'cbframe'
local callers = check.callers

local underscore = ffi.os == 'Windows' and '_' or '' -- to old names of Microsoft's C library
ffi.cdef(([[
int vsnprintf(char *, size_t, const char *, va_list) __asm__("%svsnprintf");
int snprintf(char *, size_t, const char *, ...) __asm__("%ssnprintf");
]]):format(underscore, underscore))

local format_type = 'int (*)(char *out, size_t size, const char *format, ...)'
local formatted = '-1 2 three 4.5 5 6|7 8 9.5 10.5 11.5 12.5 13.5 14.5 15.5 16.5 end'

local function with(ctype, f, g, opts)
	local callback = cbframe.cast(ctype, f, opts)
	local ok, message = xpcall(function() g(callback.p) end, debug.traceback)
	callback:free()
	if not ok then
		error(message, 0)
	end
end

-- What C makes of a format with a handler of format_type.
local function format_with(p)
	local out = ffi.new 'char[200]'
	local length = cbframe.call(callers.call_format, p, out, 200)
	return ffi.string(out), length
end

check.case('va.list goes to vsnprintf', function()
	with(format_type, function(out, size, format, va) return ffi.C.vsnprintf(out, size, format, va.list) end, function(p)
		for _ = 1, 100 do
			local text, length = format_with(p)
			check.equal(text, formatted)
			check.equal(length, #formatted)
		end
	end)
end)

check.case('va:get reads them in order, those in registers and those on the stack', function()
	with(format_type, function(out, size, format, va)
		local got = { va:get 'int', va:get 'unsigned', ffi.string(va:get 'const char *'), va:get 'double',
			string.char(va:get 'int'), tonumber(va:get 'long long') }
		local text = table.concat(got, ' ') .. '|' .. va:get 'int' .. ' ' .. va:get(ffi.typeof 'int')
		for _ = 1, 8 do
			text = text .. ' ' .. va:get 'double'
		end
		return ffi.C.snprintf(out, size, '%s %s', text, va:get 'const char *')
	end, function(p) check.equal((format_with(p)), formatted) end)
end)

check.case('va.list is what va:get has not read', function()
	with(format_type, function(out, size, format, va)
		check.equal(va:get 'int', -1)
		check.equal(va:get 'unsigned', 2)
		check.equal(ffi.string(va:get 'char *'), 'three')
		return ffi.C.vsnprintf(out, size, '%g %c %lld', va.list)
	end, function(p) check.equal((format_with(p)), '4.5 5 6') end)
end)

check.case('structs, long doubles, pointers and enums', function()
	local kept
	with('int (*)(int, ...)', function(count, va)
		check.equal(count, 8)
		local a = va:get 'point'
		local b = va:get(ffi.typeof 'mixed')
		kept = va:get 'span'
		local c = va:get 'box'
		check.equal(va:get 'long double', 11.5)
		check.equal(ffi.string(va:get('letters').text, 3), 'xyz')
		check.equal(ffi.cast('int *', va:get 'void *')[0], callers.begun)
		local d = va:get 'mixed'
		check.equal(a.x + a.y, 3)
		check.equal(b.weight + b.id, 7.5)
		check.equal(c.part[0] + c.part[3], 17LL)
		check.equal(d.weight + d.id, 25.5)
		return 1
	end, function(p) check.equal(cbframe.call(callers.call_with_structs, p), 1) end)
	collectgarbage()
	check.equal(kept.first * 10 + kept.last, 56LL)
	with('int (*)(const char *, ...)', function(_, va)
		check.equal(tonumber(va:get 'color'), 1)
		return 2
	end, function(p) check.equal(cbframe.call(callers.call_variadic, p), 2) end)
end)

check.case('a variadic function called by LuaJIT itself', function()
	with('double (*)(double, ...)', function(x, va) return x + va:get 'int' + va:get 'double' end, function(p)
		check.equal(p(1, ffi.new('int', 2), 3.5), 6.5)
	end)
end)

check.case('no arguments in place of the dots', function()
	with('int (*)(int, ...)', function(x, va)
		check.equal(type(va), 'cdata')
		return x + 1
	end, function(p) check.equal(p(1), 2) end)
end)

check.case('a type that C passes in another way there, or not at all', function()
	for ctype, message in pairs {
		float = "float", char = "char", short = "short", bool = "Bool", void = 'void', ['int[4]'] = 'int', ['int (int)'] = 'int (',
		['struct never_defined'] = "'struct never_defined' is no C type", ['nonsense'] = 'nonsense',
	} do
		with('int (*)(const char *, ...)', function(_, va) return va:get(ctype) end, function(p)
			check.raises(message, cbframe.call, callers.call_variadic, p)
		end)
	end
	with('int (*)(const char *, ...)', function(_, va) return va:get(42) end, function(p)
		check.raises('C type expected, got number', cbframe.call, callers.call_variadic, p)
	end)
	with('int (*)(const char *, ...)', function(_, va) return va.get 'int' end, function(p)
		check.raises('call it as va:get(ctype)', cbframe.call, callers.call_variadic, p)
	end)
	with('int (*)(const char *, ...)', function(_, va) return va.next end, function(p)
		check.raises("no member 'next'", cbframe.call, callers.call_variadic, p)
	end)
end)

check.case('after its call va is an error', function()
	local kept
	with('int (*)(const char *, ...)', function(_, va)
		kept = va
		return va:get 'int'
	end, function(p) check.equal(cbframe.call(callers.call_variadic, p), 1) end)
	check.raises('their call has returned', function() return kept:get 'int' end)
	check.raises('their call has returned', function() return kept.list end)
end)

check.case('after a call that failed, too', function()
	local kept
	with('int (*)(const char *, ...)', function(_, va)
		kept = va
		error 'half way'
	end, function(p)
		local message = check.raises('half way', cbframe.call, callers.call_variadic, p)
		check.equal(select(2, message:gsub('stack traceback:', '')), 1)
	end)
	check.raises('their call has returned', function() return kept:get 'int' end)
end)

check.case('errors that are no strings keep their identity', function()
	for _, object in ipairs { {}, false } do
		with('int (*)(const char *, ...)', function() error(object) end, function(p)
			local ok, got = pcall(cbframe.call, callers.call_variadic, p)
			check.equal(ok, false)
			check.equal(got, object)
		end)
	end
end)

check.case('a default result', function()
	with('int (*)(const char *, ...)', function(_, va) return va:get 'const char *' end, function(p)
		check.raises("wants 'int': cannot convert 'const char *' to 'int'", cbframe.call, callers.call_variadic, p)
		cbframe.onerror(function() end)
		check.equal(callers.call_variadic(p), -7)
	end, { default = -7 })
end)

check.case('calls in calls have arguments of their own', function()
	local depth, outer = 0, nil
	with('int (*)(const char *, ...)', function(_, va)
		check.equal(va:get 'int', 1)
		if depth < 5 then
			depth = depth + 1
			check.equal(callers.call_variadic(outer), 100)
		end
		check.equal(va:get 'double', 2.5)
		check.equal(ffi.string(va:get 'const char *'), 'three')
		return 100
	end, function(p)
		outer, depth = p, 0
		cbframe.call(callers.call_variadic, p)
	end)
end)

check.case('by the convention of Microsoft', function()
	if ffi.arch == 'x86' then
		check.skip 'a variadic function of 32-bit x86 is called as all C is'
	elseif ffi.arch == 'arm64' then
		check.skip 'no compiler of this system calls so'
	end
	with('double (*)(int, ...)', function(count, va)
		check.equal(count, 3)
		local i, d = va:get 'int', va:get 'double'
		local out = ffi.new 'char[100]'
		ffi.C.vsnprintf(out, 100, '%s %d', va.list)
		check.equal(ffi.string(out), 'text 5')
		return i + d
	end, function(p) check.equal(callers.call_variadic_by_microsoft(ffi.cast('void *', p)), 3.5) end, { convention = 'ms_x64' })
end)

check.case('a hot loop', function()
	local text = 'a format'
	with(format_type, function(_, _, format, va)
		local sum = 0
		for _ = 1, 3 do
			sum = sum + va:get 'int'
		end
		return sum
	end, function(p)
		local f = ffi.cast(format_type, p)
		for i = 1, 20000 do
			check.equal(f(nil, 0, text, ffi.new('int', i), ffi.new('int', 2 * i), ffi.new('int', 3)), 3 * i + 3)
		end
	end)
end)
