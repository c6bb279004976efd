-- What cbframe.cast says of types and functions that it cannot take: nothing is made then.
local check = ...
local ffi = require 'ffi'
local cbframe = require 'cbframe'

ffi.cdef [[
struct undefined;
typedef int is_function(int);
typedef struct { int count; int items[?]; } variable;
typedef struct { int count; int items[]; } flexible;
]]

local function refuse(message, ...)
	local live = cbframe.stats().live
	local text = check.raises(message, cbframe.cast, ...)
	check.contains(text, 'cbframe.cast: ')
	check.equal(cbframe.stats().live, live)
end

check.case('what is no function pointer type', function()
	refuse("function pointer type expected, got 'int'", 'int', print)
	refuse("function pointer type expected, got 'int *'", 'int *', print)
	refuse("function pointer type expected, got 'int (**)(int)'", ' int (**)(int) ', print)
	refuse("function pointer type expected, got 'struct undefined'", 'struct undefined', print)
	refuse("function pointer type expected, got 'int [4]'", ffi.typeof 'int[4]', print)
	refuse('C type expected, got nil', nil, print)
	refuse('C type expected, got number', 42, print)
	refuse('C type expected, got table', {}, print)
	refuse('C type expected, got function: write cbframe.cast(ctype, f)', print, print)
	refuse('C type expected, got function: write cbframe.cast(ctype, f)', print)
	refuse('C type expected, got function: write cbframe.cast(ctype, f)', print, 'int (*)(int)')
end)

check.case('a function type: the error says what to write', function()
	refuse("'int(int)' is a function, not a pointer to one: write 'int (*)(int)'", 'int(int)', print)
	refuse("write 'is_function *'", 'is_function', print)
	refuse("write 'int (*)(int)'", ffi.typeof 'is_function', print) -- has no other name
	refuse("write 'void (*)(const char *, ...)'", 'void (const char *, ...)', print)
	refuse("write 'int (*)()'", 'int ()', print)
end)

check.case("what does not parse: LuaJIT's message with ours around it", function()
	refuse("'int (*' is no C type: ')' expected near '<eof>'", 'int (*', print)
	refuse("'' is no C type: ", '', print)
	refuse("undeclared or implicit tag 'nothing'", 'int (*)(struct nothing)', print)
	refuse("expected near 'no_type'", 'no_type (*)(int)', print)
end)

check.case('types without a value', function()
	refuse("'int (*)(struct undefined)': parameter 1: 'struct undefined' is not defined", 'int (*)(struct undefined)', print)
	refuse("parameter 2 'second': 'struct undefined' is not defined", 'int (*)(int, struct undefined second)', print)
	refuse("result: 'struct undefined' is not defined", 'struct undefined (*)(int)', print)
	refuse("has no fixed length", 'int (*)(variable)', print)
	refuse("has no fixed length", 'variable (*)(int)', print)
	-- and all is well once it is defined
	ffi.cdef 'struct undefined { int x; };'
	local cb = cbframe.cast('int (*)(struct undefined)', function(s) return s.x end)
	check.equal(cb.p({ 5 }), 5)
	cb:free()
	cb = cbframe.cast('int (*)(flexible)', function(s) return s.count end)
	cb:free()
end)

check.case('a record whose vector LuaJIT does not align as C does', function()
	ffi.cdef 'typedef double wide __attribute__((vector_size(32))); typedef struct { wide v[2]; } wide_in_record;'
	refuse('parameter 1: a vector of 32 bytes in a record', 'int (*)(wide_in_record)', print)
	cbframe.cast('int (*)(wide)', print, { convention = check.native.convention }):free()
end)

check.case('a record whose long double LuaJIT does not align as C does', function()
	if not (ffi.os == 'Windows' and ffi.abi '32bit') then
		check.skip 'it does, but on 32-bit Windows'
	end
	ffi.cdef [[
		typedef struct { long double v[2]; } long_doubles_in_record;
		typedef struct { int i; long double v; double d; } long_double_behind;
		typedef struct { long double v; int i; } __attribute__((packed)) long_double_packed;
	]]
	refuse('parameter 1: a long double in a record', 'int (*)(long_doubles_in_record)', print)
	refuse('parameter 1: a long double in a record', 'int (*)(long_double_behind)', print)
	cbframe.cast('int (*)(long_double_packed)', print):free()
end)

