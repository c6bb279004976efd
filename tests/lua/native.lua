-- Arguments and results of functions of this system's own C as a frame sees them: what tests/native.h is for C++.
local ffi = require 'ffi'

local native = {}

if ffi.arch == 'x64' then
	local registers = ffi.os == 'Windows' and { [0] = 'RCX', 'RDX', 'R8', 'R9' }
		or { [0] = 'RDI', 'RSI', 'RDX', 'RCX', 'R8', 'R9' }
	native.convention = ffi.os == 'Windows' and 'ms_x64_mingw' or 'sysv_x64'
	native.stack_pointer = 'RSP'
	native.flags, native.last_vector = 'MXCSR', 'xmm15'
	-- The general registers as Intel numbers them.
	native.registers = {
		[0] = 'RAX', 'RCX', 'RDX', 'RBX', 'RSP', 'RBP', 'RSI', 'RDI', 'R8', 'R9', 'R10', 'R11', 'R12', 'R13', 'R14', 'R15',
	}

	-- Argument number n, counted from 0, if it and those before it are integers or pointers.
	function native.int(cpu, n)
		return cpu[registers[n]].lo.i
	end

	function native.pointer(cpu, n)
		return cpu[registers[n]].p
	end

	-- The first argument, a double.
	function native.double(cpu)
		return cpu.XMM[0].lo.f
	end

	function native.return_int(cpu, x)
		cpu.RAX.i = x
	end
	native.return_long = native.return_int

	function native.return_pointer(cpu, p)
		cpu.RAX.p = p
	end

	function native.return_double(cpu, x)
		cpu.XMM[0].lo.f = x
	end
elseif ffi.arch == 'arm64' then
	native.convention = ffi.os == 'OSX' and 'aapcs64_darwin' or 'aapcs64'
	native.stack_pointer = 'SP'
	native.flags, native.last_vector = 'FPCR', 'v31'
	native.registers = {}
	for i = 0, 30 do
		native.registers[i] = 'X' .. i
	end

	function native.int(cpu, n)
		return cpu.GPR[n].lo.i
	end

	function native.pointer(cpu, n)
		return cpu.GPR[n].p
	end

	function native.double(cpu)
		return cpu.V[0].lo.f
	end

	function native.return_int(cpu, x)
		cpu.X0.i = x
	end
	native.return_long = native.return_int

	function native.return_pointer(cpu, p)
		cpu.X0.p = p
	end

	function native.return_double(cpu, x)
		cpu.V[0].lo.f = x
	end
else -- all arguments on the stack, which are above the return address
	native.convention = ffi.os == 'Windows' and 'cdecl_x86_mingw' or 'cdecl_x86_sysv'
	native.stack_pointer = 'ESP'
	native.flags, native.last_vector = 'MXCSR', 'xmm7'
	native.registers = { [0] = 'EAX', 'ECX', 'EDX', 'EBX', 'ESP', 'EBP', 'ESI', 'EDI' }

	function native.int(cpu, n)
		return cpu.ESP.dp[n + 1].i
	end

	function native.pointer(cpu, n)
		return ffi.cast('void **', cpu.ESP.p)[n + 1]
	end

	function native.double(cpu)
		return ffi.cast('double *', cpu.ESP.bp + 4)[0]
	end

	function native.return_int(cpu, x)
		cpu.EAX.i = x
	end

	function native.return_long(cpu, x)
		cpu.EAX.i, cpu.EDX.i = x, x < 0 and -1 or 0
	end

	function native.return_pointer(cpu, p)
		cpu.EAX.p = p
	end

	function native.return_double(cpu, x) -- pushed on the x87 stack
		cpu.FSW.TOP = (cpu.FSW.TOP + 7) % 8
		cpu.FTWX.val = bit.bor(cpu.FTWX.val, bit.lshift(1, cpu.FSW.TOP))
		require 'cbframe'.float64to80(x, cpu.FPR[0].b)
	end
end

return native
