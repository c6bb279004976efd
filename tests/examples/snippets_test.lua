-- Checks that a page, such as README.md, quotes the programs that the tests run, byte for byte.
-- usage: luajit readme_test.lua README FILE...
-- Every ```lua, ```cpp and ```c block must be one of the files, and every file one of the blocks.

local function read(path)
	local file = assert(io.open(path, 'rb'))
	local text = file:read '*a'
	file:close()
	return text
end

local checked = { lua = true, cpp = true, c = true }

-- The blocks of Markdown text by what follows their fence, as { language, text, line of the fence }.
local function blocks_of(markdown)
	local blocks, open, number = {}, nil, 0
	for line in markdown:gmatch '[^\n]*\n' do
		number = number + 1
		if line:find '^```' then
			if open then
				table.insert(blocks, open)
				open = nil
			else
				open = { language = line:match '^```%s*(%w*)', text = '', line = number }
			end
		elseif open then
			open.text = open.text .. line
		end
	end
	assert(not open, 'a ``` block without end')
	return blocks
end

local quoted, failed = {}, false
local files = {}
for i = 2, #arg do
	files[i - 1] = { path = arg[i], language = arg[i]:match '%.(%w+)$', text = read(arg[i]) }
end
assert(#files > 0, 'no files')

for _, block in ipairs(blocks_of(read(arg[1]))) do
	if checked[block.language] then
		local found = false
		for _, file in ipairs(files) do
			if file.language == block.language and file.text == block.text then
				quoted[file], found = true, true
			end
		end
		if not found then
			print(('%s:%d: this %s block is none of the tested files'):format(arg[1], block.line, block.language))
			failed = true
		end
	end
end
for _, file in ipairs(files) do
	if not quoted[file] then
		print(('%s: not quoted in %s'):format(file.path, arg[1]))
		failed = true
	end
end
os.exit(failed and 1 or 0)
