-- Scripts in processes of their own, by the shell. See check.luajit.
local process = { aborted = 128 + 6 } -- what abort() ends a process with

local function quoted(text)
	return "'" .. text:gsub("'", [['\'']]) .. "'"
end

-- The LuaJIT that runs this, with its options, behind the words that its command begins with.
local function own_command(words)
	local first, command = -1, {}
	for i, word in ipairs(words) do
		command[i] = quoted(word)
	end
	while arg[first - 1] do
		first = first - 1
	end
	for i = first, -1 do
		command[#command + 1] = quoted(arg[i])
	end
	return table.concat(command, ' ')
end

local function set_up(options)
	local lines = { 'ulimit -c 0; unset LD_LIBRARY_PATH' } -- to load the module takes no such thing
	if options.stack then
		table.insert(lines, ('ulimit -s %s || { echo no ulimit; exit; }'):format(options.stack))
	end
	for name, value in pairs(options.environment or {}) do
		table.insert(lines, ('export %s=%s'):format(name, quoted(value)))
	end
	if options.folder then
		table.insert(lines, 'cd ' .. quoted(options.folder))
	end
	return lines
end

-- Returns what the script wrote, to standard error too, and how it ended: 0 well, 128 + N by signal N. nil and the
-- reason if that cannot be done here.
function process.run(script, options, words)
	local lines = set_up(options)
	local line = ('LUA_PATH=%s %s -e %s'):format(quoted(options.path), own_command(words), quoted(script))
	if options.terminal then
		table.insert(lines, 'command -v script >/dev/null || { echo no script; exit; }')
		line = ('TERM=xterm script -qec %s /dev/null'):format(quoted(line))
	end
	table.insert(lines, line)
	local pipe = assert(io.popen(('{ sh -c %s; } 2>&1; echo "status $?"'):format(quoted(table.concat(lines, '\n')))))
	local output, status = pipe:read('*a'):match '^(.*)status (%d+)\n$'
	pipe:close()
	if output == 'no script\n' then
		return nil, 'the program script is missing, which makes a terminal'
	elseif output:find('no ulimit', 1, true) then
		return nil, ('ulimit -s %s is refused'):format(options.stack)
	end
	return output, tonumber(status)
end

-- process.moved(modules, name, f) calls f with the folder of modules in another folder of that odd name.
function process.moved(modules, name, f)
	local pipe = assert(io.popen 'mktemp -d')
	local place = pipe:read()
	pipe:close()
	local built, folder = modules:match '^(.*)(/[^/]+)$'
	os.execute(('ln -s %s %s'):format(quoted(built), quoted(place .. '/' .. name)))
	local ok, message = pcall(f, place .. '/' .. name .. folder)
	os.execute('rm -r ' .. quoted(place))
	if not ok then
		error(message, 0)
	end
end

return process
