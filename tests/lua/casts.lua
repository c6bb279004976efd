-- Callbacks with a signature: cbframe.cast. The callers are compiled C, so that what they pass and what they make
-- of the result is right by definition.
local check = ...
local ffi = require 'ffi'
local cbframe = require 'cbframe'
local callers = check.callers

-- with(ctype, f, g [, opts]) calls g(pointer, callback) with a callback for f and frees it.
local function with(ctype, f, g, opts)
	local callback = cbframe.cast(ctype, f, opts)
	local ok, message = xpcall(function() g(callback.p, callback) end, debug.traceback)
	callback:free()
	if not ok then
		error(message, 0)
	end
end

-- Numbers ---------------------------------------------------------------------------------------

-- The name of the caller, the type, and values that come back as they went out.
local echoes = {
	{ 'call_char', 'int8_t (*)(int8_t)', -128, -1, 0, 127 },
	{ 'call_byte', 'uint8_t (*)(uint8_t)', 0, 1, 128, 255 },
	{ 'call_short', 'int16_t (*)(int16_t)', -32768, -1, 32767 },
	{ 'call_counted', 'int (*)(int)', -2147483648, -1, 0, 2147483647 },
	{ 'call_unsigned', 'uint32_t (*)(uint32_t)', 0, 1, 2147483648, 4294967295 },
	{ 'call_long', 'int64_t (*)(int64_t)', -9007199254740993LL, -1LL, 9223372036854775807LL },
	{ 'call_unsigned_long', 'uint64_t (*)(uint64_t)', 0ULL, 1ULL, 18446744073709551615ULL },
	{ 'call_float', 'float (*)(float)', -1.5, 0, 0.1, 1 / 0, 0 / 0 },
	{ 'call_double', 'double (*)(double)', -1.5, 0, 0.1, -1 / 0, 0 / 0, 5e-324 },
}

for _, echo in ipairs(echoes) do
	local name, ctype = echo[1], echo[2]
	check.case('an argument and a result: ' .. ctype, function()
		for i = 3, #echo do
			local expected = name == 'call_float' and tonumber(ffi.new('float', echo[i])) or echo[i]
			local got
			with(ctype, function(x)
				got = x
				return x
			end, function(p)
				check.equal(callers[name](p, echo[i]), expected)
				check.equal(got, expected)
			end)
		end
	end)
end

check.case('a bool', function()
	local got
	with('bool (*)(bool)', function(x)
		got = x
		return not x
	end, function(p)
		check.equal(callers.call_bool(p, 1), false)
		check.equal(got, true)
		check.equal(callers.call_bool(p, 0), true)
		check.equal(got, false)
	end)
end)

check.case("enums arrive as LuaJIT's own callbacks give them; names, numbers and enums are results", function()
	for _, result in ipairs { 'GREEN', 5, ffi.new('color', 'GREEN') } do
		local got
		with('color (*)(color)', function(x)
			got = x
			return result
		end, function(p) check.equal(tonumber(callers.call_color(p, 200)), 5) end)
		check.equal(ffi.istype('color', got), true)
		check.equal(tonumber(got), 200)
		check.equal(got == 'BLUE', true)
	end
	with('level (*)(level)', function(x) return -x end, function(p)
		check.equal(tonumber(callers.call_level(p, 1)), -1)
	end)
end)

check.case('results are converted as LuaJIT converts: fractions, wrapping, booleans, 64-bit numbers', function()
	local result
	local function f() return result end
	local function converts(ctype, caller, x, from, to)
		result = from
		with(ctype, f, function(p) check.equal(caller(p, x), to) end)
	end
	converts('int (*)(int)', callers.call_counted, 1, 2.9, 2)
	converts('int (*)(int)', callers.call_counted, 1, -2.9, -2)
	converts('int (*)(int)', callers.call_counted, 1, 7LL, 7)
	converts('int8_t (*)(int8_t)', callers.call_char, 1, 257, 1)
	converts('double (*)(double)', callers.call_double, 1, 3LL, 3)
	converts('bool (*)(bool)', callers.call_bool, 1, 0.5, true)
	converts('int64_t (*)(int64_t)', callers.call_long, 1, 5, 5LL)
	local own = ffi.cast('int (*)(int)', f) -- the same as LuaJIT's own
	for _, x in ipairs { 2.9, -2.9, 7LL, 2 ^ 31 + 1, true } do
		result = x
		local ok, expected = pcall(own, 1)
		if ok then
			converts('int (*)(int)', callers.call_counted, 1, x, expected)
		end
	end
	own:free()
end)

