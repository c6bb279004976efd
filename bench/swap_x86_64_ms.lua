-- Returns a handler of NSSize (*)(void *, void *, void *, NSSize), which swaps the two doubles. RCX points at room for
-- the result, the fifth argument in the order of registers and stack at the struct.
return function(cpu)
	local given, result = cpu.RSP.qp[5].qp, cpu.RCX.qp
	result[0].f, result[1].f = given[1].f, given[0].f
	cpu.RAX.qp = result
end
