// How the C API fails: with a code and, per thread, the reason in words. Nothing throws beyond it.
#pragma once

#include "abi/errors.hpp"
#include "error/error.hpp"

#include <cbframe/cbframe.h>

#include <cstring>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace cbf::c_api {

/// Keeps why the thread's last failing call failed, and answers the code.
cbf_status failed(cbf_status code, std::string_view why) noexcept;

/// With the words of cbf_strerror.
cbf_status failed(cbf_status code) noexcept;

/// Of others than this library: want of memory is CBF_NO_MEMORY and the rest CBF_SYSTEM_ERROR, in the error's own
/// words.
cbf_status failed(const std::system_error &error) noexcept;

/// CBF_INVALID_ARGUMENT.
cbf_status refuse(std::string_view why) noexcept;

inline constexpr const char *no_such_level = "there is no such level on this CPU";

/// CBF_OK, or the code of what the function throws.
template <class Function>
cbf_status guarded(Function &&function) noexcept {
    try {
        function();
        return CBF_OK;
    } catch (const error::status_error &error) {
        return error.words != nullptr ? failed(error.status, error.words) : failed(error.status);
    } catch (const std::system_error &error) {
        return failed(error);
    } catch (const std::bad_alloc &) {
        return failed(CBF_NO_MEMORY, "out of memory");
    } catch (const std::length_error &) {
        return failed(CBF_NO_MEMORY, "out of memory: the count is larger than any memory");
    } catch (const abi::bad_type &error) {
        return failed(CBF_BAD_TYPE, error.what());
    } catch (const abi::bad_variadic_type &error) {
        return failed(CBF_BAD_VARIADIC_TYPE, error.what());
    } catch (const abi::bad_convention &error) {
        return failed(CBF_BAD_CONVENTION, error.what());
    } catch (const std::logic_error &error) {
        return refuse(error.what());
    }
}

/// The same of a function that makes a slot, or answers null where the thread is in the pool already. Answers the slot,
/// or null, and why there is none.
template <class Function>
auto guarded_take(cbf_status *why, Function &&function) noexcept -> decltype(function()) {
    decltype(function()) made = nullptr;
    const cbf_status status = guarded([&] { made = function(); });
    if (made == nullptr) [[unlikely]]
        *why = status != CBF_OK ? status : failed(CBF_BUSY);
    return made;
}

/// The same, stored in *out.
template <class Slot, class Function>
cbf_status guarded_new(Slot **out, Function &&function) noexcept {
    cbf_status why = CBF_OK;
    if (Slot *const made = guarded_take(&why, function); made != nullptr)
        *out = made;
    return why;
}

/// The same of a function that answers how it went with a slot; not_a_slot: what to say of an address that is none.
template <class Function>
cbf_status guarded_slot(const char *not_a_slot, Function &&function) noexcept {
    cbf_status answered = CBF_OK;
    const cbf_status status = guarded([&] { answered = function(); });
    if (status != CBF_OK || answered == CBF_OK)
        return status;
    return answered != CBF_NOT_A_SLOT ? failed(answered) : failed(answered, not_a_slot);
}

/// The number that C gave for an enum: any int, where C++ allows only the enum's own values to be read.
template <class Enum>
unsigned number(const Enum &value) noexcept {
    unsigned bits;
    static_assert(sizeof(bits) == sizeof(value));
    std::memcpy(&bits, &value, sizeof(bits));
    return bits;
}

/// Writes a text as snprintf does. Buffer and length must be checked before.
void write(const std::string &text, char *buffer, std::size_t size, std::size_t *length) noexcept;

} // namespace cbf::c_api
