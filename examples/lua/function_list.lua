-- What clang_ast.lua and clang_ast_frame.lua share: libclang, and the list of functions that they print. They differ
-- in how they make the visitor that libclang calls for each cursor of a syntax tree.

local ffi = require 'ffi'

local program -- the name of the one that runs

local usage = [==[
usage: luajit %s.lua [HEADER [CLANG ARGUMENT...]]

Lists the functions that a C header declares, with line and type. Those that come from the headers
it includes are counted, but not listed.

  HEADER          the C header; libclang's own clang-c/Index.h if there is none
  CLANG ARGUMENT  what clang needs to parse it, such as -Iinclude, -DNAME=1 or -xc++

Exits with 1 if the header cannot be read or parsed.
]==]

local function fail(message)
	io.stderr:write(program, ': ', message, '\n')
	os.exit(1)
end

-- libclang --------------------------------------------------------------------------------------

-- As in clang-c/Index.h, as far as it is needed here.
ffi.cdef [[
typedef struct { const void *data; unsigned private_flags; } CXString;
typedef struct { int kind; int xdata; const void *data[3]; } CXCursor;
typedef struct { int kind; void *data[2]; } CXType;
typedef struct { const void *ptr_data[2]; unsigned int_data; } CXSourceLocation;
typedef void *CXIndex, *CXTranslationUnit, *CXFile, *CXDiagnostic;

enum { CXCursor_FunctionDecl = 8 };
enum { CXDiagnostic_Error = 3 };
enum CXChildVisitResult { CXChildVisit_Break, CXChildVisit_Continue, CXChildVisit_Recurse };
typedef enum CXChildVisitResult (*CXCursorVisitor)(CXCursor cursor, CXCursor parent, void *data);

CXIndex clang_createIndex(int exclude_pch, int display_diagnostics);
void clang_disposeIndex(CXIndex);
int clang_parseTranslationUnit2(CXIndex, const char *file, const char *const *arguments, int count,
	void *unsaved_files, unsigned unsaved_count, unsigned options, CXTranslationUnit *out);
void clang_disposeTranslationUnit(CXTranslationUnit);
CXFile clang_getFile(CXTranslationUnit, const char *name);
int clang_File_isEqual(CXFile, CXFile);

unsigned clang_getNumDiagnostics(CXTranslationUnit);
CXDiagnostic clang_getDiagnostic(CXTranslationUnit, unsigned);
int clang_getDiagnosticSeverity(CXDiagnostic);
unsigned clang_defaultDiagnosticDisplayOptions(void);
CXString clang_formatDiagnostic(CXDiagnostic, unsigned options);
void clang_disposeDiagnostic(CXDiagnostic);

CXCursor clang_getTranslationUnitCursor(CXTranslationUnit);
unsigned clang_visitChildren(CXCursor parent, CXCursorVisitor, void *data);
unsigned clang_equalCursors(CXCursor, CXCursor);
CXString clang_getCursorSpelling(CXCursor);
CXType clang_getCursorType(CXCursor);
CXString clang_getTypeSpelling(CXType);
CXSourceLocation clang_getCursorLocation(CXCursor);
void clang_getExpansionLocation(CXSourceLocation, CXFile *, unsigned *line, unsigned *column, unsigned *offset);

const char *clang_getCString(CXString);
void clang_disposeString(CXString);
]]

local newest, oldest = 30, 7 -- versions of LLVM to look for

local function load_libclang()
	local names = { 'libclang-14.so.1', 'libclang.so', 'libclang.so.1' }
	for version = newest, oldest, -1 do
		table.insert(names, ('libclang-%d.so.1'):format(version))
		table.insert(names, ('libclang-%d.so.%d'):format(version, version))
		table.insert(names, ('/usr/lib/llvm-%d/lib/libclang.so.1'):format(version))
	end
	for _, name in ipairs(names) do
		local ok, library = pcall(ffi.load, name)
		if ok then
			return library
		end
	end
	fail 'libclang not found; on Debian and Ubuntu: apt install libclang1-14, or one of another version'
end

local libclang -- what load_libclang() found

local function to_string(cxstring)
	local text = ffi.string(libclang.clang_getCString(cxstring))
	libclang.clang_disposeString(cxstring)
	return text
end

-- The header ------------------------------------------------------------------------------------

-- libclang's own header, and what clang needs to parse it.
local function default_header()
	local folders = { '/usr/lib/llvm-14/include' }
	for version = newest, oldest, -1 do
		table.insert(folders, ('/usr/lib/llvm-%d/include'):format(version))
	end
	table.insert(folders, '/usr/local/include')
	table.insert(folders, '/usr/include')
	for _, folder in ipairs(folders) do
		local header = folder .. '/clang-c/Index.h'
		local file = io.open(header)
		if file then
			file:close()
			return header, { '-I' .. folder }
		end
	end
	fail "libclang's header clang-c/Index.h not found; name another header"
end

