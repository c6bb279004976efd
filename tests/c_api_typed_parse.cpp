// The C API of types and signatures that are read from text.
#include "c_api_typed.hpp"

#include <cbframe/detail/shape.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace c_api_typed {
namespace {

std::string spelled(const cbf_type *type) {
    char text[1024];
    std::size_t length = 0;
    EXPECT_EQ(cbf_type_format(type, text, sizeof(text), &length), CBF_OK) << cbf_error_detail();
    return text;
}

// What a text is read as, or why it is not.
std::string read(const std::string &text, const std::vector<cbf_named_type> &names = {}) {
    const cbf_type *out = nullptr;
    if (cbf_type_parse(&out, text.c_str(), names.data(), names.size()) != CBF_OK)
        return cbf_error_detail();
    return spelled(type_handle(out).get());
}

std::string repeated(const std::string &text, std::size_t count) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i)
        all += text;
    return all;
}

TEST(CApiParse, scalars_in_any_order_of_words) {
    for (int kind = CBF_KIND_VOID; kind <= CBF_KIND_LONG_DOUBLE; ++kind) {
        const std::string name = spelled(cbf_type_basic(static_cast<cbf_kind>(kind)));
        EXPECT_EQ(read(name), name);
    }
    EXPECT_EQ(read("long unsigned int long"), "unsigned long long");
    EXPECT_EQ(read("short signed int"), "short");
    EXPECT_EQ(read("int short unsigned"), "unsigned short");
    EXPECT_EQ(read("unsigned"), "unsigned int");
    EXPECT_EQ(read("signed"), "int");
    EXPECT_EQ(read("signed int"), "int");
    EXPECT_EQ(read("char signed"), "signed char");
    EXPECT_EQ(read("double long"), "long double");
    EXPECT_EQ(read("__int128 signed"), "__int128");
    EXPECT_EQ(read("double _Complex"), "_Complex double");
    EXPECT_EQ(read("_Complex long double"), "_Complex long double");
    EXPECT_EQ(read("unsigned _Complex long"), "_Complex unsigned long");
    EXPECT_EQ(read("\tconst  volatile\nint "), "int");
    EXPECT_EQ(read("int const"), "int");
}

TEST(CApiParse, declarators) {
    for (const char *text :
         {"int *", "char **", "int *[3]", "int (*)[3]", "int [2][3]", "int []", "double (int, char *)", "void (void)",
          "int (char *, ...)", "void (*(*)(int, void (*)(int)))(int)", "int (*(*[4])(void))[2]"})
        EXPECT_EQ(read(text), text);
    EXPECT_EQ(read("int ()"), "int (void)");
    EXPECT_EQ(read("double(int,char*)"), "double (int, char *)");
    EXPECT_EQ(read("int main(int count, char **words)"), "int (int, char **)");
    EXPECT_EQ(read("void qsort(void *base, size_t n, size_t size, int (*compare)(const void *, const void *))"),
              "void (void *, " + read("size_t") + ", " + read("size_t") + ", int (*)(void *, void *))");
    EXPECT_EQ(read("char *const *restrict name"), "char **");
    EXPECT_EQ(read("int (*const table[8])(void)"), "int (*[8])(void)");
}

// ISO/IEC 9899:2011, 6.7.6.3.
TEST(CApiParse, parameters_that_are_arrays_or_functions_are_pointers) {
    EXPECT_EQ(read("void (int values[4], char *names[])"), "void (int *, char **)");
    EXPECT_EQ(read("void (int matrix[2][3])"), "void (int (*)[3])");
    EXPECT_EQ(read("void (int compare(int, int))"), "void (int (*)(int, int))");
}

