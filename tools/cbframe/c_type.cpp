#include "c_type.hpp"

#include "declaration_error.hpp"

#include <algorithm>
#include <cstdlib>
#include <optional>

namespace {

using cbframe::type_kind;

std::string spelling(CXType type) { return clang::text(clang_getTypeSpelling(type)); }

[[noreturn]] void refuse(CXType type) { throw declaration_error("cbframe knows no type '" + spelling(type) + "'"); }

// Names that systems define by types of their own.
struct sized_name {
    const char *name;
    bool is_signed;
    std::size_t size; // 0: that of a pointer
};

constexpr sized_name sized_names[] = {
    {"int8_t", true, 1},     {"int16_t", true, 2},    {"int32_t", true, 4},   {"int64_t", true, 8},
    {"uint8_t", false, 1},   {"uint16_t", false, 2},  {"uint32_t", false, 4}, {"uint64_t", false, 8},
    {"intmax_t", true, 8},   {"uintmax_t", false, 8}, {"char16_t", false, 2}, {"char32_t", false, 4},
    {"size_t", false, 0},    {"ssize_t", true, 0},    {"ptrdiff_t", true, 0}, {"intptr_t", true, 0},
    {"uintptr_t", false, 0},
};

bool is_of_windows(const cbframe::abi::data_model &model) {
    return model.records == CBF_RECORDS_MICROSOFT || model.records == CBF_RECORDS_MS_BITFIELDS;
}

std::optional<cbframe::type> read_sized(const std::string &name, const cbframe::abi::data_model &model) {
    if (name == "wchar_t" && is_of_windows(model))
        return type_kind::unsigned_short;
    const auto *const found = std::ranges::find_if(sized_names, [&](const auto &each) { return name == each.name; });
    if (found == std::end(sized_names))
        return std::nullopt;
    const auto choose = [&](type_kind with_sign, type_kind without) {
        return cbframe::type(found->is_signed ? with_sign : without);
    };
    switch (found->size != 0 ? found->size : model.pointer_size) {
    case 1:
        return choose(type_kind::signed_char, type_kind::unsigned_char);
    case 2:
        return choose(type_kind::short_, type_kind::unsigned_short);
    case 4:
        return choose(type_kind::int_, type_kind::unsigned_int);
    default:
        return model.long_size == 8 ? choose(type_kind::long_, type_kind::unsigned_long)
                                    : choose(type_kind::long_long, type_kind::unsigned_long_long);
    }
}

std::optional<type_kind> basic_kind(CXTypeKind kind) {
    switch (kind) {
    case CXType_Void:
        return type_kind::void_;
    case CXType_Bool:
        return type_kind::bool_;
    case CXType_Char_S:
    case CXType_Char_U:
        return type_kind::char_;
    case CXType_SChar:
        return type_kind::signed_char;
    case CXType_UChar:
        return type_kind::unsigned_char;
    case CXType_Short:
        return type_kind::short_;
    case CXType_UShort:
        return type_kind::unsigned_short;
    case CXType_Int:
        return type_kind::int_;
    case CXType_UInt:
        return type_kind::unsigned_int;
    case CXType_Long:
        return type_kind::long_;
    case CXType_ULong:
        return type_kind::unsigned_long;
    case CXType_LongLong:
        return type_kind::long_long;
    case CXType_ULongLong:
        return type_kind::unsigned_long_long;
    case CXType_Int128:
        return type_kind::int128;
    case CXType_UInt128:
        return type_kind::unsigned_int128;
    case CXType_Float:
        return type_kind::float_;
    case CXType_Double:
        return type_kind::double_;
    case CXType_LongDouble:
        return type_kind::long_double;
    default:
        return std::nullopt;
    }
}

bool has_attribute(CXCursor of, CXCursorKind kind) {
    return std::ranges::any_of(clang::children(of), [&](CXCursor each) { return clang_getCursorKind(each) == kind; });
}

// Where a structure is declared, which tells one from another that has no name either.
std::string place_of(CXCursor record) {
    CXString file;
    unsigned line = 0, column = 0;
    clang_getPresumedLocation(clang_getCursorLocation(record), &file, &line, &column);
    return clang::text(file) + ':' + std::to_string(line) + ':' + std::to_string(column);
}

// The number in "aligned(16)" or "_Alignas(16)", of which libclang has the first word.
std::size_t written_alignment(CXCursor field, CXCursor attribute) {
    CXTranslationUnit unit = clang_Cursor_getTranslationUnit(field);
    const CXSourceLocation begin = clang_getRangeStart(clang_getCursorExtent(attribute));
    const CXSourceLocation end = clang_getRangeEnd(clang_getCursorExtent(clang_getCursorSemanticParent(field)));
    CXToken *tokens = nullptr;
    unsigned count = 0;
    clang_tokenize(unit, clang_getRange(begin, end), &tokens, &count);
    const auto text = [&](unsigned i) { return clang::text(clang_getTokenSpelling(unit, tokens[i])); };
    std::size_t number = 0;
    if (count > 3 && clang_getTokenKind(tokens[2]) == CXToken_Literal && text(3) == ")")
        number = std::strtoul(text(2).c_str(), nullptr, 0);
    clang_disposeTokens(unit, tokens, count);
    if (number == 0)
        throw declaration_error("the alignment of field '" + clang::text(clang_getCursorSpelling(field)) +
                                "' is not written as a number");
    return number;
}

std::string tag_of(CXCursor record) {
    return clang_Cursor_isAnonymous(record) != 0 || clang_Cursor_isAnonymousRecordDecl(record) != 0
               ? ""
               : clang::text(clang_getCursorSpelling(record));
}

} // namespace

