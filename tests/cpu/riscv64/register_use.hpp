// Code that uses registers of every kind, as handlers may.
#pragma once

namespace exactness {

inline void use_general_registers() {
    asm volatile(
        ".irp n, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31\n"
        "li x\\n, 0x7777\n .endr" ::
            : "t0", "t1", "t2", "s1", "a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "s2", "s3", "s4", "s5", "s6",
              "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6");
}

inline void use_vector_registers() {
    asm volatile(
        "li t0, 3\n"
        ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, "
        "26, 27, 28, 29, 30, 31\n"
        "fcvt.d.l f\\n, t0\n .endr\n"
        "li t0, 1\n fcvt.d.l f0, t0\n fdiv.d f0, f0, f1\n" // inexact
        ::
            : "t0", "ft0", "ft1", "ft2", "ft3", "ft4", "ft5", "ft6", "ft7", "fs0", "fs1", "fa0", "fa1", "fa2", "fa3",
              "fa4", "fa5", "fa6", "fa7", "fs2", "fs3", "fs4", "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", "ft8",
              "ft9", "ft10", "ft11");
}

inline void use_every_register() {
    use_general_registers();
    use_vector_registers();
}

} // namespace exactness
