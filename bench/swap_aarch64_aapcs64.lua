-- Returns a handler of NSSize (*)(void *, void *, void *, NSSize), which swaps the two doubles: they come and go in V0 and V1.
return function(cpu)
	local width = cpu.V[0].lo.f
	cpu.V[0].lo.f = cpu.V[1].lo.f
	cpu.V[1].lo.f = width
end
