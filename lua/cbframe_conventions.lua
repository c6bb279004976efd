-- Calling conventions by name.

local ffi = require 'ffi'
local C = require('cbframe_native').library

local conventions = {}

-- The names of those by which functions of this process can be called; all: of all that have layouts.
function conventions.names(all)
	local list, index = {}, 0
	while C.cbf_convention_at(index) ~= nil do
		local convention = C.cbf_convention_at(index)
		if all or C.cbf_convention_is_callable(convention) ~= 0 then
			table.insert(list, ffi.string(convention.name))
		end
		index = index + 1
	end
	return list
end

local function known(all)
	return ("known here are '%s'"):format(table.concat(conventions.names(all), "', '"))
end

-- The convention of this name. layout_only: it need not be one by which this CPU calls. Raises an error without position.
function conventions.find(name, layout_only)
	local found = type(name) == 'string' and C.cbf_convention_find(name) or nil
	if found == nil then
		error(("'%s' is no calling convention: %s"):format(tostring(name), known(layout_only)), 0)
	elseif not layout_only and C.cbf_convention_is_callable(found) == 0 then
		error(("'%s' is a calling convention of another CPU: %s"):format(name, known()), 0)
	end
	return found
end

return conventions
