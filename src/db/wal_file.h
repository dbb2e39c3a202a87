/* db/wal_file.h - SQLite's file system of this platform, but for one thing: it writes a page to the
 * write-ahead log in two pieces, head and content, and here they go in one.  For db/ alone; any
 * thread. */
#ifndef BX_DB_WAL_FILE_H
#define BX_DB_WAL_FILE_H

/* The name to open with; NULL: that of the platform, as it is.  After bx_sqlite_load. */
const char *bx_db_vfs(void);

#endif
