-- Bad input: a clear error before anything is changed, or, where a program is past saving, a clear end.
local check = ...
local ffi = require 'ffi'
local cbframe = require 'cbframe'
local native = check.native

check.case('new wants a function', function()
	check.raises('handler: function expected, got number', cbframe.new, 42)
	check.raises('handler: function expected, got nil', cbframe.new)
	check.raises('handler: function expected, got string', cbframe.new, 'f')
	check.raises('handler: function expected, got table', cbframe.new, {})
	check.raises('handler: function expected, got cdata', cbframe.new, ffi.cast('void *', 1))
end)

check.case('new wants a level it knows', function()
	local function f() end
	check.raises("level 'legacy' or 'all' expected, got 'foo'", cbframe.new, f, 'foo')
	check.raises("level 'legacy' or 'all' expected, got '5'", cbframe.new, f, 5)
	check.raises("level 'legacy' or 'all' expected, got 'table", cbframe.new, f, {})
	check.raises("level 'legacy' or 'all' expected, got ''", cbframe.new, f, '')
end)

check.case('an error of new points at the line that called it', function()
	local ok, message = pcall(function() cbframe.new(42) end)
	check.equal(ok, false)
	check.equal(message:match 'input%.lua:%d+: handler: function expected, got number$' ~= nil, true)
end)

check.case('set wants a function, and keeps the one it had', function()
	check.with(function(cpu) native.return_int(cpu, 5) end, function(p, cb)
		check.raises('handler: function expected, got nil', cb.set, cb)
		check.raises('handler: function expected, got number', cb.set, cb, 42)
		check.equal(cb.p, p)
		check.equal(check.callers.call_counted(p, 1), 5)
	end)
end)

check.case('set with no function on a freed callback takes no slot', function()
	local cb = cbframe.new(print)
	cb:free()
	check.raises('handler: function expected, got nil', cb.set, cb, nil)
	check.equal(cb.p == nil, true)
end)

check.case('methods want a callback', function()
	check.with(print, function(_, cb)
		for _, wrong in ipairs { 42, 'x', {}, ffi.new 'int', print } do
			check.equal(pcall(cb.set, wrong, print), false)
			check.equal(pcall(cb.free, wrong), false)
		end
		check.raises('write callback:set(f)', cb.set)
		check.raises('write callback:set(f)', function() cb.set(print) end)
		check.raises('write callback:free()', cb.free)
		check.raises('input.lua:', function() cb.free() end)
		check.raises("has no member named 'nonsense'", function() return cb.nonsense end)
	end)
end)

check.case('what a callback is cannot be written', function()
	check.with(print, function(p, cb)
		check.raises('attempt to write to constant location', function() cb.p = nil end)
		check.raises('attempt to write to constant location', function() cb.id = 7 end)
		check.raises('attempt to write to constant location', function() cb.level = 1 end)
		check.equal(cb.p, p)
	end)
end)

check.case('a callback as text', function()
	local cb = cbframe.new(function() end) -- this line
	local line = debug.getinfo(1, 'l').currentline - 1
	check.equal(tostring(cb):match '^cbframe callback at 0x%x+, handler at .*input%.lua:(%d+)$', tostring(line))
	check.equal(tonumber(tostring(cb):match '0x%x+'), tonumber(ffi.cast('uintptr_t', cb.p)))
	cb:set(print)
	check.contains(tostring(cb), ', handler of C')
	cb:free()
	check.equal(tostring(cb), 'cbframe callback, freed')
end)

check.case("a callback where its pointer is wanted: LuaJIT's message has its name", function()
	check.with(print, function(_, cb)
		check.raises("cannot convert 'struct cbframe_callback' to 'int (*)()'", check.callers.call_counted, cb, 1)
	end)
end)

