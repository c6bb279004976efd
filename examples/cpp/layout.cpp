// One C signature, made at run time, as two conventions lay it out: no compiler of either is asked.
#include <cbframe/abi.hpp>

#include <cstdio>

int main() {
    using cbframe::type;
    using enum cbframe::type_kind;

    const type range =
        type::structure("range", {{.name = "first", .type = long_long}, {.name = "scale", .type = double_}});
    const cbframe::signature visit{.result = range, .parameters = {type::pointer(char_), range, short_}};

    std::printf("%s\n\n", to_string(visit).c_str());
    for (const cbframe::abi::convention *used : {&cbframe::abi::sysv_x64, &cbframe::abi::ms_x64})
        std::printf("%s\n", to_string(cbframe::abi::layout(*used, visit)).c_str());
}