check.case('a long double is a number', function()
	local got
	with('long double (*)(long double)', function(x)
		got = x
		return x * 3
	end, function(p)
		for i = 1, 20 do
			check.equal(callers.call_long_double(p, i + 0.5), 3 * i + 1.5)
			check.equal(got, i + 0.5)
		end
	end)
end)

check.case('integers of all sizes, six in registers and two on the stack', function()
	with('int64_t (*)(int8_t, uint8_t, int16_t, uint16_t, int32_t, uint32_t, int64_t, uint64_t)', function(...)
		local expected = { -1, 254, -3, 65532, -5, 4294967290, -7LL, 18446744073709551608ULL }
		check.equal(select('#', ...), 8)
		for i = 1, 8 do
			check.equal(select(i, ...), expected[i])
		end
		return -1234567890123LL
	end, function(p) check.equal(callers.call_integers(p), -1234567890123LL) end)
end)

check.case('floats and doubles, eight in registers and two on the stack', function()
	with('double (*)(float, double, float, double, float, double, float, double, float, double)', function(...)
		for i = 1, 10 do
			check.equal(select(i, ...), i - 0.5)
		end
		return math.pi
	end, function(p) check.equal(callers.call_numbers(p), math.pi) end)
end)

check.case('128-bit integers, which LuaJIT can only copy', function()
	if ffi.arch == 'x86' then
		check.skip 'C has none in 32 bits'
	end
	local x, result = ffi.new 'int128[1]', ffi.new 'int128[1]'
	ffi.cast('uint64_t *', x)[0], ffi.cast('uint64_t *', x)[1] = 5, 7
	with('int128 (*)(int128)', function(y) return y end, function(p) callers.pass_int128(p, x, result) end)
	check.equal(ffi.cast('uint64_t *', result)[0], 5ULL)
	check.equal(ffi.cast('uint64_t *', result)[1], 7ULL)
end)

-- Pointers ----------------------------------------------------------------------------------------

check.case('pointers', function()
	local bytes = ffi.new 'char[4]'
	with('void *(*)(void *)', function(p)
		check.equal(ffi.istype('void *', p), true)
		ffi.cast('char *', p)[1] = 42
		return ffi.cast('char *', p) + 2
	end, function(p) check.equal(callers.call_pointer(p, bytes), ffi.cast('void *', bytes + 2)) end)
	check.equal(bytes[1], 42)
	for _, null in ipairs { false, ffi.new 'void *' } do
		with('void *(*)(void *)', function() return null or nil end, function(p)
			check.equal(callers.call_pointer(p, bytes) == nil, true)
		end)
	end
end)

check.case('strings', function()
	local kept = 'a result'
	with('const char *(*)(const char *)', function(s)
		check.equal(ffi.string(s), 'an argument')
		return kept
	end, function(p) check.equal(ffi.string(callers.call_string(p, 'an argument')), kept) end, { keep = true })
end)

check.case('a function pointer as result, made by cast too', function()
	local double = cbframe.cast('int (*)(int)', function(x) return 2 * x end)
	with('int (*(*)(int))(int)', function(x)
		check.equal(x, 21)
		return double.p
	end, function(p) check.equal(callers.call_returned(p, 21), 42) end)
	double:free()
end)

check.case('no arguments and no result', function()
	local called = 0
	with('void (*)(void)', function(...)
		called = called + 1 + select('#', ...)
		return 'what a void function returns does not matter'
	end, function(p) check.equal(callers.call_void(p), 1) end)
	check.equal(called, 1)
	with('void (*)()', function() called = called + 1 end, function(p) callers.call_void(p) end)
	check.equal(called, 2)
end)

-- Structs -----------------------------------------------------------------------------------------

