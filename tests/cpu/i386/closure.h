// Where closure_i386.S finds the fields of a raw_call.
#pragma once

#define RAW_FUNCTION   0
#define RAW_COUNT      4
#define RAW_WORDS      8
#define RAW_MISALIGNED 12
#define RAW_HAS_ST0    16
#define RAW_ECX        20
#define RAW_EDX        24
#define RAW_EBX        28
#define RAW_EDI        32
#define RAW_EAX        36
#define RAW_ESP        40
#define RAW_ESP_AFTER  44
#define RAW_ST0        48
