-- lua_frames.lua ROUNDS CALLERS: what callbacks of this module and LuaJIT's own cost. CALLERS is the
-- compiled callers.c. Prints what report.lua reads: a line for each work, its name and then the
-- nanoseconds of every round, separated by tabs. "frame" is cbframe.new, "cast" is cbframe.cast.
--
-- A callback is called from Lua, which includes LuaJIT's outgoing FFI call with its conversions (one
-- pointer for void(void*); three pointers, a struct and a new struct for NSSize(void*, void*, void*,
-- NSSize)), or from C, which includes nothing else. The outgoing call alone is measured as well.

local ffi = require 'ffi'
local cbframe = require 'cbframe'

ffi.cdef [[
typedef struct { double width, height; } NSSize;
typedef void (*with_pointer)(void *);
typedef NSSize (*with_size)(void *, void *, void *, NSSize);
void call_with_pointer(with_pointer callback, void *pointer, int times);
typedef int (*with_int)(int);
typedef double (*with_five)(void *, void *, void *, double, double);
NSSize call_with_size(with_size callback, void *pointer, NSSize value, int times);
void plain_with_pointer(void *);
NSSize plain_with_size(void *, void *, void *, NSSize);
]]

local rounds, callers = tonumber(arg[1]), ffi.load(arg[2])
local here = arg[0]:match '^(.*)/[^/]*$' or '.'
local is_windows = ffi.os == 'Windows'

local now = dofile(('%s/clock_%s.lua'):format(here, is_windows and 'windows' or 'posix'))

local function nothing() end

-- Of a frame: where the convention puts a struct.
local cpu = ({ x64 = 'x86_64', x86 = 'i386', arm64 = 'aarch64' })[ffi.arch]
local swap = dofile(('%s/swap_%s_%s.lua'):format(here, cpu, ffi.arch == 'arm64' and 'aapcs64' or is_windows and 'ms' or 'sysv'))

local with_pointer, with_size = ffi.typeof 'with_pointer', ffi.typeof 'with_size'
local pointer, size = ffi.new 'char[1]' + 0, ffi.new('NSSize', 1, 2)

local own = ffi.cast(with_pointer, nothing)
local empty_frame, all_frame, swap_frame = cbframe.new(nothing), cbframe.new(nothing, 'all'), cbframe.new(swap)
local empty, all = ffi.cast(with_pointer, empty_frame.p), ffi.cast(with_pointer, all_frame.p)
local swapped = ffi.cast(with_size, swap_frame.p)
local result = swapped(pointer, pointer, pointer, size)
assert(result.width == 2 and result.height == 1)

-- Callbacks with a signature. LuaJIT's own take no struct: the nearest is five arguments, two of them doubles.
local function increment(x) return x + 1 end

local function swap_value(_, _, _, value)
	value.width, value.height = value.height, value.width
	return value
end

local own_int = ffi.cast('with_int', increment)
local own_five = ffi.cast('with_five', function(_, _, _, width) return width end)
local cast_pointer = cbframe.cast('with_pointer', nothing).p
local cast_int = cbframe.cast('with_int', increment).p
local cast_size = cbframe.cast('with_size', swap_value).p
assert(cast_int(41) == 42 and cast_size(pointer, pointer, pointer, size).width == 2)

local function from_lua(n, callee)
	for _ = 1, n do
		callee(pointer)
	end
end

local function from_lua_with_size(n, callee)
	for _ = 1, n do
		callee(pointer, pointer, pointer, size)
	end
end

local function from_lua_with_int(n, callee)
	for _ = 1, n do
		callee(5)
	end
end

local function from_lua_with_five(n, callee)
	for _ = 1, n do
		callee(pointer, pointer, pointer, 1, 2)
	end
end

local function from_c(n, callee)
	callers.call_with_pointer(callee, pointer, n)
end

local function from_c_with_size(n, callee)
	callers.call_with_size(callee, pointer, size, n)
end

local wrapped = cbframe.wrap(callers.plain_with_pointer)

local function from_lua_by_call(n, callee)
	for _ = 1, n do
		cbframe.call(callee, pointer)
	end
end

-- C that calls back must not be called from compiled code.
for _, work in ipairs { from_lua, from_lua_with_size, from_lua_with_int, from_lua_with_five, from_lua_by_call, from_c,
	from_c_with_size } do
	jit.off(work)
end

