#include "programs/archive/tar.h"
#include "programs/common/prog_text.h"

#include <fcntl.h>
#include <unistd.h>

typedef struct extension { /* what headers in front of a member say about it */
    char *name, *link;
    bool has_size, has_mtime, has_uid, has_gid;
    uint64_t size, uid, gid, real_size;
    struct timespec mtime;
    char uname[33], gname[33];
    bool sparse_1, has_real;
    tar_span *map;
    size_t n_map, cap_map;
    uint64_t pending;
} extension;

void tar_member_free(tar_member *m)
{
    free(m->name);
    free(m->link);
    free(m->map);
    *m = (tar_member){0};
}

/* Nothing more can be read: told, and every reader below ends. */
static void fatal(tar_in *in, const char *why)
{
    if (in->dead)
        return;
    (void)prog_flush(&prog_out);
    if (why)
        prog_warn(0, "%s", why);
    prog_warn(0, "Error is not recoverable: exiting now");
    in->dead = true;
    in->left = in->pad = 0;
    tar_status = 2;
}

static void check(tar_in *in)
{
    if (in->r.error) {
        prog_warn(in->r.error, "%s: Cannot read", tar_opt.file);
        fatal(in, NULL);
    } else if (in->in.error != ARC_OK || in->in.cut) {
        prog_warn(0, "%s", arc_why(&in->in));
        fatal(in, in->any ? "Unexpected EOF in archive" : "Child returned status 1");
    }
}

void tar_open(tar_in *in, const char *name)
{
    *in = (tar_in){0};
    int fd = strcmp(name, "-") == 0 ? 0 : open(name, O_RDONLY);
    if (fd < 0) {
        prog_warn(errno, "%s: Cannot open", name);
        prog_die(0, "Error is not recoverable: exiting now");
    }
    in->r = (prog_reader){.fd = fd, .name = name};
    while (in->r.end - in->r.at < TAR_BLOCK && prog_more(&in->r))
        ;
    arc_kind kind = arc_sniff(in->r.p + in->r.at, in->r.end - in->r.at);
    in->in = (arc_in){.from = &in->r, .kind = kind};
    check(in);
}

/* A block; false at the end of the archive's bytes. */
static bool block(tar_in *in, uint8_t p[TAR_BLOCK])
{
    size_t n = arc_read(&in->in, p, TAR_BLOCK);
    in->offset += n;
    if (n == TAR_BLOCK)
        return true;
    check(in);
    if (n > 0 && in->any) {
        fatal(in, "Unexpected EOF in archive");
    } else if ((n > 0 || (in->offset == 0 && strchr("tx", tar_opt.what))) && !in->dead) {
        prog_warn(0, "This does not look like a tar archive");
        tar_status = 2;
    }
    return false;
}

size_t tar_data(tar_in *in, void *p, size_t n)
{
    if (n > in->left)
        n = (size_t)in->left;
    if (n == 0)
        return 0;
    size_t got = arc_read(&in->in, p, n);
    in->offset += got;
    in->left -= got;
    if (got < n) {
        check(in);
        fatal(in, "Unexpected EOF in archive");
        return 0;
    }
    return got;
}

void tar_skip(tar_in *in)
{
    static uint8_t room[PROG_BLOCK];
    while (in->left > 0)
        (void)tar_data(in, room, sizeof(room));
    in->left = in->pad;
    in->pad = 0;
    while (in->left > 0)
        (void)tar_data(in, room, sizeof(room));
}

/* ---- fields ------------------------------------------------------------------------------------
 */

/* Octal with blanks or NULs around it, or base 256. */
static uint64_t number(const uint8_t *p, size_t n)
{
    uint64_t v = 0;
    if (p[0] & 0x80) {
        bool negative = p[0] & 0x40;
        v = negative ? ~(uint64_t)0 : 0;
        v = v << 7 | (p[0] & 0x7f);
        for (size_t i = 1; i < n; i++)
            v = v << 8 | p[i];
        return v;
    }
    size_t i = 0;
    while (i < n && (p[i] == ' ' || p[i] == 0))
        i++;
    for (; i < n && p[i] >= '0' && p[i] <= '7'; i++)
        v = v << 3 | (uint64_t)(p[i] - '0');
    return v;
}