check.case('structs of doubles, integers, both, floats, chars, and of 32 bytes', function()
	with('point (*)(void *, void *, void *, point)', function(a, b, c, at)
		check.equal(a == nil, false)
		check.equal(b == nil, true)
		check.equal(ffi.cast('double *', c)[0], 149)
		return { at.y, at.x }
	end, function(p)
		local swapped = callers.call_point(p, { 149, 49 })
		check.equal(swapped.x, 49)
		check.equal(swapped.y, 149)
	end)
	with('span (*)(span)', function(s) return { s.last, s.first } end, function(p)
		local swapped = callers.call_span(p, { -5, 2LL ^ 40 })
		check.equal(swapped.first, 2LL ^ 40)
		check.equal(swapped.last, -5LL)
	end)
	with('mixed (*)(mixed)', function(m)
		m.weight, m.id = m.weight / 2, m.id - 1
		return m
	end, function(p)
		local result = callers.call_mixed(p, { 7, -1 })
		check.equal(result.weight, 3.5)
		check.equal(result.id, -2)
	end)
	with('triple (*)(triple)', function(t) return ffi.new('triple', t.z, t.x, t.y) end, function(p)
		local turned = callers.call_triple(p, { 1, 2, 3 })
		check.equal(turned.x, 3)
		check.equal(turned.y, 1)
		check.equal(turned.z, 2)
	end)
	with('letters (*)(letters)', function(l) return { ffi.string(l.text, 3):reverse() } end, function(p)
		local result = ffi.new 'letters[1]'
		callers.pass_letters(p, ffi.new('letters', { 'abc' }), result)
		check.equal(ffi.string(result[0].text, 3), 'cba')
	end)
	with('box (*)(box, int64_t)', function(b, y)
		for i = 0, 3 do
			b.part[i] = b.part[i] * y
		end
		return b
	end, function(p)
		local result = callers.call_box(p, { { 1, -2, 3, 4 } }, 10)
		check.equal(result.part[0], 10LL)
		check.equal(result.part[1], -20LL)
		check.equal(result.part[3], 40LL)
	end)
	with('int64_t (*)(int, int, int, int, int, span, int)', function(a, b, c, d, e, s, f)
		check.equal(a + b + c + d + e, 15)
		check.equal(s.first, 6LL)
		check.equal(s.last, 7LL)
		return f
	end, function(p) check.equal(callers.call_span_that_does_not_fit(p), 8LL) end)
end)

-- The type, what fills it, and how it is shown; C calls it with a value of the type and stores what comes back.
local records = {
	flags = { { 5, -33, true, 0x1abcde, -7 }, function(x)
		return ('%d %d %s %d %d'):format(x.low, x.middle, tostring(x.yes), x.high, tonumber(x.behind))
	end },
	gaps = { { 3, 300, -5, 0x41 }, function(x) return ('%d %d %d %d'):format(x.first, x.second, x.third, x.letter) end },
	boundary = { { 123456, 0x41, 0x42 }, function(x) return ('%d %d %d'):format(x.number, x.letter, x.last) end },
	units = { { 5, -1234, 99999, -500000, -7 }, function(x)
		return ('%d %d %d %d %d'):format(x.low, x.middle, x.high, x.more, x.behind)
	end },
	packed = { { 0x41, 2.5, -3 }, function(x) return ('%d %g %d'):format(x.letter, x.number, x.small) end },
	partly = { { 0x41, 123456, 0x42 }, function(x) return ('%d %d %d'):format(x.letter, x.number, x.last) end },
	aligned = { { 77 }, function(x) return tostring(x.x) end },
	number = { { 2.5 }, function(x) return ('%g'):format(x.d) end },
	nested = { { { 1.5, 2.5 }, 42, { 1, 2, -3, 4 } }, function(x)
		return ('%g %g %d %d %d'):format(x.from.x, x.from.y, x.id, x.tags[2], x.tags[3])
	end },
	grid = { { { { { 1 }, { 2 } }, { { 3 }, { 4 } } }, nil, 'BLUE' }, function(x)
		return ('%g %g %s %d'):format(x.cells[0][1].d, x.cells[1][0].d, tostring(x.next), tonumber(x.color))
	end },
	holder = { {}, function(x)
		return ('%g %g %g %g'):format(x.values[0], x.values[3], x.z.re, x.z.im)
	end },
	fixed = { { 7, -8 }, function(x) return ('%d %d'):format(x.x, x.y) end },
}

