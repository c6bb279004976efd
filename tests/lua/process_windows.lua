-- Scripts in processes of their own, by cmd.exe. See check.luajit.
local ffi = require 'ffi'

ffi.cdef [[
uint32_t GetModuleFileNameA(void *, char *, uint32_t);
uint32_t GetCurrentProcessId(void);
]]

local process = { aborted = 3 } -- what abort() ends a process with

local function own_program()
	local path = ffi.new 'char[1000]'
	return ffi.string(path, ffi.C.GetModuleFileNameA(nil, path, 1000))
end

local function own_options()
	local first, options = -1, {}
	while arg[first - 1] do
		first = first - 1
	end
	for i = first + 1, -1 do
		options[#options + 1] = arg[i]
	end
	return table.concat(options, ' ')
end

local count = 0

-- A file or folder that no other process has, and this one had not before: what was deleted may be still there.
local function temporary(name)
	count = count + 1
	return ('%s\\cbframe-%d-%d-%s'):format(os.getenv 'TEMP', ffi.C.GetCurrentProcessId(), count, name)
end

local function write(path, text)
	local file = assert(io.open(path, 'wb'))
	file:write(text)
	file:close()
end

-- nil: there is no such file.
local function read(path)
	local file = io.open(path)
	if not file then
		return nil
	end
	local text = file:read '*a'
	file:close()
	os.remove(path)
	return text
end

-- Once in some thousand times Wine cannot start a program, which may be cmd.exe itself.
local function succeeds_in_three_tries(f)
	return f() or f() or f()
end

-- Returns what the script wrote, to standard error too, and the exit code of its process. nil and the reason if that
-- cannot be done here. words: the folder that holds the same LuaJIT with stacks of other sizes, in KB.
function process.run(script, options, words)
	local program = own_program()
	if options.terminal then
		return nil, 'a test has no console'
	elseif options.stack == 'unlimited' then
		return nil, 'no stack of Windows is without limit'
	elseif options.stack then
		program = ('%s\\%s\\luajit.exe'):format(words[1]:gsub('/', '\\'), options.stack)
	end
	local file, output = temporary 'script.lua', temporary 'output'
	write(file, script)
	local line = { ('set "LUA_PATH=%s"'):format(options.path) }
	for name, value in pairs(options.environment or {}) do
		table.insert(line, ('set "%s=%s"'):format(name, value))
	end
	if options.folder then
		table.insert(line, ('cd /d "%s"'):format(options.folder:gsub('/', '\\')))
	end
	table.insert(line, ('"%s" %s "%s" >"%s" 2>&1'):format(program, own_options(), file, output))
	local text, status
	local started = succeeds_in_three_tries(function()
		status = os.execute(table.concat(line, '&& '))
		text = read(output)
		return text and not text:find "^Can't recognize '"
	end)
	assert(started, text or 'cmd.exe was not started')
	os.remove(file)
	return text, status
end

local function copy(from, to)
	local file = assert(io.open(from, 'rb'))
	write(to, file:read '*a')
	file:close()
end

local function files_in(folder)
	local pipe = assert(io.popen(('dir /b "%s\\*.lua"'):format(folder:gsub('/', '\\'))))
	local text = pipe:read '*a'
	pipe:close()
	return text:gmatch '[^\r\n]+'
end

-- process.moved(modules, name, f) calls f with the folder of modules in another folder of that odd name.
function process.moved(modules, name, f)
	local place, built = temporary(name), modules:match '^(.*)/[^/]+$'
	assert(succeeds_in_three_tries(function()
		return os.execute(('mkdir "%s\\lua" && mkdir "%s\\src"'):format(place, place)) == 0
	end))
	for _, file in ipairs { 'src/libcbframe.dll', 'src/libcbframe_lua.dll' } do
		copy(built .. '/' .. file, place .. '/' .. file)
	end
	for file in files_in(modules) do
		copy(modules .. '/' .. file, place .. '/lua/' .. file)
	end
	local ok, message = pcall(f, place .. '\\lua')
	os.execute(('rd /s /q "%s"'):format(place))
	if not ok then
		error(message, 0)
	end
end

return process