check.case('functions and options', function()
	refuse('handler: function expected, got nil', 'int (*)(int)')
	refuse('handler: function expected, got number', 'int (*)(int)', 42)
	refuse('options: table expected, got number', 'int (*)(int)', print, 7)
	refuse("option default: cannot convert 'string' to 'int'", 'int (*)(int)', print, { default = 'x' })
	refuse("option default: cannot convert 'string' to 'int64_t'", 'span (*)(int)', print, { default = { 1, 'x' } })
	refuse('option default: ', 'long double (*)(int)', print, { default = {} })
	refuse("option default: the callback 'void (*)(int)' returns nothing", 'void (*)(int)', print, { default = 1 })
	refuse("there is no option 'defualt': those are convention, default, errors, keep", 'int (*)(int)', print, { defualt = 1 })
	refuse("there is no option '1'", 'int (*)(int)', print, { 1 })
	local known = "known here are '" .. table.concat(cbframe.conventions(), "', '") .. "'"
	refuse("'fast' is no calling convention: " .. known, 'int (*)(int)', print, { convention = 'fast' })
	refuse("'5' is no calling convention", 'int (*)(int)', print, { convention = 5 })
	local foreign = ffi.arch == 'x64' and 'cdecl_x86_sysv' or 'sysv_x64'
	for _, name in ipairs { foreign, ffi.arch == 'arm64' and 'ms_x64' or 'aapcs64' } do
		refuse(("'%s' is a calling convention of another CPU: %s"):format(name, known), 'int (*)(int)', print, { convention = name })
	end
	check.raises("'fast' is no calling convention: known here are '", cbframe.layout, 'int (*)(int)', 'fast')
end)

check.case('the conventions that are listed can be called by', function()
	local names = cbframe.conventions()
	check.equal(#names > 1, true)
	local native = false
	for _, name in ipairs(names) do
		cbframe.cast('int (*)(int)', print, { convention = name }):free()
		native = native or name == cbframe.layout('int (*)(int)').convention
	end
	check.equal(native, true)
end)

check.case('a callback without itself, as text, and where its pointer is wanted', function()
	local cb = cbframe.cast(' int (*)(int) ', function(x) return x + 1 end)
	local line = debug.getinfo(1, 'l').currentline - 1
	check.raises('write callback:set(f)', function() cb.set(print) end)
	check.raises('write callback:free()', function() cb.free() end)
	check.raises('write callback:free()', cb.free, ffi.new 'int')
	check.raises('attempt to write to constant location', function() cb.p = nil end)
	check.equal(tostring(cb):match "^cbframe callback 'int %(%*%)%(int%)' at 0x%x+, handler at .*cast_input%.lua:(%d+)$", tostring(line))
	check.raises("cannot convert 'struct cbframe_callback_", check.callers.call_counted, cb, 1)
	cb:free()
	check.equal(tostring(cb), "cbframe callback 'int (*)(int)', freed")
end)

check.case('arguments larger than a stack', function()
	refuse('', 'int (*)(struct { char bytes[0x10000000]; }, struct { char bytes[0x1fffffff]; }, struct { char b[0x1fffffff]; })',
		print)
end)

check.case('a LuaJIT without ffi.typeinfo', function()
	local output, status = check.run [[
		ffi.typeinfo = nil
		print(pcall(cbframe.cast, 'int (*)(int)', print))
		local cb = cbframe.new(function(cpu) native.return_int(cpu, 5) end)
		print(ffi.cast('int (*)(int)', cb.p)(1))
	]]
	check.equal(output, 'false\tcbframe.cast: this LuaJIT is too old: it has no ffi.typeinfo\n5\n')
	check.equal(status, 0)
end)

check.case('errors are of the line that called', function()
	local ok, message = pcall(function() cbframe.cast('int', print) end)
	check.equal(ok, false)
	check.contains(message, 'cast_input.lua:')
end)
