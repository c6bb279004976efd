-- Plays a tone: PortAudio calls from a thread of its own, and a Lua function fills its buffers.
--
-- Lua runs on one thread. A callback that another one calls is queued if it was made with an option that says so: the
-- thread of PortAudio sleeps until cbframe.poll has run the function here. If that takes too long, the callback returns
-- its default, so that nothing hangs.

local ffi = require 'ffi'
local cbframe = require 'cbframe'

local usage = [==[
usage: luajit audio.lua [SECONDS]

Plays a tone of 440 Hz on the default output device, for one second if nothing else is said.
Exits with 1 if there is none.
]==]

-- As in portaudio.h, as far as it is needed here.
ffi.cdef [[
typedef int PaStreamCallback(const void *input, void *output, unsigned long frames, const void *time, unsigned long flags,
	void *user);
enum { paContinue, paComplete };
int Pa_Initialize(void);
int Pa_Terminate(void);
int Pa_OpenDefaultStream(void **out, int inputs, int outputs, unsigned long format, double rate, unsigned long frames,
	PaStreamCallback *, void *user);
int Pa_StartStream(void *);
int Pa_IsStreamActive(void *);
int Pa_CloseStream(void *);
const char *Pa_GetErrorText(int);
]]

local paFloat32 = 1
local rate, frames_of_buffer = 44100, 512

local function fail(message)
	io.stderr:write('audio: ', message, '\n')
	os.exit(1)
end

local function load_portaudio()
	for _, name in ipairs { 'libportaudio.so.2', 'portaudio' } do
		local ok, library = pcall(ffi.load, name)
		if ok then
			return library
		end
	end
	fail 'PortAudio not found; on Debian and Ubuntu: apt install libportaudio2'
end

local function play(seconds)
	local portaudio = load_portaudio()
	local function check(status)
		if status ~= 0 then
			fail(ffi.string(portaudio.Pa_GetErrorText(status)))
		end
	end
	local played, calls, wanted = 0, 0, seconds * rate

	local callback = cbframe.cast('PaStreamCallback *', function(_, output, frames)
		local samples = ffi.cast('float *', output)
		for i = 0, tonumber(frames) - 1 do
			samples[i] = 0.2 * math.sin(2 * math.pi * 440 * (played + i) / rate)
		end
		played, calls = played + tonumber(frames), calls + 1
		return played < wanted and ffi.C.paContinue or ffi.C.paComplete
	end, { thread = 'wait', timeout = 1, default = ffi.C.paComplete })

	local stream = ffi.new 'void *[1]'
	check(portaudio.Pa_Initialize())
	check(portaudio.Pa_OpenDefaultStream(stream, 0, 1, paFloat32, rate, frames_of_buffer, callback.p, nil))
	check(portaudio.Pa_StartStream(stream[0]))
	while portaudio.Pa_IsStreamActive(stream[0]) == 1 do
		cbframe.poll(0.1)
	end
	check(portaudio.Pa_CloseStream(stream[0]))
	portaudio.Pa_Terminate()
	callback:free()
	print(('PortAudio called %d times for %d frames: %.2f seconds of sound.'):format(calls, played, played / rate))
end

local seconds = tonumber(arg[1] or 1)
if not seconds or seconds <= 0 or arg[2] then
	io.stderr:write(usage)
	os.exit(2)
end
play(seconds)
