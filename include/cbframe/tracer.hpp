// Logs of calls through function pointers.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/tap.hpp>

#include <cstddef>
#include <cstdio>
#include <vector>

namespace cbframe {

/// A handler of taps that writes one line a call: the time of day (UTC), the thread, a name, and the words in which C
/// passes its first arguments, with the strings and the symbols that they lead to; see cbf_cpu_format_call. Lines of
/// different threads do not mix. The name must live as long. Not async-signal-safe.
class tracer {
  public:
    explicit tracer(const char *name, std::FILE *to = stderr) noexcept : name_(name), to_(to) {}

    void operator()(cpu &cpu) const {
        char line[1024];
        std::size_t length = 0;
        if (cbf_cpu_format_call(&cpu, name_, line, sizeof(line) - 1, &length) != CBF_OK)
            return;
        length = length < sizeof(line) - 2 ? length : sizeof(line) - 2;
        line[length] = '\n';
        std::fwrite(line, 1, length + 1, to_);
    }

  private:
    const char *name_;
    std::FILE *to_;
};

/// Function pointers, such as those of a table, that are replaced by taps which trace their calls. Move-only. On
/// destruction each gets its original back, unless something else has been put there since; a call of a tap that
/// somebody has kept goes on in the original, see when_freed::forward.
class traces {
  public:
    explicit traces(std::FILE *to = stderr, level level = level::legacy) noexcept : to_(to), level_(level) {}

    traces(traces &&) noexcept = default;
    traces &operator=(traces &&other) noexcept {
        traces moved(std::move(other));
        std::swap(places_, moved.places_);
        std::swap(to_, moved.to_);
        std::swap(level_, moved.level_);
        return *this;
    }

    ~traces() {
        for (std::size_t i = places_.size(); i-- > 0;)
            places_[i].put_back(places_[i]);
    }

    /// Traces the calls through a function pointer; one that is null stays so. It must live as long as this.
    /// Throws what tap's constructor throws.
    template <class Function>
    requires std::is_function_v<Function>
    void add(Function *&pointer, const char *name) {
        if (pointer == nullptr)
            return;
        place made{&pointer, tap(pointer, tracer(name, to_), level_, when_freed::forward), put_back<Function>};
        places_.push_back(std::move(made));
        pointer = places_.back().through.template as<Function>();
    }

    /// Those of several members of a structure: add_members(table, &T::open, "open", &T::close, "close").
    template <class Structure, class Member, class... Rest>
    void add_members(Structure &of, Member Structure::*member, const char *name, Rest... rest) {
        add(of.*member, name);
        if constexpr (sizeof...(rest) != 0)
            add_members(of, rest...);
    }

    /// How many there are.
    std::size_t count() const noexcept { return places_.size(); }

  private:
    struct place {
        void *pointer;
        tap through;
        void (*put_back)(place &of);
    };

    template <class Function>
    static void put_back(place &of) {
        auto &pointer = *static_cast<Function **>(of.pointer);
        if (pointer == of.through.template as<Function>())
            pointer = reinterpret_cast<Function *>(reinterpret_cast<std::uintptr_t>(of.through.original()));
    }

    std::vector<place> places_;
    std::FILE *to_;
    level level_;
};

} // namespace cbframe

#endif
