-- report.lua SAMPLES JSON: prints the table of ratios and writes it to the file JSON.
-- SAMPLES has lines of tab-separated fields: a name, then its measurements. Names come again when a
-- program ran again. A name that begins with '#' is a fact about the run, in words.

local samples_file, json_file = unpack(arg)

-- What is compared: the name shown, our samples and the peer's. A row with a must and an aim is a
-- promise, the others are for information, and all are of what runs under something else. must_x86: for 32 bits.
local rows = {
	{ 'call: frame ÷ libffi closure, int(int, int)', 'call frame', 'call libffi', must = 1.2, must_x86 = 1.5, aim = 0.9 },
	{ 'call: frame at level sse ÷ libffi closure, int(int, int)', 'call c frame, sse', 'call libffi', must = 0.8, must_x86 = 2.0, aim = 0.6 },
	{ 'call: tap at level sse ÷ SafetyHook mid hook', 'call tap, sse', 'call safetyhook mid hook', must = 0.9, aim = 0.6 },
	{ 'call: frame at level all ÷ XSAVEC + XRSTOR', 'call c frame, all', 'call xsave frame', must = 0.8, aim = 0.5 },
	{ 'make + free: tap ÷ frame', 'make tap', 'make c frame', must = 1.2, aim = 1.0 },
	{ 'make + free: frame ÷ libffcall', 'make c frame', 'make libffcall', must = 1.0, aim = 0.6 },
	{ 'make + free: C closure ÷ libffi', 'make c closure', 'make libffi', must = 1.0, aim = 0.7 },
	{ '1,000,000 live: resident bytes each', 'live c frame, rss made', must = 32, aim = 20 },
	{ '1,000,000 live: time to make each ÷ libffi', 'live c frame, time', 'live libffi, time', must = 0.6, aim = 0.3 },
	{ 'Lua call: frame, empty ÷ LuaJIT void(void*)', 'lua call frame', 'lua call own', must = 1.2, aim = 0.9 },
	{ 'Lua call: frame, NSSize swap ÷ LuaJIT void(void*)', 'lua call frame, NSSize', 'lua call own', must = 2.0, aim = 1.7 },
	{ 'C calls Lua: frame, empty ÷ LuaJIT void(void*)', 'lua from c frame', 'lua from c own', must = 1.4, aim = 1.0 },
	{ 'Lua call: cast, int(int) ÷ LuaJIT int(int)', 'lua call cast, int', 'lua call own, int', must = 0.95, aim = 0.8 },
	{ 'Lua call: cast, NSSize swap ÷ LuaJIT double(p,p,p,d,d)', 'lua call cast, NSSize', 'lua call own, five', must = 1.2, aim = 0.9 },
	{ 'Lua new + free: frame ÷ LuaJIT void(void*)', 'lua make frame', 'lua make own', must = 0.9, aim = 0.5 },
	{ 'Lua cast + free ÷ LuaJIT void(void*)', 'lua make cast', 'lua make own', must = 3.0, aim = 1.0 },

	{ 'call: callback int(int, int) ÷ plain indirect call', 'call callback', 'call plain', must = 2.0, aim = 1.5 },
	{ 'call: callback, 8 arguments ÷ libffi closure', 'call callback, many', 'call libffi, many', must = 0.4, aim = 0.25 },
	{ 'call: closure int(int, int) ÷ libffi closure', 'call closure', 'call libffi', must = 0.35, aim = 0.25 },
	{ 'call: closure int(int, int) ÷ libffcall callback', 'call closure', 'call libffcall', must = 0.45, aim = 0.3 },
	{ 'call: closure P(p, p, p, P), P two doubles ÷ libffi', 'call closure, pair', 'call libffi, pair', must = 0.2, aim = 0.12 },
	{ 'call: closure, 64-byte struct ÷ libffi closure', 'call closure, large', 'call libffi, large', must = 0.4, aim = 0.25 },
	{ 'make + free: closure, signature prepared ÷ libffi', 'make closure', 'make libffi', must = 1.0, aim = 0.7 },

	{ 'call: libffi by libcbframe_ffi ÷ libffi, int(int, int)', 'call libffi, libcbframe_ffi', 'call libffi', must = 0.5, aim = 0.4 },
	{ 'call: libffi by libcbframe_ffi ÷ libffi, 64-byte struct', 'call libffi, large, libcbframe_ffi', 'call libffi, large', must = 0.7, aim = 0.5 },
	{ 'make + free: libffi by libcbframe_ffi ÷ libffi', 'make libffi, libcbframe_ffi', 'make libffi', must = 1.1, aim = 1.0 },
	{ 'call: libffi by libcbframe_ffi ÷ libffi, P(p, p, p, P)', 'call libffi, pair, libcbframe_ffi', 'call libffi, pair' },
	{ 'call: libffi by libcbframe_ffi ÷ libffi, 8 arguments', 'call libffi, many, libcbframe_ffi', 'call libffi, many' },
	{ 'ctypes: qsort by libcbframe_ffi ÷ by libffi', 'ctypes qsort, libcbframe_ffi', 'ctypes qsort' },

	{ 'make + free: callback ÷ libffi', 'make callback', 'make libffi' },
	{ 'make + free: callback ÷ closure, signature prepared', 'make callback', 'make closure' },
	{ 'make + free: C closure ÷ C frame', 'make c closure', 'make c frame' },
	{ 'call: frame ÷ plain indirect call', 'call frame', 'call plain' },
	{ 'call: closure int(int, int) ÷ plain indirect call', 'call closure', 'call plain' },
	{ 'call: callback, 8 arguments ÷ int(int, int)', 'call callback, many', 'call callback' },
	{ 'call: closure P(p, p, p, P) ÷ int(int, int)', 'call closure, pair', 'call closure' },
	{ 'call: closure, 64-byte struct ÷ plain indirect call', 'call closure, large', 'call plain, large' },
	{ 'call: C closure ÷ C++ closure', 'call c closure', 'call closure' },
	{ 'call: libffcall callback ÷ libffi closure', 'call libffcall', 'call libffi' },
	{ 'call: tap at level sse ÷ plain indirect call', 'call tap, sse', 'call plain' },
	{ 'call: tap at level legacy ÷ sse', 'call tap', 'call tap, sse' },
	{ 'call: frame made by the C API ÷ by the C++ API', 'call c frame', 'call frame' },
	{ 'call: C closure ÷ libffi closure', 'call c closure', 'call libffi' },
	{ 'call: frame with its callable on the heap ÷ in the slot', 'call frame, heap', 'call frame' },
	{ 'call: frame double(double, double) ÷ int(int, int)', 'call frame, doubles', 'call frame' },
	{ 'call: frame after x87 was used, FSW 0 ÷ never used', 'call frame, x87 used', 'call frame' },
	{ 'call: frame with a sticky flag in FSW ÷ x87 never used', 'call frame, x87 flag', 'call frame' },
	{ 'call: frame on 2 threads at a time ÷ on one', 'call frame, 2 threads', 'call frame' },
	{ 'call: frame at level all ÷ legacy', 'call c frame, all', 'call c frame' },
	{ 'call: level all ÷ XSAVEC, upper halves in use', 'call c frame, all, upper', 'call xsave frame, upper' },
	{ 'make + free: frame ÷ libffi', 'make c frame', 'make libffi' },
	{ 'make + free: frame by the C++ API ÷ by the C API', 'make frame', 'make c frame' },
	{ 'make + free: frame, callable on the heap ÷ in the slot', 'make frame, heap', 'make frame' },
	{ 'make + free: frame ÷ libffcall, shared library', 'make c frame, shared library', 'make libffcall, shared library' },
	{ 'make + free: frame ÷ libffcall, process with threads', 'make c frame, threads', 'make libffcall, threads' },
	{ 'make + free: C closure ÷ libffi, shared library', 'make c closure, shared library', 'make libffi, shared library' },
	{ 'make + free: C closure ÷ libffi, process with threads', 'make c closure, threads', 'make libffi, threads' },
	{ '1,000,000 live: time to make each ÷ libffcall', 'live c frame, time', 'live libffcall, time' },
	{ '1,000,000 live: resident bytes ÷ libffi', 'live c frame, rss made', 'live libffi, rss made' },
	{ '1,000,000 live: resident bytes ÷ libffcall', 'live c frame, rss made', 'live libffcall, rss made' },
	{ '1,000,000 called once: resident bytes ÷ libffi', 'live c frame, rss called', 'live libffi, rss called' },
	{ '1,000,000 called once: resident bytes ÷ libffcall', 'live c frame, rss called', 'live libffcall, rss called' },
	{ '1,000,000 called once: bytes, shared pages once ÷ libffi', 'live c frame, pss called', 'live libffi, pss called' },
	{ 'Lua call: outgoing call alone, NSSize ÷ void(void*)', 'lua call plain, NSSize', 'lua call plain' },
	{ 'Lua new + free of a new function: frame ÷ LuaJIT void(void*)', 'lua make frame, new function', 'lua make own, new function' },
	{ 'Lua cast + free of a new function ÷ LuaJIT void(void*)', 'lua make cast, new function', 'lua make own, new function' },
	{ 'Lua calls C: cbframe.call ÷ plain call, not compiled', 'lua call plain, by call', 'lua call plain' },
	{ 'Lua calls C: cbframe.wrap ÷ plain call, not compiled', 'lua call plain, wrapped', 'lua call plain' },
	{ 'Lua call: frame at level all, empty ÷ LuaJIT void(void*)', 'lua call frame, all', 'lua call own' },
	{ 'Lua call on another thread: wait ÷ eventfd round trip', 'lua thread waits', 'lua thread round trip' },
	{ 'Lua call on another thread: post and run ÷ the same', 'lua thread posts', 'lua thread round trip' },
	{ 'Lua call: cast, void(void*) ÷ LuaJIT void(void*)', 'lua call cast, pointer', 'lua call own' },
	{ 'Lua call: cast ÷ frame, NSSize swap', 'lua call cast, NSSize', 'lua call frame, NSSize' },
	{ 'C calls Lua: cast, void(void*) ÷ LuaJIT void(void*)', 'lua from c cast, pointer', 'lua from c own' },
	{ 'C calls Lua: cast, NSSize swap ÷ LuaJIT void(void*)', 'lua from c cast, NSSize', 'lua from c own' },
	{ 'C calls Lua: frame, NSSize swap ÷ LuaJIT void(void*)', 'lua from c frame, NSSize', 'lua from c own' },
}

