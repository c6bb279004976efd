// On a system whose pages are larger than the library is built for, what lies in its image works, and no more.
#include <cbframe/cbframe.h>

#include "arch/shape.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <vector>

// In the C library's place, for all of this program.
extern "C" long sysconf(int name) noexcept {
    if (name == _SC_PAGESIZE)
        return 2L * POOL_PAGE_SIZE;
    errno = EINVAL;
    return -1;
}

namespace {

void do_nothing(cbf_cpu *, void *) {}

TEST(PageSize, OfASystemIsTooLarge) {
    std::vector<cbf_frame *> made;
    cbf_status status = CBF_OK;
    while (status == CBF_OK) {
        cbf_frame *frame = nullptr;
        status = cbf_frame_new(&frame, do_nothing, nullptr, CBF_LEVEL_LEGACY);
        if (status == CBF_OK)
            made.push_back(frame);
    }
    EXPECT_EQ(status, CBF_SYSTEM_ERROR);
    EXPECT_STREQ(cbf_error_detail(), "no further callbacks: the pages of the system are larger than this library is "
                                     "built for");
    EXPECT_EQ(made.size(), std::size_t{POOL_PAGES} * POOL_SLOTS);
    cbf_stats stats;
    ASSERT_EQ(cbf_pool_stats(&stats), CBF_OK);
    EXPECT_EQ(stats.live, made.size());
    for (cbf_frame *const frame : made) {
        cbf_frame_address(frame)();
        EXPECT_EQ(cbf_frame_free(frame), CBF_OK);
    }
}

} // namespace