TEST(CApiParse, names) {
    const type_handle point = point_type();
    const type_handle color = make_type(cbf_type_enumeration, "color", nullptr);
    const std::vector<cbf_named_type> names = {
        {"point", point.get()}, {nullptr, color.get()}, {"bool", basic(CBF_KIND_INT)}};
    EXPECT_EQ(read("point (const point *, struct point, enum color)", names),
              "struct point (struct point *, struct point, enum color)");
    EXPECT_EQ(read("bool", names), "int");
    EXPECT_EQ(read("bool"), "_Bool");
    EXPECT_EQ(read("struct point *"), "struct point *"); // known by its tag alone
    EXPECT_EQ(read("union anything *"), "union anything *");
    EXPECT_EQ(read("struct point[2]"), "an array of struct point has no size");
    EXPECT_EQ(read("enum color"), "expected a type, found 'enum' at character 1");
    EXPECT_EQ(read("point"), "expected a type, found 'point' at character 1");

    const cbf_type *out = nullptr;
    EXPECT_REFUSED(cbf_type_parse(&out, "int", nullptr, 1), "names is NULL");
    const cbf_named_type hole{"point", nullptr};
    EXPECT_REFUSED(cbf_type_parse(&out, "int", &hole, 1), "the type of name 1 is NULL");
    EXPECT_EQ(out, nullptr);
}

TEST(CApiParse, names_of_this_system) {
    const auto size_of = [](const char *name) {
        const cbf_type *out = nullptr;
        std::size_t size = 0;
        EXPECT_EQ(cbf_type_parse(&out, name, nullptr, 0), CBF_OK) << cbf_error_detail();
        EXPECT_EQ(cbf_type_size(type_handle(out).get(), &size), CBF_OK);
        return size;
    };
    EXPECT_EQ(size_of("size_t"), sizeof(std::size_t));
    EXPECT_EQ(size_of("ptrdiff_t"), sizeof(std::ptrdiff_t));
    EXPECT_EQ(size_of("intptr_t"), sizeof(std::intptr_t));
    EXPECT_EQ(size_of("uintptr_t"), sizeof(std::uintptr_t));
    EXPECT_EQ(read("int8_t"), "signed char");
    EXPECT_EQ(read("uint8_t"), "unsigned char");
    EXPECT_EQ(read("uint16_t"), "unsigned short");
    EXPECT_EQ(read("int32_t"), "int");
    EXPECT_EQ(size_of("int64_t"), 8U);
    EXPECT_EQ(size_of("uint64_t"), 8U);
}

TEST(CApiParse, says_where_a_text_goes_wrong) {
    EXPECT_EQ(read(""), "expected a type, found the end");
    EXPECT_EQ(read("int(int, doubel)"), "expected a type, found 'doubel' at character 10");
    EXPECT_EQ(read("int(doubel)"), "expected a type, found 'doubel' at character 5");
    EXPECT_EQ(read("int(int, svuint32x2_t)"),
              "vectors of SVE are not passed: 'svuint32x2_t' at character 10: pass a pointer");
    EXPECT_EQ(read("svbool_t(*)(int)"), "vectors of SVE are not passed: 'svbool_t' at character 1: pass a pointer");
    EXPECT_EQ(read("int(int"), "expected ',' or ')', found the end");
    EXPECT_EQ(read("int(int x y)"), "expected ',' or ')', found 'y' at character 11");
    EXPECT_EQ(read("int(int) x"), "expected nothing more, found 'x' at character 10");
    EXPECT_EQ(read("int(...)"), "expected a type, found '...' at character 5");
    EXPECT_EQ(read("int(int, ..., int)"), "expected ')', found ',' at character 13");
    EXPECT_EQ(read("int(int,)"), "expected a type, found ')' at character 9");
    EXPECT_EQ(read("int (*)(int"), "expected ',' or ')', found the end");
    EXPECT_EQ(read("int (*"), "expected ')', found the end");
    EXPECT_EQ(read("int [x]"), "expected a length or ']', found 'x' at character 6");
    EXPECT_EQ(read("int [3"), "expected a length or ']', found the end");
    EXPECT_EQ(read("int [99999999999999999999]"), "expected a length, found '99999999999999999999' at character 6");
    EXPECT_EQ(read("int [3x]"), "expected a length, found '3x' at character 6");
    EXPECT_EQ(read("struct"), "expected a tag, found the end");
    EXPECT_EQ(read("int int"), "the words before character 8 name no type together");
    EXPECT_EQ(read("long long long"), "the words before character 15 name no type together");
    EXPECT_EQ(read("unsigned double *"), "the words before character 17 name no type together");
    EXPECT_EQ(read("_Complex _Bool"), "_Complex cannot be made of _Bool");
    EXPECT_EQ(read("size_t int"), "expected nothing more, found 'int' at character 8");
    EXPECT_EQ(read("int (void)[2]"), "a function cannot return int [2]");
    EXPECT_EQ(read("int (void)(void)"), "a function cannot return int (void)");
    EXPECT_EQ(read("void [2]"), "an array of void has no size");
    EXPECT_EQ(read("int @"), "expected nothing more, found '@' at character 5");
    EXPECT_EQ(read("3"), "expected a type, found '3' at character 1");
    EXPECT_EQ(read("int (void, int)"), "int (void, int)"); // which no convention passes
}

