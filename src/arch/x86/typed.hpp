// Where typed slots lead, in assembly: each width of x86 has some of these.
#pragma once

extern "C" {
// A callback's object becomes one more argument, in this register; then a jump to the object's first word.
[[gnu::visibility("hidden")]] void cbf_callback_rdi();
[[gnu::visibility("hidden")]] void cbf_callback_rsi();
[[gnu::visibility("hidden")]] void cbf_callback_rdx();
[[gnu::visibility("hidden")]] void cbf_callback_rcx();
[[gnu::visibility("hidden")]] void cbf_callback_r8();
[[gnu::visibility("hidden")]] void cbf_callback_r9();
[[gnu::visibility("hidden")]] void cbf_callback_ecx();
[[gnu::visibility("hidden")]] void cbf_callback_edx();

// A closure's arguments are put in memory: no vector registers, 8 bytes of each, 16, or all. few: three general
// registers, four vector registers.
[[gnu::visibility("hidden")]] void cbf_closure_sysv_few();
[[gnu::visibility("hidden")]] void cbf_closure_sysv();
[[gnu::visibility("hidden")]] void cbf_closure_sysv_xmm8_few();
[[gnu::visibility("hidden")]] void cbf_closure_sysv_xmm8();
[[gnu::visibility("hidden")]] void cbf_closure_sysv_xmm16();
[[gnu::visibility("hidden")]] void cbf_closure_sysv_wide();
[[gnu::visibility("hidden")]] void cbf_closure_ms();
[[gnu::visibility("hidden")]] void cbf_closure_ms_wide();

// The same on i386: no vector registers, all, and the MMX registers, too.
[[gnu::visibility("hidden")]] void cbf_closure_x86();
[[gnu::visibility("hidden")]] void cbf_closure_x86_wide();
[[gnu::visibility("hidden")]] void cbf_closure_x86_mmx();
}
