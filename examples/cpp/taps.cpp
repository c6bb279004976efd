// Three places where programs keep function pointers, tapped: a comparator given to qsort, an object's table of virtual
// functions, and an entry of the program's own global offset table. The originals do their work all the same.
#include <cbframe/cbframe.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>

// Not in a namespace without a name: there a compiler knows all classes, and calls area() without any table.
namespace shapes {

struct shape {
    virtual ~shape() = default;
    virtual double area() const = 0;
};

struct square final : shape {
    explicit square(double side) : side_(side) {}
    double area() const override { return side_ * side_; }

  private:
    double side_;
};

} // namespace shapes

namespace {

using shapes::shape, shapes::square;

// ---- qsort ----------------------------------------------------------------------------------------

int compare(const void *left, const void *right) {
    return *static_cast<const int *>(left) - *static_cast<const int *>(right);
}

void tap_a_comparator() {
    std::array numbers{42, 7, -5, 100, 61};
    int calls = 0;
    const cbframe::tap counted{compare, [&](cbframe::cpu &) { calls++; }};
    std::qsort(numbers.data(), numbers.size(), sizeof(numbers[0]), counted.as<decltype(compare)>());
    std::printf("qsort: %s after %d comparisons\n", std::ranges::is_sorted(numbers) ? "sorted" : "not sorted", calls);
}

// ---- Virtual functions ----------------------------------------------------------------------------

double area_of(const shape &of) { return of.area(); }

void tap_a_virtual_function() {
    // Itanium C++ ABI, 2.5: an object begins with the address of its table, behind two words of it. Here are two
    // destructors, then area().
    constexpr std::size_t words_before = 2, functions = 3, area = 2;
    square object(3);
    const shape *volatile seen = &object; // so that the call goes by the table
    double (*volatile measure)(const shape &) = area_of;
    std::uintptr_t *table;
    std::memcpy(&table, static_cast<const void *>(&object), sizeof(table));
    std::uintptr_t copy[words_before + functions];
    std::copy_n(table - words_before, words_before + functions, copy);

    const void *tapped = nullptr;
    const cbframe::tap tap{reinterpret_cast<void *>(copy[words_before + area]), [&](cbframe::cpu &) { tapped = seen; }};
    copy[words_before + area] = reinterpret_cast<std::uintptr_t>(tap.address());
    std::uintptr_t *const tapped_table = copy + words_before;
    std::memcpy(static_cast<void *>(&object), &tapped_table, sizeof(tapped_table));
    const double found = measure(*seen);
    std::memcpy(static_cast<void *>(&object), &table, sizeof(table));
    std::printf("virtual: an area of %g, %s\n", found, tapped != nullptr ? "tapped" : "not tapped");
}

// ---- The global offset table ----------------------------------------------------------------------

using relocation = ElfW(Rela);

/// The entry of the program's global offset table for a function of a library; null: it has none.
void **entry_of(const char *function) {
    struct search {
        const char *name;
        void **found;
    } looked_for{function, nullptr};
    dl_iterate_phdr(
        [](dl_phdr_info *image, std::size_t, void *argument) {
            auto &look = *static_cast<search *>(argument);
            const ElfW(Dyn) *dynamic = nullptr;
            for (int i = 0; i < image->dlpi_phnum; ++i)
                if (image->dlpi_phdr[i].p_type == PT_DYNAMIC)
                    dynamic = reinterpret_cast<const ElfW(Dyn) *>(image->dlpi_addr + image->dlpi_phdr[i].p_vaddr);
            const char *strings = nullptr;
            const ElfW(Sym) *symbols = nullptr;
            const relocation *tables[2]{};
            std::size_t sizes[2]{};
            for (; dynamic != nullptr && dynamic->d_tag != DT_NULL; ++dynamic) {
                // Where the dynamic section cannot be written, as on RISC-V, no address was added to.
                auto address = dynamic->d_un.d_ptr;
                address += address < image->dlpi_addr ? image->dlpi_addr : 0;
                switch (dynamic->d_tag) {
                case DT_STRTAB:
                    strings = reinterpret_cast<const char *>(address);
                    break;
                case DT_SYMTAB:
                    symbols = reinterpret_cast<const ElfW(Sym) *>(address);
                    break;
                case DT_JMPREL:
                    tables[0] = reinterpret_cast<const relocation *>(address);
                    break;
                case DT_PLTRELSZ:
                    sizes[0] = dynamic->d_un.d_val;
                    break;
                case DT_RELA:
                    tables[1] = reinterpret_cast<const relocation *>(address);
                    break;
                case DT_RELASZ:
                    sizes[1] = dynamic->d_un.d_val;
                    break;
                default:
                    break;
                }
            }
            for (int table = 0; table < 2; ++table)
                for (std::size_t i = 0; i < sizes[table] / sizeof(relocation); ++i) {
                    const relocation &each = tables[table][i];
                    if (std::strcmp(strings + symbols[ELF64_R_SYM(each.r_info)].st_name, look.name) == 0)
                        look.found = reinterpret_cast<void **>(image->dlpi_addr + each.r_offset);
                }
            return 1; // the first image is the program
        },
        &looked_for);
    return looked_for.found;
}

void tap_an_entry_of_the_offset_table() {
    void **const entry = entry_of("getppid");
    if (entry == nullptr) {
        std::printf("offset table: no entry for getppid\n");
        return;
    }
    int calls = 0;
    const cbframe::tap tap{dlsym(RTLD_DEFAULT, "getppid"), [&](cbframe::cpu &) { calls++; }};
    const auto page_size = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
    void *const page = reinterpret_cast<void *>(reinterpret_cast<std::uintptr_t>(entry) / page_size * page_size);
    mprotect(page, page_size, PROT_READ | PROT_WRITE); // a linker may have made it read-only
    void *const before = std::exchange(*entry, tap.address());
    const pid_t parent = getppid();
    *entry = before;
    std::printf("offset table: getppid tapped %d time, its answer is %s\n", calls,
                parent == getppid() && calls == 1 ? "right" : "wrong");
}

} // namespace

int main() {
    tap_a_comparator();
    tap_a_virtual_function();
    tap_an_entry_of_the_offset_table();
}
