-- Lists the functions that a C header declares: LuaJIT calls libclang, and libclang calls back.
--
-- libclang walks a syntax tree with a visitor that takes two 32-byte structs by value, which LuaJIT's
-- own callbacks cannot:
--
--     enum CXChildVisitResult visitor(CXCursor cursor, CXCursor parent, CXClientData data);
--
-- This program does the same as clang_ast.lua with what lies beneath: a frame, which knows no signature.
-- It gets the CPU as the caller left it, and picks the arguments from where the C calling convention puts
-- them. All else is in function_list.lua.

local ffi = require 'ffi'
local cbframe = require 'cbframe'
package.path = (arg[0]:match '^.*/' or './') .. '?.lua;' .. package.path
local list_functions = require 'function_list'

-- On System V x86-64 structs of more than 16 bytes are passed on the stack, just above the return
-- address, which is what RSP points at when a function is called. So when libclang calls the visitor,
-- cursor is at RSP+8 and parent at RSP+40. (The third argument, data, is in RDI: nobody needs it here.)
-- The result of a C function that returns an int or an enum is what it leaves in EAX.
ffi.cdef [[
typedef struct { void *return_address; CXCursor cursor; CXCursor parent; } visitor_stack;
]]

local function visit_children(libclang, root, visit)
	local visitor = cbframe.new(function(cpu)
		local stack = ffi.cast('visitor_stack *', cpu.RSP.p)
		visit(stack.cursor, stack.parent)
		cpu.EAX.u = ffi.C.CXChildVisit_Recurse
	end)
	cbframe.call(libclang.clang_visitChildren, root, visitor.p, nil)
	visitor:free()
end

list_functions('clang_ast_frame', visit_children, ...)
