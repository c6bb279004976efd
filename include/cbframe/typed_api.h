/* The functions of cbframe.h for types, signatures, layouts and closures. As in api.h, C, C++ and LuaJIT's ffi.cdef
 * read this one text.
 *
 *     types ──▶ signature ──▶ closure, any number of them
 *                   └───────▶ layout
 *
 * The caller frees every handle that a function stores in *out; what was made of it does not need it any more.
 * Handles of types, signatures and layouts are immutable: any number of threads may use one, as long as none frees it.
 * The functions that free accept NULL, as free() does. */

/* Why the last failing call of this thread failed, in words: "argument 2 is of type void:
 * void has no value". "" before the first failure. The text stays until the thread's next failing call. */
CBF_API const char *cbf_error_detail(void) CBF_NOEXCEPT;

/* ---------------------------------------------------------------- types */

/* The kind of a type. Those up to LONG_DOUBLE are complete types by themselves. */
typedef enum cbf_kind {
    CBF_KIND_VOID = 0,
    CBF_KIND_BOOL = 1,
    CBF_KIND_CHAR = 2,
    CBF_KIND_SIGNED_CHAR = 3,
    CBF_KIND_UNSIGNED_CHAR = 4,
    CBF_KIND_SHORT = 5,
    CBF_KIND_UNSIGNED_SHORT = 6,
    CBF_KIND_INT = 7,
    CBF_KIND_UNSIGNED_INT = 8,
    CBF_KIND_LONG = 9,
    CBF_KIND_UNSIGNED_LONG = 10,
    CBF_KIND_LONG_LONG = 11,
    CBF_KIND_UNSIGNED_LONG_LONG = 12,
    CBF_KIND_INT128 = 13,
    CBF_KIND_UNSIGNED_INT128 = 14,
    CBF_KIND_FLOAT = 15,
    CBF_KIND_DOUBLE = 16,
    CBF_KIND_LONG_DOUBLE = 17,
    CBF_KIND_COMPLEX = 18,
    CBF_KIND_POINTER = 19,
    CBF_KIND_ENUMERATION = 20,
    CBF_KIND_STRUCTURE = 21,
    CBF_KIND_UNION = 22,
    CBF_KIND_ARRAY = 23,
    CBF_KIND_VECTOR = 24,
    CBF_KIND_FUNCTION = 25,
    /* Integers of so many bits on every system, by another name. */
    CBF_KIND_INT8 = CBF_KIND_SIGNED_CHAR,
    CBF_KIND_UINT8 = CBF_KIND_UNSIGNED_CHAR,
    CBF_KIND_INT16 = CBF_KIND_SHORT,
    CBF_KIND_UINT16 = CBF_KIND_UNSIGNED_SHORT,
    CBF_KIND_INT32 = CBF_KIND_INT,
    CBF_KIND_UINT32 = CBF_KIND_UNSIGNED_INT,
    CBF_KIND_INT64 = CBF_KIND_LONG_LONG,
    CBF_KIND_UINT64 = CBF_KIND_UNSIGNED_LONG_LONG
} cbf_kind;

/* A C type. Immutable; shares the types that it is made of. */
typedef struct cbf_type cbf_type;

/* The type of a kind up to LONG_DOUBLE; NULL for every other kind. It lives forever: freeing it does nothing. */
CBF_API const cbf_type *cbf_type_basic(cbf_kind kind) CBF_NOEXCEPT;

/* Frees the handle; types, signatures and closures made of it keep what they need. NULL is fine. */
CBF_API void cbf_type_free(const cbf_type *type) CBF_NOEXCEPT;

/* One more handle of the same type, which is freed separately: returns its argument. O(1). */
CBF_API const cbf_type *cbf_type_share(const cbf_type *type) CBF_NOEXCEPT;

/* The functions below make a type and store it in *out.
 * CBF_INVALID_ARGUMENT: out, or a type that is not optional, is NULL; the type would nest more than 256 deep (pointers
 * count); or as each function says. *out is unchanged.
 * CBF_NO_MEMORY: no memory for the type. */

/* Pointer to any type; target may be NULL: void. */
CBF_API cbf_status cbf_type_pointer(const cbf_type **out, const cbf_type *target) CBF_NOEXCEPT;

/* _Complex. CBF_INVALID_ARGUMENT: element is not float, double or long double, nor, as in GNU C, an integer: _Bool and
 * __int128 are none here. */
CBF_API cbf_status cbf_type_complex(const cbf_type **out, const cbf_type *element) CBF_NOEXCEPT;

/* An enum, as large as underlying; NULL: unsigned int. name may be NULL.
 * CBF_INVALID_ARGUMENT: underlying is no integer type. */
