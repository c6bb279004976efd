-- News of GLib's worker threads: each job of a thread pool tells a Lua function that it is done, and goes on.
--
-- The worker threads do not wait: their calls are queued with their arguments, and the main loop runs them when it finds
-- the descriptor readable that says so.

local ffi = require 'ffi'
local cbframe = require 'cbframe'

-- As in GLib's headers, as far as it is needed here.
ffi.cdef [[
typedef void (*GFunc)(void *data, void *user_data);
typedef int (*GUnixFDSourceFunc)(int fd, int condition, void *user_data);
typedef struct { int domain, code; char *message; } GError;
void *g_thread_pool_new(GFunc, void *user_data, int max_threads, int exclusive, GError **);
int g_thread_pool_push(void *pool, void *data, GError **);
void g_thread_pool_free(void *pool, int immediate, int wait);
void *g_main_loop_new(void *context, int is_running);
void g_main_loop_run(void *);
void g_main_loop_quit(void *);
void g_main_loop_unref(void *);
unsigned g_unix_fd_add(int fd, int condition, GUnixFDSourceFunc, void *user_data);
]]

local G_IO_IN, G_SOURCE_CONTINUE = 1, 1
local jobs, workers = 100, 4

local function load_glib()
	for _, name in ipairs { 'libglib-2.0.so.0', 'glib-2.0' } do
		local ok, library = pcall(ffi.load, name)
		if ok then
			return library
		end
	end
	io.stderr:write 'glib_workers: GLib not found; on Debian and Ubuntu: apt install libglib2.0-0\n'
	os.exit(1)
end

local glib = load_glib()
local loop = glib.g_main_loop_new(nil, 0)
local sum, told = 0, 0

-- Called by the worker threads.
local tell = cbframe.cast('GFunc', function(data)
	told = told + 1
	sum = sum + tonumber(ffi.cast('intptr_t', data))
	if told == jobs then
		glib.g_main_loop_quit(loop)
	end
end, { thread = 'post' })

-- Called by the main loop.
local serve = cbframe.cast('GUnixFDSourceFunc', function()
	cbframe.poll()
	return G_SOURCE_CONTINUE
end)
glib.g_unix_fd_add(cbframe.wakeup(), G_IO_IN, serve.p, nil)

local pool = glib.g_thread_pool_new(tell.p, nil, workers, 1, nil)
for number = 1, jobs do
	glib.g_thread_pool_push(pool, ffi.cast('void *', number), nil)
end
cbframe.call(glib.g_main_loop_run, loop)
glib.g_thread_pool_free(pool, 0, 1)
glib.g_main_loop_unref(loop)
print(('%d jobs told of themselves, %d calls were dropped, the sum of their numbers is %d.'):format(told,
	cbframe.stats().dropped, sum))
