// Both widths have one.
#include "../x86/native.h"
