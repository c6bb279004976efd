#include "sample.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>

using namespace cbframe;

namespace {

using random_bytes = std::mt19937_64;

unsigned char random_byte(random_bytes &random) { return static_cast<unsigned char>(random()); }

// Exponents from 0x41 up make numbers that no load or store changes.
unsigned char float_byte(random_bytes &random) { return static_cast<unsigned char>(0x41 + random() % 0x1e); }

class filler {
  public:
    filler(const abi::data_model &model, random_bytes &random) : model_(model), random_(random) {}

    // in_union: every member sees the bytes of the others, which must be good for all.
    void fill(const type &of, unsigned char *value, unsigned char *mask, bool in_union) {
        const std::size_t size = abi::size_of(model_, of);
        switch (of.kind()) {
        case type_kind::float_:
        case type_kind::double_:
        case type_kind::vector:
            return fill_floats(value, mask, size);
        case type_kind::long_double:
            fill_floats(value, mask, model_.long_double_bytes);
            if (model_.long_double_bytes == 10 && !in_union)
                value[7] |= 0x80; // the integer bit
            return;
        case type_kind::complex:
            fill(of.element(), value, mask, in_union);
            return fill(of.element(), value + size / 2, mask + size / 2, in_union);
        case type_kind::array:
            for (std::size_t i = 0; i < of.count(); i++)
                fill(of.element(), value + i * size / *of.count(), mask + i * size / *of.count(), in_union);
            return;
        case type_kind::structure:
        case type_kind::union_:
            return fill_record(of, value, mask, in_union || of.kind() == type_kind::union_);
        case type_kind::bool_:
            value[0] = in_union ? 1 : random_() & 1;
            mask[0] = 0xff;
            return;
        default:
            std::generate_n(value, size, [&] { return in_union ? float_byte(random_) : random_byte(random_); });
            std::memset(mask, 0xff, size);
        }
    }

  private:
    void fill_floats(unsigned char *value, unsigned char *mask, std::size_t size) {
        std::generate_n(value, size, [&] { return float_byte(random_); });
        std::memset(mask, 0xff, size);
    }

    void fill_record(const type &of, unsigned char *value, unsigned char *mask, bool in_union) {
        const abi::record_layout record = abi::layout_of(model_, of);
        for (std::size_t i = 0; i < record.fields.size(); i++) {
            const field member = of.fields()[i];
            const abi::field_place &place = record.fields[i];
            if (!member.bits && member.type.is_complete())
                fill(member.type, value + place.offset, mask + place.offset, in_union);
            for (unsigned bit = 0; bit < place.bits && !member.name.empty(); bit++) {
                const unsigned at = place.bit + bit;
                mask[place.offset + at / 8] |= static_cast<unsigned char>(1U << at % 8);
                value[place.offset + at / 8] ^= static_cast<unsigned char>((random_() & 1) << at % 8);
            }
        }
    }

    const abi::data_model &model_;
    random_bytes &random_;
};

} // namespace

sample make_sample(const abi::data_model &model, const type &of, random_bytes &random) {
    if (of.kind() == type_kind::void_)
        return {};
    const std::size_t size = abi::size_of(model, of);
    sample out{bytes(size), bytes(size)};
    filler(model, random).fill(of, out.value.data(), out.mask.data(), false);
    for (std::size_t i = 0; i < size; i++)
        out.value[i] ^= static_cast<unsigned char>(random_byte(random) & ~out.mask[i]);
    return out;
}

std::string hex(std::span<const unsigned char> shown) {
    std::string text;
    char two[4];
    for (const unsigned char byte : shown) {
        std::snprintf(two, sizeof two, "%02x ", byte);
        text += two;
    }
    return text;
}

bool differ(const sample &expected, const unsigned char *found) {
    for (std::size_t i = 0; i < expected.value.size(); i++)
        if (((expected.value[i] ^ found[i]) & expected.mask[i]) != 0)
            return true;
    return false;
}

std::string difference(const std::string &what, const sample &expected, const unsigned char *found) {
    return what + " expected " + hex(expected.value) + "found " + hex({found, expected.value.size()}) +
           "of them count " + hex(expected.mask);
}
