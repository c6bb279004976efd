// Frames, closures and callbacks of every kind, to be freed or given another handler while a call is under way.
#pragma once

#include "native.h"

#include <cbframe/callback.hpp>
#include <cbframe/closure.hpp>
#include <cbframe/frame.hpp>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <utility>

#include <unistd.h>

namespace victims {

using cbframe::arguments;
using cbframe::callback;
using cbframe::closure;
using cbframe::cpu;
using cbframe::frame;
using cbframe::signature;

inline void must(cbf_status status) {
    if (status == CBF_OK)
        return;
    std::fprintf(stderr, "%s\n", cbf_error_detail());
    _exit(EXIT_FAILURE);
}

/// Something that is called with 3 and answers 80, and may be given a handler that answers 90.
struct victim {
    victim() = default;
    victim(const victim &) = delete;
    victim &operator=(const victim &) = delete;
    virtual ~victim() = default;
    virtual const void *address() const = 0;
    virtual void free() = 0;
    virtual void set() = 0;
    virtual int call(const void *at) const {
        return reinterpret_cast<int (*)(int)>(reinterpret_cast<std::uintptr_t>(at))(3);
    }
};

inline int answer(std::intptr_t argument, int more = 77) { return static_cast<int>(argument) + more; }

template <cbf_level Level>
struct c_frame final : victim {
    c_frame() { must(cbf_frame_new(&made, plus<77>, nullptr, Level)); }
    ~c_frame() override { free(); }
    void free() override {
        if (made != nullptr)
            must(cbf_frame_free(std::exchange(made, nullptr)));
    }
    const void *address() const override { return made; }
    void set() override { must(cbf_frame_set(made, plus<87>, nullptr)); }
    template <int More>
    static void plus(cbf_cpu *cpu, void *) {
        native_return(cpu, answer(native_argument(cpu, 0), More));
    }
    cbf_frame *made = nullptr;
};

struct record_frame final : victim {
    void free() override { made = frame(); }
    const void *address() const override { return made.address(); }
    void set() override {
        made.set([](cpu &cpu) { native_return(&cpu, answer(native_argument(&cpu, 0), 87)); });
    }
    frame made{[](cpu &cpu) { native_return(&cpu, answer(native_argument(&cpu, 0))); }};
};

/// What a callable has on the heap, and needs to answer.
inline const std::string long_text(100, 'x');

inline auto adding_in_frame(int more) {
    return [text = long_text, more](cpu &cpu) {
        native_return(&cpu, text == long_text ? answer(native_argument(&cpu, 0), more) : 0);
    };
}

struct heap_frame final : victim {
    void free() override { made = frame(); }
    const void *address() const override { return made.address(); }
    void set() override { made.set(adding_in_frame(87)); }
    frame made{adding_in_frame(77)};
};

struct c_closure final : victim {
    c_closure() {
        const cbf_type *const number = cbf_type_basic(CBF_KIND_INT);
        cbf_signature *signature = nullptr;
        must(cbf_signature_new(&signature, number, &number, 1, 0, cbf_convention_native()));
        must(cbf_closure_new(&made, signature, plus<77>, nullptr));
        cbf_signature_free(signature);
    }
    ~c_closure() override { free(); }
    void free() override {
        if (made != nullptr)
            must(cbf_closure_free(std::exchange(made, nullptr)));
    }
    const void *address() const override { return made; }
    void set() override { must(cbf_closure_set(made, plus<87>, nullptr)); }
    template <int More>
    static void plus(cbf_arguments *args, void *) {
        *static_cast<int *>(cbf_result(args)) = answer(*static_cast<int *>(cbf_argument(args, 0)), More);
    }
    cbf_closure *made = nullptr;
};

inline auto adding(int more) {
    return [more](arguments &args) { args.result(answer(args.get<int>(0), more)); };
}

struct small_closure final : victim {
    void free() override { made = closure(); }
    const void *address() const override { return made.address(); }
    void set() override { made.set(adding(87)); }
    closure made{signature::of<int(int)>(), adding(77)}; // the only owner of what is known of the signature
};

inline auto adding_with_text(int more) {
    return [text = long_text, more](arguments &args) {
        args.result(text == long_text ? answer(args.get<int>(0), more) : 0);
    };
}

struct heap_closure final : victim {
    void free() override { made = closure(); }
    const void *address() const override { return made.address(); }
    void set() override { made.set(adding_with_text(87)); }
    closure made{signature::of<int(int)>(), adding_with_text(77)};
};

inline auto adding_narrowly(int more) {
    return [text = long_text, more](arguments &args) {
        args.result(static_cast<signed char>(text == long_text ? answer(args.get<int>(0), more) : 0));
    };
}

/// Of a signature whose result takes work when the handler has returned.
struct narrow_closure final : victim {
    void free() override { made = closure(); }
    const void *address() const override { return made.address(); }
    void set() override { made.set(adding_narrowly(87)); }
    int call(const void *at) const override {
        return reinterpret_cast<signed char (*)(int)>(reinterpret_cast<std::uintptr_t>(at))(3);
    }
    closure made{signature::of<signed char(int)>(), adding_narrowly(77)};
};

struct small_callback final : victim {
    void free() override { made = decltype(made)(); }
    const void *address() const override { return made.address(); }
    void set() override {
        made.set([](int argument) { return answer(argument, 87); });
    }
    callback<int(int)> made{[more = 77](int argument) { return answer(argument, more); }};
};

struct heap_callback final : victim {
    void free() override { made = decltype(made)(); }
    const void *address() const override { return made.address(); }
    void set() override {
        made.set([text = long_text](int argument) { return text == long_text ? answer(argument, 87) : 0; });
    }
    callback<int(int)> made{[text = long_text](int argument) { return text == long_text ? answer(argument) : 0; }};
};

/// One without a register left for its object: a closure, but on 32-bit x86.
struct large_callback final : victim {
    void free() override { made = decltype(made)(); }
    const void *address() const override { return made.address(); }
    void set() override {
        made.set([text = long_text](int argument, int, int, int, int, int, int, int) {
            return text == long_text ? answer(argument, 87) : 0;
        });
    }
    int call(const void *at) const override {
        return reinterpret_cast<decltype(made)::pointer>(reinterpret_cast<std::uintptr_t>(at))(3, 0, 0, 0, 0, 0, 0, 0);
    }
    callback<int(int, int, int, int, int, int, int, int)> made{
        [text = long_text](int argument, int, int, int, int, int, int, int) {
            return text == long_text ? answer(argument) : 0;
        }};
};

/// Whatever has been given back has other contents then.
inline void use_up_free_memory() {
    constexpr std::size_t step = 8, largest = 512, of_each = 10;
    static void *taken[largest / step * of_each];
    std::size_t count = 0;
    for (std::size_t size = step; size <= largest; size += step)
        for (std::size_t n = 0; n < of_each; ++n)
            if (void *const memory = taken[count++] = std::malloc(size))
                std::memset(memory, 0xaa, size);
    for (void *const memory : taken)
        std::free(memory);
}

} // namespace victims
