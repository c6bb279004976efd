// All of cbframe for C++20.
#pragma once

#include <cbframe/standard.hpp>
#if __cplusplus >= 202002L

#include <cbframe/abi.hpp>
#include <cbframe/callback.hpp>
#include <cbframe/closure.hpp>
#include <cbframe/convention.hpp>
#include <cbframe/cpu.hpp>
#include <cbframe/dump.hpp>
#include <cbframe/error.hpp>
#include <cbframe/error_code.hpp>
#include <cbframe/frame.hpp>
#include <cbframe/pool.hpp>
#include <cbframe/spelling.hpp>
#include <cbframe/tap.hpp>
#include <cbframe/tracer.hpp>
#include <cbframe/type.hpp>
#include <cbframe/type_of.hpp>

#endif
