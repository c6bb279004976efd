-- cbframe.layout, and the arguments in a dump.
local check = ...
local ffi = require 'ffi'
local cbframe = require 'cbframe'
local callers, native = check.callers, check.native

local is_x64 = ffi.arch == 'x64'
local is_windows = ffi.os == 'Windows'
local is_ms_x64 = is_x64 and is_windows
local is_arm = ffi.arch == 'arm64'
local sp = native.stack_pointer:lower() .. '+'

check.case('a layout as a table', function()
	local layout = cbframe.layout 'box (*)(int count, const char *name, point at, box whole, letters, int8_t, ...)'
	check.equal(layout.convention, native.convention)
	check.equal(#layout.arguments, 6)
	local count, name, at, whole, text, byte = unpack(layout.arguments)
	check.equal(count.name, 'count')
	check.equal(count.type, 'int')
	check.equal(count.size, 4)
	check.equal(count.alignment, 4)
	check.equal(count.by_pointer, false)
	check.equal(#count.pieces, 1)
	check.equal(count.pieces[1].size, 4)
	check.equal(name.type, 'const char *')
	check.equal(whole.type, 'box') -- as it was written
	check.equal(text.name, nil)
	check.equal(text.size, 3)
	check.equal(byte.pieces[1].extends, not (is_ms_x64 or is_arm) and 'sign' or nil)
	check.equal(layout.result.by_pointer, true)
	if is_ms_x64 then
		check.equal(layout.result_pointer.register, 'RCX')
		check.equal(count.pieces[1].register, 'RDX')
		check.equal(name.pieces[1].register, 'R8')
		check.equal(at.by_pointer, true)
		check.equal(at.pieces[1].register, 'R9')
		check.equal(whole.by_pointer, true)
		check.equal(whole.pieces[1].register, nil)
		check.equal(whole.pieces[1].stack, 40)
		check.equal(text.by_pointer, true)
		check.equal(text.pieces[1].stack, 48)
		check.equal(byte.pieces[1].stack, 56)
		check.equal(layout.result.pieces[1].register, 'RAX')
		check.equal(layout.variadic.general, 4)
		check.equal(layout.variadic.vector, 4)
		check.equal(layout.variadic.stack, 64)
		check.equal(layout.stack_size, 56)
		check.equal(layout.popped, 0)
	elseif is_x64 then
		check.equal(count.pieces[1].register, 'RSI')
		check.equal(name.pieces[1].register, 'RDX')
		check.equal(at.pieces[1].register, 'XMM0')
		check.equal(at.pieces[2].register, 'XMM1')
		check.equal(at.pieces[2].offset, 8)
		check.equal(whole.pieces[1].register, nil)
		check.equal(whole.pieces[1].stack, 8)
		check.equal(text.pieces[1].register, 'RCX')
		check.equal(layout.result.pieces[1].register, 'RAX')
		check.equal(layout.result_pointer.register, 'RDI')
		check.equal(layout.variadic.general, 5)
		check.equal(layout.variadic.vector, 2)
		check.equal(layout.variadic.stack, 40)
		check.equal(layout.stack_size, 32)
		check.equal(layout.popped, 0)
	elseif is_arm then
		check.equal(count.pieces[1].register, 'X0')
		check.equal(name.pieces[1].register, 'X1')
		check.equal(at.pieces[1].register, 'V0')
		check.equal(at.pieces[2].register, 'V1')
		check.equal(whole.by_pointer, true)
		check.equal(whole.pieces[1].register, 'X2')
		check.equal(text.pieces[1].register, 'X3')
		check.equal(layout.result_pointer.register, 'X8')
		check.equal(layout.variadic.general, 5)
		check.equal(layout.variadic.vector, 2)
		check.equal(layout.variadic.stack, 0)
		check.equal(layout.popped, 0)
	else
		for i, stack in ipairs { 8, 12, 16, 32, 64, 68 } do
			check.equal(#layout.arguments[i].pieces, 1)
			check.equal(layout.arguments[i].pieces[1].register, nil)
			check.equal(layout.arguments[i].pieces[1].stack, stack)
		end
		check.equal(layout.result.pieces[1].register, 'EAX')
		check.equal(layout.result_pointer.register, nil)
		check.equal(layout.result_pointer.stack, 4)
		check.equal(layout.variadic.general, 0)
		check.equal(layout.variadic.vector, 0)
		check.equal(layout.variadic.stack, 72)
		check.equal(layout.stack_size, 68)
		check.equal(layout.popped, is_windows and 0 or 4)
	end
end)

check.case('a layout as text', function()
	local layout = cbframe.layout 'int (int, point)'
	check.equal(tostring(layout), layout.text)
	check.contains(layout.text, native.convention, 'argument 1', 'point', 'result')
	if is_ms_x64 then
		check.contains(layout.text, 'RCX', 'address  RDX')
	elseif is_x64 then
		check.contains(layout.text, 'RDI', 'XMM1')
	elseif is_arm then
		check.contains(layout.text, 'X0', 'V1')
	else
		check.contains(layout.text, 'stack+4', 'stack+8')
	end
end)

check.case('of other conventions, also of those that cannot be called here', function()
	local layout = cbframe.layout('int (*)(int, double, box)', 'ms_x64')
	check.equal(layout.convention, 'ms_x64')
	check.equal(layout.arguments[1].pieces[1].register, 'RCX')
	check.equal(layout.arguments[2].pieces[1].register, 'XMM1')
	check.equal(layout.arguments[3].by_pointer, true)
	check.equal(layout.arguments[3].pieces[1].register, 'R8')
	layout = cbframe.layout('void (*)(int, int)', 'stdcall_x86_msvc')
	check.equal(layout.arguments[2].pieces[1].stack, 8)
	check.equal(layout.popped, 8)
	check.equal(layout.result, nil)
	check.equal(layout.variadic, nil)
	layout = cbframe.layout('int (*)(int, double, int)', 'fastcall_x86_msvc')
	check.equal(layout.arguments[1].pieces[1].register, 'ECX')
	check.equal(layout.arguments[2].pieces[1].stack, 4)
	check.equal(layout.arguments[3].pieces[1].register, 'EDX')
	check.equal(layout.popped, 8)
end)

-- By address goes there what an attribute aligns, not what is aligned to 8 by itself.
check.case('structs for 32-bit MSVC', function()
	ffi.cdef [[
		typedef struct { double number; } layout_aligned;
		typedef struct { char c; } __attribute__((aligned(8))) layout_over_aligned;
	]]
	local layout = cbframe.layout('void (*)(layout_aligned, layout_over_aligned)', 'cdecl_x86_msvc')
	local aligned, over_aligned = unpack(layout.arguments)
	check.equal(aligned.by_pointer, false)
	check.equal(over_aligned.by_pointer, true)
end)

check.case('the attribute of a type names its convention where LuaJIT knows attributes', function()
	if is_x64 or is_arm then
		check.skip 'there is one convention only'
	end
	for name, popped in pairs { cdecl = 0, stdcall = 8, fastcall = 0, thiscall = 4 } do
		local layout = cbframe.layout(('int (__%s *)(int, int)'):format(name))
		check.equal(layout.convention, (native.convention:gsub('cdecl', name)))
		check.equal(layout.popped, popped)
	end
end)

check.case('layouts that cannot be', function()
	check.raises("cbframe.layout: function pointer type expected, got 'int'", cbframe.layout, 'int')
	check.raises('cbframe.layout: C type expected, got nil', cbframe.layout)
	check.raises("'fast' is no calling convention", cbframe.layout, 'int (*)(int)', 'fast')
	check.raises("'5' is no calling convention", cbframe.layout, 'int (*)(int)', 5)
	check.raises("parameter 2 'x': 'struct never' is not defined", function()
		ffi.cdef 'struct never;'
		cbframe.layout 'int (*)(int, struct never x)'
	end)
end)

-- What is said of the arguments in a dump of a call.
local function dumped(ctype, caller, opts)
	local text
	opts = opts or {}
	opts.type = ctype
	local popped = cbframe.layout(ctype, opts.convention).popped -- on i386 the address of a result in memory
	local cb = cbframe.new(function(cpu)
		text = cbframe.format(cpu, opts)
		require 'cbframe_native'.library.cbf_cpu_pop(cpu, popped)
	end)
	caller(cb.p)
	cb:free()
	return text
end

local function row_of(text, name)
	local row = ('\n' .. text):match('\n(' .. name:gsub('%p', '%%%0') .. ' [^\n]*)')
	return row and row:gsub(' +', ' ')
end

check.case('a dump says where the arguments are and what they are', function()
	local text = dumped([[double (*)(int8_t a, float b, point c, span d, mixed e, box f, int64_t g, double h, triple i, uint16_t j,
		letters k, float l, void *m, double n, double o, double p, double q, bool r, point s, long double t)]], callers.call_mixture)
	if is_ms_x64 then
		check.equal(row_of(text, 'a'), 'a int8_t rcx -1')
		check.equal(row_of(text, 'b'), 'b float xmm1 2.5')
		check.equal(row_of(text, 'c'), 'c point at r8 {x = 3, y = 4}')
		check.equal(row_of(text, 'd'), 'd span at r9 {first = 5, last = 6}')
		check.equal(row_of(text, 'e'), 'e mixed at rsp+40 {weight = 7.5, id = 8}')
		check.equal(row_of(text, 'f'), 'f box at rsp+48 {part = [9, 10, 11, 12]}')
		check.equal(row_of(text, 'g'), 'g int64_t rsp+56 13')
		check.equal(row_of(text, 'j'), 'j uint16_t rsp+80 18')
	elseif is_x64 then
		check.equal(row_of(text, 'a'), 'a int8_t rdi -1')
		check.equal(row_of(text, 'b'), 'b float xmm0 2.5')
		check.equal(row_of(text, 'c'), 'c point xmm1 xmm2 {x = 3, y = 4}')
		check.equal(row_of(text, 'd'), 'd span rsi rdx {first = 5, last = 6}')
		check.equal(row_of(text, 'e'), 'e mixed xmm3 rcx {weight = 7.5, id = 8}')
		check.equal(row_of(text, 'f'), 'f box rsp+8 {part = [9, 10, 11, 12]}')
		check.equal(row_of(text, 'g'), 'g int64_t r8 13')
		check.equal(row_of(text, 'j'), 'j uint16_t r9 18')
	elseif is_arm then
		check.equal(row_of(text, 'a'), 'a int8_t x0 -1')
		check.equal(row_of(text, 'b'), 'b float v0 2.5')
		check.equal(row_of(text, 'c'), 'c point v1 v2 {x = 3, y = 4}')
		check.equal(row_of(text, 'd'), 'd span x1 x2 {first = 5, last = 6}')
		check.equal(row_of(text, 'e'), 'e mixed x3 x4 {weight = 7.5, id = 8}')
		check.equal(row_of(text, 'f'), 'f box at x5 {part = [9, 10, 11, 12]}')
		check.equal(row_of(text, 'g'), 'g int64_t x6 13')
		check.equal(row_of(text, 'j'), 'j uint16_t x7 18')
	else
		check.equal(row_of(text, 'a'), 'a int8_t esp+4 -1')
		check.equal(row_of(text, 'b'), 'b float esp+8 2.5')
		check.equal(row_of(text, 'c'), 'c point esp+12 {x = 3, y = 4}')
		check.equal(row_of(text, 'd'), 'd span esp+28 {first = 5, last = 6}')
		check.equal(row_of(text, 'e'), 'e mixed esp+44 {weight = 7.5, id = 8}')
		local more = is_windows and 4 or 0 -- bytes that mixed has: there a double is aligned to 8
		check.equal(row_of(text, 'f'), ('f box esp+%d {part = [9, 10, 11, 12]}'):format(56 + more))
		check.equal(row_of(text, 'g'), ('g int64_t esp+%d 13'):format(88 + more))
		check.equal(row_of(text, 'j'), ('j uint16_t esp+%d 18'):format(116 + more))
	end
	check.contains(row_of(text, 'k'), 'letters ', ' ' .. sp, '{text = "abc"')
	check.contains(row_of(text, 'm'), 'void * ' .. sp, ffi.abi '64bit' and '0x0000' or '0x')
	check.contains(row_of(text, 'r'), 'bool ' .. sp, ' true')
	check.contains(row_of(text, 's'), '{x = 24, y = 25}')
	check.contains(row_of(text, 't'), 'long double ', ' ' .. sp, '26.5')
	check.contains(text, '\n\ngeneral ', ('\n%s '):format(native.registers[7]:lower()))
	for line in text:gmatch '[^\n]+' do
		check.equal(#line <= 100, true, line)
	end
end)

check.case('of results in memory, variadic functions, strings, enums, complex numbers and bit-fields', function()
	local text = dumped('box (*)(box b, int64_t y)', function(p)
		return callers.call_box(ffi.cast('box (*)(box, int64_t)', p), { { 1, 2, 3, 4 } }, 5)
	end)
	local first = is_ms_x64 and 'rcx' or is_x64 and 'rdi' or is_arm and 'x0' or 'esp+4'
	check.contains(row_of(text, '(result)'), ('box at %s 0x'):format(is_arm and 'x8' or first), ffi.abi '64bit' and ' 0x0000' or ' 0x')
	text = dumped('int (*)(const char *kinds, ...)', callers.call_variadic)
	check.contains(row_of(text, 'kinds'), ('const char * %s 0x'):format(first), '"idsd"')
	check.contains(text, '\n...\n')
	text = dumped('color (*)(color c)', function(p) callers.call_color(p, 5) end)
	check.equal(row_of(text, 'c'), ('c color %s GREEN (5)'):format(first))
	local z = ffi.new('complex[1]')
	z[0] = ffi.new('complex', 1, -2)
	text = dumped('complex (*)(complex z)', function(p) callers.pass_complex(p, z, z) end)
	check.equal(row_of(text, 'z'), ('z complex %s 1-2i'):format(is_ms_x64 and 'at rdx' or is_x64 and 'xmm0 xmm1' or is_arm and 'v0 v1' or 'esp+8'))
	local x = ffi.new('units[1]', { { 5, -1234, 99999, -500000, 9 } })
	text = dumped('units (*)(units x)', function(p) callers.pass_units(p, x, x) end)
	check.equal(row_of(text, 'x'), ('x units %s {low = 5, middle = -1234, high = 99999, ...'):format(
		is_ms_x64 and 'at rdx' or is_x64 and 'rdi rsi' or is_arm and 'x0 x1' or 'esp+8')) -- columns end
	local vector = ffi.new 'floats4[1]'
	text = dumped('floats4 (*)(floats4)', function(p) callers.pass_floats4(p, vector, vector) end,
		{ convention = native.convention })
	check.contains(row_of(text, '1'), is_ms_x64 and 'at rcx [0, 0, 0, 0]' or is_arm and 'v0 [0, 0, 0, 0]' or 'xmm0 [0, 0, 0, 0]')
end)

if is_ms_x64 then
	check.case('what cannot be read is said', function()
		local machine = ffi.new 'cbf_cpu'
		machine.RSP.u, machine.RCX.u, machine.RDX.u = 16, 32, 48
		local text = cbframe.format(machine, { type = 'int (*)(const char *s, box b)' })
		check.equal(row_of(text, 's'), 's const char * rcx 0x0000000000000020')
		check.equal(row_of(text, 'b'), 'b box at rdx cannot be read')
		text = cbframe.format(machine, { type = 'int (*)(int a, doubles4 v)', convention = 'sysv_x64' })
		check.contains(row_of(text, 'v'), 'ymm0 cannot be read')
	end)
elseif is_x64 then
	check.case('what cannot be read is said', function()
		local machine = ffi.new 'cbf_cpu'
		machine.RSP.u, machine.RDI.u = 16, 32
		local text = cbframe.format(machine, { type = 'int (*)(const char *s, box b)' })
		check.equal(row_of(text, 's'), 's const char * rdi 0x0000000000000020')
		check.equal(row_of(text, 'b'), 'b box rsp+8 cannot be read')
		text = cbframe.format(machine, { type = 'int (*)(int a, box b)', convention = 'ms_x64' })
		check.equal(row_of(text, 'b'), 'b box at rdx cannot be read')
		text = cbframe.format(machine, { type = 'int (*)(doubles4 v)', convention = native.convention })
		check.contains(row_of(text, 'v'), 'ymm0 cannot be read')
	end)
elseif is_arm then
	check.case('what cannot be read is said', function()
		local machine = ffi.new 'cbf_cpu'
		machine.SP.u, machine.X0.u, machine.X1.u = 16, 32, 48
		local text = cbframe.format(machine, { type = 'int (*)(const char *s, box b)' })
		check.equal(row_of(text, 's'), 's const char * x0 0x0000000000000020')
		check.equal(row_of(text, 'b'), 'b box at x1 cannot be read')
	end)
else
	check.case('what cannot be read is said', function()
		local machine, words = ffi.new 'cbf_cpu', ffi.new('uint32_t[4]', 0, 32, 48)
		machine.ESP.p, machine.ECX.u = words, 7
		local text = cbframe.format(machine, { type = 'int (*)(const char *s)' })
		check.equal(row_of(text, 's'), 's const char * esp+4 0x00000020')
		text = cbframe.format(machine, { type = 'int (*)(int a, int b)', convention = (native.convention:gsub('cdecl', 'fastcall')) })
		check.equal(row_of(text, 'a'), 'a int ecx 7')
		machine.ESP.u = 16
		text = cbframe.format(machine, { type = 'box (*)(box b)' })
		check.equal(row_of(text, '(result)'), '(result) box at esp+4 cannot be read')
		check.equal(row_of(text, 'b'), 'b box esp+8 cannot be read')
		text = cbframe.format(machine, { type = 'int (*)(doubles4 v)', convention = native.convention })
		check.contains(row_of(text, 'v'), 'ymm0 cannot be read')
	end)
end

check.case('dump options that make no sense', function()
	local machine = ffi.new 'cbf_cpu'
	check.raises("option type: function pointer type expected, got 'int'", cbframe.format, machine, { type = 'int' })
	check.raises('option type: C type expected, got number', cbframe.dump, machine, { type = 5 })
	check.raises("option type: 'x' is no calling convention", cbframe.format, machine,
		{ type = 'int (*)(int)', convention = 'x' })
	local foreign = is_x64 and 'cdecl_x86_sysv' or 'sysv_x64'
	check.raises(("option type: no function of this CPU is called by '%s'"):format(foreign), cbframe.format, machine,
		{ type = 'int (*)(int)', convention = foreign })
end)
