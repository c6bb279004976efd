#include "declaration.hpp"

#include "c_type.hpp"
#include "clang.hpp"

#include <algorithm>
#include <cctype>
#include <cstring>
#include <optional>
#include <sstream>

namespace {

// Both are names that messages of clang's show.
constexpr const char *file_name = "cbframe-declaration.c";
constexpr const char *text_name = "declaration";

// What needs no header, because there is none.
constexpr const char *known_names = R"(
typedef __SIZE_TYPE__ size_t; typedef __PTRDIFF_TYPE__ ptrdiff_t, ssize_t; typedef __WCHAR_TYPE__ wchar_t;
typedef __INTPTR_TYPE__ intptr_t; typedef __UINTPTR_TYPE__ uintptr_t; typedef _Bool bool;
typedef __INT8_TYPE__ int8_t; typedef __INT16_TYPE__ int16_t; typedef __INT32_TYPE__ int32_t;
typedef __INT64_TYPE__ int64_t; typedef __UINT8_TYPE__ uint8_t; typedef __UINT16_TYPE__ uint16_t;
typedef __UINT32_TYPE__ uint32_t; typedef __UINT64_TYPE__ uint64_t; typedef __INTMAX_TYPE__ intmax_t;
typedef __UINTMAX_TYPE__ uintmax_t; typedef __builtin_va_list va_list;
)";

bool is_word(char each) { return std::isalnum(static_cast<unsigned char>(each)) != 0 || each == '_'; }
bool is_space(char each) { return std::isspace(static_cast<unsigned char>(each)) != 0; }

// Spaces and final semicolons apart.
std::string trimmed(std::string text) {
    const auto end =
        std::find_if_not(text.rbegin(), text.rend(), [](char each) { return is_space(each) || each == ';'; });
    text.erase(end.base(), text.end());
    text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), is_space));
    return text;
}

// As a parameter is written, which has no storage class.
std::string without_storage_class(const std::string &text) {
    for (const char *const word : {"extern", "typedef", "static"})
        if (text.starts_with(word) && text.size() > std::strlen(word) && is_space(text[std::strlen(word)]))
            return without_storage_class(trimmed(text.substr(std::strlen(word))));
    return text;
}

// The text in two: declarations that the last one needs, such as those of structures, and that one.
struct parts {
    std::string before;
    std::string last;
};

parts split(const std::string &text) {
    int depth = 0;
    std::size_t end = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        depth += std::strchr("({[", text[i]) != nullptr ? 1 : std::strchr(")}]", text[i]) != nullptr ? -1 : 0;
        if (text[i] == ';' && depth == 0)
            end = i + 1;
    }
    return {text.substr(0, end), without_storage_class(trimmed(text.substr(end)))};
}

// A parameter may be declared by a type alone, as a pointer to a function, or by a function: all that somebody may
// write. Its type keeps the names of typedefs.
std::string source_of(const parts &text, const declaration_source &from) {
    std::string source = from.headers.empty() ? known_names : "";
    const auto add = [&](const std::string &begin, const char *name, const std::string &written, const char *end) {
        source += begin + "\n#line 1 \"" + name + "\"\n" + written + '\n' + end;
    };
    add("", text_name, text.before, "");
    add("void cbframe_function(", text_name, text.last, ");\n");
    add("void cbframe_variadic(", "--variadic", from.variadic.empty() ? "void" : from.variadic, ");\n");
    return source;
}

std::vector<std::string> lines_of(const std::string &text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);)
        lines.push_back(line);
    return lines;
}

struct message {
    std::string file;
    std::string text; // with where it is
};

// As a compiler shows it, with what was written below it.
message message_of(CXDiagnostic diagnostic, const parts &written) {
    CXString file;
    unsigned line = 0, column = 0;
    clang_getPresumedLocation(clang_getDiagnosticLocation(diagnostic), &file, &line, &column);
    const std::string name = clang::text(file);
    const bool is_fatal = clang_getDiagnosticSeverity(diagnostic) == CXDiagnostic_Fatal;
    std::string text = (is_fatal ? "fatal error: " : "error: ") + clang::text(clang_getDiagnosticSpelling(diagnostic));
    if (name.empty() || line == 0)
        return {name, text};
    const std::string place = name + ':' + std::to_string(line) + ':' + std::to_string(column) + ": ";
    const std::vector<std::string> lines = lines_of(written.last);
    if (name != text_name || !written.before.empty())
        return {name, place + text};
    if (line > lines.size()) { // what is missing is missed behind the text
        line = static_cast<unsigned>(lines.size());
        column = static_cast<unsigned>(lines.back().size()) + 1;
    }
    const std::string &shown = lines[line - 1];
    return {name, text + "\n    " + shown + "\n    " +
                      std::string(std::min<std::size_t>(column - 1, shown.size()), ' ') + '^'};
}

