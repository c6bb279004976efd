#include "json.hpp"

#include <cstdio>

void json::text(std::string_view value) {
    out_ += '"';
    for (const char each : value) {
        if (each == '"' || each == '\\') {
            out_ += '\\';
            out_ += each;
        } else if (static_cast<unsigned char>(each) < 0x20) {
            char escaped[8];
            std::snprintf(escaped, sizeof(escaped), "\\u%04x", static_cast<unsigned>(each));
            out_ += escaped;
        } else {
            out_ += each;
        }
    }
    out_ += '"';
}
