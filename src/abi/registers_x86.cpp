#include "abi/x86.hpp"

#include <iterator>

namespace cbf::abi::x86 {
namespace {

constexpr const char *const general64_names[] = {"RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI",
                                                 "R8",  "R9",  "R10", "R11", "R12", "R13", "R14", "R15"};
constexpr const char *const general32_names[] = {"EAX", "ECX", "EDX", "EBX", "ESP", "EBP", "ESI", "EDI"};
constexpr const char *const xmm_names[] = {"XMM0",  "XMM1",  "XMM2",  "XMM3",  "XMM4",  "XMM5",  "XMM6",  "XMM7",
                                           "XMM8",  "XMM9",  "XMM10", "XMM11", "XMM12", "XMM13", "XMM14", "XMM15",
                                           "XMM16", "XMM17", "XMM18", "XMM19", "XMM20", "XMM21", "XMM22", "XMM23",
                                           "XMM24", "XMM25", "XMM26", "XMM27", "XMM28", "XMM29", "XMM30", "XMM31"};
constexpr const char *const ymm_names[] = {"YMM0",  "YMM1",  "YMM2",  "YMM3",  "YMM4",  "YMM5",  "YMM6",  "YMM7",
                                           "YMM8",  "YMM9",  "YMM10", "YMM11", "YMM12", "YMM13", "YMM14", "YMM15",
                                           "YMM16", "YMM17", "YMM18", "YMM19", "YMM20", "YMM21", "YMM22", "YMM23",
                                           "YMM24", "YMM25", "YMM26", "YMM27", "YMM28", "YMM29", "YMM30", "YMM31"};
constexpr const char *const zmm_names[] = {"ZMM0",  "ZMM1",  "ZMM2",  "ZMM3",  "ZMM4",  "ZMM5",  "ZMM6",  "ZMM7",
                                           "ZMM8",  "ZMM9",  "ZMM10", "ZMM11", "ZMM12", "ZMM13", "ZMM14", "ZMM15",
                                           "ZMM16", "ZMM17", "ZMM18", "ZMM19", "ZMM20", "ZMM21", "ZMM22", "ZMM23",
                                           "ZMM24", "ZMM25", "ZMM26", "ZMM27", "ZMM28", "ZMM29", "ZMM30", "ZMM31"};
constexpr const char *const x87_names[] = {"ST0", "ST1", "ST2", "ST3", "ST4", "ST5", "ST6", "ST7"};
constexpr const char *const mmx_names[] = {"MM0", "MM1", "MM2", "MM3", "MM4", "MM5", "MM6", "MM7"};

} // namespace

constexpr register_bank general64{"general64", 8, std::size(general64_names), general64_names};
constexpr register_bank general32{"general32", 4, std::size(general32_names), general32_names};
constexpr register_bank xmm{"xmm", 16, std::size(xmm_names), xmm_names};
constexpr register_bank ymm{"ymm", 32, std::size(ymm_names), ymm_names};
constexpr register_bank zmm{"zmm", 64, std::size(zmm_names), zmm_names};
constexpr register_bank x87{"x87", 10, std::size(x87_names), x87_names};
constexpr register_bank mmx{"mmx", 8, std::size(mmx_names), mmx_names};

} // namespace cbf::abi::x86
