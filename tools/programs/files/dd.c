/* files/dd.c - dd [OPERAND]... */
#include "files.h"
#include "programs/common/prog_io.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

const char dd_help[] =
    "Usage: dd [OPERAND]...\n"
    "Copy a file in blocks, converting it.\n"
    "\n"
    "  bs=N ibs=N obs=N    bytes read and written at a time (512); cbs=N for block, unblock\n"
    "  if=FILE of=FILE     instead of standard input and output\n"
    "  count=N             only N blocks of ibs\n"
    "  skip=N, iseek=N     pass over N blocks of ibs; seek=N, oseek=N: over N blocks of obs\n"
    "  conv=LIST           block unblock lcase ucase swab sync excl nocreat notrunc noerror\n"
    "                      fdatasync fsync ascii ebcdic ibm (the last three: no)\n"
    "  iflag=LIST oflag=LIST  fullblock, count_bytes, skip_bytes, seek_bytes, append; others: "
    "none\n"
    "  status=LEVEL        none, noxfer, progress\n"
    "N may end in c 1, w 2, b 512, kB 1000, K 1024, MB, M, GB, G, ..., and be NxM; with B: bytes.\n"
    "\n"
    "Examples:\n"
    "  $ printf 'hello world' | dd bs=1 skip=6 count=5 status=none; echo\n"
    "  world\n"
    "  $ printf abc | dd conv=ucase status=none; echo\n"
    "  ABC\n";

enum {
    C_BLOCK = 1,
    C_UNBLOCK = 2,
    C_LCASE = 4,
    C_UCASE = 8,
    C_SWAB = 16,
    C_SYNC = 32,
    C_EXCL = 64,
    C_NOCREAT = 128,
    C_NOTRUNC = 256,
    C_NOERROR = 512,
    C_FSYNC = 1024,
};
enum { F_FULL = 1, F_COUNT_BYTES = 2, F_SKIP_BYTES = 4, F_SEEK_BYTES = 8, F_APPEND = 16 };
enum { BLOCK_MAX = 1 << 30 };

typedef struct dd {
    const char *in_name, *out_name;
    uint64_t ibs, obs, cbs, count, skip, seek;
    bool has_count, count_bytes, skip_bytes, seek_bytes, one_size;
    unsigned conv, iflag, oflag;
    int status; /* 0 all, 1 noxfer, 2 none */
    int in, out;
    uint8_t *ibuf, *obuf;
    size_t n_out;
    uint64_t full_in, part_in, full_out, part_out, truncated, bytes;
    size_t column; /* block, unblock: within the record */
    size_t spaces; /* unblock: held back */
    int odd;       /* swab: a byte held back, or -1 */
    struct timespec began;
    int result;
} dd;

typedef struct word {
    const char *name;
    unsigned bit;
} word;

static const word convs[] = {
    {"block", C_BLOCK},     {"unblock", C_UNBLOCK}, {"lcase", C_LCASE},     {"ucase", C_UCASE},
    {"swab", C_SWAB},       {"sync", C_SYNC},       {"excl", C_EXCL},       {"nocreat", C_NOCREAT},
    {"notrunc", C_NOTRUNC}, {"noerror", C_NOERROR}, {"fdatasync", C_FSYNC}, {"fsync", C_FSYNC},
};
static const word flags[] = {
    {"fullblock", F_FULL},
    {"count_bytes", F_COUNT_BYTES},
    {"skip_bytes", F_SKIP_BYTES},
    {"seek_bytes", F_SEEK_BYTES},
    {"append", F_APPEND},
    {"direct", 0},
    {"directory", 0},
    {"dsync", 0},
    {"sync", 0},
    {"nonblock", 0},
    {"noatime", 0},
    {"nocache", 0},
    {"noctty", 0},
    {"nofollow", 0},
    {"binary", 0},
    {"text", 0},
};

