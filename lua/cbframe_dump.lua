-- The CPU as text, and the numbers of its x87 registers.

local ffi = require 'ffi'
local handles = require 'cbframe_handles'
local layout = require 'cbframe_layout'
local options_of = require 'cbframe_options'
local native = require 'cbframe_native'
local C, own = native.library, native.own
local io = io -- a program may take it away later

local dump = {}

local flag_modes = { [true] = 1, short = 1, long = 2 }

-- The state that a user gave, which may be one that cbframe.save returned.
local function checked_cpu(cpu)
	if ffi.istype('cbf_saved_cpu', cpu) then
		return cpu.cpu
	elseif not (ffi.istype('cbf_cpu', cpu) or ffi.istype('cbf_cpu *', cpu)) or cpu == nil then
		error('CPU state (cbf_cpu) expected, got ' .. (type(cpu) == 'cdata' and tostring(cpu) or type(cpu)), 3)
	end
	return cpu
end

local option_names = { 'flags', 'qxmm', 'qstack', 'stack_rows', 'color', 'type', 'convention' }

local function format_options(opts)
	options_of.check(opts, option_names, 3)
	local options = ffi.new 'cbf_format_options'
	opts = opts or {}
	if opts.flags then
		options.flags = flag_modes[opts.flags] or error("option flags: true, 'short' or 'long' expected", 3)
	end
	options.dword_xmm = opts.qxmm == false and 1 or 0
	options.dword_stack = opts.qstack == false and 1 or 0
	local rows = opts.stack_rows
	if rows then
		if type(rows) ~= 'number' or rows < 0 or rows >= 2 ^ 31 then
			error('option stack_rows: a number from 0 expected', 3)
		end
		options.stack_rows = rows < 1 and -1 or rows
	end
	options.color = opts.color and 1 or 0
	return options
end

local function text_of(cpu, options, opts)
	local text = handles.text(C.cbf_cpu_format, 16384, cpu, options)
	if opts and opts.type ~= nil then
		local ok, arguments = pcall(layout.arguments_text, cpu, opts.type, opts.convention)
		if not ok then
			error('option type: ' .. tostring(arguments), 3)
		end
		text = arguments .. '\n' .. text
	end
	return text
end

-- cbframe.format(cpu [, opts]) returns the state as text. opts: flags (true or 'short', 'long'), qxmm
-- and qstack (false: 32-bit rows), stack_rows (at most so many), color, type (of the function that was called: the
-- arguments come first) with convention.
function dump.format(cpu, opts)
	return text_of(checked_cpu(cpu), format_options(opts), opts)
end

-- cbframe.dump(cpu [, opts]) prints it, in colour on a terminal unless NO_COLOR is set or opts.color says.
function dump.dump(cpu, opts)
	local state = checked_cpu(cpu)
	local options = format_options(opts)
	if not opts or opts.color == nil then
		options.color = own.cbf_lua_wants_color()
	end
	io.stdout:write(text_of(state, options, opts))
end

-- cbframe.save(cpu) returns a copy of the state.
function dump.save(cpu)
	local saved = ffi.new 'cbf_saved_cpu'
	C.cbf_cpu_save(checked_cpu(cpu), saved)
	if saved.cpu.wide ~= nil then
		saved.cpu.wide = saved.wide -- the other one ends with its call
	end
	return saved
end

-- The registers and flags of a state in order, by name what they hold.
local function values_of(cpu)
	local list, values = {}, {}
	local function add(name, value)
		table.insert(list, name)
		values[name] = value
	end
	local options = format_options { flags = true, stack_rows = 0 }
	for line in handles.text(C.cbf_cpu_format, 16384, cpu, options):gmatch '[^\n]+' do
		local name, rest = line:match '^(%S+) +(.*)$'
		if line:find '=' then
			for flag, value in rest:gmatch '(%S+)=(%d+)' do
				add(name .. '.' .. flag, value)
			end
		elseif line:find '^k%d 0x' then
			for mask, value in line:gmatch '(k%d) (0x%x+)' do
				add(mask, value)
			end
		elseif name and not rest:find '^hex ' then
			add(name, rest:match '^0x%x+' or rest)
		end
	end
	return list, values
end

-- cbframe.diff(before, after) returns what two states differ in, a line for each register or flag; '' for none.
function dump.diff(before, after)
	local names, old = values_of(checked_cpu(before))
	local others, new = values_of(checked_cpu(after))
	for _, name in ipairs(others) do
		if not old[name] then
			table.insert(names, name)
		end
	end
	local lines = {}
	for _, name in ipairs(names) do
		if old[name] ~= new[name] then
			table.insert(lines, ('%-12s %-22s %s\n'):format(name, old[name] or '-', new[name] or '-'))
		end
	end
	return #lines > 0 and ('%-12s %-22s %s\n'):format('', 'before', 'after') .. table.concat(lines) or ''
end

-- cbframe.float80to64(pointer) reads an 80-bit x87 number, cbframe.float64to80(number, pointer) writes one.
local function check_pointer(pointer)
	if type(pointer) ~= 'cdata' or pointer == nil then
		error('address of 10 bytes expected, got ' .. (type(pointer) == 'cdata' and 'NULL' or type(pointer)), 3)
	end
end

function dump.float80to64(pointer)
	check_pointer(pointer)
	return C.cbf_float80to64(pointer)
end

function dump.float64to80(number, pointer)
	if type(number) ~= 'number' then
		error('number expected, got ' .. type(number), 2)
	end
	check_pointer(pointer)
	C.cbf_float64to80(number, pointer)
end

return dump