CBF_API cbf_status cbf_type_enumeration(const cbf_type **out, const char *name,
                                        const cbf_type *underlying) CBF_NOEXCEPT;

/* An array of count elements, for fields: C passes none by value. CBF_INVALID_ARGUMENT: element is incomplete. */
CBF_API cbf_status cbf_type_array(const cbf_type **out, const cbf_type *element, size_t count) CBF_NOEXCEPT;

/* An array without a length, for the last field of a structure. Fails like cbf_type_array. */
CBF_API cbf_status cbf_type_flexible_array(const cbf_type **out, const cbf_type *element) CBF_NOEXCEPT;

/* A SIMD vector of count elements: integers, float or double, no _Bool. CBF_INVALID_ARGUMENT: it has not 8, 16, 32 or
 * 64 bytes, or is made of something else. One of long has as many by some data model, and does not exist by others. */
CBF_API cbf_status cbf_type_vector(const cbf_type **out, const cbf_type *element, size_t count) CBF_NOEXCEPT;

/* A member of a struct or union. */
typedef struct cbf_field {
    const char *name;     /* may be NULL or "": calls depend on no name, but a bit-field without one is padding */
    const cbf_type *type; /* the declared type */
    int bits;             /* width of a bit-field; 0: no bit-field, unless zero_width is set */
    size_t alignment;     /* minimum, as _Alignas; 0: that of the type */
    int packed;           /* not 0: __attribute__((packed)) on this field alone */
    int zero_width;       /* not 0: a bit-field of width 0, which has no name */
} cbf_field;

/* Attributes of a struct or union. Zero-initialised: none. */
typedef struct cbf_record_attributes {
    size_t alignment; /* minimum, as _Alignas and __attribute__((aligned)); 0: that of the fields */
    size_t pack;      /* maximum alignment of a field, as #pragma pack; 0: no limit */
    int packed;       /* not 0: every field at the next byte or bit, as __attribute__((packed)) */
} cbf_record_attributes;

/* A struct or union of count fields. name and attributes may be NULL; fields, if count is 0.
 * CBF_INVALID_ARGUMENT, and cbf_error_detail names the field:
 * - a field has an incomplete type, but for a flexible array at the end of a structure that has more;
 * - a bit-field is no integer, is wider than its type, or has width 0 and a name;
 * - an alignment is no power of two up to 2^28, or pack none up to 16. */
CBF_API cbf_status cbf_type_structure(const cbf_type **out, const char *name, const cbf_field *fields, size_t count,
                                      const cbf_record_attributes *attributes) CBF_NOEXCEPT;
CBF_API cbf_status cbf_type_union(const cbf_type **out, const char *name, const cbf_field *fields, size_t count,
                                  const cbf_record_attributes *attributes) CBF_NOEXCEPT;

/* A struct or union of which only the name is known, for pointers. With it a structure can contain a pointer to itself.
 * CBF_INVALID_ARGUMENT: name is NULL. */
CBF_API cbf_status cbf_type_incomplete_structure(const cbf_type **out, const char *name) CBF_NOEXCEPT;
CBF_API cbf_status cbf_type_incomplete_union(const cbf_type **out, const char *name) CBF_NOEXCEPT;

/* A function, to make pointers to it. parameters: the named ones, count of them; may be NULL if count is 0.
 * variadic: not 0 if `...` follows. Whether a convention can pass them is not asked here. */
CBF_API cbf_status cbf_type_function(const cbf_type **out, const cbf_type *result, const cbf_type *const *parameters,
                                     size_t count, int variadic) CBF_NOEXCEPT;

/* A name for a type in a text. name: like a typedef; may be NULL. A struct, union or enum can also be named by its tag.
 */
typedef struct cbf_named_type {
    const char *name;
    const cbf_type *type;
} cbf_named_type;

/* Reads a type as C writes it: "unsigned long", "char *[4]", "double (int, struct point *)", "int (*)(const void *)":
 * scalars, _Complex, pointers, arrays, functions and names: the given ones, count of them (NULL will do for none), and
 * bool, size_t, ptrdiff_t, intptr_t, uintptr_t, int8_t to int64_t, uint8_t to uint64_t. A struct or union whose tag is
 * not among them is incomplete. Parameters may have names, and are pointers where they are arrays or functions;
 * `const`, `volatile` and `restrict` are left out. O(length). CBF_INVALID_ARGUMENT: text is NULL or no type, and
 * cbf_error_detail says where; or the type of a name is NULL. */
CBF_API cbf_status cbf_type_parse(const cbf_type **out, const char *text, const cbf_named_type *names,
                                  size_t count) CBF_NOEXCEPT;

