-- How many of LuaJIT's C types callbacks use up: it has 65,536, never gets one back, and its whole FFI ends with them.
local check = ...
local ffi = require 'ffi'
local cbframe = require 'cbframe'

local function next_number()
	return tonumber(ffi.typeof 'struct { char one_more; }')
end

-- How many numbers f takes.
local function taken_by(f)
	local before = next_number()
	f()
	return next_number() - before - 2 -- a struct and its member
end

local function make(ctype, opts)
	cbframe.cast(ctype, function() return 0 end, opts):free()
end

ffi.cdef [[
	typedef struct { double x, y; } numbered_point;
	typedef struct { float x; } numbered_flake;
	typedef struct { int64_t x[9]; } numbered_row;
	typedef enum { NUMBERED } numbered_color;
]]

local signatures = {
	'int (*)(numbered_point, int)',
	'numbered_row (*)(numbered_row, double, double, double, double, double, double, double, double, double, int)',
	'numbered_flake *(*)(numbered_flake *, const char *, void **, void (*)(int))',
	'numbered_color (*)(numbered_color, bool, long double, float, ...)',
	'void (*)(void)',
	'const char *(*)(const char *, size_t, uint8_t, uint16_t, uint32_t, uint64_t)',
}

check.case('a new signature takes at most 12', function()
	for _, signature in ipairs(signatures) do
		local ctype = ffi.typeof(signature)
		local taken = taken_by(function() make(ctype) end)
		if taken > 12 then
			error(('%s: %d'):format(signature, taken))
		end
	end
end)

check.case('one that was seen before under another number takes none', function()
	for _, signature in ipairs(signatures) do
		make(signature)
		local again = ffi.typeof(signature)
		check.equal(taken_by(function() make(again) end), 0, signature)
		local within_string = taken_by(function() ffi.typeof(signature) end)
		check.equal(taken_by(function() make(' ' .. signature) end), within_string, signature) -- only what LuaJIT parses
	end
end)

check.case('options take some once', function()
	local opts = { default = 5 }
	make('int (*)(short)', opts)
	check.equal(taken_by(function() make('int (*)(short)', opts) end), 0)
end)

check.case('types that differ in what matters are not taken for one another', function()
	local pairs_of = {
		{ 'int (*)(int)', 'int (*)(unsigned)' }, { 'int (*)(char *)', 'int (*)(void *)' }, { 'int (*)(int)', 'int (*)(int, ...)' },
		{ 'void (*)(int)', 'int (*)(int)' }, { 'int (*)(int)', 'int (*)(int, int)' }, { 'int (*)(float)', 'int (*)(double)' },
		{ 'int (*)(void (*)(int))', 'int (*)(void (*)(char))' }, { 'char *(*)(void)', 'const char *(*)(void)' },
		{ 'int (*)(struct { int x; })', 'int (*)(struct { int x; } *)' },
	}
	for _, pair in ipairs(pairs_of) do
		local first, second = cbframe.cast(pair[1], print), cbframe.cast(pair[2], print)
		check.equal(ffi.typeof(first) ~= ffi.typeof(second), true, pair[1] .. ', ' .. pair[2])
		first:free()
		second:free()
	end
end)

check.case('types that are alike give arguments of the type that was given first', function()
	local got
	local function take(p) got = p end
	local first, second = cbframe.cast(ffi.typeof 'void (*)(point *)', take), cbframe.cast(ffi.typeof 'void (*)(point *)', take)
	check.equal(ffi.typeof(first), ffi.typeof(second))
	local point = ffi.new('point', 1, 2)
	second.p(point)
	check.equal(ffi.typeof(got), ffi.typeof 'point *')
	check.equal(got.y, 2)
	first:free()
	second:free()
end)

check.case('an error has the type as it was written by who made that callback', function()
	local function message_of(ctype)
		local cb = cbframe.cast(ctype, function() return 'x' end)
		local message = check.raises('result of the callback', cbframe.call, cb.p, 1)
		cb:free()
		return message
	end
	check.contains(message_of 'size_t (*)(int)', "result of the callback 'size_t (*)(int)', which wants 'size_t': ")
	check.contains(message_of 'uintptr_t(*)(int)', "result of the callback 'uintptr_t(*)(int)', which wants 'uintptr_t': ")
	check.contains(message_of 'size_t (*)(int)', "result of the callback 'size_t (*)(int)', which wants 'size_t': ")
	local cb = cbframe.cast('size_t (*)(int)', print)
	check.contains(tostring(cb), "cbframe callback 'size_t (*)(int)' at 0x")
	cb:set(function() return 'x' end)
	check.contains(check.raises('result of the callback', cbframe.call, cb.p, 1), "which wants 'size_t': ")
	cb:free()
	ffi.cdef 'typedef size_t (*numbered_function)(int);'
	check.contains(message_of 'numbered_function', "result of the callback 'numbered_function', which wants '")
end)

for what, make in pairs {
	['ctypes made anew'] = "cbframe.cast(ffi.typeof 'int (*)(point, int)', f)",
	['new signatures'] = "cbframe.cast(('int (*)(point, struct { char x[%d]; })'):format(n), f)",
	['layouts'] = "{ cbframe.layout(('int (*)(point, struct { char x[%d]; })'):format(n)), free = function() end }",
} do
	check.case('an error before they end, and all the rest goes on: ' .. what, function()
		local output, status = check.run(([[
			local function f() return 1 end
			local known = cbframe.cast('double (*)(double)', function(x) return x / 2 end)
			local n = 0
			local function turn()
				n = n + 1
				local cb = %s
				cb:free()
			end
			local ok, message
			repeat
				ok, message = pcall(turn)
			until not ok
			print(message:match 'LuaJIT has %%d+ of its 65536 C types left', message:match 'ffi%%.typeof')
			for _ = 1, 20 do
				assert(not pcall(turn))
			end
			assert(n > 800)
			assert(known.p(5) == 2.5)
			known:free()
			local again = cbframe.cast('double (*)(double)', function(x) return x / 2 end)
			assert(again.p(3) == 1.5)
			assert(ffi.new('struct { short anything; }', 4).anything == 4)
		]]):format(make))
		check.equal(output:match 'of its 65536 C types left\tffi.typeof\n$' ~= nil, true, output)
		check.equal(status, 0)
	end)
end
