// A plugin with a static copy of the library.
#include "numbered_frames.hpp"

#if defined(_WIN32)
#define EXPORTED __declspec(dllexport)
#else
#define EXPORTED __attribute__((visibility("default")))
#endif

extern "C" EXPORTED void *make_and_free() noexcept {
    const std::vector<cbframe::frame> made = make_frames(10'000); // several runs of pages
    return wrong_answers(made) == 0 ? made.back().address() : nullptr;
}