/* CBF_KIND_VOID for NULL. */
CBF_API cbf_kind cbf_type_kind(const cbf_type *type) CBF_NOEXCEPT;

/* The parts of a type. They live as long as the type; a type that is returned is no handle and must not be freed.
 * NULL is void. */

/* Tag of a struct, union or enum; else "". */
CBF_API const char *cbf_type_name(const cbf_type *type) CBF_NOEXCEPT;

/* The target of a pointer, the element of an array, vector or complex, the underlying type of an enum; NULL for other
 * kinds. */
CBF_API const cbf_type *cbf_type_element(const cbf_type *type) CBF_NOEXCEPT;

/* 1, and the length of an array or vector in *count; 0 for an array without a length and for other kinds. count may be
 * NULL. */
CBF_API int cbf_type_count(const cbf_type *type, size_t *count) CBF_NOEXCEPT;

/* How many fields a struct or union has; 0 for other kinds. */
CBF_API size_t cbf_type_field_count(const cbf_type *type) CBF_NOEXCEPT;

/* Fills *field with the declaration of a field, from 0. CBF_INVALID_ARGUMENT: field is NULL, or there is none. */
CBF_API cbf_status cbf_type_field_at(const cbf_type *type, size_t index, cbf_field *field) CBF_NOEXCEPT;

/* Attributes of a struct or union; those of no attribute for other kinds. */
CBF_API cbf_record_attributes cbf_type_attributes(const cbf_type *type) CBF_NOEXCEPT;

/* Of a function: its result, its named parameters from 0, and whether `...` follows. NULL and 0 for other kinds. */
CBF_API const cbf_type *cbf_type_result(const cbf_type *type) CBF_NOEXCEPT;
CBF_API size_t cbf_type_parameter_count(const cbf_type *type) CBF_NOEXCEPT;
CBF_API const cbf_type *cbf_type_parameter(const cbf_type *type, size_t index) CBF_NOEXCEPT;
CBF_API int cbf_type_is_variadic(const cbf_type *type) CBF_NOEXCEPT;

/* 1 if it has a size: not void, a function, an array without a length, nor a record without a definition. */
CBF_API int cbf_type_is_complete(const cbf_type *type) CBF_NOEXCEPT;

/* How deep it nests: 0 for a type that is only a kind, 1 for a pointer to one or a struct of such types. */
CBF_API size_t cbf_type_depth(const cbf_type *type) CBF_NOEXCEPT;

/* Equal for handles that share a type. NULL for NULL. */
CBF_API const void *cbf_type_identity(const cbf_type *type) CBF_NOEXCEPT;

/* 1 if both have the same kind, name, elements, fields and attributes, else 0; -1: no memory to compare them. */
CBF_API int cbf_type_equal(const cbf_type *left, const cbf_type *right) CBF_NOEXCEPT;

/* sizeof in the C of this system. CBF_INVALID_ARGUMENT: an argument is NULL, the type is incomplete, or it has
 * 2^59 bytes or more. */
CBF_API cbf_status cbf_type_size(const cbf_type *type, size_t *size) CBF_NOEXCEPT;

/* _Alignof. Fails as cbf_type_size does. */
CBF_API cbf_status cbf_type_alignment(const cbf_type *type, size_t *alignment) CBF_NOEXCEPT;

/* Where a field is. Bits count from the lowest of the record's first byte up. */
typedef struct cbf_field_place {
    size_t offset; /* bytes from the start of the record; of a bit-field, its first bit's byte */
    unsigned bit;  /* of a bit-field, its first bit in that byte */
    unsigned bits; /* width of a bit-field, else 0 */
} cbf_field_place;

/* Where a field of a struct or union is in the C of this system. Fields count from 0.
 * CBF_INVALID_ARGUMENT: as cbf_type_size, or the type is no struct or union, or has no such field. */
CBF_API cbf_status cbf_type_field(const cbf_type *type, size_t index, cbf_field_place *place) CBF_NOEXCEPT;

/* Writes the type as C spells it, as snprintf does: at most size bytes with the zero byte, and the length of the
 * whole text into *length. size may be 0. Beyond 16,384 characters, `…` replaces further parameters of functions.
 * CBF_INVALID_ARGUMENT: type or length is NULL, or buffer is with size > 0. */
CBF_API cbf_status cbf_type_format(const cbf_type *type, char *buffer, size_t size, size_t *length) CBF_NOEXCEPT;

/* The same for a declaration: declarator, such as the name of a variable, is inside the type. It may be NULL: "". */
CBF_API cbf_status cbf_type_format_declaration(const cbf_type *type, const char *declarator, char *buffer, size_t size,
                                               size_t *length) CBF_NOEXCEPT;

