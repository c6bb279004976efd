// What catches here is in hold.S: a catch (...) of gcc's does not see exceptions that are not its own.
#include "lua_error.hpp"

extern "C" {

void cbf_lua_hold_unwind(void *record, EXCEPTION_RECORD *exception);

/// The exception handler of cbf_lua_hold: structured exception handling of 32-bit Windows.
EXCEPTION_DISPOSITION cbf_lua_hold_exception(EXCEPTION_RECORD *exception, void *record, CONTEXT *, void *) noexcept {
    if (cbf_lua::is_lua_error(*exception))
        cbf_lua_hold_unwind(record, exception);
    return ExceptionContinueSearch;
}

} // extern "C"