local bits_differ = ffi.os == 'Windows' and { flags = true, gaps = true, boundary = true } or {}

for name in pairs(bits_differ) do
	check.case('bit-fields that C on Windows lays out differently from LuaJIT are refused: ' .. name, function()
		check.equal(ffi.sizeof(name) ~= callers['size_of_' .. name](), true)
		check.raises('bit-fields in a record, which LuaJIT lays out differently from C', cbframe.cast,
			('%s (*)(int)'):format(name), print)
		records[name] = nil
	end)
end

for name, record in pairs(records) do
	check.case('a struct or union by value, as argument, as result and kept: ' .. name, function()
		if name == 'holder' then
			check.skip_disputed()
		end
		local x, result = ffi.new(name, record[1]), ffi.new(name .. '[1]')
		if name == 'holder' then
			x.z = ffi.new('complex', 2, -3)
			ffi.cast('float *', x)[3] = 4.5
		end
		local show, kept = record[2], nil
		local expected = show(x)
		with(('%s (*)(%s)'):format(name, name), function(y)
			kept = y
			check.equal(show(y), expected)
			return y
		end, function(p)
			callers['pass_' .. name](p, ffi.cast(('const %s *'):format(name), x), result)
			check.equal(show(result[0]), expected)
			collectgarbage()
			check.equal(show(kept), expected)
			check.equal(ffi.istype(name, kept), true)
		end)
		check.equal(show(x), expected)
	end)
end

check.case('what the handler does to its copy of a struct does not reach the caller', function()
	with('box (*)(box, int64_t)', function(b)
		ffi.fill(b, ffi.sizeof(b))
		return ffi.new('box', { { 1, 2, 3, 4 } })
	end, function(p)
		local x = ffi.new('box', { { 5, 6, 7, 8 } })
		check.equal(callers.call_box(p, x, 0).part[3], 4LL)
		check.equal(x.part[0], 5LL)
	end)
end)

check.case('a kept struct outlives its call and later calls', function()
	local kept = {}
	with('box (*)(box, int64_t)', function(b, y)
		kept[tonumber(y)] = b
		return b
	end, function(p)
		for i = 1, 500 do
			callers.call_box(p, { { i, 2 * i, 3 * i, 4 * i } }, i)
		end
	end)
	collectgarbage()
	for i = 1, 500 do
		check.equal(kept[i].part[3], 4LL * i)
	end
end)

check.case('a finalizer of the type is not run for the copy that a handler gets', function()
	local output, status = check.run [[
		ffi.cdef 'typedef struct { int64_t x, y, z; } owner;'
		local finalized = 0
		local owner = ffi.metatype('owner', { __gc = function() finalized = finalized + 1 end })
		local cb = cbframe.cast('int64_t (*)(owner)', function(x) return x.y end)
		local f = ffi.cast('int64_t (*)(owner)', cb.p)
		local mine = owner(1, 2, 3)
		for _ = 1, 1000 do
			assert(f(mine) == 2)
		end
		collectgarbage()
		collectgarbage()
		print(finalized, mine.x)
	]]
	check.equal(output, '0\t1LL\n')
	check.equal(status, 0)
end)

check.case('complex numbers', function()
	for name, ctype in pairs { complex = 'double _Complex', complex_float = 'float _Complex' } do
		local x, result = ffi.new(ctype .. '[1]'), ffi.new(ctype .. '[1]')
		x[0] = ffi.new(ctype, 1.5, -2.5)
		with(('%s (*)(%s)'):format(ctype, ctype), function(z) return ffi.new(ctype, z.im, z.re) end, function(p)
			callers['pass_' .. name](p, x, result)
			check.equal(result[0].re, -2.5)
			check.equal(result[0].im, 1.5)
		end)
		with(('%s (*)(%s)'):format(ctype, ctype), function(z) return z.re end, function(p)
			callers['pass_' .. name](p, x, result)
			check.equal(result[0].re, 1.5)
			check.equal(result[0].im, 0)
		end)
	end
end)