/* ---------------------------------------------------------------- data models */

/* How a system places the fields of a structure. */
typedef enum cbf_record_rules {
    CBF_RECORDS_SYSTEM_V = 0,  /* System V psABIs, "Aggregates and Unions": bit-fields share what fits */
    CBF_RECORDS_MICROSOFT = 1, /* a bit-field shares its unit only with neighbours of a type of the same size */
    CBF_RECORDS_MS_BITFIELDS =
        2, /* the same as gcc makes it for MinGW (-mms-bitfields): bit-fields align a union too */
    CBF_RECORDS_AAPCS =
        3 /* AAPCS64, 10.1.8, "Bit-fields": as System V, but those without a name align the record, too */
} cbf_record_rules;

/* Sizes and alignments of C's types on a target, in bytes. A value: change a copy to describe another target. */
typedef struct cbf_data_model {
    const char *name;
    size_t pointer_size;
    size_t long_size;
    size_t long_long_alignment; /* as a field, which may be less than for a variable */
    size_t double_alignment;    /* as a field */
    size_t long_double_size;
    size_t long_double_alignment;
    size_t long_double_bytes; /* without padding: 10 for x87's format, 8 for double's */
    int has_int128;
    size_t empty_record_size; /* of a struct without fields: 0 in GNU C, 1 in C++; with Microsoft's, without bytes */
    cbf_record_rules records;
    /* The widest vector that code is compiled to hold in one register: 64 for AVX-512, 32 for AVX, 16 for SSE, 8 for
     * MMX, 0 for less. System V and MinGW pass wider ones in memory. */
    size_t widest_vector;
    size_t vector_alignment; /* the maximum for vectors; 0: each is aligned to its size */
} cbf_data_model;

/* By name, NULL if there is none: lp64_sysv (x86-64 Linux, BSD, macOS. System V x86-64 psABI, 3.1.2), llp64_mingw
 * (x86-64 Windows, gcc: long double is x87's, in 16 bytes), llp64_msvc (x86-64 Windows, MSVC: long double is double),
 * ilp32_sysv (i386 Linux, BSD. System V i386 psABI, 2.1), ilp32_mingw, ilp32_msvc (x86 Windows), ilp32_darwin (i386
 * macOS. Apple, "IA-32 Function Calling Conventions", Data Types), lp64_aapcs (aarch64 Linux, BSD. AAPCS64, 10.1),
 * lp64_darwin (aarch64 macOS. Apple, "Writing ARM64 code for Apple platforms"), lp64_riscv (riscv64 Linux, BSD. RISC-V
 * ELF psABI, 6). aarch64 Windows has llp64_msvc. They live forever. */
CBF_API const cbf_data_model *cbf_data_model_find(const char *name) CBF_NOEXCEPT;

/* All of them: index counts from 0, NULL past the last. */
CBF_API const cbf_data_model *cbf_data_model_at(size_t index) CBF_NOEXCEPT;

/* The sizes and alignments of C++ on this system, in which a class without members has one byte. */
CBF_API const cbf_data_model *cbf_data_model_native_cxx(void) CBF_NOEXCEPT;

/* sizeof and _Alignof on a target. They fail as cbf_type_size does, and if the type does not exist on the target; it
 * may have less than 2^31 bytes where pointers have 4. */
CBF_API cbf_status cbf_data_model_size(const cbf_data_model *model, const cbf_type *type, size_t *size) CBF_NOEXCEPT;
CBF_API cbf_status cbf_data_model_alignment(const cbf_data_model *model, const cbf_type *type,
                                            size_t *alignment) CBF_NOEXCEPT;

/* Where the fields of a struct or union are on a target: fills places, of count, which must be how many it has.
 * CBF_INVALID_ARGUMENT: as cbf_data_model_size, or the type is neither, or has another number of fields. */
CBF_API cbf_status cbf_data_model_fields(const cbf_data_model *model, const cbf_type *type, cbf_field_place *places,
                                         size_t count) CBF_NOEXCEPT;

/* ---------------------------------------------------------------- conventions */

/* Conventions that share one set of rules. */
typedef enum cbf_family {
    CBF_FAMILY_SYSV_X64 = 0,
    CBF_FAMILY_MS_X64 = 1,
    CBF_FAMILY_X86 = 2,
    CBF_FAMILY_AAPCS64 = 3,
    CBF_FAMILY_RISCV = 4
} cbf_family;

/* A calling convention. They live forever, and only the library makes them. NULL is an error, so that an unknown name
 * never means another convention. */
