-- What a program prints. Raises an error if it fails.
return function(...)
	local command = ("'%s'"):format(table.concat({ ... }, "' '"))
	local pipe = assert(io.popen(command .. ' && echo succeeded'))
	local text = pipe:read '*a':match '^(.*)succeeded\n$'
	pipe:close()
	return assert(text, command .. ' failed')
end