local function read(path)
	local samples, facts = {}, {}
	for line in io.lines(path) do
		local name, fields = line:match '^([^\t]+)\t(.+)$'
		local fact = name:match '^# (.+)'
		if fact then
			facts[fact] = fields
		else
			samples[name] = samples[name] or {}
			for field in fields:gmatch '[^\t]+' do
				table.insert(samples[name], (assert(tonumber(field), line)))
			end
		end
	end
	for _, values in pairs(samples) do
		table.sort(values)
	end
	return samples, facts
end

local function median(sorted)
	local middle = (#sorted + 1) / 2
	return (sorted[math.floor(middle)] + sorted[math.ceil(middle)]) / 2
end

local function verdict(value, must, aim)
	if value <= aim then
		return 'aim met'
	elseif value <= must then
		return 'must met'
	end
	return ('MISSED by %.1f%%'):format((value / must - 1) * 100)
end

-- What a row shows; nil where CPU or system lack what a benchmark needs, so that it did not run.
local function result(row, samples, facts)
	local work, ours, peer = row[1], samples[row[2]], samples[row[3]]
	if not ours or (row[3] and not peer) then
		return nil
	end
	local shown = { work = work, ours = median(ours) }
	if not facts.under then
		shown.must, shown.aim = facts.bits == '32' and row.must_x86 or row.must, row.aim
	end
	if peer then
		shown.peer = median(peer)
		shown.ratio, shown.ratio_of_minima = shown.ours / shown.peer, ours[1] / peer[1]
	end
	shown.verdict = shown.must and verdict(shown.ratio or shown.ours, shown.must, shown.aim)
	return shown
end

-- Pads to a width; '÷' is two bytes of one column.
local function left(text, width)
	return text .. (' '):rep(width - #text:gsub('÷', '/'))
end

local function print_line(work, ...)
	local line = ('%s %9s %9s %7s %9s %5s %5s  %s'):format(left(work, 58), ...)
	print((line:gsub(' +$', '')))
end

local function number(format, value)
	return value and format:format(value) or ''
end

local function print_table(facts, results)
	print(('%s, %s, %s bits, %s, %s run'):format(facts.cpu, facts.compiler, facts.bits, facts.date, facts.run))
	if facts.under then
		print(('Under %s, in elapsed time: not what the system itself would show.'):format(facts.under))
	end
	print_line('', 'ours', 'peer', 'ratio', '(minima)', 'must', 'aim', 'verdict')
	local promises = true
	for _, shown in ipairs(results) do
		if promises and not shown.must then
			promises = false
			print 'For information:'
		end
		print_line(shown.work, number('%.1f', shown.ours), number('%.1f', shown.peer), number('%.2f', shown.ratio),
			number('(%.2f)', shown.ratio_of_minima), number('%g', shown.must), number('%g', shown.aim), shown.verdict or '')
	end
end

local function json(value)
	if type(value) == 'number' then
		return ('%.6g'):format(value)
	end
	return '"' .. value:gsub('[%c"\\]', function(c) return ('\\u%04x'):format(c:byte()) end) .. '"'
end

local function write_json(path, facts, results)
	local file = assert(io.open(path, 'w'))
	local objects = {}
	for i, shown in ipairs(results) do
		local members = {}
		for _, key in ipairs { 'work', 'ours', 'peer', 'ratio', 'ratio_of_minima', 'must', 'aim', 'verdict' } do
			if shown[key] then
				table.insert(members, json(key) .. ': ' .. json(shown[key]))
			end
		end
		objects[i] = '    {' .. table.concat(members, ', ') .. '}'
	end
	file:write '{\n'
	for _, key in ipairs { 'date', 'cpu', 'compiler', 'bits', 'under', 'run' } do
		file:write('  ', json(key), ': ', json(facts[key] or ''), ',\n')
	end
	file:write('  "rows": [\n', table.concat(objects, ',\n'), '\n  ]\n}\n')
	file:close()
end

local samples, facts = read(samples_file)
local results = {}
for _, row in ipairs(rows) do
	table.insert(results, result(row, samples, facts))
end
print_table(facts, results)
write_json(json_file, facts, results)
