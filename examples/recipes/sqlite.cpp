// SQLite: an SQL function, a collation and a progress handler, each a lambda with captures.
#include <cbframe/cbframe.hpp>

#include <cstdio>
#include <sqlite3.h>
#include <string>
#include <strings.h>

int main() {
    sqlite3 *database = nullptr;
    if (sqlite3_open(":memory:", &database) != SQLITE_OK)
        return 1;

    const double rate = 1.25;
    const cbframe::callback convert{[&](sqlite3_context *context, int, sqlite3_value **values) {
        sqlite3_result_double(context, sqlite3_value_double(values[0]) * rate);
    }};
    sqlite3_create_function_v2(database, "in_dollars", 1, SQLITE_UTF8, nullptr, convert, nullptr, nullptr, nullptr);

    int comparisons = 0;
    const cbframe::callback ignore_case{[&](void *, int size, const void *text, int other_size, const void *other) {
        comparisons++;
        const std::string left(static_cast<const char *>(text), static_cast<std::size_t>(size));
        const std::string right(static_cast<const char *>(other), static_cast<std::size_t>(other_size));
        return strcasecmp(left.c_str(), right.c_str());
    }};
    sqlite3_create_collation_v2(database, "ignore_case", SQLITE_UTF8, nullptr, ignore_case, nullptr);

    int budget = 1000; // of a hundred instructions each
    const cbframe::callback is_over_budget{[&](void *) { return budget-- <= 0 ? 1 : 0; }};
    sqlite3_progress_handler(database, 100, is_over_budget, nullptr);

    const cbframe::callback print{[](void *, int count, char **values, char **) {
        for (int i = 0; i < count; i++)
            std::printf("%s%c", values[i], i + 1 < count ? ' ' : '\n');
        return 0;
    }};
    sqlite3_exec(database,
                 "CREATE TABLE prices (name TEXT COLLATE ignore_case, euros REAL);"
                 "INSERT INTO prices VALUES ('banana', 2), ('Apple', 4), ('Cherry', 8);"
                 "SELECT name, in_dollars(euros) FROM prices ORDER BY name;",
                 print, nullptr, nullptr);
    std::printf("the collation was called: %s\n", comparisons > 0 ? "yes" : "no");

    const int status = sqlite3_exec(
        database, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n;", nullptr,
        nullptr, nullptr);
    std::printf("a query without end: %s\n", sqlite3_errstr(status));
    sqlite3_close(database); // before the callbacks go
}
