// libpng: its errors become C++ exceptions, where C would longjmp. A callback lets them pass, and so does libpng, if it
// was compiled with unwind tables, as Debian compiles all C on 64-bit CPUs.
#include <cbframe/cbframe.hpp>

#include <cstdio>
#include <cstring>
#include <png.h>
#include <stdexcept>
#include <string_view>

int main() {
    constexpr std::string_view file = "\x89PNG\r\n\x1a\n this is no chunk of a picture";
    std::size_t at = 0;

    const cbframe::callback fail{[](png_structp, png_const_charp message) { throw std::runtime_error(message); }};
    const cbframe::callback warn{[](png_structp, png_const_charp message) { std::printf("warning: %s\n", message); }};
    const cbframe::callback read{[&](png_structp png, png_bytep to, std::size_t size) {
        if (size > file.size() - at)
            png_error(png, "end of the file");
        std::memcpy(to, file.data() + at, size);
        at += size;
    }};

    png_structp reader = png_create_read_struct(PNG_LIBPNG_VER_STRING, nullptr, fail, warn);
    png_infop info = png_create_info_struct(reader);
    png_set_read_fn(reader, nullptr, read);
    try {
        png_read_info(reader, info);
        std::printf("no error\n");
    } catch (const std::runtime_error &error) {
        std::printf("caught: %s\n", error.what());
    }
    png_destroy_read_struct(&reader, &info, nullptr);
}
