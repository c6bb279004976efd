-- Checks that the pages of the documentation quote programs that the tests run.
-- usage: luajit snippets_test.lua PAGE... -- PROGRAM...
-- Every ```lua, ```cpp and ```c block must be consecutive lines of one of the programs, but for how far they are indented.

local function read(path)
	local file = assert(io.open(path, 'rb'))
	local text = file:read '*a'
	file:close()
	return text
end

local checked = { lua = true, cpp = true, c = true }

-- The blocks of Markdown text by what follows their fence, as { language, lines, line of the fence }.
local function blocks_of(markdown)
	local blocks, open, number = {}, nil, 0
	for line in markdown:gmatch '([^\n]*)\n' do
		number = number + 1
		if line:find '^```' then
			if open then
				table.insert(blocks, open)
				open = nil
			else
				open = { language = line:match '^```%s*(%w*)', lines = {}, line = number }
			end
		elseif open then
			table.insert(open.lines, line)
		end
	end
	assert(not open, 'a ``` block without end')
	return blocks
end

local function lines_of(text)
	local lines = {}
	for line in text:gmatch '([^\n]*)\n' do
		table.insert(lines, line)
	end
	return lines
end

-- Whether the lines are those of the program from its line `first` on.
local function is_at(program, first, lines)
	local indent = program[first]:match '^%s*'
	for i, line in ipairs(lines) do
		local its = program[first + i - 1]
		if its ~= (line == '' and '' or indent .. line) then
			return false
		end
	end
	return true
end

local function is_quoted(program, lines)
	for first = 1, #program - #lines + 1 do
		if is_at(program, first, lines) then
			return true
		end
	end
	return false
end

local pages, programs = {}, {}
local list = pages
for _, argument in ipairs(arg) do
	if argument == '--' then
		list = programs
	else
		table.insert(list, argument)
	end
end
assert(#pages > 0 and #programs > 0, 'no pages, or no programs')
local texts = { lua = {}, cpp = {}, c = {} }
for _, path in ipairs(programs) do
	table.insert(texts[path:match '%.(%w+)$'], lines_of(read(path)))
end

local count, failed = 0, false
for _, path in ipairs(pages) do
	for _, block in ipairs(blocks_of(read(path))) do
		if checked[block.language] then
			count = count + 1
			local found = false
			for _, program in ipairs(texts[block.language]) do
				found = found or is_quoted(program, block.lines)
			end
			if not found then
				print(('%s:%d: this %s block is not in one of the programs'):format(path, block.line, block.language))
				failed = true
			end
		end
	end
end
print(('%d blocks of %d pages'):format(count, #pages))
os.exit(failed and 1 or 0)