typedef struct cbf_convention {
    const char *name;
    const cbf_data_model *model; /* of the system that the convention belongs to */
    cbf_family family;
    int allows_variadic;      /* 1 if it has variadic functions, else 0 */
    size_t general_arguments; /* how many general registers can carry arguments */
} cbf_convention;

/* The convention of this system's C. */
CBF_API const cbf_convention *cbf_convention_native(void) CBF_NOEXCEPT;

/* By name: sysv_x64, sysv_x64_avx, sysv_x64_sse, sysv_x64_darwin, ms_x64, ms_x64_mingw, vectorcall_x64, and for 32-bit
 * x86 cdecl_x86_sysv, stdcall_x86_msvc and so on, for 64-bit Arm aapcs64, aapcs64_darwin, aapcs64_windows,
 * for 64-bit RISC-V lp64d, lp64f, lp64; see cbframe/abi.hpp. NULL if there is none of this name. */
CBF_API const cbf_convention *cbf_convention_find(const char *name) CBF_NOEXCEPT;

/* All of them: index counts from 0, NULL past the last. */
CBF_API const cbf_convention *cbf_convention_at(size_t index) CBF_NOEXCEPT;

/* Its name. NULL for what is no convention. */
CBF_API const char *cbf_convention_name(const cbf_convention *convention) CBF_NOEXCEPT;

/* 1 if closures of it can be called on this CPU, else 0. */
CBF_API int cbf_convention_is_callable(const cbf_convention *convention) CBF_NOEXCEPT;

/* 1 if it has variadic functions, else 0. */
CBF_API int cbf_convention_allows_variadic(const cbf_convention *convention) CBF_NOEXCEPT;

/* Registers of one size that an architecture numbers together, by the names of its manuals. */
typedef struct cbf_register_bank {
    /* general64, general32, xmm, ymm, zmm, x87, mmx, aarch64_general, aarch64_vector, riscv_general, riscv_floating */
    const char *name;
    size_t size;              /* bytes of a register */
    size_t count;             /* how many there are */
    const char *const *names; /* by number, as instructions encode it: Intel's manual, vol. 2, 3.1.1.1; Arm's */
} cbf_register_bank;

/* By name; NULL if there is none. They live forever. */
CBF_API const cbf_register_bank *cbf_register_bank_find(const char *name) CBF_NOEXCEPT;

/* ---------------------------------------------------------------- signatures */

/* The types and the convention of a function, and its layout, which is computed once for any number of closures. */
typedef struct cbf_signature cbf_signature;

/* Makes a signature. result may be NULL: void; parameters are the named ones, count of them; may be NULL if count
 * is 0. variadic: not 0 if `...` follows. convention: cbf_convention_native(), as a rule.
 * Sizes are those of this system's C wherever a closure can be called by the convention, as in a function that gcc
 * compiles with __attribute__((ms_abi)); for other conventions, which only have layouts here, those of the
 * systems that the convention belongs to.
 * CBF_INVALID_ARGUMENT: out or a parameter is NULL.
 * CBF_BAD_CONVENTION: convention is NULL or none, or has no variadic functions.
 * CBF_BAD_TYPE, and cbf_error_detail names the argument, if
 * - a type is incomplete, a function or an array, or one that the convention's systems do not have;
 * - the convention is the system's own, and the instruction set that callers are compiled for decides where a vector
 *   is: on System V x86-64 one of 32 or 64 bytes, on 32-bit x86 any. Name what they call by, as "sysv_x64_avx";
 * - the arguments have 2^30 bytes or more, or the result does. */
CBF_API cbf_status cbf_signature_new(cbf_signature **out, const cbf_type *result, const cbf_type *const *parameters,
                                     size_t count, int variadic, const cbf_convention *convention) CBF_NOEXCEPT;

/* Makes a signature of the text of a function type, "double (int, char *)", by the rules of cbf_type_parse.
 * Fails as that and as cbf_signature_new do, and with CBF_INVALID_ARGUMENT if the text is no function. */
CBF_API cbf_status cbf_signature_parse(cbf_signature **out, const char *text, const cbf_named_type *names, size_t count,
                                       const cbf_convention *convention) CBF_NOEXCEPT;

/* Frees the handle; its closures stay valid. NULL is fine. */
CBF_API void cbf_signature_free(cbf_signature *signature) CBF_NOEXCEPT;

/* One more handle of the same signature, which is freed separately: returns its argument. O(1). */
CBF_API cbf_signature *cbf_signature_share(cbf_signature *signature) CBF_NOEXCEPT;

