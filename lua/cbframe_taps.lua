-- Taps: function pointers whose calls a Lua function sees before they go on in the original; and logs of such calls.

local ffi = require 'ffi'
local callbacks = require 'cbframe_callbacks'
local ctypes = require 'cbframe_ctypes'
local handles = require 'cbframe_handles'
local layout = require 'cbframe_layout'
local options = require 'cbframe_options'
local native = require 'cbframe_native'
local C, own = native.library, native.own
local io = io -- a program may take it away later

local taps = {}

-- The members of a cbf_lua_callback, and the original. A type of its own each time, as a type gets its metatable once.
local tap_type = ffi.typeof 'struct { void *const p; const int32_t id; const cbf_level level; void *const original; }'

local attach = callbacks.attach

ffi.metatype(tap_type, callbacks.metatable(tap_type, {
	set = function(self, f) callbacks.handlers[self.id] = f end,
	describe = function(runs) return nil, runs and callbacks.position_of(runs) end,
	renew = function(self, f) return attach(self, f, nil, nil, own.cbf_lua_tap, self.original) end,
}))

-- The address that a cdata is of: a function, a pointer to one, or to void.
local function function_address(pointer)
	local ok, address = pcall(ffi.cast, 'void *', pointer)
	if type(pointer) ~= 'cdata' or not ok then
		error('function pointer expected, got ' .. (type(pointer) == 'cdata' and tostring(pointer) or type(pointer)), 3)
	elseif address == nil then
		error('function pointer: it is NULL', 3)
	end
	return address
end

-- level: the number of one.
function taps.new(pointer, f, level)
	local address = function_address(pointer)
	if type(f) ~= 'function' then
		error('handler: function expected, got ' .. type(f), 3)
	end
	local self = tap_type(nil, 0, level, address)
	attach(self, f, nil, nil, own.cbf_lua_tap, address)
	return self
end

local function check_cpu(cpu)
	if not (ffi.istype('cbf_cpu', cpu) or ffi.istype('cbf_cpu *', cpu)) or cpu == nil then
		error('CPU state (cbf_cpu) expected, got ' .. (type(cpu) == 'cdata' and tostring(cpu) or type(cpu)), 3)
	end
end

local function check(status)
	if status ~= C.CBF_OK then
		error('cbframe: ' .. ffi.string(C.cbf_error_detail()), 3)
	end
end

-- In the handler of a tap: the call returns instead of going on in the original; it goes on elsewhere.
function taps.skip(cpu)
	check_cpu(cpu)
	check(C.cbf_cpu_skip(cpu))
end

function taps.go_on(cpu, pointer)
	check_cpu(cpu)
	check(C.cbf_cpu_go_on(cpu, ffi.cast('cbf_function', function_address(pointer))))
end

-- Logs --------------------------------------------------------------------------------------------

local option_names = { 'name', 'type', 'convention', 'log', 'level' }

local function to_stderr(line)
	io.stderr:write(line, '\n')
end

-- The handler that logs calls under a name. type: the C type of the function pointer, if its arguments are to be shown
-- as such.
local function logger(name, type, opts)
	local log = opts.log or to_stderr
	return function(cpu)
		local line = handles.text(C.cbf_cpu_format_call, 1024, cpu, name)
		if type then
			line = ('%s%s(%s)'):format(line:match '^%S+ %S+ ', name, layout.arguments_line(cpu, type, opts.convention))
		end
		log(line)
	end
end

local function is_function_pointer(node)
	return node.kind == ctypes.POINTER and ctypes.resolve(node.child).kind == ctypes.FUNCTION
end

-- The struct that a cdata is or points at; nil: none.
local function record_of(object)
	local node = ctypes.resolve(tonumber(ffi.typeof(object)))
	if node.kind == ctypes.POINTER then
		node = ctypes.resolve(node.child)
	end
	return node.kind == ctypes.RECORD and node or nil
end

local traced = {}
local traced_metatable = { __index = traced }

-- trace:free() puts the originals back where the taps still are, and frees these.
function traced:free()
	for i = #self.taps, 1, -1 do
		local each = self.taps[i]
		if each.field and ffi.cast('void *', self.object[each.field]) == each.tap.p then
			self.object[each.field] = ffi.cast(ffi.typeof(self.object[each.field]), each.tap.original)
		end
		each.tap:free()
	end
	self.taps = {}
	self.p = nil
end

-- A trace: of a function pointer its p is to be put in that one's place; in a struct all that are not NULL are replaced.
function taps.trace(pointer, opts, level)
	options.check(opts, option_names, 3)
	opts = opts or {}
	local self = setmetatable({ taps = {}, object = pointer }, traced_metatable)
	local record = type(pointer) == 'cdata' and record_of(pointer)
	if not record then
		local tap = taps.new(pointer, logger(opts.name or tostring(pointer), opts.type, opts), level)
		self.taps[1], self.p = { tap = tap }, tap.p
		return self
	end
	for _, member in ipairs(ctypes.members(record)) do
		local field = member.name
		if field and member.kind == ctypes.FIELD and is_function_pointer(ctypes.resolve(member.child))
			and pointer[field] ~= nil then
			local name = opts.name and opts.name .. '.' .. field or field
			local tap = taps.new(pointer[field], logger(name, nil, opts), level)
			table.insert(self.taps, { tap = tap, field = field })
			pointer[field] = ffi.cast(ffi.typeof(pointer[field]), tap.p)
		end
	end
	return self
end

return taps
