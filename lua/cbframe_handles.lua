-- Types of the library as objects of Lua, which frees what is not used any more.

local ffi = require 'ffi'
local C = require('cbframe_native').library

local handles = {}

-- Raises the library's reason, without a position, if a call of it has failed.
function handles.check(status)
	if status ~= C.CBF_OK then
		local detail = ffi.string(C.cbf_error_detail())
		error(detail ~= '' and detail or ffi.string(C.cbf_strerror(status)), 0)
	end
end

-- What write(first, second, buffer, size, length) writes, as snprintf does, for any length. size: enough for most.
function handles.text(write, size, first, second)
	local length = ffi.new 'size_t[1]'
	while true do
		local buffer = ffi.new('char[?]', size)
		handles.check(write(first, second, buffer, size, length))
		if length[0] < size then
			return ffi.string(buffer, length[0])
		end
		size = tonumber(length[0]) + 1
	end
end

-- make(out, ...) is one of the functions that make a type. An out is for one call only: finalizers and debug hooks
-- may make types meanwhile.
function handles.made(make, ...)
	local out = ffi.new 'const cbf_type *[1]'
	handles.check(make(out, ...))
	return ffi.gc(out[0], C.cbf_type_free)
end

function handles.size_of(handle)
	local out = ffi.new 'size_t[1]'
	handles.check(C.cbf_type_size(handle, out))
	return tonumber(out[0])
end

function handles.alignment_of(handle)
	local out = ffi.new 'size_t[1]'
	handles.check(C.cbf_type_alignment(handle, out))
	return tonumber(out[0])
end

-- Kinds of types by size.
local integers = {
	[1] = { C.CBF_KIND_CHAR, C.CBF_KIND_UNSIGNED_CHAR },
	[2] = { C.CBF_KIND_SHORT, C.CBF_KIND_UNSIGNED_SHORT },
	[4] = { C.CBF_KIND_INT, C.CBF_KIND_UNSIGNED_INT },
	[8] = { C.CBF_KIND_LONG_LONG, C.CBF_KIND_UNSIGNED_LONG_LONG },
	[16] = { C.CBF_KIND_INT128, C.CBF_KIND_UNSIGNED_INT128 },
}
if ffi.sizeof 'long' == 8 then
	integers[8] = { C.CBF_KIND_LONG, C.CBF_KIND_UNSIGNED_LONG }
end
local floats = { [ffi.sizeof 'long double'] = C.CBF_KIND_LONG_DOUBLE }
floats[4], floats[8] = C.CBF_KIND_FLOAT, C.CBF_KIND_DOUBLE

function handles.integer(size, unsigned)
	local kinds = integers[size] or error(('an integer of %d bytes'):format(size), 0)
	return C.cbf_type_basic(kinds[unsigned and 2 or 1])
end

function handles.floating(size)
	return C.cbf_type_basic(floats[size] or error(('a floating number of %d bytes'):format(size), 0))
end

return handles
