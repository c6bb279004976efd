-- Returns a handler of NSSize (*)(void *, void *, void *, NSSize), which swaps the two doubles: they come and go in XMM0 and XMM1.
return function(cpu)
	local width = cpu.XMM[0].lo.f
	cpu.XMM[0].lo.f = cpu.XMM[1].lo.f
	cpu.XMM[1].lo.f = width
end