-- LuaJIT does not assign to the elements of a vector. The callers are compiled for what these need.
for name, shape in pairs { floats2 = { 2, 'float *' }, floats4 = { 4, 'float *' }, longs2 = { 2, 'int64_t *' },
	doubles4 = { 4, 'double *' } } do
	check.case('a vector: ' .. name, function()
		if name == 'floats2' then
			check.skip_disputed()
		end
		local count, element = unpack(shape)
		local x, result = ffi.new(name .. '[1]'), ffi.new(name .. '[1]')
		for i = 0, count - 1 do
			ffi.cast(element, x)[i] = i + 1
		end
		with(('%s (*)(%s)'):format(name, name), function(v)
			local turned = ffi.new(name .. '[1]')
			for i = 0, count - 1 do
				ffi.cast(element, turned)[i] = v[count - 1 - i]
			end
			return turned[0]
		end, function(p)
			if callers['pass_' .. name](p, x, result) == 0 then
				check.skip 'no AVX here'
			end
			for i = 0, count - 1 do
				check.equal(tonumber(result[0][i]), count - i)
			end
		end, { convention = check.native.convention })
	end)
end

check.case('a vector that code passes in other places if it is compiled for less', function()
	if check.native.convention == 'ms_x64_mingw' then
		check.skip 'Windows x64 passes all of them by address'
	elseif ffi.arch == 'arm64' then
		check.skip '64-bit Arm passes all of them by address'
	end
	check.raises('argument 1 is of type double __attribute__((vector_size(32))), which is passed in other places by code that '
		.. 'is compiled for other instruction sets: name the convention, ', cbframe.cast, 'void (*)(doubles4)', print)
	check.raises('the result is of type double __attribute__((vector_size(32)))', cbframe.layout, 'doubles4 (*)(int)')
	check.equal(cbframe.layout('doubles4 (*)(int)', check.native.convention).result.pieces[1].register, 'YMM0')
end)

check.case('twenty arguments of all kinds', function()
	with([[double (*)(int8_t, float, point, span, mixed, box, int64_t, double, triple, uint16_t, letters, float, void *,
		double, double, double, double, bool, point, long double)]], function(...)
		local a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t = ...
		check.equal(select('#', ...), 20)
		check.equal(a, -1)
		check.equal(b, 2.5)
		check.equal(c.x * 10 + c.y, 34)
		check.equal(d.first * 10 + d.last, 56LL)
		check.equal(e.weight + e.id, 15.5)
		check.equal(f.part[0] + f.part[3], 21LL)
		check.equal(g, 13LL)
		check.equal(h, 14.5)
		check.equal(i.x + i.y + i.z, 48)
		check.equal(j, 18)
		check.equal(ffi.string(k.text, 3), 'abc')
		check.equal(l, 19.5)
		check.equal(ffi.cast('int *', m)[0], callers.begun)
		check.equal(n + o + p + q, 88)
		check.equal(r, true)
		check.equal(s.x + s.y, 49)
		check.equal(t, 26.5)
		return 1.25
	end, function(p) check.equal(callers.call_mixture(p), 1.25) end)
end)

check.case('sixty arguments, and sixty different structs', function()
	local function sum_of(value)
		return function(...)
			check.equal(select('#', ...), 60)
			local sum = 0
			for i = 1, 60 do
				sum = sum + i * value((select(i, ...)))
			end
			return sum
		end
	end
	local structs = {}
	for i = 1, 60 do
		structs[i] = ffi.typeof 'struct { int x; }'
	end
	local function type_of(parameter)
		return 'int (*)(' .. (parameter .. ', '):rep(59) .. parameter .. ')'
	end
	with(type_of 'int', sum_of(function(x) return x end), function(p) check.equal(callers.call_sixty(p), 73810) end)
	with(ffi.typeof(type_of '$', unpack(structs)), sum_of(function(s) return s.x end), function(p)
		check.equal(callers.call_sixty(ffi.cast('void *', p)), 73810)
	end)
end)

