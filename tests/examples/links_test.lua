-- Checks the links among the pages of the documentation: that each leads to a file, and to a heading of it.
-- usage: luajit links_test.lua PAGE...
-- The first page must link all others, or a page that it links must.

local function read(path)
	local file = io.open(path, 'rb')
	local text = file and file:read '*a'
	if file then
		file:close()
	end
	return text
end

-- A path without "." and "..".
local function normal(path)
	local names = {}
	for name in path:gmatch '[^/]+' do
		if name == '..' and #names > 0 then
			table.remove(names)
		elseif name ~= '.' then
			table.insert(names, name)
		end
	end
	return (path:find '^/' and '/' or '') .. table.concat(names, '/')
end

local function without_code(markdown)
	return (('\n' .. markdown):gsub('\n```.-\n```', '\n'))
end

-- What links to headings end with.
local function anchors_of(markdown)
	local anchors = {}
	for heading in without_code(markdown):gmatch '\n#+ ([^\n]+)' do
		local anchor = heading:lower():gsub('[^%w%-_ \128-\255]', ''):gsub(' ', '-')
		anchors[anchor] = true
	end
	return anchors
end

local failed = false
local function fail(...)
	print(string.format(...))
	failed = true
end

local linked, count = { [normal(arg[1])] = true }, 0
for _, page in ipairs(arg) do
	local text = assert(read(page), page)
	local folder = page:match '^(.*/)' or ''
	for target in without_code(text):gsub('`[^`\n]*`', ''):gmatch '%]%(([^)%s]+)%)' do
		if not target:find '^%a+:' then
			count = count + 1
			local path, anchor = target:match '^([^#]*)#?(.*)$'
			path = path == '' and page or normal(folder .. path)
			local there = read(path)
			linked[path] = linked[path] or path ~= page
			if not there then
				fail('%s: %s does not exist', page, target)
			elseif anchor ~= '' and not anchors_of(there)[anchor] then
				fail('%s: %s has no such heading', page, target)
			end
		end
	end
end
for _, page in ipairs(arg) do
	if not linked[normal(page)] then
		fail('no page links %s', page)
	end
end
print(('%d links'):format(count))
os.exit(failed and 1 or 0)
