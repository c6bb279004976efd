-- C that may call back, as functions that always call it as cbframe.call does.

local ffi = require 'ffi'
local ctypes = require 'cbframe_ctypes'
local errors = require 'cbframe_errors'

local wrap = {}

local call = errors.call

-- Both end by tail calls, so that cbframe.call's caller is who called this.
local function wrapped(cfunction)
	local function f(...)
		return call(cfunction, ...)
	end
	jit.off(f) -- it cannot be compiled, as cbframe.call cannot
	return f
end

-- What kind of type a cdata has; of a pointer that is not null, what it points at.
local function kind_of(cdata)
	local node = ctypes.resolve(tonumber(ffi.typeof(cdata)))
	if node.kind == ctypes.POINTER and cdata ~= nil then
		node = ctypes.resolve(node.child)
	end
	return node.kind
end

local function member_of(library, name)
	return library[name]
end

-- Functions are wrapped when they are asked for. Variables may change, and so they stay the library's.
local function wrapped_library(library)
	return setmetatable({}, {
		__index = function(self, name)
			local ok, value = pcall(member_of, library, name)
			if not ok then
				error(value:gsub('^[^\n]-:%d+: ', ''), 2)
			elseif type(value) == 'cdata' and ctypes.resolve(tonumber(ffi.typeof(value))).kind == ctypes.FUNCTION then
				value = wrapped(value)
				rawset(self, name, value)
			end
			return value
		end,
		__newindex = function(_, name, value) library[name] = value end,
	})
end

-- cbframe.wrap: see docs/lua.md.
function wrap.wrap(what)
	if type(what) == 'userdata' and getmetatable(what) == getmetatable(ffi.C) then
		return wrapped_library(what)
	elseif type(what) == 'function' or type(what) == 'cdata' and kind_of(what) == ctypes.FUNCTION then
		return wrapped(what)
	end
	local got = type(what) == 'cdata' and tostring(what) or type(what)
	error('cbframe.wrap: C function or library expected, got ' .. got, 2)
end

return wrap
