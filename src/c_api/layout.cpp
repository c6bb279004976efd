// Layouts in C.
#include "failure.hpp"
#include "handles.hpp"

#include <memory>

namespace {

using namespace cbframe;
using namespace cbframe::c_api;

static_assert(CBF_EXTENSION_ZERO == static_cast<int>(abi::extension::zero));
static_assert(CBF_EXTENSION_SIGN == static_cast<int>(abi::extension::sign));

/// What a handle points into.
struct owned_layout : cbf_layout {
    abi::call_layout source;
    std::vector<cbf_piece> pieces; // of all arguments, the result and the result pointer
    std::vector<cbf_value_layout> values;
};

cbf_piece converted(const abi::piece &from) noexcept {
    return {
        .in = from.in ? from.in->name().data() : nullptr, // a literal: it ends in a zero byte
        .stack = from.stack,
        .offset = from.offset,
        .size = from.size,
        .extends = static_cast<cbf_extension>(from.extends),
        .extended = from.extended,
        .duplicate = from.duplicate ? 1 : 0,
    };
}

class converter {
  public:
    explicit converter(owned_layout &out) : out_(out) {
        std::size_t pieces = out.source.result.pieces.size() + 1;
        for (const abi::value_layout &each : out.source.arguments)
            pieces += each.pieces.size();
        out.pieces.reserve(pieces); // never moved from here on
        out.values.reserve(out.source.arguments.size());
    }

    void run() {
        const abi::call_layout &from = out_.source;
        for (const abi::value_layout &each : from.arguments)
            out_.values.push_back(value(each));
        static_cast<cbf_layout &>(out_) = {
            .convention = from.convention->name.data(),
            .count = from.arguments.size(),
            .named = from.named,
            .arguments = out_.values.data(),
            .result = value(from.result),
            .result_pointer = from.result_pointer ? piece(*from.result_pointer) : nullptr,
            .stack_size = from.stack_size,
            .stack_alignment = from.stack_alignment,
            .popped = from.popped,
            .variadic = from.variadic ? 1 : 0,
            .variadic_general = from.variadic ? from.variadic->general : 0,
            .variadic_vector = from.variadic ? from.variadic->vector : 0,
            .variadic_stack = from.variadic ? from.variadic->stack : 0,
            .vector_registers = from.vector_registers ? static_cast<int>(*from.vector_registers) : -1,
        };
    }

  private:
    const cbf_piece *piece(const abi::piece &from) {
        out_.pieces.push_back(converted(from));
        return &out_.pieces.back();
    }

    cbf_value_layout value(const abi::value_layout &from) {
        const cbf_piece *const first = out_.pieces.data() + out_.pieces.size();
        for (const abi::piece &each : from.pieces)
            piece(each);
        return {from.size, from.alignment, from.by_pointer ? 1 : 0, from.pieces.size(), first};
    }

    owned_layout &out_;
};

} // namespace

extern "C" {

cbf_status cbf_layout_new(const cbf_layout **out, const cbf_signature *signature,
                          const cbf_type *const *variadic_arguments, size_t count) noexcept {
    if (out == nullptr || signature == nullptr)
        return refuse(out == nullptr ? "out is NULL" : "signature is NULL");
    return guarded([&] {
        const std::vector<type> variadic = types(variadic_arguments, count, signature->called.parameters.size() + 1);
        auto made = std::make_unique<owned_layout>();
        made->source = abi::layout(*signature->by, *signature->sizes, signature->called, variadic);
        converter(*made).run();
        *out = made.release();
    });
}

void cbf_layout_free(const cbf_layout *layout) noexcept { delete static_cast<const owned_layout *>(layout); }

cbf_status cbf_layout_format(const cbf_layout *layout, char *buffer, size_t size, size_t *length) noexcept {
    if (layout == nullptr || length == nullptr || (buffer == nullptr && size > 0))
        return refuse(layout == nullptr ? "layout is NULL" : length == nullptr ? "length is NULL" : "buffer is NULL");
    return guarded([&] { write(to_string(static_cast<const owned_layout *>(layout)->source), buffer, size, length); });
}

} // extern "C"