static unsigned words(const char *s, const word *list, size_t n, const char *what)
{
    unsigned bits = 0;
    while (*s) {
        size_t len = strcspn(s, ","), i = 0;
        while (i < n && (strlen(list[i].name) != len || strncmp(list[i].name, s, len) != 0))
            i++;
        if (i == n) {
            char *bad = prog_strndup(s, len);
            prog_usage("invalid %s: %s", what, prog_quote(bad));
        }
        bits |= list[i].bit;
        s += len + (s[len] == ',');
    }
    return bits;
}

/* NxM; *bytes: it ended in B. */
static uint64_t number(const char *text, bool *bytes)
{
    uint64_t product = 1;
    char *copy = prog_strndup(text, strlen(text)), *s = copy;
    size_t n = strlen(s);
    *bytes = n > 1 && s[n - 1] == 'B' && s[n - 2] >= '0' && s[n - 2] <= '9';
    if (*bytes)
        s[n - 1] = '\0';
    for (;;) {
        char *x = strchr(s, 'x');
        uint64_t v;
        if (x)
            *x = '\0';
        prog_num got =
            *s == '+' || *s == '-' ? PROG_NUM_INVALID : prog_uint(s, "bcEGkKMPTwYZ0", &v);
        if (got == PROG_NUM_OVERFLOW ||
            (got == PROG_NUM_OK && __builtin_mul_overflow(product, v, &product)))
            prog_die(EOVERFLOW, "invalid number: %s", prog_quote(text));
        if (got != PROG_NUM_OK)
            prog_die(0, "invalid number: %s", prog_quote(text));
        if (!x)
            break;
        s = x + 1;
    }
    free(copy);
    return product;
}

static void operand(dd *d, const char *s)
{
    const char *eq = strchr(s, '=');
    bool bytes = false;
    if (!eq)
        prog_usage("unrecognized operand %s", prog_quote(s));
    const char *value = eq + 1;
    size_t n = (size_t)(eq - s);
    bx_str key = {s, n};
    if (bx_str_eq(key, BX_LIT("if"))) {
        d->in_name = value;
    } else if (bx_str_eq(key, BX_LIT("of"))) {
        d->out_name = value;
    } else if (bx_str_eq(key, BX_LIT("conv"))) {
        d->conv |= words(value, convs, BX_COUNT(convs), "conversion");
    } else if (bx_str_eq(key, BX_LIT("iflag"))) {
        d->iflag |= words(value, flags, BX_COUNT(flags), "input flag");
    } else if (bx_str_eq(key, BX_LIT("oflag"))) {
        d->oflag |= words(value, flags, BX_COUNT(flags), "output flag");
    } else if (bx_str_eq(key, BX_LIT("status"))) {
        d->status = strcmp(value, "none") == 0       ? 2
                    : strcmp(value, "noxfer") == 0   ? 1
                    : strcmp(value, "progress") == 0 ? 0
                                                     : -1;
        if (d->status < 0)
            prog_usage("invalid status level: %s", prog_quote(value));
    } else {
        uint64_t *to =
            bx_str_eq(key, BX_LIT("bs"))                                        ? &d->ibs
            : bx_str_eq(key, BX_LIT("ibs"))                                     ? &d->ibs
            : bx_str_eq(key, BX_LIT("obs"))                                     ? &d->obs
            : bx_str_eq(key, BX_LIT("cbs"))                                     ? &d->cbs
            : bx_str_eq(key, BX_LIT("count"))                                   ? &d->count
            : bx_str_eq(key, BX_LIT("skip")) || bx_str_eq(key, BX_LIT("iseek")) ? &d->skip
            : bx_str_eq(key, BX_LIT("seek")) || bx_str_eq(key, BX_LIT("oseek")) ? &d->seek
                                                                                : NULL;
        if (!to)
            prog_usage("unrecognized operand %s", prog_quote(s));
        *to = number(value, &bytes);
        if ((to == &d->ibs || to == &d->obs || to == &d->cbs) && (*to == 0 || *to > BLOCK_MAX))
            prog_die(*to ? EOVERFLOW : 0, "invalid number: %s", prog_quote(value));
        if (n == 2) {
            d->obs = d->ibs;
            d->one_size = true;
        }
        d->has_count |= to == &d->count;
        d->count_bytes |= to == &d->count && bytes;
        d->skip_bytes |= to == &d->skip && bytes;
        d->seek_bytes |= to == &d->seek && bytes;
    }
}

