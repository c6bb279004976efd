-- The tables of options that some functions take.

local options = {}

-- Raises an error at this level, as error counts them, but for nil and tables with keys of the list alone.
function options.check(opts, names, level)
	if opts == nil then
		return
	elseif type(opts) ~= 'table' then
		error('options: table expected, got ' .. type(opts), level > 0 and level + 1 or 0)
	end
	for key in pairs(opts) do
		local found = false
		for _, name in ipairs(names) do
			found = found or key == name
		end
		if not found then
			error(("there is no option '%s': those are %s"):format(tostring(key), table.concat(names, ', ')),
				level > 0 and level + 1 or 0)
		end
	end
end

return options
