/* Prints size and offset of all that is public: a line for each structure, and one for each of its members. */
#include <cbframe/detail/call.h>

#include <stddef.h>
#include <stdio.h>

#define STRUCT(TYPE) printf("%s: %u bytes\n", #TYPE, (unsigned)sizeof(TYPE));
#define MEMBER(TYPE, NAME)                                                                                             \
    printf("    %s at %u, %u\n", #NAME, (unsigned)offsetof(TYPE, NAME), (unsigned)sizeof(((TYPE *)0)->NAME));

#define M1(T, A)             MEMBER(T, A)
#define M2(T, A, B)          M1(T, A) MEMBER(T, B)
#define M3(T, A, B, C)       M2(T, A, B) MEMBER(T, C)
#define M4(T, A, B, C, D)    M3(T, A, B, C) MEMBER(T, D)
#define M5(T, A, B, C, D, E) M4(T, A, B, C, D) MEMBER(T, E)

#include "cpu_members.h"

int main(void) {
    STRUCT(cbf_cpu)
    MEMBERS_OF_CPU
    STRUCT(cbf_wide)
    STRUCT(cbf_saved_cpu)
    M2(cbf_saved_cpu, cpu, wide)
    STRUCT(cbf_stats)
    M3(cbf_stats, live, quarantined, capacity)
    M3(cbf_stats, pages, bytes, source)
    STRUCT(cbf_format_options)
    M5(cbf_format_options, flags, dword_xmm, dword_stack, stack_rows, color)
    STRUCT(cbf_field)
    M5(cbf_field, name, type, bits, alignment, packed)
    M1(cbf_field, zero_width)
    STRUCT(cbf_named_type)
    M2(cbf_named_type, name, type)
    STRUCT(cbf_record_attributes)
    M3(cbf_record_attributes, alignment, pack, packed)
    STRUCT(cbf_field_place)
    M3(cbf_field_place, offset, bit, bits)
    STRUCT(cbf_data_model)
    M4(cbf_data_model, name, pointer_size, long_size, long_long_alignment)
    M4(cbf_data_model, double_alignment, long_double_size, long_double_alignment, long_double_bytes)
    M5(cbf_data_model, has_int128, empty_record_size, records, widest_vector, vector_alignment)
    STRUCT(cbf_convention)
    M5(cbf_convention, name, model, family, allows_variadic, general_arguments)
    STRUCT(cbf_register_bank)
    M4(cbf_register_bank, name, size, count, names)
    STRUCT(cbf_place)
    M3(cbf_place, offset, base, size)
    STRUCT(cbf_piece)
    M5(cbf_piece, in, bank, number, stack, offset)
    M5(cbf_piece, size, extends, extended, duplicate, converted)
    STRUCT(cbf_value_layout)
    M4(cbf_value_layout, type, size, alignment, by_pointer)
    M4(cbf_value_layout, piece_count, pieces, class_count, classes)
    STRUCT(cbf_layout)
    M4(cbf_layout, convention, count, named, arguments)
    M5(cbf_layout, result, result_pointer, stack_size, stack_alignment, popped)
    M5(cbf_layout, variadic, variadic_general, variadic_vector, variadic_stack, vector_registers)
    STRUCT(cbf_v1_place)
    M3(cbf_v1_place, offset, base, size)
    STRUCT(cbf_v1_plan)
    M5(cbf_v1_plan, places, count, loads, room, simple)
    M4(cbf_v1_plan, finish, scatter, result, entry)
    STRUCT(cbf_v1_call)
    M5(cbf_v1_call, plan, stack, list, general, vector)
    STRUCT(cbf_v1_object)
    M2(cbf_v1_object, code, let_go)
    STRUCT(cbf_v1_closure)
    M2(cbf_v1_closure, object, plan)
    STRUCT(cbf_v1_record)
    M2(cbf_v1_record, code, object)
    STRUCT(cbf_v1_vectors)
    M2(cbf_v1_vectors, widest, irregular)
    STRUCT(cbf_v1_route)
    M2(cbf_v1_route, entry, plan)
    return 0;
}
