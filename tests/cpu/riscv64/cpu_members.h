// The members of cbf_cpu on 64-bit RISC-V.
#define MEMBERS_OF_CPU M4(cbf_cpu, GPR, FPR, FCSR, wide)