/* What a place counts from; args is the pointer that a closure's handler gets. */
typedef enum cbf_base {
    CBF_BASE_ARGUMENTS = 0,       /* the value is at (char *)args + offset */
    CBF_BASE_STACK = 1,           /* the value is at ((char **)args)[1] + offset */
    CBF_BASE_POINTER = 2,         /* its address is at (char *)args + offset */
    CBF_BASE_POINTER_ON_STACK = 3 /* its address is at ((char **)args)[1] + offset */
} cbf_base;

/* Where the handler finds an argument or puts the result: the same in every call. */
typedef struct cbf_place {
    int32_t offset;
    cbf_base base;
    size_t size; /* bytes of the value; 0 if there is none */
} cbf_place;

/* Fills *place for the named argument of this index, from 0, or for the result: index -1. For generated code
 * that reads arguments; cbf_argument and cbf_result give the same addresses.
 * CBF_INVALID_ARGUMENT: an argument is NULL, or the index is out of range. CBF_BAD_CONVENTION: no closure can be called
 * by the convention. */
CBF_API cbf_status cbf_signature_place(const cbf_signature *signature, ptrdiff_t index, cbf_place *place) CBF_NOEXCEPT;

/* ---------------------------------------------------------------- layouts */

/* How the bits of a register or stack word above a small number are filled. Ones: above a float of RISC-V, whose
 * instructions would otherwise read it as a NaN. */
typedef enum cbf_extension {
    CBF_EXTENSION_NONE = 0,
    CBF_EXTENSION_ZERO = 1,
    CBF_EXTENSION_SIGN = 2,
    CBF_EXTENSION_ONES = 3
} cbf_extension;

/* Consecutive bytes of a value and where they are. */
typedef struct cbf_piece {
    const char *in; /* the register, by the name of the manual: "RDI", "XMM0", "ST0"; NULL: on the stack */
    const cbf_register_bank *bank; /* that register's; NULL: on the stack */
    size_t number;                 /* in its bank */
    size_t stack;  /* bytes from the stack pointer at entry, which points at the return address where calls push one */
    size_t offset; /* the first byte of the value that it carries */
    size_t size;   /* how many it carries, at the low end */
    cbf_extension extends;
    size_t extended; /* to this many bytes in all */
    int duplicate;   /* 1: another piece carries the same bytes */
    int converted;   /* 1: the register holds the number in another format: ST0 a float or double in 80 bits */
} cbf_piece;

/* The class of an eightbyte of a value: System V x86-64 psABI, 3.2.3. */
typedef enum cbf_value_class {
    CBF_CLASS_NO_CLASS = 0,
    CBF_CLASS_INTEGER = 1,
    CBF_CLASS_SSE = 2,
    CBF_CLASS_SSEUP = 3,
    CBF_CLASS_X87 = 4,
    CBF_CLASS_X87UP = 5,
    CBF_CLASS_COMPLEX_X87 = 6,
    CBF_CLASS_MEMORY = 7
} cbf_value_class;

/* "INTEGER", "SSE", …; NULL for an invalid class. */
CBF_API const char *cbf_value_class_name(cbf_value_class value_class) CBF_NOEXCEPT;

/* Where an argument or the result is. */
typedef struct cbf_value_layout {
    const cbf_type *type; /* lives as long as the layout */
    size_t size;
    size_t alignment;
    int by_pointer; /* 1: the pieces carry the address of the value */
    size_t piece_count;
    const cbf_piece *pieces; /* in order of offset; they may leave out padding */
    size_t class_count;
    const cbf_value_class *classes; /* of its eightbytes, in conventions that have classes */
} cbf_value_layout;

/* Where everything is when a function is entered and when it returns. Read-only. */
typedef struct cbf_layout {
    const char *convention;            /* its name */
    size_t count;                      /* how many arguments */
    size_t named;                      /* how many of them are named; the variadic ones follow */
    const cbf_value_layout *arguments; /* count of them */
    cbf_value_layout result;           /* if by_pointer, the pieces say where its address is returned, if it is */
    const cbf_piece *result_pointer;   /* the hidden argument that says where the result goes; NULL: none */
    size_t stack_size;                 /* bytes that the caller reserves above the return address */
    size_t stack_alignment;            /* of the address just above the return address */
    size_t popped;                     /* bytes that the function pops, beside its return address */
    int variadic;                      /* 1 if `...` follows the named arguments; else the next three are 0 */
    size_t variadic_general;           /* general registers that the named arguments took */
    size_t variadic_vector;            /* vector registers that they took */
    size_t variadic_stack;             /* bytes from the stack pointer at entry to the first stack word after them */
    int vector_registers;              /* what the caller of a variadic function puts into AL; -1: nothing */
} cbf_layout;