check.case('dump and format want a CPU', function()
	local wrong = { 42, 'cpu', {}, print, ffi.new 'int', ffi.new 'char[1000]', ffi.cast('void *', 0), ffi.new 'cbf_qword' }
	for _, f in ipairs { cbframe.dump, cbframe.format } do
		check.raises('CPU state (cbf_cpu) expected, got nil', f)
		check.raises('CPU state (cbf_cpu) expected, got nil', f, nil)
		check.raises('CPU state (cbf_cpu) expected, got number', f, 42)
		check.raises('CPU state (cbf_cpu) expected, got cdata<int>', f, ffi.new 'int')
		check.raises('CPU state (cbf_cpu) expected, got cdata<struct cbf_cpu *>: NULL', f, ffi.cast('cbf_cpu *', 0))
		for _, x in ipairs(wrong) do
			check.raises('CPU state (cbf_cpu) expected, got ', f, x)
		end
	end
end)

check.case('dump and format refuse option values they do not know', function()
	local cpu = ffi.new 'cbf_cpu'
	for _, f in ipairs { cbframe.dump, cbframe.format } do
		check.raises("option flags: true, 'short' or 'long' expected", f, cpu, { flags = 'foo' })
		check.raises("option flags: true, 'short' or 'long' expected", f, cpu, { flags = 3 })
		check.raises('stack_rows', f, cpu, { stack_rows = 'foo' })
		check.raises('stack_rows', f, cpu, { stack_rows = {} })
		check.raises('table expected, got number', f, cpu, 42)
		check.raises('table expected, got string', f, cpu, 'long')
		check.raises('table expected, got boolean', f, cpu, true)
		check.raises("there is no option 'flag': those are flags, qxmm, qstack, stack_rows, color, type, convention", f, cpu,
			{ flag = 'long' })
		check.raises("there is no option '1'", f, cpu, { 'long' })
		check.raises('input.lua:', function() f(cpu, { flag = 'long' }) end)
	end
end)

check.case('float80to64 and float64to80 refuse what is no address', function()
	local output, status = check.run [[
		local ten = ffi.new 'uint8_t[10]'
		for _, arguments in ipairs { { n = 1 }, { n = 0 }, { 42, n = 1 }, { ffi.cast('void *', 0), n = 1 } } do
			print(pcall(cbframe.float80to64, unpack(arguments, 1, arguments.n)))
		end
		for _, arguments in ipairs { { 1, n = 2 }, { 1, n = 1 }, { n = 2 }, { 'x', ten, n = 2 }, { 1, ffi.cast('void *', 0), n = 2 } } do
			print(pcall(cbframe.float64to80, unpack(arguments, 1, arguments.n)))
		end
	]]
	check.equal(status, 0)
	check.equal(select(2, output:gsub('false\t', '')), 9)
end)

check.case('a call of a freed callback tells its address and aborts', function()
	for _, level in ipairs { 'legacy', 'all' } do
		local output, status = check.run(([[
			local cb = cbframe.new(print, '%s')
			local p = cb.p
			print(('%%x'):format(tonumber(ffi.cast('uintptr_t', p))))
			io.stdout:flush()
			cb:free()
			callers.call_counted(p, 1)
			print 'survived'
		]]):format(level))
		local address = output:match '^%x+'
		check.contains(output, 'cbframe: call of a freed callback at 0x' .. address .. '\n')
		check.equal(output:find('survived', 1, true), nil)
		check.equal(status, check.aborted)
	end
end)

check.case('a callback that was collected is a freed one', function()
	local output, status = check.run [[
		local p
		do
			local cb = cbframe.new(print)
			ffi.gc(cb, cb.free)
			p = cb.p
		end
		collectgarbage()
		collectgarbage()
		callers.call_counted(p, 1)
	]]
	check.contains(output, 'freed callback')
	check.equal(status, check.aborted)
end)

check.case('a call on another thread tells which callback and aborts', function()
	local output, status = check.run [[
		local cb = cbframe.new(print)
		print(('%x'):format(tonumber(ffi.cast('uintptr_t', cb.p))))
		io.stdout:flush()
		callers.call_on_thread(cb.p, 1)
		print 'survived'
	]]
	local address = output:match '^%x+'
	check.contains(output, 'cbframe: callback at 0x' .. address, 'thread')
	check.equal(output:find('survived', 1, true), nil)
	check.equal(status, check.aborted)
end)
