#include "programs/archive/tar.h"

#include <stdio.h>

void tar_put(tar_out *out, const void *p, size_t n)
{
    arc_write(&out->out, p, n);
    out->bytes += n;
    if (out->w.error)
        prog_die(out->w.error, "%s: Cannot write", tar_opt.file);
}

static void zeros(tar_out *out, size_t n)
{
    static const uint8_t none[TAR_BLOCK];
    for (; n > 0; n -= n < TAR_BLOCK ? n : TAR_BLOCK)
        tar_put(out, none, n < TAR_BLOCK ? n : TAR_BLOCK);
}

void tar_pad(tar_out *out) { zeros(out, (size_t)(-out->bytes % TAR_BLOCK)); }

void tar_finish(tar_out *out)
{
    zeros(out, 2 * TAR_BLOCK);
    zeros(out, (size_t)((TAR_RECORD - out->bytes % TAR_RECORD) % TAR_RECORD));
    arc_out_end(&out->out);
}

/* Octal with a NUL behind it; base 256 where that has no room. */
static void number(uint8_t *p, size_t n, uint64_t v)
{
    bool negative = (int64_t)v < 0;
    if (!negative && v >> (3 * (n - 1)) == 0) {
        for (size_t i = n - 1; i-- > 0; v >>= 3)
            p[i] = (uint8_t)('0' + (v & 7));
        p[n - 1] = 0;
        return;
    }
    for (size_t i = n; i-- > 0;) {
        p[i] = (uint8_t)v;
        v = v >> 8 | (negative ? (uint64_t)0xff << 56 : 0);
    }
    p[0] = negative ? 0xff : 0x80;
}

static void seal(uint8_t *h)
{
    memset(h + 148, ' ', 8);
    uint64_t sum = 0;
    for (size_t i = 0; i < TAR_BLOCK; i++)
        sum += h[i];
    number(h + 148, 7, sum);
}

static void put_text(uint8_t *p, size_t n, const char *s)
{
    size_t k = strnlen(s, n);
    memcpy(p, s, k);
}

/* A header that holds a text for the member behind it. */
static void put_body(tar_out *out, char type, const char *name, const void *p, size_t n)
{
    uint8_t h[TAR_BLOCK] = {0};
    put_text(h, 100, name);
    number(h + 100, 8, type == 'x' ? 0644 : 0);
    number(h + 108, 8, 0);
    number(h + 116, 8, 0);
    number(h + 124, 12, n);
    number(h + 136, 12, 0);
    h[156] = (uint8_t)type;
    memcpy(h + 257, type == 'x' ? "ustar\00000" : "ustar  ", 8);
    if (type != 'x') {
        put_text(h + 265, 32, "root");
        put_text(h + 297, 32, "root");
    }
    seal(h);
    tar_put(out, h, sizeof(h));
    tar_put(out, p, n);
    tar_pad(out);
}

static void record(prog_buf *b, const char *key, const char *value)
{
    size_t n = strlen(key) + strlen(value) + 3, digits = 1;
    for (size_t limit = 10; n + digits >= limit; limit *= 10)
        digits++;
    char text[24];
    int k = snprintf(text, sizeof(text), "%zu ", n + digits);
    prog_buf_put(b, text, (size_t)k);
    prog_buf_put(b, key, strlen(key));
    prog_buf_putc(b, '=');
    prog_buf_put(b, value, strlen(value));
    prog_buf_putc(b, '\n');
}

static void put_extension(tar_out *out, const tar_member *m)
{
    prog_buf b = {0};
    char text[64];
    bool ascii = true;
    for (const char *p = m->name; *p; p++)
        ascii &= (unsigned char)*p < 128;
    if (strlen(m->name) > 100 || !ascii)
        record(&b, "path", m->name);
    if (m->link && strlen(m->link) > 100)
        record(&b, "linkpath", m->link);
    if (m->size >> 33 != 0) {
        (void)snprintf(text, sizeof(text), "%llu", (unsigned long long)m->size);
        record(&b, "size", text);
    }
    if (m->mtime.tv_nsec != 0 || m->mtime.tv_sec < 0) {
        (void)snprintf(text, sizeof(text), "%lld.%09ld", (long long)m->mtime.tv_sec,
                       m->mtime.tv_nsec);
        for (size_t n = strlen(text); text[n - 1] == '0'; n--)
            text[n - 1] = '\0';
        record(&b, "mtime", text);
    }
    if (b.n > 0) {
        const char *slash = strrchr(m->name, '/');
        char name[101];
        (void)snprintf(name, sizeof(name), "PaxHeaders/%.80s", slash && slash[1] ? slash + 1 : "x");
        put_body(out, 'x', name, b.p, b.n);
    }
    prog_buf_free(&b);
}

/* ustar: a long name in two parts at a slash. */
static bool split_name(uint8_t *h, const char *name)
{
    size_t n = strlen(name);
    if (n <= 100) {
        put_text(h, 100, name);
        return true;
    }
    for (size_t i = n > 156 ? 156 : n; i-- > 1;)
        if (name[i] == '/' && i <= 155 && n - i - 1 <= 100 && n - i > 1) {
            put_text(h, 100, name + i + 1);
            memcpy(h + 345, name, i);
            return true;
        }
    return false;
}

bool tar_put_header(tar_out *out, const tar_member *m)
{
    uint8_t h[TAR_BLOCK] = {0};
    tar_format format = tar_opt.format;
    const char *link = m->link ? m->link : "";
    size_t n = strlen(m->name);
    if ((format == TAR_USTAR && !split_name(h, m->name)) || (format == TAR_V7 && n > 99)) {
        prog_warn(0, "%s: file name is too long (%s); not dumped", m->name,
                  format == TAR_V7 ? "max 99" : "cannot be split");
        tar_status = 2;
        return false;
    }
    if ((format == TAR_USTAR || format == TAR_V7) && strlen(link) > 100) {
        prog_warn(0, "%s: link name is too long; not dumped", link);
        tar_status = 2;
        return false;
    }
    if (format == TAR_GNU && strlen(link) > 100)
        put_body(out, 'K', "././@LongLink", link, strlen(link) + 1);
    if (format == TAR_GNU && n > 100)
        put_body(out, 'L', "././@LongLink", m->name, n + 1);
    if (format == TAR_PAX)
        put_extension(out, m);
    if (format != TAR_USTAR)
        put_text(h, 100, m->name);
    number(h + 100, 8, m->mode);
    number(h + 108, 8, m->uid);
    number(h + 116, 8, m->gid);
    number(h + 124, 12, m->size);
    number(h + 136, 12, (uint64_t)m->mtime.tv_sec);
    h[156] = (uint8_t)(format == TAR_V7 && (m->type == '0' || m->type == '5') ? 0 : m->type);
    put_text(h + 157, 100, link);
    if (format != TAR_V7) {
        memcpy(h + 257, format == TAR_GNU ? "ustar  " : "ustar\00000", 8);
        put_text(h + 265, 32, m->uname);
        put_text(h + 297, 32, m->gname);
        if (format != TAR_GNU) {
            number(h + 329, 8, 0);
            number(h + 337, 8, 0);
        }
    }
    seal(h);
    tar_put(out, h, sizeof(h));
    return true;
}
