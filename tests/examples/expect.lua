-- Runs a command and checks how it exits and what it writes.
-- usage: luajit expect.lua STATUS PATTERN... -- COMMAND [ARGUMENT...]
-- The output, standard error included, must hold the Lua patterns one after the other; ^ matches where
-- the pattern before ended.

local function quoted(text)
	return "'" .. text:gsub("'", [['\'']]) .. "'"
end

local patterns, command = {}, {}
local list = patterns
for i = 2, #arg do
	if arg[i] == '--' and list == patterns then
		list = command
	else
		table.insert(list, arg[i])
	end
end
assert(#patterns > 0 and #command > 0, 'nothing to check')

for i, word in ipairs(command) do
	command[i] = quoted(word)
end
local pipe = assert(io.popen(table.concat(command, ' ') .. ' 2>&1; printf "\nexit %d" $?'))
local output, status = pipe:read '*a':match '^(.*)\nexit (%d+)$'
pipe:close()
output = output:gsub('\r\n', '\n') -- so programs of Windows end a line
io.write(output)

local failed = false
local function fail(...)
	io.write('FAILED: ', string.format(...), '\n')
	failed = true
end

if status ~= arg[1] then
	fail('exit status %s, expected %s', status, arg[1])
end
local at = 1
for _, pattern in ipairs(patterns) do
	local _, last = output:find(pattern, at)
	if last then
		at = last + 1
	else
		fail('no match for %q after character %d', pattern, at - 1)
	end
end
os.exit(failed and 1 or 0)
