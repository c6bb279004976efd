// libxml2: the events of its SAX parser go to lambdas, those of errors, which are variadic, to a closure.
#include <cbframe/cbframe.hpp>

#include <cstdio>
#include <libxml/parser.h>
#include <string>
#include <string_view>

int main() {
    int depth = 0;
    const cbframe::callback start{[&](void *, const xmlChar *name, const xmlChar **) {
        std::printf("%*s%s\n", 2 * depth++, "", reinterpret_cast<const char *>(name));
    }};
    const cbframe::callback end{[&](void *, const xmlChar *) { depth--; }};
    const cbframe::callback text{[&](void *, const xmlChar *characters, int length) {
        std::printf("%*s\"%.*s\"\n", 2 * depth, "", length, reinterpret_cast<const char *>(characters));
    }};

    // void error(void *context, const char *format, ...)
    const cbframe::signature print{.result = cbframe::type_of<void>(),
                                   .parameters = {cbframe::type_of<void *>(), cbframe::type_of<const char *>()},
                                   .variadic = true};
    const cbframe::closure error{print, [](cbframe::arguments &args) {
                                     char message[200];
                                     std::vsnprintf(message, sizeof message, args.get<const char *>(1), args.list());
                                     std::printf("error: %s", message);
                                 }};

    xmlSAXHandler handler{};
    handler.startElement = start;
    handler.endElement = end;
    handler.characters = text;
    handler.error = error.as<void(void *, const char *, ...)>();

    constexpr std::string_view document = "<letter><to>Alice</to><from>Bob</form></letter>";
    const int status = xmlSAXUserParseMemory(&handler, nullptr, document.data(), static_cast<int>(document.size()));
    std::printf("well-formed: %s\n", status == 0 ? "yes" : "no");
    xmlCleanupParser();
}
