#include "programs/archive/zip.h"

#include <sys/stat.h>
#include <unistd.h>
#include <zlib/zlib.h>

enum {
    END = 22,
    END64 = 56,
    LOCATOR = 20,
    CENTRAL = 46,
    LOCAL = 30,
    SEARCH = 65535 + END, /* the end record stands within so many bytes of the end */
    ENCRYPTED = 1
};

void zip_entry_free(zip_entry *e)
{
    free(e->name);
    *e = (zip_entry){0};
}

static uint16_t u16(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }

static uint32_t u32(const uint8_t *p) { return u16(p) | (uint32_t)u16(p + 2) << 16; }

static uint64_t u64(const uint8_t *p) { return u32(p) | (uint64_t)u32(p + 4) << 32; }

size_t zip_read_at(int fd, uint64_t at, void *p, size_t n)
{
    size_t got = 0;
    while (got < n && at + got <= INT64_MAX) {
        ssize_t k = pread(fd, (uint8_t *)p + got, n - got, (off_t)(at + got));
        if (k < 0 && errno == EINTR)
            continue;
        if (k <= 0)
            break;
        got += (size_t)k;
    }
    return got;
}

uint32_t zip_crc(uint32_t crc, const void *p, size_t n)
{
    while (n > 1u << 30) {
        crc = (uint32_t)crc32(crc, p, 1u << 30);
        p = (const uint8_t *)p + (1u << 30);
        n -= 1u << 30;
    }
    return (uint32_t)crc32(crc, p, (uInt)n);
}

static bool end64(zip_in *z, uint64_t end)
{
    uint8_t l[LOCATOR], e[END64];
    if (end < LOCATOR || zip_read_at(z->fd, end - LOCATOR, l, LOCATOR) != LOCATOR ||
        u32(l) != 0x07064b50)
        return false;
    uint64_t at = u64(l + 8);
    if (zip_read_at(z->fd, at, e, END64) != END64 || u32(e) != 0x06064b50)
        return false;
    z->count = u64(e + 32);
    z->directory_n = u64(e + 40);
    z->directory = u64(e + 48);
    z->next = z->directory;
    return true;
}

bool zip_begin(zip_in *z, int fd)
{
    struct stat st;
    *z = (zip_in){.fd = fd};
    if (fstat(fd, &st) != 0 || st.st_size < END)
        return false;
    z->size = (uint64_t)st.st_size;
    size_t n = z->size < SEARCH ? (size_t)z->size : SEARCH;
    uint8_t *tail = prog_alloc(n);
    bool found = false;
    n = zip_read_at(fd, z->size - n, tail, n);
    for (size_t i = n >= END ? n - END + 1 : 0; i-- > 0 && !found;) {
        const uint8_t *p = tail + i;
        if (u32(p) != 0x06054b50 || u16(p + 20) > n - i - END)
            continue;
        uint64_t end = z->size - n + i;
        z->count = u16(p + 10);
        z->directory_n = u32(p + 12);
        z->directory = u32(p + 16);
        found = true;
        bool large =
            z->count == 0xffff || z->directory == 0xffffffff || z->directory_n == 0xffffffff;
        if (large && end64(z, end))
            break;
        if (z->directory + z->directory_n < end) /* something stands in front of the archive */
            z->shift = end - z->directory - z->directory_n;
        if (z->directory + z->directory_n > end)
            found = false;
    }
    free(tail);
    z->directory += z->shift;
    z->next = z->directory;
    return found;
}

void zip_rewind(zip_in *z)
{
    z->next = z->directory;
    z->seen = 0;
}

static void extra(zip_entry *e, const uint8_t *p, size_t n)
{
    while (n >= 4) {
        size_t k = u16(p + 2);
        if (k > n - 4)
            return;
        const uint8_t *d = p + 4;
        if (u16(p) == 1) { /* zip64: what has no room in its field, in this order */
            size_t at = 0;
            uint64_t *fields[] = {&e->size, &e->packed, &e->at};
            for (int i = 0; i < 3; i++)
                if (*fields[i] == 0xffffffff && at + 8 <= k) {
                    *fields[i] = u64(d + at);
                    at += 8;
                }
        } else if (u16(p) == 0x5455 && k >= 5 && d[0] & 1) {
            e->mtime = (int32_t)u32(d + 1);
        }
        p += 4 + k;
        n -= 4 + k;
    }
}