std::vector<message> errors_of(CXTranslationUnit unit, const parts &written) {
    std::vector<message> all;
    const unsigned count = clang_getNumDiagnostics(unit);
    for (unsigned i = 0; i < count; ++i) {
        const clang::diagnostic each(clang_getDiagnostic(unit, i));
        if (clang_getDiagnosticSeverity(each.get()) >= CXDiagnostic_Error)
            all.push_back(message_of(each.get(), written));
    }
    return all;
}

[[noreturn]] void refuse(const std::vector<message> &errors) {
    std::string text = errors.front().text;
    constexpr std::size_t most = 5;
    for (std::size_t i = 1; i < std::min(errors.size(), most); ++i)
        text += '\n' + errors[i].text;
    if (errors.size() > most)
        text += "\n… and " + std::to_string(errors.size() - most) + " more";
    throw declaration_error(text);
}

// The function type itself, through names, parentheses and one pointer.
std::optional<CXType> function_type(CXType type) {
    for (int pointers = 0; pointers <= 1;) {
        const CXTypeKind canonical = clang_getCanonicalType(type).kind;
        if (canonical == CXType_FunctionProto || canonical == CXType_FunctionNoProto)
            return type;
        if (canonical != CXType_Pointer && canonical != CXType_BlockPointer)
            return std::nullopt;
        switch (type.kind) {
        case CXType_Elaborated:
            type = clang_Type_getNamedType(type);
            break;
        case CXType_Typedef:
            type = clang_getTypedefDeclUnderlyingType(clang_getTypeDeclaration(type));
            break;
        case CXType_Pointer:
        case CXType_BlockPointer:
            type = clang_getPointeeType(type);
            ++pointers;
            break;
        default:
            type = clang_getCanonicalType(type);
        }
    }
    return std::nullopt;
}

// The parameters that a cursor declares, perhaps by the name of a type that does.
std::vector<CXCursor> parameters_of(CXCursor cursor) {
    std::vector<CXCursor> found;
    CXCursor named = clang_getNullCursor();
    for (const CXCursor each : clang::children(cursor)) {
        if (clang_getCursorKind(each) == CXCursor_ParmDecl)
            found.push_back(each);
        else if (clang_getCursorKind(each) == CXCursor_TypeRef)
            named = clang_getCursorReferenced(each);
    }
    if (found.empty() && clang_getCursorKind(named) == CXCursor_TypedefDecl)
        return parameters_of(named);
    return found;
}

struct target_convention {
    const char *cpu;    // what the target's name begins with
    const char *system; // what else is in it
    const char *convention;
};

// The first that fits.
constexpr target_convention conventions_of_targets[] = {
    {"x86_64", "windows-gnu", "ms_x64_mingw"},
    {"x86_64", "windows", "ms_x64"},
    {"x86_64", "apple", "sysv_x64_darwin"},
    {"x86_64", "gnux32", nullptr},
    {"x86_64", "", "sysv_x64"},
    {"i", "windows-gnu", "cdecl_x86_mingw"},
    {"i", "windows", "cdecl_x86_msvc"},
    {"i", "apple", "cdecl_x86_darwin"},
    {"i", "86", "cdecl_x86_sysv"},
    {"aarch64", "windows", "aapcs64_windows"},
    {"aarch64", "apple", "aapcs64_darwin"},
    {"arm64", "apple", "aapcs64_darwin"},
    {"aarch64", "", "aapcs64"},
    {"riscv64", "", "lp64d"},
};