static void report(const dd *d)
{
    if (d->status == 2)
        return;
    (void)prog_flush(&prog_out);
    prog_writer err = {.fd = 2};
    prog_printf(&err, "%llu+%llu records in\n%llu+%llu records out\n",
                (unsigned long long)d->full_in, (unsigned long long)d->part_in,
                (unsigned long long)d->full_out, (unsigned long long)d->part_out);
    if (d->truncated)
        prog_printf(&err, "%llu truncated record%s\n", (unsigned long long)d->truncated,
                    d->truncated == 1 ? "" : "s");
    if (d->status == 0) {
        struct timespec now;
        (void)clock_gettime(CLOCK_MONOTONIC, &now);
        double s =
            (double)(now.tv_sec - d->began.tv_sec) + (double)(now.tv_nsec - d->began.tv_nsec) / 1e9;
        char si[24], iec[24], rate[24];
        prog_human(d->bytes, 1000, si);
        prog_human(d->bytes, 1024, iec);
        prog_human(s > 0 ? (uint64_t)((double)d->bytes / s) : 0, 1000, rate);
        prog_printf(&err, "%llu byte%s", (unsigned long long)d->bytes, d->bytes == 1 ? "" : "s");
        if (d->bytes >= 1000)
            prog_printf(&err, " (%.*s %cB", (int)strlen(si) - 1, si, si[strlen(si) - 1]);
        if (d->bytes >= 1024)
            prog_printf(&err, ", %.*s %ciB", (int)strlen(iec) - 1, iec, iec[strlen(iec) - 1]);
        char unit = rate[strlen(rate) - 1];
        bool plain = unit >= '0' && unit <= '9';
        prog_printf(&err, "%s copied, %g s, %.*s %s%sB/s\n", d->bytes >= 1000 ? ")" : "", s,
                    (int)strlen(rate) - !plain, rate, plain ? "" : (char[]){unit, 0}, "");
    }
    (void)prog_flush(&err);
    free(err.p);
}

BX_NORETURN static void end(const dd *d, int status)
{
    report(d);
    prog_exit(status);
}

static void write_block(dd *d, const uint8_t *p, size_t n)
{
    int error = prog_write_all(d->out, p, n);
    if (error == EPIPE)
        prog_exit(141);
    if (error) {
        prog_warn(error, "error writing %s",
                  prog_quoteaf(d->out_name ? d->out_name : "standard output"));
        end(d, 1);
    }
    d->bytes += n;
    if (n == d->obs)
        d->full_out++;
    else
        d->part_out++;
}

static void put(dd *d, uint8_t c)
{
    d->obuf[d->n_out++] = c;
    if (d->n_out == d->obs) {
        write_block(d, d->obuf, d->n_out);
        d->n_out = 0;
    }
}

static void put_all(dd *d, const uint8_t *p, size_t n)
{
    while (n > 0) {
        size_t room = (size_t)d->obs - d->n_out, k = n < room ? n : room;
        memcpy(d->obuf + d->n_out, p, k);
        d->n_out += k;
        p += k;
        n -= k;
        if (d->n_out == d->obs) {
            write_block(d, d->obuf, d->n_out);
            d->n_out = 0;
        }
    }
}

/* Lines to records of cbs bytes. */
static void block(dd *d, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '\n') {
            for (; d->column < d->cbs; d->column++)
                put(d, ' ');
            d->column = 0;
        } else {
            if (d->column == d->cbs)
                d->truncated++;
            if (d->column < d->cbs)
                put(d, p[i]);
            d->column++;
        }
    }
}

/* Records to lines: blanks at their end are left out. */
static void unblock(dd *d, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (d->column == d->cbs) {
            d->column = d->spaces = 0;
            put(d, '\n');
        }
        d->column++;
        if (p[i] == ' ') {
            d->spaces++;
            continue;
        }
        for (; d->spaces > 0; d->spaces--)
            put(d, ' ');
        put(d, p[i]);
    }
}