static char *text(const uint8_t *p, size_t n)
{
    return prog_strndup((const char *)p, strnlen((const char *)p, n));
}

static bool sums_up(const uint8_t *h)
{
    uint64_t want = number(h + 148, 8), sum = 0;
    int64_t as_signed = 0;
    for (size_t i = 0; i < TAR_BLOCK; i++) {
        uint8_t c = i >= 148 && i < 156 ? ' ' : h[i];
        sum += c;
        as_signed += (int8_t)c;
    }
    return sum == want || (uint64_t)as_signed == want;
}

static bool is_zero(const uint8_t *h) { return h[0] == 0 && memcmp(h, h + 1, TAR_BLOCK - 1) == 0; }

static uint64_t decimal(const char *p, const char **end)
{
    uint64_t v = 0;
    for (; prog_is_digit((unsigned char)*p); p++)
        v = v > UINT64_MAX / 16 ? v : v * 10 + (uint64_t)(*p - '0');
    if (end)
        *end = p;
    return v;
}

static void add_span(tar_span **map, size_t *n, size_t *cap, uint64_t at, uint64_t length)
{
    *map = prog_grow(*map, cap, *n, sizeof(**map));
    (*map)[(*n)++] = (tar_span){at, length};
}

static struct timespec timestamp(const char *p)
{
    bool negative = *p == '-';
    const char *end;
    struct timespec t = {.tv_sec = (time_t)decimal(p + negative, &end)};
    long scale = 100000000;
    if (*end == '.')
        for (end++; prog_is_digit((unsigned char)*end) && scale > 0; end++, scale /= 10)
            t.tv_nsec += (*end - '0') * scale;
    if (negative)
        t = (struct timespec){.tv_sec = -t.tv_sec - (t.tv_nsec > 0),
                              .tv_nsec = t.tv_nsec > 0 ? 1000000000 - t.tv_nsec : 0};
    return t;
}

static void set(char **at, const char *value)
{
    free(*at);
    *at = prog_strndup(value, strlen(value));
}

static void copy_name(char to[33], const char *value)
{
    size_t n = strnlen(value, 32);
    memcpy(to, value, n);
    to[n] = '\0';
}

/* One record of a pax header. */
static void keyword(extension *x, const char *key, const char *value)
{
    if (strcmp(key, "path") == 0 || strcmp(key, "GNU.sparse.name") == 0) {
        if (strcmp(key, "path") != 0 || !x->sparse_1)
            set(&x->name, value);
    } else if (strcmp(key, "linkpath") == 0) {
        set(&x->link, value);
    } else if (strcmp(key, "size") == 0) {
        x->has_size = true, x->size = decimal(value, NULL);
    } else if (strcmp(key, "mtime") == 0) {
        x->has_mtime = true, x->mtime = timestamp(value);
    } else if (strcmp(key, "uid") == 0) {
        x->has_uid = true, x->uid = decimal(value, NULL);
    } else if (strcmp(key, "gid") == 0) {
        x->has_gid = true, x->gid = decimal(value, NULL);
    } else if (strcmp(key, "uname") == 0) {
        copy_name(x->uname, value);
    } else if (strcmp(key, "gname") == 0) {
        copy_name(x->gname, value);
    } else if (strcmp(key, "GNU.sparse.major") == 0) {
        x->sparse_1 = decimal(value, NULL) == 1;
    } else if (strcmp(key, "GNU.sparse.realsize") == 0 || strcmp(key, "GNU.sparse.size") == 0) {
        x->has_real = true, x->real_size = decimal(value, NULL);
    } else if (strcmp(key, "GNU.sparse.offset") == 0) {
        x->pending = decimal(value, NULL);
    } else if (strcmp(key, "GNU.sparse.numbytes") == 0) {
        add_span(&x->map, &x->n_map, &x->cap_map, x->pending, decimal(value, NULL));
    } else if (strcmp(key, "GNU.sparse.map") == 0) {
        for (const char *p = value; *p;) {
            uint64_t at = decimal(p, &p);
            p += *p == ',';
            uint64_t n = decimal(p, &p);
            add_span(&x->map, &x->n_map, &x->cap_map, at, n);
            if (*p++ != ',')
                break;
        }
    }
}

