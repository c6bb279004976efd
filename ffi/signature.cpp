#include "signature.hpp"

#include "convention.hpp"
#include "type.hpp"

#include <atomic>
#include <cstdint>
#include <cstring>
#include <new>
#include <vector>

namespace cbf_ffi {

namespace {

// ---------------------------------------------------------------- what a cif says, in numbers

constexpr std::size_t longest = 1 << 20; // a type may have one of a few elements over and over, which has such in turn

struct hash {
    std::uint64_t value = 0;
    std::size_t count = 0;
    bool put(std::uint32_t number) noexcept {
        value = (value ^ number) * 0x9e3779b97f4a7c15u;
        return ++count <= longest;
    }
};

struct comparison {
    const std::uint32_t *next, *end;
    bool put(std::uint32_t number) noexcept { return next != end && *next++ == number; }
};

struct collection {
    std::vector<std::uint32_t> numbers;
    bool put(std::uint32_t number) {
        numbers.push_back(number);
        return true;
    }
};

// Whatever number a program has put there.
unsigned abi_of(const ffi_cif &cif) noexcept {
    unsigned number;
    static_assert(sizeof(number) == sizeof(cif.abi));
    std::memcpy(&number, &cif.abi, sizeof(number));
    return number;
}

template <class Numbers>
bool describe_cif(Numbers &to, const ffi_cif &cif) {
    if (!to.put(abi_of(cif)) || !to.put(cif.nargs) || !describe(to, cif.rtype))
        return false;
    for (unsigned i = 0; i < cif.nargs; ++i)
        if (!describe(to, cif.arg_types[i]))
            return false;
    return true;
}

// ---------------------------------------------------------------- a signature of it

/// Whether the address of the result is the first argument by the rules of all others.
bool has_result_argument(const convention &by, const ffi_type &result) noexcept {
    const bool is_large = result.type == FFI_TYPE_STRUCT || (result.type == FFI_TYPE_COMPLEX && result.size > 8);
    return by.result_is_argument && is_large;
}

/// An argument without bytes: Fiddle says of functions without arguments that they take one of type void.
type_owner make_nothing(const std::uint32_t *&next) {
    ++next;
    const cbf_type *out = nullptr;
    return type_owner(cbf_type_structure(&out, nullptr, nullptr, 0, nullptr) == CBF_OK ? out : nullptr);
}

signature make_signature(const ffi_cif &cif, const convention &by, const std::vector<std::uint32_t> &numbers) {
    signature made;
    made.result_is_argument = has_result_argument(by, *cif.rtype);
    const std::uint32_t *next = numbers.data() + 2;
    std::vector<type_owner> types;
    std::vector<const cbf_type *> parameters;
    for (unsigned i = 0; i <= cif.nargs; ++i) {
        types.push_back(i > 0 && *next == FFI_TYPE_VOID ? make_nothing(next) : make_type(next));
        if (types.back() == nullptr)
            return {};
        if (i > 0)
            parameters.push_back(types.back().get());
    }
    if (made.result_is_argument) {
        const cbf_type *pointer = nullptr;
        if (cbf_type_pointer(&pointer, nullptr) != CBF_OK)
            return {};
        types.front().reset(pointer);
        parameters.insert(parameters.begin(), pointer);
    }
    cbf_signature *out = nullptr;
    if (cbf_signature_new(&out, types.front().get(), parameters.data(), parameters.size(), 0, by.found) != CBF_OK)
        return {};
    made.owner.reset(out);
    made.found = out;
    return made;
}

// ---------------------------------------------------------------- those that are kept

/// One of them. They are never freed: who finds one needs no lock.
struct entry : kept {
    entry *next;
    std::uint64_t hash;
    std::vector<std::uint32_t> numbers;
    bool is_plain; ///< they have one for each type
};

constexpr std::size_t most_kept = 4096;
constexpr std::size_t buckets = 1024;
constinit std::atomic<entry *> table[buckets];
constinit std::atomic<std::size_t> kept_count;

std::atomic<entry *> &bucket_of(std::uint64_t hash) noexcept { return table[hash >> 54]; }
static_assert(buckets == std::size_t{1} << (64 - 54));

/// Where no type is made of others: each is one number.
bool is_of_plain(const std::uint32_t *numbers, const ffi_cif &cif) noexcept {
    const auto is = [](const ffi_type *type, std::uint32_t number) { return type != nullptr && type->type == number; };
    if (numbers[0] != abi_of(cif) || !is(cif.rtype, numbers[2]))
        return false;
    for (unsigned i = 0; i < cif.nargs; ++i)
        if (!is(cif.arg_types[i], numbers[3 + i]))
            return false;
    return true;
}

// Apart, so that the others need no frame.
[[gnu::noinline]] bool is_of_aggregates(const std::vector<std::uint32_t> &numbers, const ffi_cif &cif) noexcept {
    comparison same{numbers.data(), numbers.data() + numbers.size()};
    return describe_cif(same, cif);
}

bool is_of(const entry &candidate, const ffi_cif &cif) noexcept {
    const std::uint32_t *const numbers = candidate.numbers.data();
    if (numbers[1] != cif.nargs || (cif.nargs != 0 && cif.arg_types == nullptr))
        return false;
    return candidate.is_plain ? is_of_plain(numbers, cif) : is_of_aggregates(candidate.numbers, cif);
}

const entry *find_kept(const ffi_cif &cif, std::uint64_t hash) noexcept {
    for (const entry *each = bucket_of(hash).load(std::memory_order_acquire); each != nullptr; each = each->next)
        if (each->hash == hash && is_of(*each, cif)) {
            newest_signature.store(each, std::memory_order_release);
            return each;
        }
    return nullptr;
}

places places_of(const cbf_signature *signature, std::size_t count) {
    places found{{}, std::vector<cbf_place>(count)};
    cbf_signature_place(signature, -1, &found.result);
    for (std::size_t i = 0; i < count; ++i)
        cbf_signature_place(signature, static_cast<std::ptrdiff_t>(i), &found.arguments[i]);
    return found;
}

/// Two threads may keep the same: the later one is found.
void keep(signature &made, std::vector<std::uint32_t> &&numbers, std::uint64_t hash, unsigned nargs) {
    if (kept_count.fetch_add(1, std::memory_order_relaxed) >= most_kept) {
        kept_count.fetch_sub(1, std::memory_order_relaxed);
        return;
    }
    std::atomic<entry *> &bucket = bucket_of(hash);
    const bool is_plain = numbers.size() == std::size_t{3} + nargs;
    places where = places_of(made.found, nargs + (made.result_is_argument ? 1 : 0));
    const bool has_few = where.arguments.size() <= few_arguments;
    auto *const added = new entry{
        {made, std::move(where), has_few}, bucket.load(std::memory_order_relaxed), hash, std::move(numbers), is_plain};
    made.owner.release();
    made.same = added;
    while (!bucket.compare_exchange_weak(added->next, added, std::memory_order_release, std::memory_order_relaxed))
        ;
}

ffi_status make(signature &out, const ffi_cif &cif, const convention &by, std::uint64_t hash) {
    collection collected;
    if (!describe_cif(collected, cif))
        return FFI_BAD_TYPEDEF;
    out = make_signature(cif, by, collected.numbers);
    if (out.found == nullptr)
        return FFI_BAD_TYPEDEF;
    keep(out, std::move(collected.numbers), hash, cif.nargs);
    return FFI_OK;
}

} // namespace

constinit std::atomic<const kept *> newest_signature;

bool is_signature_of(const kept &candidate, const ffi_cif *cif) noexcept {
    return cif != nullptr && is_of(static_cast<const entry &>(candidate), *cif);
}

ffi_status find_signature(signature &out, const ffi_cif *cif) noexcept {
    if (cif == nullptr || (cif->nargs != 0 && cif->arg_types == nullptr))
        return FFI_BAD_TYPEDEF;
    hash hashed;
    const kept *found = newest_signature.load(std::memory_order_acquire);
    if (found == nullptr || !is_signature_of(*found, cif))
        found = describe_cif(hashed, *cif) ? find_kept(*cif, hashed.value) : nullptr;
    if (found != nullptr) {
        static_cast<prepared &>(out) = *found;
        out.same = found;
        return FFI_OK;
    }
    const convention by = convention_of(abi_of(*cif));
    if (by.found == nullptr)
        return FFI_BAD_ABI;
    if (cif->rtype == nullptr || is_returned_otherwise(abi_of(*cif), *cif->rtype))
        return FFI_BAD_TYPEDEF;
    try {
        return hashed.count <= longest ? make(out, *cif, by, hashed.value) : FFI_BAD_TYPEDEF;
    } catch (const std::bad_alloc &) {
        return FFI_BAD_TYPEDEF;
    }
}

} // namespace cbf_ffi