static void convert(dd *d, uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n && (d->conv & (C_LCASE | C_UCASE)); i++) {
        if ((d->conv & C_LCASE) && p[i] >= 'A' && p[i] <= 'Z')
            p[i] = (uint8_t)(p[i] + 32);
        else if ((d->conv & C_UCASE) && p[i] >= 'a' && p[i] <= 'z')
            p[i] = (uint8_t)(p[i] - 32);
    }
    if (d->conv & C_BLOCK)
        block(d, p, n);
    else if (d->conv & C_UNBLOCK)
        unblock(d, p, n);
    else
        put_all(d, p, n);
}

static void swab_convert(dd *d, uint8_t *p, size_t n)
{
    if (!(d->conv & C_SWAB)) {
        convert(d, p, n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        if (d->odd < 0) {
            d->odd = p[i];
            continue;
        }
        uint8_t pair[2] = {p[i], (uint8_t)d->odd};
        d->odd = -1;
        convert(d, pair, 2);
    }
}

static void finish(dd *d)
{
    if (d->odd >= 0) {
        uint8_t c = (uint8_t)d->odd;
        convert(d, &c, 1);
    }
    if ((d->conv & C_BLOCK) && d->column > 0)
        for (; d->column < d->cbs; d->column++)
            put(d, ' ');
    if ((d->conv & C_UNBLOCK) && d->column > 0)
        put(d, '\n');
    if (d->n_out > 0)
        write_block(d, d->obuf, d->n_out);
}

static ssize_t read_block(dd *d, size_t want)
{
    size_t n = 0;
    do {
        ssize_t got = prog_read(d->in, d->ibuf + n, want - n);
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        n += (size_t)got;
    } while (n < want && (d->iflag & F_FULL));
    return (ssize_t)n;
}

static void copy(dd *d)
{
    uint64_t blocks = 0, bytes = 0;
    for (;;) {
        size_t want = (size_t)d->ibs;
        if (d->has_count) {
            if (d->count_bytes ? bytes >= d->count : blocks >= d->count)
                break;
            if (d->count_bytes && d->count - bytes < want)
                want = (size_t)(d->count - bytes);
        }
        ssize_t got = read_block(d, want);
        if (got < 0) {
            prog_warn(errno, "error reading %s",
                      prog_quoteaf(d->in_name ? d->in_name : "standard input"));
            d->result = 1;
            if (!(d->conv & C_NOERROR))
                break;
            if (lseek(d->in, (off_t)d->ibs, SEEK_CUR) < 0)
                break;
            got = 0;
            if (!(d->conv & C_SYNC))
                continue;
        } else if (got == 0) {
            break;
        }
        size_t n = (size_t)got;
        blocks++;
        bytes += n;
        if (n == d->ibs)
            d->full_in++;
        else
            d->part_in++;
        if (n < d->ibs && (d->conv & C_SYNC)) {
            memset(d->ibuf + n, d->conv & (C_BLOCK | C_UNBLOCK) ? ' ' : 0, (size_t)d->ibs - n);
            n = (size_t)d->ibs;
        }
        bool as_it_is =
            d->one_size && !(d->conv & (C_BLOCK | C_UNBLOCK | C_SWAB | C_LCASE | C_UCASE));
        if (as_it_is)
            write_block(d, d->ibuf, n);
        else
            swab_convert(d, d->ibuf, n);
    }
    finish(d);
}

/* Pass over `n` bytes of the input. */
static void skip(dd *d, uint64_t n)
{
    struct stat st;
    const char *name = d->in_name ? d->in_name : "standard input";
    off_t at = lseek(d->in, 0, SEEK_CUR);
    if (at >= 0 && fstat(d->in, &st) == 0 && S_ISREG(st.st_mode)) {
        bool past = (uint64_t)(st.st_size > at ? st.st_size - at : 0) < n;
        (void)lseek(d->in, past ? st.st_size : at + (off_t)n, SEEK_SET);
        if (past && d->status < 2)
            prog_warn(0, "%s: cannot skip to specified offset", prog_quotef(name));
        return;
    }
    while (n > 0) {
        size_t want = n < d->ibs ? (size_t)n : (size_t)d->ibs;
        ssize_t got = prog_read(d->in, d->ibuf, want);
        if (got < 0)
            prog_die(errno, "error reading %s", prog_quoteaf(name));
        if (got == 0) {
            if (d->status < 2)
                prog_warn(0, "%s: cannot skip to specified offset", prog_quotef(name));
            return;
        }
        n -= (uint64_t)got;
    }
}

static void open_both(dd *d)
{
    if (d->in_name) {
        d->in = open(d->in_name, O_RDONLY);
        if (d->in < 0)
            prog_die(errno, "failed to open %s", prog_quoteaf(d->in_name));
    }
    uint64_t to = d->seek_bytes ? d->seek : d->seek * d->obs;
    if (!d->out_name) {
        if (to && lseek(d->out, (off_t)to, SEEK_CUR) < 0)
            prog_die(errno, "%s: cannot seek", prog_quoteaf("standard output"));
        return;
    }
    int mode = O_WRONLY | (d->conv & C_NOCREAT ? 0 : O_CREAT) | (d->conv & C_EXCL ? O_EXCL : 0) |
               (d->oflag & F_APPEND ? O_APPEND : 0) |
               (d->seek || (d->conv & C_NOTRUNC) ? 0 : O_TRUNC);
    d->out = open(d->out_name, mode, 0666);
    if (d->out < 0)
        prog_die(errno, "failed to open %s", prog_quoteaf(d->out_name));
    if (to) {
        if (!(d->conv & C_NOTRUNC) && ftruncate(d->out, (off_t)to) != 0)
            prog_die(errno, "failed to truncate to %llu bytes in output file %s",
                     (unsigned long long)to, prog_quoteaf(d->out_name));
        if (lseek(d->out, (off_t)to, SEEK_SET) < 0)
            prog_die(errno, "%s: cannot seek", prog_quoteaf(d->out_name));
    }
}

static void check(const dd *d)
{
    if ((d->conv & C_LCASE) && (d->conv & C_UCASE))
        prog_die(0, "cannot combine lcase and ucase");
    if ((d->conv & C_BLOCK) && (d->conv & C_UNBLOCK))
        prog_die(0, "cannot combine block and unblock");
    if ((d->conv & C_EXCL) && (d->conv & C_NOCREAT))
        prog_die(0, "cannot combine excl and nocreat");
}

int dd_program(int argc, char **argv)
{
    static dd d = {.ibs = 512, .obs = 512, .in = 0, .out = 1, .odd = -1};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = ""};
    while (prog_opt(&o) != -1)
        continue;
    for (int i = o.next; i < argc; i++)
        operand(&d, argv[i]);
    check(&d);
    d.count_bytes |= (d.iflag & F_COUNT_BYTES) != 0;
    d.skip_bytes |= (d.iflag & F_SKIP_BYTES) != 0;
    d.seek_bytes |= (d.oflag & F_SEEK_BYTES) != 0;
    if (d.cbs == 0)
        d.conv &= ~(unsigned)(C_BLOCK | C_UNBLOCK);
    (void)clock_gettime(CLOCK_MONOTONIC, &d.began);
    d.ibuf = prog_alloc((size_t)d.ibs);
    d.obuf = prog_alloc((size_t)d.obs);
    open_both(&d);
    uint64_t pass = d.skip_bytes ? d.skip : d.skip * d.ibs;
    if (pass)
        skip(&d, pass);
    copy(&d);
    if ((d.conv & C_FSYNC) && fsync(d.out) != 0 && errno != EINVAL)
        prog_warn(errno, "fsync failed for %s",
                  prog_quoteaf(d.out_name ? d.out_name : "standard output"));
    if (d.out_name && close(d.out) != 0) {
        prog_warn(errno, "closing output file %s", prog_quoteaf(d.out_name));
        d.result = 1;
    }
    end(&d, d.result);
}
