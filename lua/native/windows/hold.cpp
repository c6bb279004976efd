// What catches here is in hold.S: a catch (...) of gcc's does not see exceptions that are not its own.
#include "lua_error.hpp"

extern "C" {

extern const char cbf_lua_held; // where cbf_lua_hold goes on with what it then returns

/// The exception handler of cbf_lua_hold (Microsoft, "x64 exception handling", "ARM64 exception handling").
EXCEPTION_DISPOSITION cbf_lua_hold_exception(EXCEPTION_RECORD *exception, void *frame, CONTEXT *,
                                             DISPATCHER_CONTEXT *dispatcher) noexcept {
    if (cbf_lua::is_lua_error(*exception))
        RtlUnwindEx(frame, const_cast<char *>(&cbf_lua_held), exception, nullptr, dispatcher->ContextRecord,
                    dispatcher->HistoryTable);
    return ExceptionContinueSearch;
}

} // extern "C"
