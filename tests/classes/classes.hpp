// Classes with every combination of the special members that decide how a class is passed: Itanium C++ ABI, 1.1,
// "non-trivial for the purposes of calls". Both sides of the calls include it, so it needs no other header.
#pragma once

// Of a class whose destructor is deleted there are neither parameters nor results.
#define SPECIAL_absent(DECLARATION, ...)
#define SPECIAL_defaulted(DECLARATION, ...) DECLARATION = default;
#define SPECIAL_deleted(DECLARATION, ...)   DECLARATION = delete;
#define SPECIAL_provided(DECLARATION, ...)                                                                             \
    DECLARATION noexcept { __VA_ARGS__; }

#define COPY_BYTES(NAME) __builtin_memcpy(static_cast<void *>(this), &other, sizeof(NAME))
#define SPECIAL_MEMBERS(NAME, COPY, MOVE, DESTRUCTOR)                                                                  \
    SPECIAL_##COPY(NAME(const NAME &other), COPY_BYTES(NAME)) SPECIAL_##MOVE(NAME(NAME &&other), COPY_BYTES(NAME))     \
        SPECIAL_##DESTRUCTOR(~NAME(), )

#define CLASS_NAME(KIND, COPY, MOVE, DESTRUCTOR) KIND##_copy_##COPY##_move_##MOVE##_destructor_##DESTRUCTOR

#define DEFINE_structure(NAME, COPY, MOVE, DESTRUCTOR)                                                                 \
    struct NAME {                                                                                                      \
        int id;                                                                                                        \
        float weight = 1.5F;                                                                                           \
        explicit NAME(int number) : id(number) {}                                                                      \
        SPECIAL_MEMBERS(NAME, COPY, MOVE, DESTRUCTOR)                                                                  \
    };
#define DEFINE_union_of(NAME, COPY, MOVE, DESTRUCTOR)                                                                  \
    union NAME {                                                                                                       \
        int id;                                                                                                        \
        float weight[2];                                                                                               \
        explicit NAME(int number) : id(number) {}                                                                      \
        SPECIAL_MEMBERS(NAME, COPY, MOVE, DESTRUCTOR)                                                                  \
    };
#define DEFINE_derived(NAME, COPY, MOVE, DESTRUCTOR)                                                                   \
    struct NAME : CLASS_NAME(structure, COPY, MOVE, DESTRUCTOR) {                                                      \
        using CLASS_NAME(structure, COPY, MOVE, DESTRUCTOR)::CLASS_NAME(structure, COPY, MOVE, DESTRUCTOR);            \
    };

#define EACH_DESTRUCTOR(DO, KIND, COPY, MOVE)                                                                          \
    DO(KIND, COPY, MOVE, absent) DO(KIND, COPY, MOVE, defaulted) DO(KIND, COPY, MOVE, provided)
#define EACH_MOVE(DO, KIND, COPY)                                                                                      \
    EACH_DESTRUCTOR(DO, KIND, COPY, absent)                                                                            \
    EACH_DESTRUCTOR(DO, KIND, COPY, defaulted)                                                                         \
    EACH_DESTRUCTOR(DO, KIND, COPY, deleted)                                                                           \
    EACH_DESTRUCTOR(DO, KIND, COPY, provided)
#define EACH_COPY(DO, KIND)                                                                                            \
    EACH_MOVE(DO, KIND, absent)                                                                                        \
    EACH_MOVE(DO, KIND, defaulted)                                                                                     \
    EACH_MOVE(DO, KIND, deleted)                                                                                       \
    EACH_MOVE(DO, KIND, provided)

/// DO(KIND, COPY, MOVE, DESTRUCTOR) for each class.
#define FOR_EACH_CLASS(DO) EACH_COPY(DO, structure) EACH_COPY(DO, union_of) EACH_COPY(DO, derived)

namespace classes {

#define DEFINE(KIND, COPY, MOVE, DESTRUCTOR)                                                                           \
    DEFINE_##KIND(CLASS_NAME(KIND, COPY, MOVE, DESTRUCTOR), COPY, MOVE, DESTRUCTOR)
FOR_EACH_CLASS(DEFINE)
#undef DEFINE

/// Classes whose special members are not what they seem.
struct copied_from_changeable {
    int id;
    float weight = 1.5F;
    explicit copied_from_changeable(int number) : id(number) {}
    copied_from_changeable(copied_from_changeable &other) noexcept : id(other.id) {}
    copied_from_changeable(copied_from_changeable &&) = default;
};
struct made_of_anything {
    int id;
    float weight = 1.5F;
    explicit made_of_anything(int number) : id(number) {}
    made_of_anything(const made_of_anything &) = default;
    template <class T>
    explicit made_of_anything(T &&) noexcept : id(-1) {}
    made_of_anything &operator=(const made_of_anything &other) noexcept {
        id = other.id;
        return *this;
    }
};
struct assigned {
    int id;
    float weight = 1.5F;
    explicit assigned(int number) : id(number) {}
    assigned(const assigned &) = default;
    assigned &operator=(const assigned &other) noexcept {
        id = other.id;
        return *this;
    }
};
class with_virtual {
  public:
    int id;
    explicit with_virtual(int number) : id(number) {}
    virtual void something() {}
};

/// What g++ 12 passes otherwise than clang, and not as the ABI says: classes that have no copy or move constructor
/// left, without saying so themselves.
template <class C>
inline constexpr bool is_disputed = false;
#define DISPUTED(DESTRUCTOR)                                                                                           \
    template <>                                                                                                        \
    inline constexpr bool is_disputed<CLASS_NAME(derived, absent, deleted, DESTRUCTOR)> = true;                        \
    template <>                                                                                                        \
    inline constexpr bool is_disputed<CLASS_NAME(derived, deleted, absent, DESTRUCTOR)> = true;                        \
    template <>                                                                                                        \
    inline constexpr bool is_disputed<CLASS_NAME(derived, deleted, deleted, DESTRUCTOR)> = true;
DISPUTED(absent)
DISPUTED(defaulted)
#undef DISPUTED

/// How another compiler calls a function with each class.
struct calls {
    const char *name;
    int (*pass)(void *function, int number);      ///< int (int, C, int): 1, number, 2
    int (*pass_last)(void *function, int number); ///< int (int, int, int, int, int, int, C, int): 1 … 6, number, 7
    int (*receive)(void *function, int number);   ///< the id of C (int)
    int (*receive_last)(void *function,
                        int number); ///< of C (int, int, int, int, int, int, int): number is the last one
};

struct table {
    const char *compiler;
    const struct calls *calls;
};

} // namespace classes

/// All classes that are tested.
#define FOR_EACH_TESTED(DO)                                                                                            \
    FOR_EACH_CLASS(DO##_OF)                                                                                            \
    DO(copied_from_changeable) DO(made_of_anything) DO(assigned) DO(with_virtual)
