-- Lists the functions that a C header declares: LuaJIT calls libclang, and libclang calls back.
--
-- libclang walks a syntax tree with a visitor that takes two 32-byte structs by value, which LuaJIT's
-- own callbacks cannot:
--
--     enum CXChildVisitResult visitor(CXCursor cursor, CXCursor parent, CXClientData data);
--
-- cbframe.cast makes such a function pointer of a Lua function. All else is in function_list.lua.

local cbframe = require 'cbframe'
package.path = (arg[0]:match '^.*/' or './') .. '?.lua;' .. package.path
local list_functions = require 'function_list'

local function visit_children(libclang, root, visit)
	local visitor = cbframe.cast('CXCursorVisitor', function(cursor, parent)
		visit(cursor, parent)
		return 'CXChildVisit_Recurse'
	end)
	cbframe.call(libclang.clang_visitChildren, root, visitor.p, nil)
	visitor:free()
end

list_functions('clang_ast', visit_children, ...)