/* Lays out a call of the signature and stores the layout in *out. variadic_arguments: the types of count arguments in
 * place of `...`, after the default argument promotions; may be NULL if count is 0.
 * CBF_INVALID_ARGUMENT: out, signature or a type is NULL; or there are such arguments but no `...`.
 * CBF_BAD_VARIADIC_TYPE: a type cannot be passed there, as for cbf_signature_new, or is promoted (char, short, _Bool,
 * float). CBF_NO_MEMORY. */
CBF_API cbf_status cbf_layout_new(const cbf_layout **out, const cbf_signature *signature,
                                  const cbf_type *const *variadic_arguments, size_t count) CBF_NOEXCEPT;

/* Lays out a call by any convention, of any host, with sizes of any data model: pure, and the same everywhere. model
 * may be NULL: that of the convention's system. result may be NULL: void. The rest is as for cbf_signature_new and
 * cbf_layout_new. */
CBF_API cbf_status cbf_layout_by(const cbf_layout **out, const cbf_convention *convention, const cbf_data_model *model,
                                 const cbf_type *result, const cbf_type *const *parameters, size_t count, int variadic,
                                 const cbf_type *const *variadic_arguments, size_t variadic_count) CBF_NOEXCEPT;

/* Frees the layout and all that it points at. NULL is fine. */
CBF_API void cbf_layout_free(const cbf_layout *layout) CBF_NOEXCEPT;

/* Writes the layout as a table, a line for each piece, as cbf_type_format writes a type. */
CBF_API cbf_status cbf_layout_format(const cbf_layout *layout, char *buffer, size_t size, size_t *length) CBF_NOEXCEPT;

/* Copies the piece->size bytes of a piece of a layout from the register or stack of this state to `to`, a converted
 * number in the format of its type.
 * Returns 1; 0 if they cannot be read, and then the bytes at `to` are undefined: the register is not of this CPU or
 * only partly in the state, or the stack is not readable. */
CBF_API int cbf_piece_read(const cbf_piece *piece, const cbf_cpu *cpu, void *to) CBF_NOEXCEPT;

/* ---------------------------------------------------------------- closures */

/* One live closure. It is the slot itself: the address that cbf_closure_address returns. */
typedef struct cbf_closure cbf_closure;

/* The arguments of one call and the place for its result. Lies on the caller's stack until the handler returns. */
typedef struct cbf_arguments cbf_arguments;

/* What a closure calls. user is what cbf_closure_new was given. A C++ exception that it throws reaches the caller of
 * the function pointer. */
typedef void (*cbf_closure_handler)(cbf_arguments *args, void *user);

/* Makes a closure and stores it in *out. O(1). The signature may be freed before the closure is.
 * CBF_INVALID_ARGUMENT: out, signature or handler is NULL. CBF_BAD_CONVENTION: no closure can be called by it.
 * CBF_NO_MEMORY, CBF_NO_EXECUTABLE, CBF_SYSTEM_ERROR: no slot is available; every closure made before still works.
 * CBF_BUSY: this thread is making, changing or freeing a callback already. */
CBF_API cbf_status cbf_closure_new(cbf_closure **out, const cbf_signature *signature, cbf_closure_handler handler,
                                   void *user) CBF_NOEXCEPT;

/* Gives a live closure another handler. Handler and user change together; for calls on other threads see
 * cbf_frame_set. May be called by the closure's own handler.
 * CBF_INVALID_ARGUMENT: handler is NULL, or the closure has no signature yet. CBF_NOT_A_SLOT: closure is no closure,
 * perhaps a frame. CBF_FREED: it is free.
 * CBF_BUSY. */
CBF_API cbf_status cbf_closure_set(cbf_closure *closure, cbf_closure_handler handler, void *user) CBF_NOEXCEPT;

/* Frees a closure. O(1). A call that is in progress finishes, as long as the signature's handle or another closure of
 * it lives; a later call prints which slot was called and aborts, at least until 1,024 other closures have been freed
 * after it. May be called by the closure's own handler, which may then go on using args, on the same condition. NULL is
 * fine: nothing is freed.
 * CBF_NOT_A_SLOT: closure is no closure, perhaps a frame. CBF_FREED: it is free already.
 * CBF_BUSY: it is not freed. */
CBF_API cbf_status cbf_closure_free(cbf_closure *closure) CBF_NOEXCEPT;

/* The function pointer to hand out. Never fails; NULL for NULL. */
CBF_API cbf_function cbf_closure_address(const cbf_closure *closure) CBF_NOEXCEPT;

/* Makes a closure that has an address but no signature yet: a call of it prints that and aborts. cbf_closure_prepare
 * gives it one. Fails as cbf_closure_new does. */
