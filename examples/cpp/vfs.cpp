// A log of every file operation of SQLite: its table of functions is a copy of the system's own with taps in it, and so
// are the tables of the files that it opens. No signature is needed but that of xOpen, after which there is a table
// more.
#include <cbframe/cbframe.hpp>

#include <sqlite3.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>

namespace {

// The traced copies of tables, which must live longer than their traces.
std::map<const sqlite3_io_methods *, sqlite3_io_methods> tables;
cbframe::traces files(stdout);
decltype(sqlite3_vfs::xOpen) open_original;

#define OF_VFS(name)     &sqlite3_vfs::name, #name
#define OF_METHODS(name) &sqlite3_io_methods::name, #name

void trace(sqlite3_vfs &vfs, cbframe::traces &log) {
    log.add_members(vfs, OF_VFS(xOpen), OF_VFS(xDelete), OF_VFS(xAccess), OF_VFS(xFullPathname), OF_VFS(xDlOpen),
                    OF_VFS(xDlError), OF_VFS(xDlSym), OF_VFS(xDlClose), OF_VFS(xRandomness), OF_VFS(xSleep),
                    OF_VFS(xCurrentTime), OF_VFS(xGetLastError), OF_VFS(xCurrentTimeInt64), OF_VFS(xSetSystemCall),
                    OF_VFS(xGetSystemCall), OF_VFS(xNextSystemCall));
}

void trace(sqlite3_io_methods &methods) {
    files.add_members(methods, OF_METHODS(xClose), OF_METHODS(xRead), OF_METHODS(xWrite), OF_METHODS(xTruncate),
                      OF_METHODS(xSync), OF_METHODS(xFileSize), OF_METHODS(xLock), OF_METHODS(xUnlock),
                      OF_METHODS(xCheckReservedLock), OF_METHODS(xFileControl), OF_METHODS(xSectorSize),
                      OF_METHODS(xDeviceCharacteristics), OF_METHODS(xShmMap), OF_METHODS(xShmLock),
                      OF_METHODS(xShmBarrier), OF_METHODS(xShmUnmap), OF_METHODS(xFetch), OF_METHODS(xUnfetch));
}

/// The traced copy of a table.
const sqlite3_io_methods *traced(const sqlite3_io_methods *methods) {
    const auto [found, is_new] = tables.try_emplace(methods, *methods);
    if (is_new)
        trace(found->second);
    return &found->second;
}

int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags) {
    const int result = open_original(vfs, name, file, flags, out_flags);
    if (result == SQLITE_OK)
        file->pMethods = traced(file->pMethods);
    return result;
}

bool run(sqlite3 *database, const char *text) {
    std::printf("-- %s\n", text);
    return sqlite3_exec(database, text, nullptr, nullptr, nullptr) == SQLITE_OK;
}

} // namespace

int main() {
    sqlite3_vfs vfs = *sqlite3_vfs_find(nullptr);
    vfs.zName = "traced";
    vfs.pNext = nullptr;
    open_original = vfs.xOpen;
    vfs.xOpen = open_file;
    cbframe::traces log(stdout);
    trace(vfs, log);
    sqlite3_vfs_register(&vfs, 0);

    const std::filesystem::path path = std::filesystem::temp_directory_path() / "cbframe_example_vfs.db";
    std::filesystem::remove(path);
    sqlite3 *database = nullptr;
    bool right = sqlite3_open_v2(path.string().c_str(), &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                                 "traced") == SQLITE_OK;
    right = right && run(database, "create table birds(name text)");
    right = right && run(database, "insert into birds values('wren')");
    right = right && run(database, "select * from birds");
    right = sqlite3_close(database) == SQLITE_OK && right;
    sqlite3_vfs_unregister(&vfs);
    std::filesystem::remove(path);
    std::printf("%zu functions were tapped; %s\n", log.count() + files.count(), right ? "all went well" : "it failed");
    return right ? EXIT_SUCCESS : EXIT_FAILURE;
}
