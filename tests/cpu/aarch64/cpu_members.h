// The members of cbf_cpu on 64-bit Arm, and of what it has of SVE.
#define MEMBERS_OF_CPU                                                                                                 \
    M4(cbf_cpu, GPR, SP, NZCV, FPCR)                                                                                   \
    M3(cbf_cpu, FPSR, wide, V)                                                                                         \
    M4(cbf_wide, Z, P, FFR, vector_length)
