#include "signature.hpp"

#include "arch/arch.hpp"

#include <stdexcept>
#include <string>

namespace cbf {

namespace {

/// The name in what __PRETTY_FUNCTION__ says of a template: "… [with T = point; …]" or "… [T = point]".
std::string_view name_in(std::string_view words) {
    constexpr std::string_view before = "T = ";
    if (const auto found = words.find(before); found != words.npos)
        words.remove_prefix(found + before.size());
    return words.substr(0, words.find_first_of(";]"));
}

std::string bytes(std::size_t size, std::size_t alignment) {
    return std::to_string(size) + " bytes aligned to " + std::to_string(alignment);
}

/// Whether a class of these fields may be aligned so: code that is compiled without MMX aligns vectors of 8 bytes less,
/// and g++ 12's alignof tells less of those that are wider than the instruction set's.
bool may_be_aligned(const type &described_as, std::size_t described, std::size_t alignment) {
    constexpr std::size_t of_sse = 16;
    abi::data_model without_vectors = arch::native_data_model();
    without_vectors.widest_vector = 0;
    return alignment == described || alignment == abi::alignment_of(without_vectors, described_as) ||
           (of_sse <= alignment && alignment < described);
}

} // namespace

void check_description(const type &described_as, std::size_t size, std::size_t alignment, const char *words) {
    const abi::data_model &model = arch::native_data_model();
    const std::size_t described_size = abi::size_of(model, described_as);
    const std::size_t described_alignment = abi::alignment_of(model, described_as);
    if (described_size != size ||
        (described_as.is_record() && !may_be_aligned(described_as, described_alignment, alignment)))
        throw std::invalid_argument("cbframe: describe<" + std::string(name_in(words)) + ">::get() gives a type of " +
                                    bytes(described_size, described_alignment) + "; the class has " +
                                    bytes(size, alignment));
}

} // namespace cbf