TEST(CApiParse, reads_no_deeper_than_types_nest) {
    const std::size_t deepest = cbframe::deepest_type;
    const std::string too_deep = "types nest more than " + std::to_string(deepest) + " deep here";
    EXPECT_EQ(read("int " + repeated("*", deepest)), "int " + repeated("*", deepest));
    EXPECT_EQ(read("int " + repeated("*", deepest + 1)), too_deep);
    EXPECT_EQ(read("int " + repeated("*", 100000)), too_deep);
    EXPECT_EQ(read("int " + repeated("[1]", 100000)), too_deep);
    EXPECT_EQ(read("int " + repeated("(*", 100000)), too_deep);
    EXPECT_EQ(read("int " + repeated("(", 100000)), too_deep);
    EXPECT_EQ(read(repeated("int (", 100000)), too_deep);
    EXPECT_EQ(read("int (" + repeated("int, ", 10000) + "int)").size(), 1023U); // cut by the buffer
}

TEST(CApiParse, signatures) {
    const type_handle point = point_type();
    const cbf_named_type names[] = {{"point", point.get()}};
    cbf_signature *out = nullptr;
    ASSERT_EQ(cbf_signature_parse(&out, "point (point, double factor)", names, 1, cbf_convention_native()), CBF_OK)
        << cbf_error_detail();
    const signature_handle signature(out);
    cbf_closure *closure = nullptr;
    const auto scale = [](cbf_arguments *args, void *) {
        const double *const from = static_cast<const double *>(cbf_argument(args, 0));
        double *const to = static_cast<double *>(cbf_result(args));
        for (std::size_t i = 0; i < 2; ++i)
            to[i] = from[i] * *static_cast<const double *>(cbf_argument(args, 1));
    };
    ASSERT_EQ(cbf_closure_new(&closure, signature.get(), scale, nullptr), CBF_OK);
    struct pair {
        double x, y;
    };
    const auto function = reinterpret_cast<pair (*)(pair, double)>(cbf_closure_address(closure));
    const pair scaled = function({1, 20}, 2);
    EXPECT_EQ(scaled.x + scaled.y, 42);
    EXPECT_EQ(cbf_closure_free(closure), CBF_OK);
}

TEST(CApiParse, refuses_what_is_no_signature) {
    const cbf_convention *const native = cbf_convention_native();
    cbf_signature *out = nullptr;
    EXPECT_REFUSED(cbf_signature_parse(nullptr, "int (int)", nullptr, 0, native), "out is NULL");
    EXPECT_REFUSED(cbf_signature_parse(&out, nullptr, nullptr, 0, native), "text is NULL");
    EXPECT_FAILED(CBF_BAD_CONVENTION, cbf_signature_parse(&out, "int (int)", nullptr, 0, nullptr),
                  "convention is NULL: this system's own is cbf_convention_native()");
    EXPECT_REFUSED(cbf_signature_parse(&out, "int", nullptr, 0, native), "int is no function");
    EXPECT_REFUSED(cbf_signature_parse(&out, "int (*)(int)", nullptr, 0, native), "int (*)(int) is no function");
    EXPECT_REFUSED(cbf_signature_parse(&out, "int (int", nullptr, 0, native), "expected ',' or ')', found the end");
    EXPECT_FAILED(CBF_BAD_TYPE, cbf_signature_parse(&out, "int (int, void)", nullptr, 0, native),
                  "argument 2 is of type void: void has no value");
    const cbf_type *type = nullptr;
    EXPECT_REFUSED(cbf_type_parse(nullptr, "int", nullptr, 0), "out is NULL");
    EXPECT_REFUSED(cbf_type_parse(&type, nullptr, nullptr, 0), "text is NULL");
    EXPECT_EQ(out, nullptr);
    EXPECT_EQ(type, nullptr);
}

} // namespace
} // namespace c_api_typed
