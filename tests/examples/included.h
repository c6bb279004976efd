/* What declarators.h includes. */
void declared_in_included_header(void);
#define INCLUDED_MACRO(name) void name(void)
