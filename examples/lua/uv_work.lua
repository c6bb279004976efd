-- Work on the threads of libuv: uv_queue_work calls a Lua function from its thread pool.
--
-- The pool's threads wait while the function runs on the thread of the loop. The loop learns of them by a descriptor
-- that can be read while calls wait, which it watches as it does any other.

local ffi = require 'ffi'
local cbframe = require 'cbframe'

-- As in uv.h, as far as it is needed here.
ffi.cdef [[
typedef void (*uv_work_cb)(void *request);
typedef void (*uv_after_work_cb)(void *request, int status);
typedef void (*uv_poll_cb)(void *handle, int status, int events);
void *uv_default_loop(void);
size_t uv_req_size(int);
size_t uv_handle_size(int);
int uv_queue_work(void *loop, void *request, uv_work_cb, uv_after_work_cb);
int uv_poll_init(void *loop, void *handle, int fd);
int uv_poll_start(void *handle, int events, uv_poll_cb);
int uv_poll_stop(void *handle);
int uv_run(void *loop, int mode);
]]

local UV_WORK, UV_POLL, UV_READABLE, UV_RUN_DEFAULT = 7, 8, 1, 0
local jobs = 20

local function load_libuv()
	for _, name in ipairs { 'libuv.so.1', 'uv' } do
		local ok, library = pcall(ffi.load, name)
		if ok then
			return library
		end
	end
	io.stderr:write 'uv_work: libuv not found; on Debian and Ubuntu: apt install libuv1\n'
	os.exit(1)
end

local uv = load_libuv()
local loop = uv.uv_default_loop()
local requests, numbers, results = {}, {}, {}
local begun, done = 0, 0

-- Called in the thread pool, run here.
local work = cbframe.cast('uv_work_cb', function(request)
	local number = numbers[tonumber(ffi.cast('intptr_t', request))]
	begun = begun + 1
	results[number] = number * number
end, { thread = 'wait' })

-- Watches for such calls.
local watcher = ffi.new('char[?]', uv.uv_handle_size(UV_POLL))
local serve = cbframe.cast('uv_poll_cb', function() cbframe.poll() end)
uv.uv_poll_init(loop, watcher, cbframe.wakeup())
uv.uv_poll_start(watcher, UV_READABLE, serve.p)

-- Called by the loop itself.
local after_work = cbframe.cast('uv_after_work_cb', function(_, status)
	assert(status == 0)
	done = done + 1
	if done == jobs then
		uv.uv_poll_stop(watcher) -- so the loop has nothing more to do
	end
end)

for number = 1, jobs do
	local request = ffi.new('char[?]', uv.uv_req_size(UV_WORK))
	requests[number], numbers[tonumber(ffi.cast('intptr_t', request))] = request, number
	assert(uv.uv_queue_work(loop, request, work.p, after_work.p) == 0)
end
cbframe.call(uv.uv_run, loop, UV_RUN_DEFAULT)

local sum = 0
for _, result in ipairs(results) do
	sum = sum + result
end
print(('The pool called %d times, %d jobs are done, the sum of squares is %d.'):format(begun, done, sum))
work:free()
serve:free()
after_work:free()