const cbframe::abi::convention &convention_of_target(CXTranslationUnit unit) {
    const clang::target target(clang_getTranslationUnitTargetInfo(unit));
    const std::string name = clang::text(clang_TargetInfo_getTriple(target.get()));
    for (const target_convention &each : conventions_of_targets) {
        if (each.convention == nullptr || !name.starts_with(each.cpu) || name.find(each.system) == name.npos)
            continue;
        const cbframe::abi::convention &found = *cbframe::abi::find_convention(each.convention);
        const cbframe::abi::convention &native = cbframe::native_convention();
        return std::strcmp(found.name, native.name) == 0 ? native : found;
    }
    throw declaration_error("cbframe knows no convention of the target " + name);
}

// Of 32-bit x86 there is one of each kind on each system.
const cbframe::abi::convention *of_same_system(const std::string &kind, const cbframe::abi::convention &usual) {
    const std::string name = usual.name;
    return name.starts_with("cdecl") ? cbframe::abi::find_convention(kind + name.substr(std::strlen("cdecl")))
                                     : nullptr;
}

const cbframe::abi::convention *convention_of(CXType function, const cbframe::abi::convention &usual) {
    const cbframe::abi::convention *found = nullptr;
    switch (clang_getFunctionTypeCallingConv(function)) {
    case CXCallingConv_Default:
    case CXCallingConv_C:
        return &usual;
    case CXCallingConv_X86_64Win64:
        found = &cbframe::abi::ms_x64;
        break;
    case CXCallingConv_X86_64SysV:
        found = &cbframe::abi::sysv_x64;
        break;
    case CXCallingConv_X86VectorCall:
        found = usual.model->pointer_size == 8 ? &cbframe::abi::vectorcall_x64 : of_same_system("vectorcall", usual);
        break;
    case CXCallingConv_X86StdCall:
        found = of_same_system("stdcall", usual);
        break;
    case CXCallingConv_X86FastCall:
        found = of_same_system("fastcall", usual);
        break;
    case CXCallingConv_X86ThisCall:
        found = of_same_system("thiscall", usual);
        break;
    default:
        break;
    }
    if (found == nullptr)
        throw declaration_error("cbframe describes no convention as '" + clang::text(clang_getTypeSpelling(function)) +
                                "' names it; a frame, whose handler gets the registers, serves any");
    return found;
}

} // namespace

struct declaration::parsed {
    explicit parsed(const declaration_source &from);

    clang::unit parse(const char *language) const;
    void find(const std::vector<message> &errors);
    CXCursor declared(const std::string &name) const;
    [[noreturn]] void refuse_text(const std::vector<message> &errors) const;

    declaration_source source;

    parts text;
    clang::index index;
    clang::unit unit;
    CXCursor cursor = clang_getNullCursor(); // of the function, or of what has its type
    CXType function{};
    std::vector<CXType> variadic; // in place of its `...`
    packs packed;
};

declaration::parsed::parsed(const declaration_source &from) : source(from), text(split(trimmed(from.text))) {
    if (text.last.empty())
        throw declaration_error("no declaration was given");
    index.reset(clang_createIndex(0, 0));
    unit = parse("c");
    find(errors_of(unit.get(), text));
    if (clang_getCursorLanguage(cursor) == CXLanguage_CPlusPlus)
        throw declaration_error("declarations are read as C, not as C++");
    if (clang_getCanonicalType(function).kind == CXType_FunctionNoProto)
        throw declaration_error("'" + text.last + "' says nothing of its parameters: (void) if there are none");
}

clang::unit declaration::parsed::parse(const char *language) const {
    const std::string written = source_of(text, source);
    std::vector<const char *> options{"-x", language, "-Werror=implicit-int", "-fspell-checking"};
    for (const std::string &each : source.headers)
        options.insert(options.end(), {"-include", each.c_str()});
    for (const std::string &each : source.clang_options)
        options.push_back(each.c_str());
    CXUnsavedFile file{file_name, written.data(), static_cast<unsigned long>(written.size())};
    CXTranslationUnit made = nullptr;
    const CXErrorCode failed =
        clang_parseTranslationUnit2(index.get(), file_name, options.data(), static_cast<int>(options.size()), &file, 1,
                                    CXTranslationUnit_SkipFunctionBodies, &made);
    if (failed != CXError_Success)
        throw declaration_error("clang cannot parse with these options");
    return clang::unit(made);
}

