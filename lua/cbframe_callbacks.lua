-- Callback objects: what frames and callbacks with a signature have in common.

local ffi = require 'ffi'
local text = require 'cbframe_text'
local threads = require 'cbframe_threads'
local native = require 'cbframe_native'
local own = native.own
local free = own.cbf_lua_free -- found now: later there may be no memory for that
local debug = debug -- a program may take it away later

local callbacks = {}

-- By the id of a callback: what runs when it is called; and if it has a signature its handler, which that gets, and its
-- default, which may be what a pointer points into. A callback is permanent until it is freed, so these tables own them.
local handlers, functions, defaults = {}, {}, {}
callbacks.handlers, callbacks.functions = handlers, functions

local state -- nil when the Lua state is closing

-- The cbf_lua_state. Raises an error of the caller's caller if it is closing.
function callbacks.state()
	return state or error('cbframe: the Lua state is closing', 3)
end

local function store(id, runs, f, default)
	handlers[id] = runs
	if f then
		functions[id], defaults[id] = f, default
	end
end

-- Gives self what make(state, self, ...) makes, and that runs: with f, if that is given, and keeps the default. No id is
-- known before it is taken: a debug hook or finalizer that makes a callback could get the same.
function callbacks.attach(self, runs, f, default, make, ...)
	local status = make(callbacks.state(), self, ...)
	if status ~= 0 then
		threads.check(status, 3)
	end
	local ok, message = pcall(store, self.id, runs, f, default)
	if not ok then
		free(state, self)
		error(message, 3)
	end
end

-- Where a handler is from.
function callbacks.position_of(f)
	local info = debug.getinfo(f, 'S')
	return info.what == 'C' and 'handler of C' or ('handler at %s:%d'):format(info.short_src, info.linedefined)
end

local function describe(self, kind)
	local runs = self.p ~= nil and handlers[self.id]
	local spelling, position = kind.describe(runs, runs and functions[self.id])
	spelling = spelling and (" '%s'"):format(spelling) or ''
	if not runs then
		return ('cbframe callback%s, freed'):format(spelling)
	end
	return ('cbframe callback%s at %s, %s'):format(spelling, text.of_address(self.p), position)
end

-- The metatable of callbacks of a ctype, which has the members of a cbframe_callback. kind:
--   set(self, f)       makes f its handler
--   describe(runs, f)  the spelling of the C type, if there is one, and where the handler is from; runs: false if freed
--   renew(self, f)     gives a freed one a new slot
function callbacks.metatable(ctype, kind)
	local methods = {}

	-- callback:set(f) gives the same pointer another function. A freed callback gets a new slot, and loses its finalizer,
	-- as LuaJIT takes longer to take one off than free to do all else.
	function methods:set(f)
		if not ffi.istype(ctype, self) then
			error('no callback before the dot: write callback:set(f)', 2)
		elseif type(f) ~= 'function' then
			error('handler: function expected, got ' .. type(f), 2)
		elseif self.p == nil then
			ffi.gc(self, nil)
			kind.renew(self, f)
		else
			kind.set(self, f)
		end
		return self
	end

	-- callback:free() frees the slot. Calling its pointer afterwards aborts. Freeing twice does nothing.
	function methods:free()
		if not ffi.istype(ctype, self) then
			error('no callback before the dot: write callback:free()', 2)
		end
		if self.p ~= nil and state then
			local id = self.id
			handlers[id], functions[id], defaults[id] = false, false, false
			free(state, self)
		end
	end

	return {
		__index = methods,
		__tostring = function(self) return describe(self, kind) end,
		__call = function(self) error(describe(self, kind) .. ' is no function: its member p is', 2) end,
	}
end

-- Has C find out where a handler was defined, for the message of a call on another thread, where Lua cannot be asked: by
-- Lua's C API, on a coroutine that never runs, whose function has both tables as its upvalues. A program need not export
-- that API; then the message lacks it.
local never_run = coroutine.create(function() return handlers, functions end)

local function show_places(places)
	if not pcall(ffi.typeof, 'cbframe_luajit_debug') then
		ffi.cdef [[
		typedef struct cbframe_luajit_debug cbframe_luajit_debug;
		const char *cbframe_luajit_getupvalue(void *, int, int) __asm__("lua_getupvalue");
		void cbframe_luajit_rawgeti(void *, int, int) __asm__("lua_rawgeti");
		int cbframe_luajit_type(void *, int) __asm__("lua_type");
		int cbframe_luajit_getinfo(void *, const char *, void *) __asm__("lua_getinfo");
		]]
	end
	places.getupvalue, places.rawgeti = ffi.C.cbframe_luajit_getupvalue, ffi.C.cbframe_luajit_rawgeti
	places.type, places.getinfo = ffi.C.cbframe_luajit_type, ffi.C.cbframe_luajit_getinfo
	places.coroutine = ffi.cast('void *', tonumber(('%p'):format(never_run)))
end

-- Gives the cbf_lua_state; nil when the Lua state is closing.
function callbacks.start(its_state)
	state = its_state
	if state then
		pcall(show_places, state.places)
	end
end

return callbacks