int zip_next(zip_in *z, zip_entry *ret)
{
    uint8_t h[CENTRAL];
    if (z->seen >= z->count)
        return 0;
    if (zip_read_at(z->fd, z->next, h, CENTRAL) != CENTRAL || u32(h) != 0x02014b50)
        return -1;
    size_t name = u16(h + 28), more = u16(h + 30), remark = u16(h + 32);
    zip_entry e = {.made_by = u16(h + 4),
                   .flags = u16(h + 8),
                   .method = u16(h + 10),
                   .dos_time = u16(h + 12),
                   .dos_date = u16(h + 14),
                   .crc = u32(h + 16),
                   .packed = u32(h + 20),
                   .size = u32(h + 24),
                   .attributes = u32(h + 38),
                   .at = u32(h + 42),
                   .mtime = INT64_MIN,
                   .name_n = name};
    uint8_t *p = prog_alloc(name + more + 1);
    if (zip_read_at(z->fd, z->next + CENTRAL, p, name + more) != name + more) {
        free(p);
        return -1;
    }
    extra(&e, p + name, more);
    e.at += z->shift;
    e.name = prog_strndup((const char *)p, name);
    free(p);
    z->next += CENTRAL + name + more + remark;
    z->seen++;
    *ret = e;
    return 1;
}

uint64_t zip_data_at(const zip_in *z, const zip_entry *e)
{
    uint8_t h[LOCAL];
    if (e->at > z->size || zip_read_at(z->fd, e->at, h, LOCAL) != LOCAL || u32(h) != 0x04034b50)
        return UINT64_MAX;
    uint64_t at = e->at + LOCAL + u16(h + 26) + u16(h + 28);
    return at > z->size || e->packed > z->size - at ? UINT64_MAX : at;
}

/* Read and, where it is compressed, inflate. */
static zip_result pump(const zip_in *z, const zip_entry *e, uint64_t at, arc_coder *coder,
                       bool (*put)(void *arg, const uint8_t *p, size_t n), void *arg, uint32_t *crc)
{
    static uint8_t in[PROG_BLOCK], out[PROG_BLOCK];
    uint64_t left = e->packed, made = 0;
    for (bool ended = false; !ended;) {
        size_t n = zip_read_at(z->fd, at, in, left < sizeof(in) ? (size_t)left : sizeof(in));
        at += n;
        left -= n;
        if (!coder) {
            *crc = zip_crc(*crc, in, n);
            made += n;
            if (n > 0 && !put(arg, in, n))
                return ZIP_STOPPED;
            ended = left == 0 || n == 0;
            continue;
        }
        arc_flow f = {.in = in, .n_in = n};
        do {
            f.out = out;
            f.n_out = sizeof(out);
            arc_result result = arc_step(coder, &f, left == 0);
            size_t k = sizeof(out) - f.n_out;
            *crc = zip_crc(*crc, out, k);
            made += k;
            if (made > e->size)
                return ZIP_BAD_DATA; /* more than it says: a bomb, or damaged */
            if (k > 0 && !put(arg, out, k))
                return ZIP_STOPPED;
            ended = result == ARC_END;
            if (!ended && (result != ARC_OK || (n == 0 && k == 0)))
                return ZIP_BAD_DATA;
        } while (!ended && (f.n_in > 0 || f.n_out == 0));
    }
    return made == e->size ? ZIP_OK : ZIP_BAD_DATA;
}

zip_result zip_data(const zip_in *z, const zip_entry *e,
                    bool (*put)(void *arg, const uint8_t *p, size_t n), void *arg,
                    uint32_t *ret_crc)
{
    if (e->flags & ENCRYPTED)
        return ZIP_ENCRYPTED;
    arc_kind kind = e->method == ZIP_DEFLATED ? ARC_DEFLATE
                    : e->method == 12         ? ARC_BZIP2
                    : e->method == 93         ? ARC_ZSTD
                                              : ARC_PLAIN;
    if (kind == ARC_PLAIN && e->method != ZIP_STORED)
        return ZIP_UNKNOWN;
    uint64_t at = zip_data_at(z, e);
    if (at == UINT64_MAX)
        return ZIP_BAD_HEADER;
    arc_coder coder = {0};
    if (kind != ARC_PLAIN)
        coder = arc_decoder(kind);
    *ret_crc = 0;
    zip_result result = pump(z, e, at, kind == ARC_PLAIN ? NULL : &coder, put, arg, ret_crc);
    arc_end(&coder);
    return result == ZIP_OK && *ret_crc != e->crc ? ZIP_BAD_CRC : result;
}

struct tm zip_time(const zip_entry *e)
{
    struct tm tm = {0};
    if (e->mtime != INT64_MIN) {
        time_t t = (time_t)e->mtime;
        if (localtime_r(&t, &tm))
            return tm;
    }
    tm.tm_year = (e->dos_date >> 9) + 80;
    tm.tm_mon = (e->dos_date >> 5 & 15) - 1;
    tm.tm_mday = e->dos_date & 31;
    tm.tm_hour = e->dos_time >> 11;
    tm.tm_min = e->dos_time >> 5 & 63;
    tm.tm_sec = (e->dos_time & 31) * 2;
    return tm;
}
