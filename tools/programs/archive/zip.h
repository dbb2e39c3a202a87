/* archive/zip.h - zip archives (PKWARE's APPNOTE.TXT, with zip64): the central directory, and data
 * of its entries.  Sizes of any length, in bounded memory: the directory is read entry by entry.
 * One thread. */
#ifndef BX_ARCHIVE_ZIP_H
#define BX_ARCHIVE_ZIP_H

#include "programs/archive/coder.h"

#include <time.h>

enum { ZIP_STORED = 0, ZIP_DEFLATED = 8, ZIP_NAME_MAX = 65535 };

typedef struct zip_entry {
    char *name;
    size_t name_n;
    uint16_t made_by, flags, method, dos_time, dos_date;
    uint32_t crc, attributes;  /* the upper half: Unix mode, where made_by >> 8 is 3 */
    uint64_t packed, size, at; /* at: of the local header */
    int64_t mtime;             /* of the extra field; INT64_MIN: none */
} zip_entry;

void zip_entry_free(zip_entry *e);

typedef struct zip_in {
    int fd;
    uint64_t size; /* of the file */
    uint64_t directory, directory_n, count;
    uint64_t next, seen; /* in the directory */
    uint64_t shift;      /* bytes in front of the archive */
} zip_in;

/* Find the directory; false: it is no zip file. */
bool zip_begin(zip_in *z, int fd);
void zip_rewind(zip_in *z);

/* The next entry; 1, 0 at the end, -1 malformed. */
int zip_next(zip_in *z, zip_entry *ret);

/* Where its data begin; UINT64_MAX: the local header is malformed. */
uint64_t zip_data_at(const zip_in *z, const zip_entry *e);

/* Up to n bytes at an offset, fewer at the end. */
size_t zip_read_at(int fd, uint64_t at, void *p, size_t n);

/* Data of an entry, uncompressed, to `put`, which may end it by false. */
typedef enum zip_result {
    ZIP_OK,
    ZIP_BAD_CRC,
    ZIP_BAD_DATA,
    ZIP_BAD_HEADER,
    ZIP_ENCRYPTED,
    ZIP_UNKNOWN, /* a method that is not there */
    ZIP_STOPPED
} zip_result;
zip_result zip_data(const zip_in *z, const zip_entry *e,
                    bool (*put)(void *arg, const uint8_t *p, size_t n), void *arg,
                    uint32_t *ret_crc);

struct tm zip_time(const zip_entry *e);
uint32_t zip_crc(uint32_t crc, const void *p, size_t n);

#endif
