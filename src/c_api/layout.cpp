// Layouts in C.
#include "arch/arch.hpp"
#include "failure.hpp"
#include "handles.hpp"
#include "system/system.hpp"

#include <array>
#include <cstring>
#include <memory>

namespace {

using namespace cbf;
using namespace cbf::c_api;

static_assert(CBF_EXTENSION_ZERO == static_cast<int>(abi::extension::zero));
static_assert(CBF_EXTENSION_SIGN == static_cast<int>(abi::extension::sign));
static_assert(CBF_EXTENSION_ONES == static_cast<int>(abi::extension::ones));
static_assert(CBF_CLASS_MEMORY == static_cast<int>(abi::value_class::MEMORY));

/// What a handle points into.
struct owned_layout : cbf_layout {
    abi::call_layout source;
    std::vector<cbf_piece> pieces; // of all arguments, the result and the result pointer
    std::vector<cbf_value_layout> values;
    std::vector<cbf_value_class> classes; // of all values
};

cbf_piece converted(const abi::piece &from) noexcept {
    return {
        .in = from.in ? from.in->bank->names[from.in->number] : nullptr,
        .bank = from.in ? from.in->bank : nullptr,
        .number = from.in ? from.in->number : 0,
        .stack = from.stack,
        .offset = from.offset,
        .size = from.size,
        .extends = static_cast<cbf_extension>(from.extends),
        .extended = from.extended,
        .duplicate = from.duplicate ? 1 : 0,
        .converted = from.converted ? 1 : 0,
    };
}

class converter {
  public:
    explicit converter(owned_layout &out) : out_(out) {
        std::size_t pieces = out.source.result.pieces.size() + 1, classes = out.source.result.classes.size();
        for (const abi::value_layout &each : out.source.arguments) {
            pieces += each.pieces.size();
            classes += each.classes.size();
        }
        out.pieces.reserve(pieces); // never moved from here on
        out.classes.reserve(classes);
        out.values.reserve(out.source.arguments.size());
    }

    void run() {
        const abi::call_layout &from = out_.source;
        for (const abi::value_layout &each : from.arguments)
            out_.values.push_back(value(each));
        static_cast<cbf_layout &>(out_) = {
            .convention = from.convention->name,
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
        const cbf_value_class *const first_class = out_.classes.data() + out_.classes.size();
        for (const abi::value_class each : from.classes)
            out_.classes.push_back(static_cast<cbf_value_class>(each));
        return {.type = from.type.handle(),
                .size = from.size,
                .alignment = from.alignment,
                .by_pointer = from.by_pointer ? 1 : 0,
                .piece_count = from.pieces.size(),
                .pieces = first,
                .class_count = from.classes.size(),
                .classes = first_class};
    }

    owned_layout &out_;
};

/// Reads a float or double that a register of x87 holds.
bool read_converted(const cbf_piece &piece, const cbf_cpu &cpu, std::span<std::byte> to) noexcept {
    std::array<std::byte, 10> whole;
    if (!arch::read_register(cpu, *piece.bank, piece.number, whole))
        return false;
    const double number = cbf_float80to64(whole.data());
    const auto narrow = static_cast<float>(number);
    std::memcpy(to.data(), to.size() == sizeof(narrow) ? static_cast<const void *>(&narrow) : &number, to.size());
    return true;
}

const cbf_layout *made(abi::call_layout &&source) {
    auto out = std::make_unique<owned_layout>();
    out->source = std::move(source);
    converter(*out).run();
    return out.release();
}

} // namespace

extern "C" {

cbf_status cbf_layout_new(const cbf_layout **out, const cbf_signature *signature,
                          const cbf_type *const *variadic_arguments, size_t count) noexcept {
    if (out == nullptr || signature == nullptr)
        return refuse(out == nullptr ? "out is NULL" : "signature is NULL");
    return guarded([&] {
        const std::vector<type> variadic = types(variadic_arguments, count, signature->called.parameters.size() + 1);
        *out = made(abi::layout(*signature->convention, *signature->sizes, signature->called, variadic));
    });
}

cbf_status cbf_layout_by(const cbf_layout **out, const cbf_convention *convention, const cbf_data_model *model,
                         const cbf_type *result, const cbf_type *const *parameters, size_t count, int variadic,
                         const cbf_type *const *variadic_arguments, size_t variadic_count) noexcept {
    if (out == nullptr)
        return refuse("out is NULL");
    return guarded_by(convention, [&](const abi::convention &found) {
        if (model != nullptr && !abi::is_possible(*model))
            throw std::invalid_argument("there is no such data model");
        const signature signature{type_or_void(result), types(parameters, count), variadic != 0};
        const std::vector<type> others = types(variadic_arguments, variadic_count, count + 1);
        *out = made(abi::layout(found, model != nullptr ? *model : *found.model, signature, others));
    });
}

const char *cbf_value_class_name(cbf_value_class value_class) noexcept {
    return number(value_class) <= CBF_CLASS_MEMORY
               ? abi::to_string(static_cast<abi::value_class>(number(value_class))).data() // ends in a zero byte
               : nullptr;
}

void cbf_layout_free(const cbf_layout *layout) noexcept { delete static_cast<const owned_layout *>(layout); }

cbf_status cbf_layout_format(const cbf_layout *layout, char *buffer, size_t size, size_t *length) noexcept {
    if (layout == nullptr || length == nullptr || (buffer == nullptr && size > 0))
        return refuse(layout == nullptr ? "layout is NULL" : length == nullptr ? "length is NULL" : "buffer is NULL");
    return guarded([&] { write(to_string(static_cast<const owned_layout *>(layout)->source), buffer, size, length); });
}

int cbf_piece_read(const cbf_piece *piece, const cbf_cpu *cpu, void *to) noexcept {
    const std::span<std::byte> out(static_cast<std::byte *>(to), piece->size);
    if (piece->converted != 0)
        return read_converted(*piece, *cpu, out) ? 1 : 0;
    if (piece->bank != nullptr)
        return arch::read_register(*cpu, *piece->bank, piece->number, out) ? 1 : 0;
    return system::copy_readable(arch::stack_pointer(*cpu) + piece->stack, out) == out.size() ? 1 : 0;
}

} // extern "C"
