// Marks what Lua calls.
#pragma once

#define CBF_LUA_API __attribute__((visibility("default")))
