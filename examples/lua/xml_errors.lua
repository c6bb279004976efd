-- Collects what libxml2 has to say of broken XML: libxml2 calls a variadic Lua function.
--
-- libxml2 reports errors as printf would print them, to a callback with a format and any arguments:
--
--     typedef void (*xmlGenericErrorFunc)(void *context, const char *format, ...);
--
-- LuaJIT's own callbacks cannot be variadic. With cbframe.cast the handler gets one more value for the
-- arguments in place of the dots, and hands them on to vsnprintf.

local ffi = require 'ffi'
local cbframe = require 'cbframe'

local usage = [==[
usage: luajit xml_errors.lua [FILE]

Lists the errors that libxml2 finds in an XML file; those of a broken letter if there is none.
Exits with 1 if the file cannot be read.
]==]

-- As in libxml/xmlerror.h and libxml/parser.h, as far as it is needed here.
ffi.cdef [[
typedef void (*xmlGenericErrorFunc)(void *context, const char *format, ...);
void xmlSetGenericErrorFunc(void *context, xmlGenericErrorFunc handler);
void *xmlReadMemory(const char *text, int size, const char *url, const char *encoding, int options);
void xmlFreeDoc(void *document);
int vsnprintf(char *out, size_t size, const char *format, va_list arguments);
]]

local XML_PARSE_RECOVER = 1 -- goes on after an error

local letter = [==[
<letter>
  <to>
    <name>Alice
  </person>
  <text>&undefined; greetings</text>
  <from name=Bob/>
</letter>
]==]

local function load_libxml2()
	for _, name in ipairs { 'libxml2.so.2', 'xml2', 'libxml2.so.16' } do
		local ok, library = pcall(ffi.load, name)
		if ok then
			return library
		end
	end
	io.stderr:write 'xml_errors: libxml2 not found; on Debian and Ubuntu: apt install libxml2\n'
	os.exit(1)
end

-- Returns a list of what libxml2 says while it parses the text that it is to know by this name.
local function errors_of(libxml2, text, name)
	local pieces, buffer, size = {}, ffi.new 'char[4096]', 4096

	-- A message comes in several calls; the last one of a line ends with a line feed.
	local handler = cbframe.cast('xmlGenericErrorFunc', function(_, format, va)
		ffi.C.vsnprintf(buffer, size, format, va.list)
		table.insert(pieces, ffi.string(buffer))
	end)
	libxml2.xmlSetGenericErrorFunc(nil, handler.p)
	local document = cbframe.call(libxml2.xmlReadMemory, text, #text, name, nil, XML_PARSE_RECOVER)
	libxml2.xmlSetGenericErrorFunc(nil, nil)
	handler:free()
	if document ~= nil then
		libxml2.xmlFreeDoc(document)
	end

	local messages = {}
	for line in table.concat(pieces):gmatch '[^\n]+' do
		if line:find('^' .. name:gsub('%p', '%%%0') .. ':%d+: ') then
			table.insert(messages, { line })
		elseif #messages > 0 then -- the line of the text, and below it a mark where the error is
			table.insert(messages[#messages], line)
		end
	end
	return messages
end

local function main(path)
	if path == '--help' or path == '-h' then
		io.write(usage)
		return
	end
	local text, name = letter, 'a letter'
	if path then
		local file, why = io.open(path)
		if not file then
			io.stderr:write('xml_errors: cannot open ', why, '\n')
			os.exit(1)
		end
		text, name = file:read '*a', path
		file:close()
	end

	local messages = errors_of(load_libxml2(), text, name)
	print(('%d messages of libxml2 about the text it knows as "%s":'):format(#messages, name))
	for i, message in ipairs(messages) do
		print(('\n%d  %s'):format(i, table.concat(message, '\n   ')))
	end
end

main(...)