// Of a type that it does not know clang says so in C++; in C it takes the name for that of a parameter.
void declaration::parsed::refuse_text(const std::vector<message> &errors) const {
    std::vector<message> unknown = errors_of(parse("c++").get(), text);
    std::erase_if(unknown, [](const message &each) {
        const auto has = [&](const char *words) { return each.text.find(words) != each.text.npos; };
        return each.file != text_name || !(has("unknown type name") || has("undeclared identifier"));
    });
    refuse(unknown.empty() ? errors : unknown);
}

void declaration::parsed::find(const std::vector<message> &errors) {
    if (std::ranges::any_of(errors, [](const message &each) { return each.file != text_name; }))
        refuse(errors);
    if (std::ranges::all_of(text.last, is_word))
        cursor = declared(text.last);
    if (clang_Cursor_isNull(cursor) != 0 && !errors.empty())
        refuse_text(errors);
    if (clang_Cursor_isNull(cursor) != 0) {
        const std::vector<CXCursor> written = parameters_of(declared("cbframe_function"));
        if (written.size() != 1)
            throw declaration_error("'" + text.last + "' is not one declaration");
        cursor = written.front();
    }
    const auto found = function_type(clang_getCursorType(cursor));
    if (!found)
        throw declaration_error("'" + text.last + "' is neither a function nor a pointer to one");
    function = *found;
    for (const CXCursor each : parameters_of(declared("cbframe_variadic")))
        variadic.push_back(clang_getCursorType(each));
}

// A function or variable; the last of that name.
CXCursor declaration::parsed::declared(const std::string &name) const {
    CXCursor found = clang_getNullCursor();
    for (const CXCursor each : clang::children(clang_getTranslationUnitCursor(unit.get()))) {
        const CXCursorKind kind = clang_getCursorKind(each);
        if ((kind == CXCursor_FunctionDecl || kind == CXCursor_VarDecl) &&
            clang::text(clang_getCursorSpelling(each)) == name)
            found = each;
    }
    return found;
}

declaration::declaration(const declaration_source &source) : parsed_(std::make_unique<parsed>(source)) {
    const CXType function = parsed_->function;
    spelling = clang::text(clang_getTypeSpelling(function));
    result_type = clang::text(clang_getTypeSpelling(clang_getResultType(function)));
    const std::vector<CXCursor> declared = parameters_of(parsed_->cursor);
    const auto count = static_cast<unsigned>(clang_getNumArgTypes(function));
    for (unsigned i = 0; i < count; ++i)
        parameters.push_back({declared.size() == count ? clang::text(clang_getCursorSpelling(declared[i])) : "",
                              clang::text(clang_getTypeSpelling(clang_getArgType(function, i)))});

    const cbframe::abi::convention &usual = convention_of_target(parsed_->unit.get());
    convention = convention_of(function, usual);
    pack_finder finder(*usual.model);
    finder.look_at(clang_getResultType(function));
    for (unsigned i = 0; i < count; ++i)
        finder.look_at(clang_getArgType(function, i));
    for (const CXType each : parsed_->variadic) {
        parameters.push_back({"", clang::text(clang_getTypeSpelling(each))});
        finder.look_at(each);
    }
    parsed_->packed = finder.found();
}

declaration::~declaration() = default;
declaration::declaration(declaration &&) noexcept = default;
declaration &declaration::operator=(declaration &&) noexcept = default;

cbframe::signature declaration::signature(const cbframe::abi::data_model &model) const {
    const type_reader reader(model, parsed_->packed);
    const CXType function = parsed_->function;
    cbframe::signature made{.result = reader.read(clang_getResultType(function)),
                            .variadic = clang_isFunctionTypeVariadic(function) != 0};
    const auto count = static_cast<unsigned>(clang_getNumArgTypes(function));
    for (unsigned i = 0; i < count; ++i)
        made.parameters.push_back(reader.read_parameter(clang_getArgType(function, i)));
    return made;
}

std::vector<cbframe::type> declaration::variadic(const cbframe::abi::data_model &model) const {
    const type_reader reader(model, parsed_->packed);
    std::vector<cbframe::type> types;
    for (const CXType each : parsed_->variadic)
        types.push_back(reader.read_parameter(each));
    return types;
}
