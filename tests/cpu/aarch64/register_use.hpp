// Code that uses registers of every kind, as handlers may.
#pragma once

namespace exactness {

inline void use_general_registers() {
    asm volatile(
        ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 20, 21, 22, 23, 24, 25, 26, 27, 28\n"
        "mov x\\n, #0x7777\n .endr\n cmp xzr, xzr" ::
            : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
              "x16", "x17", "x20", "x21", "x22", "x23", "x24", "x25", "x26", "x27", "x28", "cc");
}

inline void use_vector_registers() {
    asm volatile(
        ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, "
        "26, 27, 28, 29, 30, 31\n"
        "movi v\\n\\().16b, #0x77\n .endr\n"                // and, of Z registers, zero above
        "fmov d0, #1.0\n fmov d1, #3.0\n fdiv d0, d0, d1\n" // inexact
        ::
            : "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13", "v14", "v15",
              "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28", "v29", "v30",
              "v31");
}

inline void use_every_register() {
    use_general_registers();
    use_vector_registers();
}

} // namespace exactness
