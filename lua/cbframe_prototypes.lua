-- Prototypes: the function types that users name.

local ffi = require 'ffi'
local conventions = require 'cbframe_conventions'
local ctypes = require 'cbframe_ctypes'
local handles = require 'cbframe_handles'
local values = require 'cbframe_values'
local C = require('cbframe_native').library

local prototypes = {}

local function value_of(what, id)
	local ok, value = pcall(values.of, id)
	if not ok then
		error(('%s: %s'):format(what, value), 0)
	end
	return value
end

local function spell_function(result, parameters, variadic, declarator)
	local list = {}
	for i, parameter in ipairs(parameters) do
		list[i] = parameter.spelling
	end
	if variadic then
		table.insert(list, '...')
	end
	return ('%s %s(%s)'):format(result, declarator, #list > 0 and table.concat(list, ', ') or 'void')
end

local function read(node)
	local parameters = {}
	for i, member in ipairs(ctypes.members(node)) do
		local what = ("parameter %d%s"):format(i, member.name and (" '%s'"):format(member.name) or '')
		parameters[i] = value_of(what, member.child)
		parameters[i].name = member.name
	end
	local result = ctypes.resolve(node.child).kind ~= ctypes.VOID and value_of('result', node.child) or nil
	return { parameters = parameters, result = result, variadic = ctypes.has(node, ctypes.VARIADIC) }
end

-- What to write for a pointer to the function of this text.
local function pointer_to(text)
	if text:find '^[%w_]+$' then
		return text .. ' *'
	end
	local result, parameters = text:match '^([^()]-)%s*(%([^()]*%))$'
	return result and ('%s (*)%s'):format(result, parameters)
end

-- How the user wrote a type, trimmed; nil if it is a ctype.
local function text_of(ctype)
	return type(ctype) == 'string' and ctype:match '^%s*(.-)%s*$' or nil
end

-- Understands what the user gave as the C type of a callback, a string or a ctype, which LuaJIT parsed as another ctype.
-- Returns
--   pointer     the function pointer type
--   parameters  a value each, with its name if it has one
--   result      a value, nil if void
--   variadic    whether `...` follows the parameters
--   spelling, result_spelling
-- takes_functions: whether a function type will do. Raises an error without position.
function prototypes.of(ctype, parsed, takes_functions)
	local given = text_of(ctype) or tostring(parsed):match '^ctype<(.*)>$'
	local node = ctypes.resolve(tonumber(parsed))
	local is_pointer = node.kind == ctypes.POINTER
	if is_pointer then
		node = ctypes.resolve(node.child)
	end
	if node.kind ~= ctypes.FUNCTION then
		error(("function pointer type expected, got '%s'"):format(given), 0)
	end
	local ok, prototype = pcall(read, node)
	if not ok then
		error(("'%s': %s"):format(given, prototype), 0)
	end
	local function spelled(declarator)
		local result = prototype.result and prototype.result.spelling or 'void'
		return spell_function(result, prototype.parameters, prototype.variadic, declarator)
	end
	if not is_pointer and not takes_functions then
		local is_text = type(ctype) == 'string' -- else LuaJIT's spelling lacks the parameters
		error(("'%s' is a function, not a pointer to one: write '%s'"):format(
			is_text and given or spelled '', is_text and pointer_to(given) or spelled '(*)'), 0)
	end
	prototype.attribute = ctypes.attribute_of(node)
	prototype.pointer = is_pointer and parsed or ffi.typeof('$ *', parsed)
	prototype.spelling, prototype.result_spelling = spelled '(*)', prototype.result and prototype.result.spelling
	return prototype
end

-- A prototype's spelling and that of its result, as the user wrote them: LuaJIT forgets the names of types.
function prototypes.spellings(prototype, ctype)
	local given = text_of(ctype)
	if not given then
		return prototype.spelling, prototype.result_spelling
	end
	local result = prototype.result_spelling
	if result and not result:find('(', 1, true) then
		result = given:match '^(.-)%s*%(%s*[%w_]*%s*%*' or given:match '^([^()]-)%s*%b()$' or result
	end
	return given, result
end

-- The pieces of a list of parameters: what commas separate that are in no brackets.
local function split(text)
	local list, depth, start = {}, 0, 1
	for at, character in text:gmatch '()([%(%)%[%]{},])' do
		if character == ',' and depth == 0 then
			table.insert(list, text:sub(start, at - 1))
			start = at + 1
		elseif character ~= ',' then
			depth = depth + (character:find '[%(%[{]' and 1 or -1)
		end
	end
	table.insert(list, text:sub(start))
	return list
end

-- A parameter's type as the user wrote it, without the parameter's name.
local function without_name(text, name)
	if name then
		local before, after = text:match('^(.*%f[%w_])' .. name .. '%f[^%w_](.*)$')
		text = before and before .. after or text
	end
	return (text:gsub('%s+', ' '):gsub('^ ', ''):gsub(' $', ''))
end

-- The types of a prototype's parameters, as the user wrote them where the text shows them.
function prototypes.parameter_spellings(prototype, ctype)
	local given, list = text_of(ctype), {}
	local inner = given and given:match '(%b())$'
	local pieces = inner and split(inner:sub(2, -2)) or {}
	local count = #prototype.parameters + (prototype.variadic and 1 or 0)
	for i, parameter in ipairs(prototype.parameters) do
		list[i] = #pieces == count and without_name(pieces[i], parameter.name) or parameter.spelling
	end
	return list
end

-- The library's signature of what prototypes.of returned, by a convention of this name, or the one that its attribute
-- names, or the system's own. layout_only: this CPU need not call by it.
function prototypes.signature_of(prototype, convention, layout_only)
	local by = C.cbf_convention_native()
	if convention == nil and prototype.attribute then
		convention = ffi.string(C.cbf_convention_name(C.cbf_convention_native())):gsub('^%l+', prototype.attribute)
	end
	if convention ~= nil then
		by = conventions.find(convention, layout_only)
	end
	local count = #prototype.parameters
	local parameters = ffi.new('const cbf_type *[?]', count)
	for i, parameter in ipairs(prototype.parameters) do
		parameters[i - 1] = parameter.type
	end
	local out = ffi.new 'cbf_signature *[1]'
	handles.check(C.cbf_signature_new(out, prototype.result and prototype.result.type, parameters, count,
		prototype.variadic and 1 or 0, by))
	return ffi.gc(out[0], C.cbf_signature_free)
end

return prototypes
