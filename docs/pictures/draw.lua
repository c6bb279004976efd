-- Draws the pictures of docs/how-a-call-travels.md.
-- usage: luajit draw.lua FOLDER   (writes way.svg, pages.svg, closure.svg, frame.svg there)

local style = [[
text { font: 12px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #1b1f24; }
.title { font-weight: bold; }
.quiet { fill: #59636e; }
.paper { fill: #ffffff; }
.box { fill: #f6f8fa; stroke: #8c959f; }
.code { fill: #a5d0ff; stroke: #8c959f; }
.data { fill: #ffc680; stroke: #8c959f; }
.yours { fill: #9be9a8; stroke: #8c959f; }
.line { fill: none; stroke: #59636e; stroke-width: 1.5; }
.head { fill: #59636e; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; }
.quiet { fill: #9198a1; }
.paper { fill: #0d1117; }
.box { fill: #151b23; stroke: #656c76; }
.code { fill: #1f4f8f; stroke: #656c76; }
.data { fill: #8a4b08; stroke: #656c76; }
.yours { fill: #1c6b34; stroke: #656c76; }
.line { stroke: #9198a1; }
.head { fill: #9198a1; }
}
]]

local escapes = { ['&'] = '&amp;', ['<'] = '&lt;', ['>'] = '&gt;' }

local function escaped(text)
	return (text:gsub('[&<>]', escapes))
end

local picture = {}
picture.__index = picture

local function new(width, height, title)
	local made = setmetatable({ width = width, height = height, title = title, parts = {} }, picture)
	made:add('<rect class="paper" width="%d" height="%d"/>', width, height)
	return made
end

function picture:add(format, ...)
	table.insert(self.parts, format:format(...))
end

function picture:text(class, x, y, text, anchor)
	self:add('<text class="%s" x="%d" y="%d"%s>%s</text>', class, x, y,
		anchor and (' text-anchor="%s"'):format(anchor) or '', escaped(text))
end

function picture:box(class, x, y, width, height)
	self:add('<rect class="%s" x="%d" y="%d" width="%d" height="%d"/>', class, x, y, width, height)
end

-- A box with its text in the middle, and perhaps a quiet line below it.
function picture:named_box(class, x, y, width, height, name, below)
	self:box(class, x, y, width, height)
	self:text('', x + width / 2, y + height / 2 + 4, name, 'middle')
	if below then
		self:text('quiet', x + width / 2, y + height + 17, below, 'middle')
	end
end

-- Points as x, y, x, y, …; the head is at the last.
function picture:arrow(...)
	local points = { ... }
	local x, y = points[#points - 1], points[#points]
	local before_x, before_y = points[#points - 3], points[#points - 2]
	local towards_x = x > before_x and 1 or x < before_x and -1 or 0
	local towards_y = y > before_y and 1 or y < before_y and -1 or 0
	local back_x, back_y = x - 8 * towards_x, y - 8 * towards_y
	self:add('<polyline class="line" points="%s"/>', table.concat(points, ' '))
	self:add('<polygon class="head" points="%d %d %d %d %d %d"/>', x, y,
		back_x + 4 * towards_y, back_y + 4 * towards_x, back_x - 4 * towards_y, back_y - 4 * towards_x)
end

function picture:document()
	return ('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img">\n'):format(
		self.width, self.height, self.width, self.height) ..
		'<title>' .. escaped(self.title) .. '</title>\n<style>\n' .. style .. '</style>\n' ..
		table.concat(self.parts, '\n') .. '\n</svg>\n'
end

local pictures = {}

function pictures.way()
	local made = new(760, 150, 'A call travels from the caller through slot, tail and entry to the handler, and back from the entry')
	local width, step, y = 112, 152, 24
	for i, box in ipairs {
		{ 'box', 'caller', 'any code' }, { 'code', 'slot', 'one each callback' }, { 'code', 'tail', 'one each page' },
		{ 'code', 'entry', 'saves, restores' }, { 'yours', 'handler', 'yours' },
	} do
		local x = 20 + (i - 1) * step
		made:named_box(box[1], x, y, width, 40, box[2], box[3])
		if i < 5 then
			made:arrow(x + width, y + 20, x + step, y + 20)
		end
	end
	local entry, handler, caller = 20 + 3 * step + width / 2, 20 + 4 * step + width / 2, 20 + width / 2
	made:arrow(handler, y + 66, handler, y + 88, entry + 10, y + 88, entry + 10, y + 66)
	made:arrow(entry - 10, y + 66, entry - 10, y + 88, caller, y + 88, caller, y + 66)
	made:text('quiet', (caller + entry) / 2, y + 106, 'ret', 'middle')
	return made
end

function pictures.pages()
	local made = new(760, 276, 'A page of code with 255 slots and their tail; at a fixed distance a page of records with the same places')
	local left, right, width, row = 20, 440, 300, 26
	made:text('title', left, 28, 'page of code: read, execute')
	made:text('title', right, 28, 'page of records: read, write')
	local rows = {
		{ 'slot 0', 'endbr64; push $0;  jmp tail', 'record 0', 'handler, user' },
		{ 'slot 1', 'endbr64; push $16; jmp tail', 'record 1', 'handler, user' },
		{ '⋮', '', '⋮', '' },
		{ 'slot 254', '', 'record 254', '' },
		{ 'tail', 'push page(%rip)', 'page', "the page's own address" },
		{ '', 'jmp *entry(%rip)', 'entry', 'where to go on' },
	}
	for i, each in ipairs(rows) do
		local y = 40 + (i - 1) * row
		made:box('code', left, y, width, row)
		made:text('', left + 8, y + 17, each[1])
		made:text('', left + 84, y + 17, each[2])
		made:box('data', right, y, width, row)
		made:text('', right + 8, y + 17, each[3])
		made:text('', right + 104, y + 17, each[4])
	end
	made:arrow(left + width, 53, right, 53)
	made:arrow(left + width, 40 + 4 * row + 13, right, 40 + 4 * row + 13)
	made:text('quiet', (left + width + right) / 2, 96, 'a fixed', 'middle')
	made:text('quiet', (left + width + right) / 2, 112, 'distance', 'middle')
	made:text('quiet', left, 222, 'the same on every page, never written')
	made:text('quiet', right, 222, 'private: after a fork there are two')
	made:text('quiet', left, 248, 'built into the library, mapped from its file, or')
	made:text('quiet', left, 264, 'written once and sealed')
	return made
end

-- A stack as a column, higher addresses on top. Rows: class, what is there, what is said of it beside.
local function column(title, width, rows)
	local x, row = 20, 26
	local made = new(760, 54 + #rows * row + 14, title)
	made:text('quiet', x, 28, 'higher addresses')
	for i, each in ipairs(rows) do
		local y = 40 + (i - 1) * row
		made:box(each[1], x, y, width, row)
		made:text('', x + 8, y + 17, each[2])
		if each[4] then
			made:arrow(x + width + 44, y + 13, x + width + 4, y + 13)
		end
		made:text('quiet', x + width + (each[4] and 52 or 12), y + 17, each[3] or '')
	end
	return made
end

function pictures.closure()
	return column("The stack in a closure's handler", 260, {
		{ 'box', 'arguments on the stack', "the caller's" },
		{ 'box', 'return address', "the caller's" },
		{ 'data', 'vector registers', '8 bytes each, 16, or 64: as the signature needs' },
		{ 'data', 'RDI RSI RDX RCX R8 R9', "of Microsoft's convention: in the caller's home space" },
		{ 'data', 'XMM0 of the result' },
		{ 'data', 'RAX, RDX of the result', 'zero at first' },
		{ 'yours', 'state', "the handler's `arguments`", true },
	})
end

function pictures.frame()
	return column("The stack in a frame's handler", 260, {
		{ 'box', 'return address', 'cpu.RSP', true },
		{ 'code', 'offset, page', 'pushed by slot and tail' },
		{ 'data', 'RFLAGS, RBP', 'pushed by the entry' },
		{ 'box', 'alignment to 64' },
		{ 'data', 'cbf_wide', 'level `all` only' },
		{ 'yours', 'cbf_cpu', 'what the handler gets', true },
	})
end

local folder = assert(arg[1], 'usage: luajit draw.lua FOLDER')
for name, draw in pairs(pictures) do
	local file = assert(io.open(('%s/%s.svg'):format(folder, name), 'wb'))
	file:write(draw():document())
	file:close()
end
