#include "embedding.h"

#include <malloc/malloc.h>

size_t allocated(void) {
    malloc_statistics_t statistics;
    malloc_zone_statistics(NULL, &statistics); // of all zones together
    return statistics.size_in_use;
}