-- Shows what clang has to say of the header. Returns whether there is an error among it.
local function show_diagnostics(unit)
	local failed = false
	for i = 0, libclang.clang_getNumDiagnostics(unit) - 1 do
		local diagnostic = libclang.clang_getDiagnostic(unit, i)
		failed = failed or libclang.clang_getDiagnosticSeverity(diagnostic) >= ffi.C.CXDiagnostic_Error
		local options = libclang.clang_defaultDiagnosticDisplayOptions()
		io.stderr:write(to_string(libclang.clang_formatDiagnostic(diagnostic, options)), '\n')
		libclang.clang_disposeDiagnostic(diagnostic)
	end
	return failed
end

-- Returns the header's syntax tree, a CXTranslationUnit.
local function parse(index, header, extra_arguments)
	local file, why = io.open(header)
	if not file then
		fail('cannot open ' .. why)
	end
	file:close()

	local arguments = { '-xc-header', unpack(extra_arguments) }
	local unit = ffi.new 'CXTranslationUnit[1]'
	local code = libclang.clang_parseTranslationUnit2(index, header,
		ffi.new('const char *[?]', #arguments, arguments), #arguments, nil, 0, 0, unit)
	if code ~= 0 then
		fail(('libclang cannot parse %s (CXErrorCode %d)'):format(header, code))
	end
	if show_diagnostics(unit[0]) then
		fail('cannot parse ' .. header .. '; does it need arguments for clang, such as -I? See --help')
	end
	return unit[0]
end

-- The functions -----------------------------------------------------------------------------------

local function same_cursor(a, b)
	return libclang.clang_equalCursors(a, b) ~= 0
end

-- Where a cursor is: a CXFile and the number of a line.
local function place_of(cursor)
	local file, line = ffi.new 'CXFile[1]', ffi.new 'unsigned[1]'
	libclang.clang_getExpansionLocation(libclang.clang_getCursorLocation(cursor), file, line, nil, nil)
	return file[0], line[0]
end

-- Returns the functions that the header itself declares, and the counts of what was met on the way.
-- visit_children(libclang, root, visit) has libclang walk the tree below root: visit(cursor, parent) at each cursor.
local function functions_of(unit, header, visit_children)
	local root = libclang.clang_getTranslationUnitCursor(unit)
	local header_file = libclang.clang_getFile(unit, header)
	local found, count = {}, { visited = 0, top_level = 0, included = 0 }

	visit_children(libclang, root, function(cursor, parent)
		count.visited = count.visited + 1
		if same_cursor(parent, root) then
			count.top_level = count.top_level + 1
		end
		if cursor.kind == ffi.C.CXCursor_FunctionDecl then
			local file, line = place_of(cursor)
			if libclang.clang_File_isEqual(file, header_file) == 0 then
				count.included = count.included + 1
			else
				table.insert(found, {
					line = line,
					name = to_string(libclang.clang_getCursorSpelling(cursor)),
					type = to_string(libclang.clang_getTypeSpelling(libclang.clang_getCursorType(cursor))),
				})
			end
		end
	end)
	return found, count
end

-- The list --------------------------------------------------------------------------------------

-- Breaks a type after its commas, so that its lines have at most so many columns where that can be.
local function wrap(type, columns, indent)
	local lines, line = {}
	for part in (type .. ', '):gmatch '(.-), ' do
		if line and #line + #', ' + #part + #',' > columns then
			table.insert(lines, line)
			line = part
		else
			line = line and line .. ', ' .. part or part
		end
	end
	table.insert(lines, line)
	return table.concat(lines, ',\n' .. indent)
end

local function print_list(header, found, count)
	local name_width = #'name'
	for _, f in ipairs(found) do
		name_width = math.max(name_width, #f.name)
	end
	local row = '%6s  %-' .. name_width .. 's  %s\n'
	local indent = row:format('', '', ''):sub(1, -2)

	io.write('The functions that ', header, ' declares:\n\n')
	io.write(row:format('line', 'name', 'type'))
	for _, f in ipairs(found) do
		io.write(row:format(f.line, f.name, wrap(f.type, 100 - #indent, indent)))
	end
	io.write(('\n%d functions. The headers it includes declare %d more, not listed.\n'):format(#found, count.included))
	io.write(('libclang called the Lua visitor %d times, %d of them for a top-level declaration.\n'):format(
		count.visited, count.top_level))
end

-- The command line -------------------------------------------------------------------------------

return function(name, visit_children, header, ...)
	program = name
	local arguments = { ... }
	if header == '--help' or header == '-h' then
		io.write(usage:format(program))
		return
	end
	if header and header:match '^%-' then
		io.stderr:write(('%s: a header must come first, not %s; see --help\n'):format(program, header))
		os.exit(2)
	end

	libclang = load_libclang()
	if not header then
		header, arguments = default_header()
	end
	local index = libclang.clang_createIndex(0, 0)
	local unit = parse(index, header, arguments)
	print_list(header, functions_of(unit, header, visit_children))
	libclang.clang_disposeTranslationUnit(unit)
	libclang.clang_disposeIndex(index)
end