static void records(extension *x, char *p, size_t n)
{
    for (char *end = p + n; p < end;) {
        const char *q;
        uint64_t length = decimal(p, &q);
        char *key = p + (q - p) + 1, *last = p + length - 1;
        if (*q != ' ' || length > (uint64_t)(end - p) || length < (uint64_t)(key - p) + 2 ||
            *last != '\n') {
            prog_warn(0, "Malformed extended header: missing newline or length");
            tar_status = 2;
            return;
        }
        *last = '\0';
        char *equal = strchr(key, '=');
        if (equal) {
            *equal = '\0';
            keyword(x, key, equal + 1);
        }
        p = last + 1;
    }
}

/* The data of a header that is a text itself. */
static char *body(tar_in *in, uint64_t size, uint64_t max)
{
    if (size > max)
        fatal(in, "An extended header is too large");
    char *p = prog_zalloc(in->dead ? 1 : (size_t)size + 1, 1);
    if (in->dead)
        return p;
    in->left = size;
    in->pad = (size_t)(-size % TAR_BLOCK);
    (void)tar_data(in, p, (size_t)size);
    tar_skip(in);
    return p;
}

/* ---- sparse files ------------------------------------------------------------------------------
 */

static void old_map(tar_member *m, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++, p += 24)
        if (p[0] != 0)
            add_span(&m->map, &m->n_map, &m->cap_map, number(p, 12), number(p + 12, 12));
}

static void old_sparse(tar_in *in, const uint8_t *h, tar_member *m)
{
    m->sparse = true;
    old_map(m, h + 386, 4);
    m->real_size = number(h + 483, 12);
    uint8_t more[TAR_BLOCK];
    for (bool go_on = h[482] != 0; go_on; go_on = more[504] != 0) {
        if (!block(in, more)) {
            fatal(in, "Unexpected EOF in archive");
            return;
        }
        old_map(m, more, 21);
        if (m->n_map > TAR_HEADER_MAX / sizeof(tar_span)) {
            fatal(in, "A map of a sparse file is too large");
            return;
        }
    }
}

/* pax, version 1: the map stands in front of the data, decimal numbers on lines. */
static void map_in_data(tar_in *in, tar_member *m)
{
    char b[TAR_BLOCK + 1];
    uint64_t v = 0, count = 0, n = 0, at = 0;
    bool counted = false;
    while (!counted || n < count * 2) {
        if (tar_data(in, b, TAR_BLOCK) != TAR_BLOCK) {
            fatal(in, "Malformed sparse file");
            return;
        }
        m->size -= TAR_BLOCK;
        for (size_t i = 0; i < TAR_BLOCK && (!counted || n < count * 2); i++) {
            if (prog_is_digit((unsigned char)b[i])) {
                v = v > UINT64_MAX / 16 ? v : v * 10 + (uint64_t)(b[i] - '0');
                continue;
            }
            if (!counted) {
                counted = true;
                count = v < TAR_HEADER_MAX ? v : 0;
            } else if (n++ % 2 == 0) {
                at = v;
            } else {
                add_span(&m->map, &m->n_map, &m->cap_map, at, v);
            }
            v = 0;
        }
    }
}

/* ---- members ------------------------------------------------------------------------------------
 */

