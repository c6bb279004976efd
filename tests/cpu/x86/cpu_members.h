// The members of cbf_cpu on x86.
#define MEMBERS_OF_CPU                                                                                                 \
    M4(cbf_cpu, GPR, EFLAGS, wide, FCW)                                                                                \
    M5(cbf_cpu, FSW, FTWX, MXCSR, FPR, XMM)
