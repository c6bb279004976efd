// LMDB: keys in the order of a lambda. MDB_cmp_func has no user argument.
// usage: lmdb EMPTY-FOLDER
#include <cbframe/cbframe.hpp>

#include <cstdio>
#include <lmdb.h>
#include <string>
#include <string_view>

namespace {

std::string_view text_of(const MDB_val *value) { return {static_cast<const char *>(value->mv_data), value->mv_size}; }

} // namespace

int main(int count, char **arguments) {
    if (count != 2)
        return 2;
    MDB_env *environment = nullptr;
    MDB_txn *transaction = nullptr;
    MDB_dbi table = 0;
    mdb_env_create(&environment);
    if (const int status = mdb_env_open(environment, arguments[1], 0, 0600); status != MDB_SUCCESS) {
        std::fprintf(stderr, "lmdb: %s\n", mdb_strerror(status));
        return 1;
    }
    mdb_txn_begin(environment, nullptr, 0, &transaction);
    mdb_dbi_open(transaction, nullptr, 0, &table);

    const bool is_longest_first = true;
    const cbframe::callback compare{[&](const MDB_val *left, const MDB_val *right) {
        const int shorter = static_cast<int>(left->mv_size) - static_cast<int>(right->mv_size);
        const int by_length = is_longest_first ? -shorter : shorter;
        return by_length != 0 ? by_length : text_of(left).compare(text_of(right));
    }};
    mdb_set_compare(transaction, table, compare); // as long as the table is open

    for (std::string key : {"pear", "fig", "apple", "kiwi"}) {
        MDB_val name{key.size(), key.data()}, value{0, nullptr};
        mdb_put(transaction, table, &name, &value, 0);
    }

    MDB_cursor *cursor = nullptr;
    MDB_val name{}, value{};
    mdb_cursor_open(transaction, table, &cursor);
    while (mdb_cursor_get(cursor, &name, &value, MDB_NEXT) == MDB_SUCCESS)
        std::printf("%.*s\n", static_cast<int>(name.mv_size), static_cast<const char *>(name.mv_data));
    mdb_cursor_close(cursor);
    mdb_txn_abort(transaction);
    mdb_env_close(environment);
}
