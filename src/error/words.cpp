#include "words.hpp"

#include <cbframe/cbframe.h>

namespace cbf::error {

const char *words(unsigned status) noexcept {
    switch (status) {
    case CBF_OK:
        return "success";
    case CBF_INVALID_ARGUMENT:
        return "invalid argument";
    case CBF_NO_MEMORY:
        return "no memory for more callbacks";
    case CBF_NO_EXECUTABLE:
        return "the system allows no further executable mapping for more callbacks";
    case CBF_NOT_A_SLOT:
        return "not a callback of this library";
    case CBF_FREED:
        return "the callback is freed already";
    case CBF_BUSY:
        return "this thread is making, changing or freeing a callback already";
    case CBF_SYSTEM_ERROR:
        return "the system failed";
    case CBF_BAD_TYPE:
        return "a type that cannot be passed";
    case CBF_BAD_CONVENTION:
        return "a convention by which that cannot be called here";
    case CBF_BAD_VARIADIC_TYPE:
        return "a type that cannot be passed in place of `...`";
    }
    return "unknown status";
}

} // namespace cbf::error
