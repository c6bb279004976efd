-- Compares what examples/lua/clang_ast.lua or clang_ast_frame.lua prints with clang's own dump of the same syntax tree, and
-- checks what it does with arguments that make no sense.
-- usage: luajit clang_ast_test.lua CLANG EXAMPLE FOLDER   (FOLDER: of the headers beside this test)

local clang, example, folder = unpack(arg)
local luajit = arg[-1]

local function quoted(text)
	return "'" .. text:gsub("'", [['\'']]) .. "'"
end

-- Runs a command. Returns what it wrote and its exit status.
local function run(command)
	local pipe = assert(io.popen(command .. '; printf "\nexit %d" $?'))
	local output = pipe:read '*a'
	pipe:close()
	local written, status = output:match '^(.*)\nexit (%d+)$'
	return written, tonumber(status)
end

local function run_example(arguments)
	return run(('%s %s %s'):format(quoted(luajit), quoted(example), arguments))
end

-- JSON ------------------------------------------------------------------------------------------

local escapes = { b = '\b', f = '\f', n = '\n', r = '\r', t = '\t' }
local words = { ['true'] = true, ['false'] = false }

-- Reads a JSON text. Calls on_object(object) for every object as soon as it is complete.
local function read_json(text, on_object)
	local read_value

	local function read_string(at)
		local close = at
		repeat
			close = assert(text:find('["\\]', close), 'string without end')
			local escaped = text:byte(close) == ('\\'):byte()
			close = close + (escaped and 2 or 1)
		until not escaped
		local value = text:sub(at, close - 2):gsub('\\(.)', function(c)
			return escapes[c] or c
		end)
		return value, close
	end

	local function read_members(at, closing, read_member)
		at = text:match('^%s*()', at)
		while text:sub(at, at) ~= closing do
			at = read_member(at)
			at = assert(text:match('^%s*,%s*()', at) or text:match('^%s*()' .. closing, at), 'comma expected')
		end
		return at + 1
	end

	local function read_object(at)
		local object = {}
		at = read_members(at, '}', function(at)
			local key, value
			key, at = read_string(assert(text:match('^"()', at), 'name expected'))
			value, at = read_value(assert(text:match('^%s*:%s*()', at), 'colon expected'))
			object[key] = value
			return at
		end)
		on_object(object)
		return object, at
	end

	local function read_array(at)
		local array = {}
		at = read_members(at, ']', function(at)
			array[#array + 1], at = read_value(at)
			return at
		end)
		return array, at
	end

	function read_value(at)
		local first = text:sub(at, at)
		if first == '{' then
			return read_object(at + 1)
		elseif first == '[' then
			return read_array(at + 1)
		elseif first == '"' then
			return read_string(at + 1)
		end
		local word, after = text:match('^([%w.+-]+)()', at)
		assert(word, 'value expected')
		local value = words[word]
		if value == nil then
			value = assert(tonumber(word), 'neither a number nor a boolean')
		end
		return value, after
	end

	return (read_value(assert(text:match '^%s*()')))
end

-- The two lists ---------------------------------------------------------------------------------

-- In clang's JSON a location leaves out its file and its line where they are those of the location
-- before it in the text. Returns a function that fills them in, to be called in the order of the text.
local function location_completer()
	local file, line
	return function(object)
		if object.offset then -- what else has a "file", an "includedFrom", is no location
			object.file = object.file or file
			object.line = object.line or line
			file, line = object.file, object.line
		end
	end
end

-- The functions that clang finds in a header, and how many in others. What clang declares by itself
-- (implicit: its built-in functions) nobody wrote.
local function functions_by_clang(header, arguments)
	-- A ccache in its place would have clang read preprocessed text, which is another file.
	local command = 'CCACHE_DISABLE=1 %s -xc -fsyntax-only -Xclang -ast-dump=json %s %s 2>/dev/null'
	local text, status = run(command:format(quoted(clang), arguments, quoted(header)))
	assert(status == 0, 'clang failed')

	local found, included, top_level = {}, 0, 0
	local function walk(node)
		if node.kind == 'FunctionDecl' and not node.isImplicit then
			local place = node.loc.expansionLoc or node.loc
			if place.file == header then
				table.insert(found, ('%d %s %s'):format(place.line, node.name, node.type.qualType))
			else
				included = included + 1
			end
		end
		for _, child in ipairs(node.inner or {}) do
			walk(child)
		end
	end
	local root = read_json(text, location_completer())
	walk(root)
	for _, node in ipairs(root.inner) do
		top_level = top_level + (node.isImplicit and 0 or 1)
	end
	return found, included, top_level
end

-- The same as the example prints it. A row without a line number goes on with the type above.
local function functions_by_example(output)
	local found = {}
	local rows = assert(output:match '\n  line  name +type\n(.-)\n\n', 'no list')
	for text in rows:gmatch '[^\n]+' do
		local line, name, type = text:match '^ *(%d+)  ([%w_]+) +(.*)$'
		if line then
			table.insert(found, ('%s %s %s'):format(line, name, type))
		else
			found[#found] = found[#found] .. ' ' .. text:match '^ +(.*)$'
		end
	end
	local count, included = output:match '\n(%d+) functions%. The headers it includes declare (%d+) more, not listed%.\n'
	local top_level = output:match '\nlibclang called the Lua visitor %d+ times, (%d+) of them for a top%-level declaration%.\n'
	return found, tonumber(count), tonumber(included), tonumber(top_level)
end

-- The tests -------------------------------------------------------------------------------------

local function equal(what, actual, expected)
	if actual ~= expected then
		error(('%s:\n  is        %s\n  should be %s'):format(what, tostring(actual), tostring(expected)), 2)
	end
end

local function compare(header, arguments, at_least, example_arguments)
	local output, status = run_example(example_arguments or quoted(header) .. ' ' .. arguments)
	equal('exit status', status, 0)
	assert(output:find('The functions that ' .. header .. ' declares:', 1, true), 'the header is not named')
	local printed, count, included, top_level = functions_by_example(output)
	local expected, expected_included, expected_top_level = functions_by_clang(header, arguments)

	for i = 1, math.max(#printed, #expected) do
		equal(header .. ', function ' .. i, printed[i], expected[i])
	end
	equal('printed count', count, #expected)
	equal('functions of included headers', included, expected_included)
	equal('top-level declarations', top_level, expected_top_level)
	assert(#expected >= at_least, 'too few functions to be true')
	print(('%s: %d functions agree with clang'):format(header, #expected))
end

local function refuse(arguments, expected_status, message)
	local output, status = run_example(arguments .. ' 2>&1 >/dev/null')
	equal('exit status of ' .. arguments, status, expected_status)
	assert(output:find(message, 1, true), 'unexpected message: ' .. output)
	equal('output of ' .. arguments, (run_example(arguments .. ' 2>/dev/null')), '')
	print(arguments .. ': refused')
end

local output, status = run_example '--help'
equal('exit status of --help', status, 0)
assert(output:find('usage: luajit ' .. example:match '[^/]*$', 1, true), 'no usage')
equal('--help beside other arguments', (run_example '-h x y'), output)

local index, include = run_example '':match '^The functions that ((.-)/clang%-c/Index%.h) declares:'
assert(index, 'the default header is not named')
compare(index, '-I' .. include, 250, '')
compare(index, '-I' .. include, 250)
compare('/usr/include/stdio.h', '', 70)
compare('/usr/include/stdlib.h', '-D_GNU_SOURCE', 100)
compare(folder .. '/declarators.h', '-DEXTRA=1', 20)

refuse('/nonexistent/header.h', 1, 'cannot open /nonexistent/header.h: No such file or directory')
refuse('/', 1, 'cannot parse /')
refuse('-I/usr/include', 2, 'a header must come first, not -I/usr/include; see --help')
refuse(quoted(folder .. '/broken.h'), 1, "broken.h:3:18: error: unknown type name 'missing'")
refuse(quoted(index), 1, "'clang-c/BuildSystem.h' file not found") -- its folder was not given
