#include "embedding.h"

#include <malloc.h>

size_t allocated(void) { return mallinfo2().uordblks; }
