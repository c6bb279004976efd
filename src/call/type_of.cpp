#include <cbframe/closure.hpp>

#include <stdexcept>
#include <string>

namespace cbframe {

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

} // namespace

void detail::check_description(const type &described_as, std::size_t size, std::size_t alignment, std::string_view of) {
    const abi::data_model &model = native_data_model();
    const std::size_t described_size = abi::size_of(model, described_as);
    const std::size_t described_alignment = abi::alignment_of(model, described_as);
    if (described_size != size || (described_as.is_record() && described_alignment != alignment))
        throw std::invalid_argument("cbframe: describe<" + std::string(name_in(of)) + ">::get() gives a type of " +
                                    bytes(described_size, described_alignment) + "; the class has " +
                                    bytes(size, alignment));
}

} // namespace cbframe