static void plain_fields(const uint8_t *h, tar_member *m)
{
    bool ustar = memcmp(h + 257, "ustar", 5) == 0, gnu = memcmp(h + 257, "ustar  ", 8) == 0;
    m->type = h[156] ? (char)h[156] : '0';
    m->mode = (uint32_t)number(h + 100, 8) & 07777;
    m->uid = number(h + 108, 8);
    m->gid = number(h + 116, 8);
    m->size = number(h + 124, 12);
    m->mtime = (struct timespec){.tv_sec = (time_t)number(h + 136, 12)};
    m->link = text(h + 157, 100);
    if (ustar) {
        copy_name(m->uname, (const char *)h + 265);
        copy_name(m->gname, (const char *)h + 297);
        m->major = (uint32_t)number(h + 329, 8);
        m->minor = (uint32_t)number(h + 337, 8);
    }
    char *name = text(h, 100);
    if (ustar && !gnu && h[345]) {
        prog_buf b = {0};
        prog_buf_put(&b, h + 345, strnlen((const char *)h + 345, 155));
        prog_buf_putc(&b, '/');
        prog_buf_put(&b, name, strlen(name));
        free(name);
        name = prog_buf_z(&b);
    }
    m->name = name;
    size_t n = strlen(name);
    if (m->type == '7')
        m->type = '0';
    if (m->type == '0' && n > 0 && name[n - 1] == '/')
        m->type = '5';
    if (m->type != '0' && m->type != 'S' && m->type != 'x' && m->type != 'g' && m->type != 'L' &&
        m->type != 'K' && m->type != 'D' && strchr("123456", m->type))
        m->size = 0;
}

static void extended_fields(extension *x, tar_member *m)
{
    if (x->name) {
        free(m->name);
        m->name = x->name;
        x->name = NULL;
    }
    if (x->link) {
        free(m->link);
        m->link = x->link;
        x->link = NULL;
    }
    if (x->has_size && m->type != '5' && m->type != '2' && m->type != '1')
        m->size = x->size;
    if (x->has_mtime)
        m->mtime = x->mtime;
    if (x->has_uid)
        m->uid = x->uid;
    if (x->has_gid)
        m->gid = x->gid;
    if (*x->uname)
        copy_name(m->uname, x->uname);
    if (*x->gname)
        copy_name(m->gname, x->gname);
}

static void forget(extension *x)
{
    free(x->name);
    free(x->link);
    free(x->map);
    *x = (extension){0};
}

/* The next header block; false at the end. */
static bool header(tar_in *in, uint8_t h[TAR_BLOCK])
{
    bool skipping = false;
    for (;;) {
        in->end = in->offset;
        if (in->dead || !block(in, h))
            return false;
        if (is_zero(h)) {
            uint64_t first = in->end;
            if (tar_opt.ignore_zeros)
                continue;
            if (!block(in, h) || is_zero(h)) {
                in->end = first;
                return false;
            }
            prog_warn(0, "A lone zero block at %llu", (unsigned long long)(first / TAR_BLOCK + 1));
            in->end = first;
            return false;
        }
        if (sums_up(h)) {
            in->any = true;
            return true;
        }
        if (!in->any && !skipping)
            prog_warn(0, "This does not look like a tar archive");
        if (!skipping)
            prog_warn(0, "Skipping to next header");
        skipping = true;
        tar_status = 2;
    }
}

bool tar_next(tar_in *in, tar_member *ret)
{
    uint8_t h[TAR_BLOCK];
    extension x = {0};
    tar_skip(in);
    while (header(in, h)) {
        tar_member m = {0};
        plain_fields(h, &m);
        if (m.type == 'L' || m.type == 'K') {
            char **at = m.type == 'L' ? &x.name : &x.link;
            free(*at);
            *at = body(in, m.size, TAR_NAME_MAX);
            tar_member_free(&m);
            continue;
        }
        if (m.type == 'x' || m.type == 'g' || m.type == 'X') {
            char *p = body(in, m.size, TAR_HEADER_MAX);
            if (m.type != 'g' && !in->dead)
                records(&x, p, (size_t)m.size);
            free(p);
            tar_member_free(&m);
            continue;
        }
        extended_fields(&x, &m);
        in->left = m.size;
        in->pad = (size_t)(-m.size % TAR_BLOCK);
        if (m.type == 'S') {
            m.type = '0';
            old_sparse(in, h, &m);
            in->left = m.size;
        } else if (x.sparse_1 || x.n_map > 0) {
            m.sparse = true;
            m.real_size = x.real_size;
            m.map = x.map;
            m.n_map = x.n_map;
            m.cap_map = x.cap_map;
            x.map = NULL;
            if (x.sparse_1)
                map_in_data(in, &m);
        }
        forget(&x);
        if (in->dead) {
            tar_member_free(&m);
            return false;
        }
        *ret = m;
        return true;
    }
    forget(&x);
    return false;
}
