-- Callbacks as functions of Windows' own DLLs call them: by stdcall where there is more than one convention.
local check = ...
local ffi = require 'ffi'
local cbframe = require 'cbframe'

ffi.cdef [[
typedef int (__stdcall *locale_function)(char *name);
typedef int (__stdcall *resource_type_function)(void *module, const char *type, intptr_t parameter);
typedef intptr_t (__stdcall *window_procedure)(void *window, unsigned message, uintptr_t wide, intptr_t parameter);

typedef struct window_class {
	unsigned style;
	window_procedure procedure;
	int class_extra, window_extra;
	void *instance, *icon, *cursor, *background;
	const char *menu, *name;
} window_class;

int __stdcall EnumSystemLocalesA(locale_function, unsigned long flags);
int __stdcall EnumResourceTypesA(void *module, resource_type_function, intptr_t parameter);
void *__stdcall GetModuleHandleA(const char *);
unsigned short __stdcall RegisterClassA(const window_class *);
int __stdcall UnregisterClassA(const char *, void *instance);
void *__stdcall CreateWindowExA(unsigned long extended, const char *class, const char *title, unsigned long style, int x, int y,
	int width, int height, void *parent, void *menu, void *instance, void *parameter);
int __stdcall DestroyWindow(void *);
intptr_t __stdcall SendMessageA(void *, unsigned message, uintptr_t wide, intptr_t parameter);
intptr_t __stdcall DefWindowProcA(void *, unsigned message, uintptr_t wide, intptr_t parameter);
intptr_t __stdcall CallWindowProcA(window_procedure, void *, unsigned message, uintptr_t wide, intptr_t parameter);
]]
local user32 = ffi.load 'user32'

local WM_CREATE, WM_NCDESTROY, WM_USER = 0x0001, 0x0082, 0x0400
local HWND_MESSAGE = ffi.cast('void *', -3)
local LCID_SUPPORTED = 2

local function with(ctype, f, g, opts)
	local callback = cbframe.cast(ctype, f, opts)
	local ok, message = xpcall(function() g(callback.p) end, debug.traceback)
	callback:free()
	if not ok then
		error(message, 0)
	end
end

check.case('EnumSystemLocalesA', function()
	local names = {}
	with('locale_function', function(name)
		names[#names + 1] = ffi.string(name)
		return #names < 10 and 1 or 0
	end, function(p) check.equal(cbframe.call(ffi.C.EnumSystemLocalesA, p, LCID_SUPPORTED), 1) end)
	check.equal(#names, 10)
	for _, name in ipairs(names) do
		check.equal(name:match '^%x%x%x%x%x%x%x%x$', name)
	end
end)

check.case('EnumResourceTypesA, and an error in its callback', function()
	local module, types = ffi.C.GetModuleHandleA 'user32', {}
	with('resource_type_function', function(its, kind, parameter)
		check.equal(its, module)
		check.equal(tonumber(parameter), -77)
		types[#types + 1] = tonumber(ffi.cast('uintptr_t', kind))
		return 1
	end, function(p) check.equal(cbframe.call(ffi.C.EnumResourceTypesA, module, p, -77), 1) end)
	check.equal(#types > 1, true)
	local calls = 0
	with('resource_type_function', function()
		calls = calls + 1
		error('at the first type', 0)
	end, function(p)
		check.raises('at the first type', cbframe.call, ffi.C.EnumResourceTypesA, module, p, 0)
	end)
	check.equal(calls, 1) -- zero, the default result, ends the enumeration
end)

check.case('CallWindowProcA', function()
	with('window_procedure', function(window, message, wide, parameter)
		check.equal(ffi.cast('intptr_t', window), ffi.cast('intptr_t', 0x1234))
		return message * 1000 + wide * 10 + parameter
	end, function(p)
		for i = 1, 100 do
			local result = cbframe.call(user32.CallWindowProcA, p, ffi.cast('void *', 0x1234), WM_USER, i, -3)
			check.equal(tonumber(result), WM_USER * 1000 + 10 * i - 3)
		end
	end)
end)

-- Calls f(window), a message-only window, which needs no display, of a class that has this procedure.
local function with_window(procedure, f)
	with('window_procedure', procedure, function(p)
		local class = ffi.new('window_class', { procedure = p, name = 'cbframe' })
		check.equal(user32.RegisterClassA(class) ~= 0, true)
		local window = cbframe.call(user32.CreateWindowExA, 0, 'cbframe', 'title', 0, 0, 0, 0, 0, HWND_MESSAGE, nil, nil, nil)
		check.equal(window ~= nil, true)
		local ok, message = pcall(f, window)
		cbframe.call(user32.DestroyWindow, window)
		check.equal(user32.UnregisterClassA('cbframe', nil), 1)
		if not ok then
			error(message, 0)
		end
	end)
end

check.case('a window procedure', function()
	local seen = {}
	with_window(function(window, message, wide, parameter)
		seen[message] = (seen[message] or 0) + 1
		if message == WM_USER then
			return wide == 0 and 0 or wide + cbframe.call(user32.SendMessageA, window, message, wide - 1, parameter)
		end
		return cbframe.call(user32.DefWindowProcA, window, message, wide, parameter)
	end, function(window)
		check.equal(tonumber(cbframe.call(user32.SendMessageA, window, WM_USER, 20, 0)), 210)
	end)
	check.equal(seen[WM_CREATE], 1)
	check.equal(seen[WM_USER], 21)
	check.equal(seen[WM_NCDESTROY], 1)
end)

check.case('an error in a window procedure comes out of SendMessageA', function()
	with_window(function(window, message, wide, parameter)
		if message == WM_USER then
			error('half way', 0)
		end
		return cbframe.call(user32.DefWindowProcA, window, message, wide, parameter)
	end, function(window)
		for _ = 1, 100 do
			check.raises('half way', cbframe.call, user32.SendMessageA, window, WM_USER, 0, 0)
		end
	end)
end)

check.case('a frame as a window procedure: the dump knows its arguments', function()
	local text
	local cb = cbframe.new(function(cpu)
		text = cbframe.format(cpu, { type = 'window_procedure' })
		cpu[ffi.arch == 'x64' and 'RAX' or 'EAX'].i = 42
		require 'cbframe_native'.library.cbf_cpu_pop(cpu, cbframe.layout('window_procedure').popped)
	end)
	local p = ffi.cast('window_procedure', cb.p)
	check.equal(tonumber(cbframe.call(user32.CallWindowProcA, p, nil, WM_USER, 7, -8)), 42)
	cb:free()
	text = text:gsub(' +', ' ')
	local places = ffi.arch == 'x64' and { 'rcx', 'rdx', 'r8', 'r9' } or { 'esp+4', 'esp+8', 'esp+12', 'esp+16' }
	for i, argument in ipairs { { 'window', 'NULL' }, { 'message', '1024' }, { 'wide', '7' }, { 'parameter', '-8' } } do
		check.contains(text:match('\n' .. argument[1] .. ' [^\n]*'), (' %s %s'):format(places[i], argument[2]))
	end
end)
