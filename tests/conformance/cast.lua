-- Checks one call of a cast: see against_cast.cpp. Returns a function that takes
--   definitions  C, for ffi.cdef
--   type         of the function pointer
--   convention   by which it is called
--   caller       the address of the C function that calls it
--   call         the address of the one that calls that: a conformance_call
--   arguments    the named ones: {type = a name, value = bytes, mask = which of their bits count}
--   variadic     the others
--   result       the same, or nil
-- and returns what is wrong, '' if nothing is.

local ffi = require 'ffi'
local bit = require 'bit'
local cbframe = require 'cbframe'
local own = require('cbframe_native').own

ffi.cdef 'typedef void conformance_call(void *caller, unsigned char **in, unsigned char *out, void *called);'

local function hex(text)
	return (text:gsub('.', function(byte)
		return ('%02x '):format(byte:byte())
	end))
end

local function difference(what, expected, found)
	for i = 1, #expected.value do
		if bit.band(bit.bxor(expected.value:byte(i), found:byte(i)), expected.mask:byte(i)) ~= 0 then
			return ('%s expected %sfound %sof them count %s; '):format(what, hex(expected.value), hex(found),
				hex(expected.mask))
		end
	end
	return ''
end

local function box_of(value)
	local box = ffi.new(ffi.typeof('struct { $ value; }', ffi.typeof(value.type)))
	if ffi.sizeof(box) < #value.value then
		error(('LuaJIT takes %s for %d bytes'):format(value.type, ffi.sizeof(box)))
	end
	return box
end

-- LuaJIT has no long double: casts give and take such numbers as doubles.
local function is_long_double(value)
	local info = ffi.typeinfo(tonumber(ffi.typeof(value.type)))
	while bit.rshift(info.info, 28) == 7 or bit.rshift(info.info, 28) == 8 do -- a typedef, an attribute
		info = ffi.typeinfo(bit.band(info.info, 0xffff))
	end
	return bit.rshift(info.info, 28) == 0 and bit.band(info.info, 0x04000000) ~= 0 and info.size > ffi.sizeof 'double'
end

local function as_double(text)
	local copy = ffi.new('uint8_t[16]')
	ffi.copy(copy, text, #text)
	return own.cbf_lua_long_double(copy)
end

local function check_argument(what, expected, found)
	if is_long_double(expected) then
		local number = as_double(expected.value)
		return number == found and '' or ('%s expected %.17g found %s; '):format(what, number, tostring(found))
	end
	local box = box_of(expected)
	box.value = found
	return difference(what, expected, ffi.string(box, #expected.value))
end

-- The value that the handler returns, the bytes that the caller should see, and what the value is a part of.
local function result_of(result)
	if is_long_double(result) then
		local copy = ffi.new('uint8_t[16]')
		own.cbf_lua_set_long_double(as_double(result.value), copy)
		return as_double(result.value), { value = ffi.string(copy, #result.value), mask = result.mask }
	end
	local box = box_of(result)
	ffi.copy(box, result.value, #result.value)
	return box.value, result, box
end

return function(call)
	ffi.cdef(call.definitions)
	local errors, calls = {}, 0
	local returned, expected, kept
	if call.result then
		returned, expected, kept = result_of(call.result)
	end

	local made = cbframe.cast(call.type, function(...)
		calls = calls + 1
		local count = select('#', ...)
		local wanted = #call.arguments + (call.type:find('...', 1, true) and 1 or 0)
		if count ~= wanted then
			table.insert(errors, ('%d arguments; '):format(count))
		end
		for i, argument in ipairs(call.arguments) do
			table.insert(errors, check_argument('argument ' .. i .. ':', argument, (select(i, ...))))
		end
		local va = select(#call.arguments + 1, ...)
		for i, argument in ipairs(call.variadic) do
			local what = 'argument ' .. #call.arguments + i .. ':'
			table.insert(errors, check_argument(what, argument, va:get(argument.type)))
		end
		return returned
	end, { convention = call.convention })

	local addresses, copies = ffi.new('unsigned char *[?]', 64), {}
	for _, list in ipairs { call.arguments, call.variadic } do
		for _, argument in ipairs(list) do
			local copy = ffi.new('unsigned char[?]', #argument.value + 1)
			ffi.copy(copy, argument.value, #argument.value)
			addresses[#copies] = copy
			table.insert(copies, copy)
		end
	end
	local out = ffi.new('unsigned char[?]', expected and #expected.value + 1 or 1)
	cbframe.call(ffi.cast('conformance_call *', call.call), call.caller, addresses, out, made.p)
	made:free()
	kept = nil

	if calls ~= 1 then
		table.insert(errors, ('called %d times; '):format(calls))
	end
	if expected then
		table.insert(errors, difference('the result:', expected, ffi.string(out, #expected.value)))
	end
	return table.concat(errors)
end