cbframe::type type_reader::read_parameter(CXType type) const {
    switch (clang_getCanonicalType(type).kind) {
    case CXType_ConstantArray:
    case CXType_IncompleteArray:
    case CXType_VariableArray:
    case CXType_FunctionProto:
    case CXType_FunctionNoProto:
        return cbframe::type::pointer();
    default:
        return read(type);
    }
}

cbframe::type type_reader::read(CXType type) const {
    if (const auto basic = basic_kind(type.kind))
        return *basic;
    switch (type.kind) {
    case CXType_Elaborated:
        return read(clang_Type_getNamedType(type));
    case CXType_Typedef:
        if (const auto sized = read_sized(clang::text(clang_getTypedefName(type)), model_))
            return *sized;
        return read(clang_getTypedefDeclUnderlyingType(clang_getTypeDeclaration(type)));
    case CXType_Pointer: // what it points at makes no difference to where it is
    case CXType_BlockPointer:
        return cbframe::type::pointer();
    case CXType_Complex:
        return cbframe::type::complex(read(clang_getElementType(type)));
    case CXType_Vector:
    case CXType_ExtVector:
        return cbframe::type::vector(read(clang_getElementType(type)),
                                     static_cast<std::size_t>(clang_getNumElements(type)));
    case CXType_ConstantArray:
        return cbframe::type::array(read(clang_getArrayElementType(type)),
                                    static_cast<std::size_t>(clang_getArraySize(type)));
    case CXType_IncompleteArray:
        return cbframe::type::flexible_array(read(clang_getArrayElementType(type)));
    case CXType_Enum:
        return cbframe::type::enumeration(clang::text(clang_getCursorSpelling(clang_getTypeDeclaration(type))),
                                          read(clang_getEnumDeclIntegerType(clang_getTypeDeclaration(type))));
    case CXType_Record:
        return read_record(type);
    case CXType_Unexposed: { // parentheses, attributes
        const CXType canonical = clang_getCanonicalType(type);
        if (canonical.kind == CXType_Unexposed)
            refuse(type);
        return read(canonical);
    }
    default:
        refuse(type);
    }
}

cbframe::type type_reader::read_record(CXType type) const {
    const CXCursor record = clang_getTypeDeclaration(type);
    const std::string tag = tag_of(record);
    const bool is_union = clang_getCursorKind(record) == CXCursor_UnionDecl;
    if (clang_Cursor_isNull(clang_getCursorDefinition(record)) != 0)
        return is_union ? cbframe::type::incomplete_union(tag) : cbframe::type::incomplete_structure(tag);
    std::vector<cbframe::field> fields;
    for (const CXCursor each : clang::fields(type))
        fields.push_back(read_field(each));
    cbframe::record_attributes attributes;
    attributes.packed = has_attribute(record, CXCursor_PackedAttr);
    if (has_attribute(record, CXCursor_AlignedAttr))
        attributes.alignment = static_cast<std::size_t>(clang_Type_getAlignOf(type));
    if (const auto pack = packs_.find(place_of(record)); pack != packs_.end())
        attributes.pack = pack->second;
    return is_union ? cbframe::type::union_(tag, fields, attributes)
                    : cbframe::type::structure(tag, fields, attributes);
}

cbframe::field type_reader::read_field(CXCursor field) const {
    std::string name = clang::text(clang_getCursorSpelling(field));
    const CXType declared = clang_getCursorType(field);
    const bool is_record = clang_getCanonicalType(declared).kind == CXType_Record;
    if (is_record && clang_Cursor_isAnonymousRecordDecl(clang_getTypeDeclaration(declared)) != 0)
        name.clear();
    cbframe::field read_as{.name = name, .type = read(declared)};
    if (clang_Cursor_isBitField(field) != 0)
        read_as.bits = static_cast<unsigned>(clang_getFieldDeclBitWidth(field));
    read_as.packed = has_attribute(field, CXCursor_PackedAttr);
    for (const CXCursor each : clang::children(field))
        if (clang_getCursorKind(each) == CXCursor_AlignedAttr)
            read_as.alignment = std::max(read_as.alignment, written_alignment(field, each));
    return read_as;
}

void pack_finder::look_at(CXType type) {
    const CXType canonical = clang_getCanonicalType(type);
    if (canonical.kind == CXType_ConstantArray || canonical.kind == CXType_IncompleteArray)
        return look_at(clang_getArrayElementType(canonical));
    if (canonical.kind != CXType_Record)
        return;
    if (clang_Cursor_isNull(clang_getCursorDefinition(clang_getTypeDeclaration(canonical))) != 0)
        return;
    for (const CXCursor each : clang::fields(canonical)) // from the inside out
        look_at(clang_getCursorType(each));
    look_at_record(canonical);
}

void pack_finder::look_at_record(CXType type) {
    if (agrees(type))
        return;
    const std::string place = place_of(clang_getTypeDeclaration(type));
    for (const unsigned pack : {1U, 2U, 4U, 8U, 16U}) {
        found_[place] = pack;
        if (agrees(type))
            return;
    }
    throw declaration_error("'" + spelling(type) + "' has an attribute that cbframe does not know: for clang it has " +
                            std::to_string(clang_Type_getSizeOf(type)) + " bytes");
}

bool pack_finder::agrees(CXType type) const {
    const auto layout = cbframe::abi::layout_of(model_, type_reader(model_, found_).read(type));
    if (static_cast<long long>(layout.size) != clang_Type_getSizeOf(type) ||
        static_cast<long long>(layout.alignment) != clang_Type_getAlignOf(type))
        return false;
    const std::vector<CXCursor> fields = clang::fields(type);
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const auto &at = layout.fields[i];
        if (static_cast<long long>(at.offset * 8 + at.bit) != clang_Cursor_getOffsetOfField(fields[i]))
            return false;
    }
    return true;
}
