/* A header that clang rejects, for clang_ast_test.lua. */
void first(void);
void second(int, missing other);
