#include "db/wal_file.h"

#include <pthread.h>

#include "db/sqlite.h"

/* https://www.sqlite.org/fileformat2.html section 4.1: the log has a head of 32 bytes, and before
 * each page one of 24. */
enum { LOG_HEAD = 32, PAGE_HEAD = 24, MAX_PAGE = 8192 };

typedef struct wal_file {
    sqlite3_file file; /* what SQLite sees */
    sqlite3_file *real;
    sqlite3_int64 at; /* where the head that is kept belongs */
    bool keeps;
    char bytes[PAGE_HEAD + MAX_PAGE];
} wal_file;

static wal_file *of(sqlite3_file *f) { return (wal_file *)(void *)f; }

/* Whatever is not the content that follows finds the head in the file. */
static int settle(wal_file *f)
{
    if (!f->keeps)
        return SQLITE_OK;
    f->keeps = false;
    return f->real->pMethods->xWrite(f->real, f->bytes, PAGE_HEAD, f->at);
}

static int wal_write(sqlite3_file *file, const void *p, int n, sqlite3_int64 at)
{
    wal_file *f = of(file);
    if (f->keeps && at == f->at + PAGE_HEAD && n <= MAX_PAGE) {
        f->keeps = false;
        memcpy(f->bytes + PAGE_HEAD, p, (size_t)n);
        return f->real->pMethods->xWrite(f->real, f->bytes, PAGE_HEAD + n, f->at);
    }
    int rc = settle(f);
    if (rc != SQLITE_OK)
        return rc;
    if (n != PAGE_HEAD || at < LOG_HEAD)
        return f->real->pMethods->xWrite(f->real, p, n, at);
    memcpy(f->bytes, p, PAGE_HEAD);
    f->at = at;
    f->keeps = true;
    return SQLITE_OK;
}

static int wal_close(sqlite3_file *file)
{
    wal_file *f = of(file);
    int kept = settle(f), rc = f->real->pMethods->xClose(f->real);
    return kept == SQLITE_OK ? rc : kept;
}

static int wal_read(sqlite3_file *file, void *p, int n, sqlite3_int64 at)
{
    int rc = settle(of(file));
    return rc == SQLITE_OK ? of(file)->real->pMethods->xRead(of(file)->real, p, n, at) : rc;
}

static int wal_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int rc = settle(of(file));
    return rc == SQLITE_OK ? of(file)->real->pMethods->xTruncate(of(file)->real, size) : rc;
}

static int wal_sync(sqlite3_file *file, int flags)
{
    int rc = settle(of(file));
    return rc == SQLITE_OK ? of(file)->real->pMethods->xSync(of(file)->real, flags) : rc;
}

static int wal_size(sqlite3_file *file, sqlite3_int64 *ret)
{
    int rc = settle(of(file));
    return rc == SQLITE_OK ? of(file)->real->pMethods->xFileSize(of(file)->real, ret) : rc;
}

static int wal_lock(sqlite3_file *file, int level)
{
    return of(file)->real->pMethods->xLock(of(file)->real, level);
}

static int wal_unlock(sqlite3_file *file, int level)
{
    return of(file)->real->pMethods->xUnlock(of(file)->real, level);
}

static int wal_is_reserved(sqlite3_file *file, int *ret)
{
    return of(file)->real->pMethods->xCheckReservedLock(of(file)->real, ret);
}

static int wal_control(sqlite3_file *file, int op, void *arg)
{
    int rc = settle(of(file));
    return rc == SQLITE_OK ? of(file)->real->pMethods->xFileControl(of(file)->real, op, arg) : rc;
}

static int wal_sector(sqlite3_file *file)
{
    return of(file)->real->pMethods->xSectorSize(of(file)->real);
}

static int wal_device(sqlite3_file *file)
{
    return of(file)->real->pMethods->xDeviceCharacteristics(of(file)->real);
}

static const sqlite3_io_methods methods = {
    .iVersion = 1,
    .xClose = wal_close,
    .xRead = wal_read,
    .xWrite = wal_write,
    .xTruncate = wal_truncate,
    .xSync = wal_sync,
    .xFileSize = wal_size,
    .xLock = wal_lock,
    .xUnlock = wal_unlock,
    .xCheckReservedLock = wal_is_reserved,
    .xFileControl = wal_control,
    .xSectorSize = wal_sector,
    .xDeviceCharacteristics = wal_device,
};

/* ---- the file system ------------------------------------------------------------------------- */

static pthread_once_t once = PTHREAD_ONCE_INIT;
static sqlite3_vfs *platform; /* NULL: none, or it could not be registered */
static sqlite3_vfs ours;

/* Every file but the log is the platform's own. */
static int open_file(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags,
                     int *ret_flags)
{
    (void)vfs;
    if (!(flags & SQLITE_OPEN_WAL))
        return platform->xOpen(platform, name, file, flags, ret_flags);
    wal_file *f = of(file);
    f->real = (sqlite3_file *)(void *)(f + 1);
    f->keeps = false;
    int rc = platform->xOpen(platform, name, f->real, flags, ret_flags);
    /* SQLite closes what has methods, also when opening failed. */
    file->pMethods = rc == SQLITE_OK || f->real->pMethods ? &methods : NULL;
    return rc;
}

static void make(void)
{
    platform = sqlite3_vfs_find(NULL);
    if (!platform)
        return;
    ours = *platform;
    ours.pNext = NULL;
    ours.zName = "boxagnts";
    ours.szOsFile = (int)sizeof(wal_file) + platform->szOsFile;
    ours.xOpen = open_file;
    if (sqlite3_vfs_register(&ours, 0) != SQLITE_OK)
        platform = NULL;
}

const char *bx_db_vfs(void)
{
    (void)pthread_once(&once, make);
    return platform ? ours.zName : NULL;
}