check.case('more arguments than a Lua function can have', function()
	local ctype = 'int (*)(' .. ('int, '):rep(299) .. 'int)'
	check.raises('more arguments than a Lua function can have', cbframe.cast, ctype, print)
end)

-- How the type is given -----------------------------------------------------------------------------

check.case('the type is a string, a typedef, a ctype or a value, and p has it', function()
	ffi.cdef 'typedef int (*named_function)(int);'
	local own = ffi.cast('int (*)(int)', callers.call_void) -- never called
	local ctypes = { 'int (*)(int)', ' named_function ', ffi.typeof 'named_function', own,
		ffi.typeof 'int (* const)(int)', 'int (__attribute__((cdecl)) *)(int)' }
	if ffi.arch == 'x64' then -- where it means nothing
		table.insert(ctypes, 'int (__stdcall *)(const int x)')
	end
	for _, ctype in ipairs(ctypes) do
		with(ctype, function(x) return x + 1 end, function(p)
			check.equal(ffi.istype('int (*)(int)', p), true)
			check.equal(p(1), 2)
			check.equal(callers.call_counted(p, 5), 6)
		end)
	end
end)

check.case('const types as arguments and results', function()
	with('const point (*)(const point, const int, const char *const)', function(x, i)
		x.y = i
		return x
	end, function(p)
		local result = p({ 1, 2 }, 3, nil)
		check.equal(result.x, 1)
		check.equal(result.y, 3)
	end)
	with('const int (*)(void)', function() return 7 end, function(p) check.equal(p(), 7) end)
end)

check.case("Microsoft's convention, with structs by value, in pointers and on the stack", function()
	with('box (*)(int64_t, double, box, float, int64_t, letters, double)', function(a, b, c, d, e, f, g)
		check.equal(a, 1LL)
		check.equal(b, 2.5)
		check.equal(c.part[3], 6LL)
		check.equal(d, 7.5)
		check.equal(e, 8LL)
		check.equal(ffi.string(f.text, 3), 'abc')
		check.equal(g, 9.5)
		c.part[0] = 42
		return c
	end, function(p)
		local result = callers.call_by_microsoft(ffi.cast('void *', p))
		check.equal(result.part[0], 42LL)
		check.equal(result.part[3], 6LL)
	end, { convention = ffi.arch == 'x64' and 'ms_x64' or (check.native.convention:gsub('cdecl', 'stdcall')) })
end)

-- The conventions of 32-bit x86 that are part of a type.
for _, name in ipairs { 'stdcall', 'fastcall', 'thiscall', 'cdecl' } do
	check.case(('a type with the attribute %s, called by LuaJIT'):format(name), function()
		if ffi.arch ~= 'x86' then
			check.skip 'there is one convention only'
		end
		for _, format in ipairs { 'int (__%s *)(int, int, double)', 'int (__attribute__((%s)) *)(int, int, double)' } do
			with(format:format(name), function(a, b, x) return a - b + x end, function(p)
				for i = 1, 1000 do
					check.equal(p(i, 1, 2.5), i + 1)
				end
			end)
		end
	end)
end

check.case('fastcall and stdcall, called by C', function()
	if ffi.arch ~= 'x86' then
		check.skip 'there is one convention only'
	end
	with('int (__fastcall *)(int, double, int, letters, int)', function(a, b, c, d, e)
		check.equal(b, 2.5)
		check.equal(ffi.string(d.text, 3), 'abc')
		return a * 100 + c * 10 + e
	end, function(p) check.equal(callers.call_by_fastcall(ffi.cast('void *', p)), 134) end)
	with('int (__stdcall *)(int, int)', function(a, b) return a + b end, function(p)
		check.equal(callers.call_stdcall_in_loop(ffi.cast('void *', p), 1000), 500500)
	end)
end)

check.case('the option convention in place of an attribute', function()
	if ffi.arch ~= 'x86' then
		check.skip 'there is one convention only'
	end
	with('int (*)(int, int)', function(a, b) return a + b end, function(p)
		check.equal(callers.call_stdcall_in_loop(ffi.cast('void *', p), 1000), 500500)
	end, { convention = (check.native.convention:gsub('cdecl', 'stdcall')) })
end)