local function make_own(n)
	for _ = 1, n do
		ffi.cast(with_pointer, nothing):free()
	end
end

local function make_frame(n)
	for _ = 1, n do
		cbframe.new(nothing):free()
	end
end

local function make_cast(n)
	for _ = 1, n do
		cbframe.cast('with_pointer', nothing):free()
	end
end

-- The same with a function that is another each time, as programs have it that make a callback where they need it.
local function make_own_of_new(n)
	for i = 1, n do
		ffi.cast(with_pointer, function() return i end):free()
	end
end

local function make_frame_of_new(n)
	for i = 1, n do
		cbframe.new(function() return i end):free()
	end
end

local function make_cast_of_new(n)
	for i = 1, n do
		cbframe.cast('with_pointer', function() return i end):free()
	end
end

-- Calls on another thread.
if ffi.os == 'Linux' then
	ffi.cdef [[
	typedef struct calling calling;
	calling *start_calling(with_pointer callback, void *pointer, int times);
	int is_calling(const calling *);
	void end_calling(calling *);
	void round_trips(int times);
	]]
	cbframe.queue_limit = 4096
end
local waiting = cbframe.cast('with_pointer', nothing, { thread = 'wait' }).p
local posting = cbframe.cast('with_pointer', nothing, { thread = 'post' }).p

local function from_thread_that_waits(n)
	local calling = callers.start_calling(waiting, pointer, n)
	while callers.is_calling(calling) == 1 do
		cbframe.poll(0.1)
	end
	callers.end_calling(calling)
end

local function from_thread_that_posts(n)
	callers.end_calling(callers.start_calling(posting, pointer, n))
	assert(cbframe.poll() == n)
end

local function round_trips(n)
	callers.round_trips(n)
end

-- The name of a work, how often a round does it, what does it and to what.
local works = {
	{ 'lua call own', 3000, from_lua, own },
	{ 'lua call frame', 3000, from_lua, empty },
	{ 'lua call frame, all', 3000, from_lua, all },
	{ 'lua call frame, NSSize', 3000, from_lua_with_size, swapped },
	{ 'lua call own, int', 3000, from_lua_with_int, own_int },
	{ 'lua call cast, int', 3000, from_lua_with_int, cast_int },
	{ 'lua call own, five', 3000, from_lua_with_five, own_five },
	{ 'lua call cast, NSSize', 3000, from_lua_with_size, cast_size },
	{ 'lua call cast, pointer', 3000, from_lua, cast_pointer },
	{ 'lua call plain', 3000, from_lua, callers.plain_with_pointer },
	{ 'lua call plain, by call', 3000, from_lua_by_call, callers.plain_with_pointer },
	{ 'lua call plain, wrapped', 3000, from_lua, wrapped },
	{ 'lua call plain, NSSize', 3000, from_lua_with_size, callers.plain_with_size },
	{ 'lua from c own', 3000, from_c, own },
	{ 'lua from c frame', 3000, from_c, empty },
	{ 'lua from c frame, NSSize', 3000, from_c_with_size, swapped },
	{ 'lua from c cast, pointer', 3000, from_c, cast_pointer },
	{ 'lua from c cast, NSSize', 3000, from_c_with_size, cast_size },
	{ 'lua make own', 3000, make_own },
	{ 'lua make frame', 3000, make_frame },
	{ 'lua make cast', 3000, make_cast },
	{ 'lua make own, new function', 3000, make_own_of_new },
	{ 'lua make frame, new function', 3000, make_frame_of_new },
	{ 'lua make cast, new function', 3000, make_cast_of_new },
}
if ffi.os == 'Linux' then
	table.insert(works, { 'lua thread waits', 1000, from_thread_that_waits })
	table.insert(works, { 'lua thread posts', 3000, from_thread_that_posts })
	table.insert(works, { 'lua thread round trip', 1000, round_trips })
end

local samples = {}
for i in ipairs(works) do
	samples[i] = {}
end
for round = -2, rounds do -- the first warm up
	for i = 1, #works do
		local which = (i + round) % #works + 1
		local _, n, work, callee = unpack(works[which])
		collectgarbage()
		local start = now()
		work(n, callee)
		if round > 0 then
			samples[which][round] = ('%.2f'):format((now() - start) / n)
		end
	end
end
for i, work in ipairs(works) do
	print(work[1] .. '\t' .. table.concat(samples[i], '\t'))
end
