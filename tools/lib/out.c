#include "lib/out.h"

#include <errno.h>
#include <unistd.h>

#include "lib/scan.h"
#ifdef __wasi__
#include <wasi/api.h>
#endif

_Static_assert(BX_OUT_MAX_DEPTH <= 32, "one bit of has_member per depth");

void bx_out_init(bx_out *o, int fd)
{
    memset(o, 0, offsetof(bx_out, buf));
    o->fd = fd;
}

BX_COLD static void flush(bx_out *o)
{
    size_t at = 0;
    while (at < o->n && !o->error) {
        ssize_t n = write(o->fd, o->buf + at, o->n - at);
        if (n > 0)
            at += (size_t)n;
        else if (n == 0)
            o->error = EIO;
        else if (errno != EINTR && errno != EAGAIN)
            o->error = errno;
    }
    o->n = 0;
}

static void put(bx_out *o, const char *p, size_t n)
{
    o->total += n;
    while (n > 0) {
        if (o->n == sizeof o->buf)
            flush(o);
        size_t part = sizeof o->buf - o->n < n ? sizeof o->buf - o->n : n;
        memcpy(o->buf + o->n, p, part);
        o->n += part;
        p += part;
        n -= part;
    }
}

static void put_c(bx_out *o, char c)
{
    if (o->n == sizeof o->buf)
        flush(o);
    o->buf[o->n++] = c;
    o->total++;
}

/* What has to stand before the next value or key. */
static void separate(bx_out *o)
{
    uint32_t bit = UINT32_C(1) << o->depth;
    if (!o->after_key && (o->has_member & bit))
        put_c(o, ',');
    o->has_member |= bit;
    o->after_key = false;
}

void bx_out_open(bx_out *o, char bracket)
{
    separate(o);
    put_c(o, bracket);
    if (++o->depth >= BX_OUT_MAX_DEPTH)
        abort();
    o->has_member &= ~(UINT32_C(1) << o->depth);
}

void bx_out_close(bx_out *o, char bracket)
{
    if (o->depth == 0)
        abort();
    o->depth--;
    put_c(o, bracket);
}

void bx_out_key(bx_out *o, const char *name)
{
    bx_out_str(o, bx_str_of(name));
    put_c(o, ':');
    o->after_key = true;
}