CBF_API cbf_status cbf_closure_reserve(cbf_closure **out) CBF_NOEXCEPT;

/* Gives a live closure a signature, a handler and a user, be it the first or others than it has. O(1). Unlike
 * cbf_closure_set, no call of it may be under way on another thread; its own handler may prepare it, on the condition
 * that cbf_closure_free names. The signature may be freed before the closure is.
 * CBF_INVALID_ARGUMENT: signature or handler is NULL. CBF_BAD_CONVENTION: no closure can be called by it.
 * CBF_NOT_A_SLOT, CBF_FREED: closure is no live one. CBF_BUSY. */
CBF_API cbf_status cbf_closure_prepare(cbf_closure *closure, const cbf_signature *signature,
                                       cbf_closure_handler handler, void *user) CBF_NOEXCEPT;

/* The live closure that has this address; NULL if it is that of none, whatever it is, or this thread is in the pool
 * already (CBF_BUSY). */
CBF_API cbf_closure *cbf_closure_find(const void *address) CBF_NOEXCEPT;

/* The handler and the user of a live closure, as one; NULL and NULL if it has no signature yet. Either may be NULL: it
 * is not asked for. CBF_NOT_A_SLOT, CBF_FREED, CBF_BUSY. */
CBF_API cbf_status cbf_closure_get(const cbf_closure *closure, cbf_closure_handler *handler, void **user) CBF_NOEXCEPT;

/* Stores a handle of a live closure's signature in *out, to be freed. CBF_INVALID_ARGUMENT: out is NULL, or it has
 * none yet. CBF_NOT_A_SLOT, CBF_FREED, CBF_BUSY, CBF_NO_MEMORY. */
CBF_API cbf_status cbf_closure_signature(cbf_signature **out, const cbf_closure *closure) CBF_NOEXCEPT;

/* ---------------------------------------------------------------- in a closure's handler */

/* The closure of the call, made in C. It may have been freed meanwhile. */
CBF_API cbf_closure *cbf_own_closure(const cbf_arguments *args) CBF_NOEXCEPT;

/* The address of the code that the call returns to. */
CBF_API uintptr_t cbf_return_address(const cbf_arguments *args) CBF_NOEXCEPT;

/* How many named arguments there are. */
CBF_API size_t cbf_argument_count(const cbf_arguments *args) CBF_NOEXCEPT;

/* The address of a named argument, writable, with the size of its type; index counts from 0. NULL if there is none. It
 * may be aligned to less than its type. */
CBF_API void *cbf_argument(cbf_arguments *args, size_t index) CBF_NOEXCEPT;

/* Stores the addresses of all named arguments in to[0], to[1], ..., cbf_argument_count of them: each is that of
 * cbf_argument. For handlers in libffi's form. */
CBF_API void cbf_argument_vector(cbf_arguments *args, void **to) CBF_NOEXCEPT;

/* The bytes of a named argument; 0 if there is none. */
CBF_API size_t cbf_argument_size(const cbf_arguments *args, size_t index) CBF_NOEXCEPT;

/* The address of the result, with the size of its type; no more bytes are read. They are zero at first,
 * unless they are in memory of the caller (results too large for registers). An integer, enum, pointer or
 * _Bool that is smaller than a general register has the room of one: a handler may store it widened, as libffi's do in
 * a whole ffi_arg, and what is beyond its size does not count. NULL if the result is void. */
CBF_API void *cbf_result(cbf_arguments *args) CBF_NOEXCEPT;

/* The same, but where the result has no bytes (void), 16 bytes that nobody reads: for handlers that store a result
 * without asking. Never NULL. */
CBF_API void *cbf_result_or_scratch(cbf_arguments *args) CBF_NOEXCEPT;

/* The bytes of the result; 0 if it is void. */
CBF_API size_t cbf_result_size(const cbf_arguments *args) CBF_NOEXCEPT;

/* The address of the next variadic argument. type: its type after the default argument promotions; whether the caller
 * passed one cannot be known. NULL if the signature has no `...`, type is NULL, C passes no such type in place of
 * `...`, or memory ran out; cbf_error_detail says which. The address of an argument that was passed in two registers is
 * valid until the next call of this function. */
CBF_API void *cbf_next_argument(cbf_arguments *args, const cbf_type *type) CBF_NOEXCEPT;

/* The address of a va_list of the variadic arguments that have not been read. Reading the list consumes them.
 * `vsnprintf(buffer, size, format, *(va_list *)cbf_argument_list(args))`. NULL if the signature has no `...`,
 * or, on Windows, is of a System V convention. */
CBF_API void *cbf_argument_list(cbf_arguments *args) CBF_NOEXCEPT;
