// What the C API reads of the registers of x86 by the pieces of a layout.
#include "c_api_typed.hpp"

#include <array>
#include <cstdint>

namespace c_api_typed {
namespace {

cbf_piece in_register(const char *bank, std::size_t number, std::size_t size) {
    cbf_piece piece{};
    piece.bank = cbf_register_bank_find(bank);
    piece.in = piece.bank->names[number];
    piece.number = number;
    piece.size = size;
    return piece;
}

TEST(CApiPiece, registers_in_parts) {
    cbf_cpu cpu{};
    cbf_wide wide{};
    cpu.wide = &wide;
    cpu.XMM[3].hi.u = 1;
    wide.YMM_Hi128[3].lo.u = 2;
    wide.ZMM_Hi256[3].hi.hi.u = 3;
    std::array<std::uint64_t, 8> read{};
    const cbf_piece ymm = in_register("ymm", 3, 32), zmm = in_register("zmm", 3, 64);
    EXPECT_EQ(cbf_piece_read(&ymm, &cpu, read.data()), 0) << "no component is there";
    wide.components = 4; // AVX
    EXPECT_EQ(cbf_piece_read(&ymm, &cpu, read.data()), 1);
    EXPECT_EQ(read, (std::array<std::uint64_t, 8>{0, 1, 2}));
    EXPECT_EQ(cbf_piece_read(&zmm, &cpu, read.data()), 0);
    wide.components = 0xe4; // AVX-512
    EXPECT_EQ(cbf_piece_read(&zmm, &cpu, read.data()), 1);
    EXPECT_EQ(read, (std::array<std::uint64_t, 8>{0, 1, 2, 0, 0, 0, 0, 3}));
    cpu.wide = nullptr;
    EXPECT_EQ(cbf_piece_read(&ymm, &cpu, read.data()), 0);
}

TEST(CApiPiece, x87_and_mmx) {
    cbf_cpu cpu{};
    cbf_float64to80(0.25, &cpu.FPR[1]);
    std::array<unsigned char, 10> number{};
    const cbf_piece st1 = in_register("x87", 1, 10), mm2 = in_register("mmx", 2, 8);
    EXPECT_EQ(cbf_piece_read(&st1, &cpu, number.data()), 1);
    EXPECT_EQ(cbf_float80to64(number.data()), 0.25);
    cbf_piece as_double = in_register("x87", 1, 8), as_float = in_register("x87", 1, 4);
    as_double.converted = as_float.converted = 1;
    double wide = 0;
    EXPECT_EQ(cbf_piece_read(&as_double, &cpu, &wide), 1);
    EXPECT_EQ(wide, 0.25);
    float narrow = 0;
    EXPECT_EQ(cbf_piece_read(&as_float, &cpu, &narrow), 1);
    EXPECT_EQ(narrow, 0.25F);
    cpu.FSW.TOP = 6;
    cpu.FPR[4].mantissa = 77; // MM2 is physical register 2
    std::int64_t word = 0;
    EXPECT_EQ(cbf_piece_read(&mm2, &cpu, &word), 1);
    EXPECT_EQ(word, 77);
}

TEST(CApiPiece, what_is_not_there) {
    cbf_cpu cpu{};
    std::array<std::uint64_t, 8> read{};
    const cbf_piece xmm31 = in_register("xmm", 31, 16), r15 = in_register("general64", 15, 8);
    EXPECT_EQ(cbf_piece_read(&xmm31, &cpu, read.data()), 0);
    EXPECT_EQ(cbf_piece_read(&r15, &cpu, read.data()), is_64_bit ? 1 : 0);
}

} // namespace
} // namespace c_api_typed