const char *bx_digits(int64_t n, char buf[24])
{
    char *at = buf + 23;
    uint64_t left = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;
    *at = '\0';
    do {
        *--at = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (n < 0)
        *--at = '-';
    return at;
}

void bx_out_int(bx_out *o, int64_t n)
{
    char buf[24];
    const char *digits = bx_digits(n, buf);
    separate(o);
    put(o, digits, strlen(digits));
}

void bx_out_bool(bx_out *o, bool b)
{
    separate(o);
    put(o, b ? "true" : "false", b ? 4 : 5);
}

void bx_out_null(bx_out *o)
{
    separate(o);
    put(o, "null", 4);
}

static void put_escaped(bx_out *o, uint32_t cp)
{
    static const char hex[] = "0123456789abcdef";
    static const char names[] = "btn?fr"; /* U+0008 to U+000D; U+000B has no name */
    char bytes[6];
    if (cp == '"' || cp == '\\') {
        put(o, (char[2]){'\\', (char)cp}, 2);
    } else if (cp >= 8 && cp <= 13 && cp != 11) {
        put(o, (char[2]){'\\', names[cp - 8]}, 2);
    } else if (cp < 0x20 || cp == 0x7f) {
        memcpy(bytes, "\\u00", 4);
        bytes[4] = hex[cp >> 4];
        bytes[5] = hex[cp & 15];
        put(o, bytes, 6);
    } else {
        put(o, bytes, bx_utf8_encode(cp, bytes));
    }
}

void bx_out_str_begin(bx_out *o)
{
    separate(o);
    put_c(o, '"');
    o->utf8 = (bx_utf8){0};
}

void bx_out_str_put(bx_out *o, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    for (size_t i = 0; i < n;) {
        size_t run = o->utf8.need == 0 ? bx_json_run(p + i, n - i) : 0;
        if (run > 0) {
            put(o, (const char *)p + i, run);
            i += run;
            continue;
        }
        uint32_t cp[2];
        unsigned k = bx_utf8_push(&o->utf8, p[i++], cp);
        for (unsigned j = 0; j < k; j++)
            put_escaped(o, cp[j]);
    }
}

void bx_out_str_end(bx_out *o)
{
    uint32_t cp;
    if (bx_utf8_end(&o->utf8, &cp))
        put_escaped(o, cp);
    put_c(o, '"');
}

void bx_out_str(bx_out *o, bx_str s)
{
    bx_out_str_begin(o);
    bx_out_str_put(o, s.p, s.n);
    bx_out_str_end(o);
}

static void put_base64(bx_out *o, const uint8_t *p, size_t n)
{
    static const char digit[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t v = (uint32_t)p[0] << 16 | (n > 1 ? (uint32_t)p[1] << 8 : 0) | (n > 2 ? p[2] : 0);
    char four[4] = {digit[v >> 18], digit[v >> 12 & 63], digit[v >> 6 & 63], digit[v & 63]};
    if (n < 3)
        four[3] = '=';
    if (n < 2)
        four[2] = '=';
    put(o, four, 4);
}

void bx_out_base64_begin(bx_out *o)
{
    separate(o);
    put_c(o, '"');
    o->base64_rest_n = 0;
}

void bx_out_base64_put(bx_out *o, const void *bytes, size_t n)
{
    const uint8_t *p = bytes;
    while (o->base64_rest_n > 0 && n > 0) {
        uint8_t three[3] = {o->base64_rest[0], o->base64_rest[1], *p};
        if (o->base64_rest_n == 2) {
            put_base64(o, three, 3);
            o->base64_rest_n = 0;
        } else {
            o->base64_rest[o->base64_rest_n++] = *p;
        }
        p++;
        n--;
    }
    for (; n >= 3; p += 3, n -= 3)
        put_base64(o, p, 3);
    for (; n > 0; n--)
        o->base64_rest[o->base64_rest_n++] = *p++;
}

void bx_out_base64_end(bx_out *o)
{
    if (o->base64_rest_n > 0)
        put_base64(o, o->base64_rest, o->base64_rest_n);
    put_c(o, '"');
}

int bx_out_end(bx_out *o)
{
    put_c(o, '\n');
    flush(o);
    return o->error;
}

size_t bx_out_size(const char *p, size_t n)
{
    size_t size = n;
    for (size_t i = 0; i < n; i++) {
        uint8_t c = (uint8_t)p[i];
        if (c == '"' || c == '\\' || (c >= 8 && c <= 13 && c != 11))
            size += 1;
        else if (c < 0x20 || c == 0x7f)
            size += 5;
    }
    return size;
}

/* ---- room ------------------------------------------------------------------------------ */

#ifdef __wasi__
static bool has_room(const bx_out *o, uint64_t bytes)
{
    return __wasi_fd_allocate((__wasi_fd_t)o->fd, 0, bytes) != __WASI_ERRNO_NOSPC;
}

/* Of a regular file fd_allocate would make the file longer. */
static bool tells_room(const bx_out *o)
{
    __wasi_fdstat_t stat;
    return __wasi_fd_fdstat_get((__wasi_fd_t)o->fd, &stat) == 0 &&
           stat.fs_filetype != __WASI_FILETYPE_REGULAR_FILE;
}
#else
static bool has_room(const bx_out *o, uint64_t bytes) { return o->n <= bytes; }
static bool tells_room(const bx_out *o) { return o->fd < 0; } /* nobody does */
#endif

uint64_t bx_out_room(bx_out *o, uint64_t wanted)
{
    enum { AHEAD = 65536 };
    if (o->room_is == BX_ROOM_UNKNOWN) {
        o->room_is = tells_room(o) ? BX_ROOM_GROWS : BX_ROOM_FIXED;
        o->room = o->room_is == BX_ROOM_FIXED ? UINT64_MAX : 0;
    }
    if (o->room_is == BX_ROOM_GROWS && o->total + wanted > o->room) {
        uint64_t written = o->total - o->n, low = 0, high = o->n + wanted + AHEAD;
        if (has_room(o, high)) {
            o->room = written + high;
        } else { /* `low` has room, `high` has not */
            while (high - low > 1) {
                uint64_t mid = low + (high - low) / 2;
                *(has_room(o, mid) ? &low : &high) = mid;
            }
            o->room = written + low;
            o->room_is = BX_ROOM_FIXED;
        }
    }
    return o->room > o->total ? o->room - o->total : 0;
}
