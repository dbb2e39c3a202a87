/* text/sums.c - md5sum, sha*sum, b2sum, cksum, sum (POSIX cksum; GNU). */
#include "lib/digest.h"
#include "programs/text/text.h"

#define SUM_HELP_LONG(name, what) \
    "Usage: " name " [OPTION]... [FILE]...\n" \
    "Print or check the " what " of FILEs.\n" \
    "\n" \
    "  -b, --binary          ignored, but for the * before the name\n" \
    "  -c, --check           FILEs hold sums and names: compare\n" \
    "      --tag             print in the form of BSD\n" \
    "  -t, --text            ignored\n" \
    "  -z, --zero            a NUL at the end, names as they are\n" \
    "With --check:\n" \
    "      --ignore-missing  pass over files that are not there\n" \
    "      --quiet           do not print OK\n" \
    "      --status          print nothing\n" \
    "      --strict          lines that are none are an error\n" \
    "  -w, --warn            tell about lines that are none\n" \
    "\n" \
    "Examples:\n" \
    "  $ echo a > f; " name " f > sums; " name " -c sums\n" \
    "  f: OK\n"

#define SUM_HELP(name, what, empty) \
    SUM_HELP_LONG(name, what) \
    "  $ printf '' | " name "\n" \
    "  " empty "  -\n"

const char text_md5sum_help[] = SUM_HELP("md5sum", "MD5 sums", "d41d8cd98f00b204e9800998ecf8427e");
const char text_sha1sum_help[] =
    SUM_HELP("sha1sum", "SHA-1 sums", "da39a3ee5e6b4b0d3255bfef95601890afd80709");
const char text_sha224sum_help[] = SUM_HELP(
    "sha224sum", "SHA-224 sums", "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f");
const char text_sha256sum_help[] =
    SUM_HELP("sha256sum", "SHA-256 sums",
             "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
const char text_sha384sum_help[] = SUM_HELP_LONG("sha384sum", "SHA-384 sums");
const char text_sha512sum_help[] = SUM_HELP_LONG("sha512sum", "SHA-512 sums");
const char text_b2sum_help[] =
    "Usage: b2sum [OPTION]... [FILE]...\n"
    "Print or check the BLAKE2b sums of FILEs.\n"
    "\n"
    "  -l, --length=BITS     a multiple of 8, at most 512\n"
    "  -b, -c, -t, -w, -z, --tag, --ignore-missing, --quiet, --status, --strict: as of md5sum\n"
    "\n"
    "Examples:\n"
    "  $ printf '' | b2sum -l 128\n"
    "  cae66941d9efbd404e4d88758ea67670  -\n";
const char text_cksum_help[] =
    "Usage: cksum [OPTION]... [FILE]...\n"
    "Print or check sums of FILEs: CRC, bytes and name.\n"
    "\n"
    "  -a, --algorithm=NAME  sysv, bsd, crc, md5, sha1, sha224, sha256, sha384, sha512, blake2b\n"
    "  -l, --length=BITS     of blake2b\n"
    "      --untagged        sum and name only\n"
    "  -c, -w, -z, --tag, --ignore-missing, --quiet, --status, --strict: as of md5sum\n"
    "\n"
    "Examples:\n"
    "  $ printf hello | cksum\n"
    "  3287646509 5\n"
    "  $ printf hello > f; cksum -a md5 f\n"
    "  MD5 (f) = 5d41402abc4b2a76b9719d911017c592\n";
const char text_sum_help[] = "Usage: sum [OPTION]... [FILE]...\n"
                             "Print a sum and the number of blocks of each FILE.\n"
                             "\n"
                             "  -r          BSD's sum, blocks of 1 KiB (default)\n"
                             "  -s, --sysv  System V's sum, blocks of 512 bytes\n"
                             "\n"
                             "Examples:\n"
                             "  $ printf hello | sum\n"
                             "  08403     1\n";

typedef struct sums {
    digest_kind kind;
    bool has_kind;
    size_t length; /* of BLAKE2b, 0: 64 */
    bool cksum, binary, check, tag, zero;
    bool ignore_missing, quiet, status, strict, warn;
} sums;

static const struct {
    const char *name, *tag;
    digest_kind kind;
} kinds[] = {{"md5", "MD5", DIGEST_MD5},
             {"sha1", "SHA1", DIGEST_SHA1},
             {"sha224", "SHA224", DIGEST_SHA224},
             {"sha256", "SHA256", DIGEST_SHA256},
             {"sha384", "SHA384", DIGEST_SHA384},
             {"sha512", "SHA512", DIGEST_SHA512},
             {"blake2b", "BLAKE2b", DIGEST_BLAKE2B},
             {"crc", "", DIGEST_CRC},
             {"bsd", "", DIGEST_BSD},
             {"sysv", "", DIGEST_SYSV}};

typedef struct result {
    uint8_t bytes[DIGEST_MAX];
    size_t length;
    uint64_t size;
} result;

/* 0 or the errno; nothing is told. */
static int sum_file(const char *name, digest_kind kind, size_t length, result *ret)
{
    prog_reader r;
    int error = prog_try_open(&r, name);
    if (error)
        return error;
    digest d;
    digest_begin(&d, kind, length);
    bx_str block;
    while (prog_block(&r, &block)) {
        digest_add(&d, block.p, block.n);
        ret->size += block.n;
    }
    error = r.error;
    r.error = 0;
    (void)prog_close(&r);
    digest_end(&d, ret->bytes);
    ret->length = d.length;
    return error;
}

static void put_name(const char *name, bool escaped)
{
    for (; *name; name++) {
        if (escaped && (*name == '\\' || *name == '\n' || *name == '\r')) {
            prog_putc(&prog_out, '\\');
            prog_putc(&prog_out, *name == '\n' ? 'n' : *name == '\r' ? 'r' : '\\');
        } else {
            prog_putc(&prog_out, *name);
        }
    }
}

static void put_hex(const result *r)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < r->length; i++) {
        prog_putc(&prog_out, digits[r->bytes[i] >> 4]);
        prog_putc(&prog_out, digits[r->bytes[i] & 15]);
    }
}

static void put_sum(const sums *s, const char *name, const result *r, bool named)
{
    if (s->kind >= DIGEST_CRC) {
        uint32_t x;
        memcpy(&x, r->bytes, 4);
        x = __builtin_bswap32(x);
        if (s->kind == DIGEST_CRC)
            prog_printf(&prog_out, "%u %llu", x, (unsigned long long)r->size);
        else if (s->kind == DIGEST_BSD)
            prog_printf(&prog_out, "%05u %5llu", x, (unsigned long long)(r->size + 1023) / 1024);
        else
            prog_printf(&prog_out, "%u %llu", x, (unsigned long long)(r->size + 511) / 512);
        if (named) {
            prog_putc(&prog_out, ' ');
            prog_puts(&prog_out, name);
        }
        prog_putc(&prog_out, s->zero ? '\0' : '\n');
        return;
    }
    bool escaped = !s->zero && strpbrk(name, "\\\n\r");
    if (escaped)
        prog_putc(&prog_out, '\\');
    if (s->tag) {
        prog_puts(&prog_out, kinds[s->kind].tag);
        if (s->kind == DIGEST_BLAKE2B && r->length < 64)
            prog_printf(&prog_out, "-%u", (unsigned)r->length * 8);
        prog_puts(&prog_out, " (");
        put_name(name, escaped);
        prog_puts(&prog_out, ") = ");
        put_hex(r);
    } else {
        put_hex(r);
        prog_putc(&prog_out, ' ');
        prog_putc(&prog_out, s->binary ? '*' : ' ');
        put_name(name, escaped);
    }
    prog_putc(&prog_out, s->zero ? '\0' : '\n');
}

/* ---- checking
 * ------------------------------------------------------------------------------------ */

typedef struct entry {
    digest_kind kind;
    size_t length;
    uint8_t bytes[DIGEST_MAX];
    char *name;
} entry;

static int hex_digit(char c)
{
    return prog_is_digit(c)       ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static size_t read_hex(bx_str s, uint8_t out[DIGEST_MAX])
{
    size_t n = 0;
    while (n < DIGEST_MAX && s.n >= 2 * n + 2 && hex_digit(s.p[2 * n]) >= 0 &&
           hex_digit(s.p[2 * n + 1]) >= 0) {
        out[n] = (uint8_t)(hex_digit(s.p[2 * n]) << 4 | hex_digit(s.p[2 * n + 1]));
        n++;
    }
    return n;
}

static bool unescape(char *name)
{
    char *to = name;
    for (const char *p = name; *p; p++) {
        if (*p != '\\') {
            *to++ = *p;
            continue;
        }
        p++;
        if (*p != 'n' && *p != '\\' && *p != 'r')
            return false;
        *to++ = *p == 'n' ? '\n' : *p == 'r' ? '\r' : '\\';
    }
    *to = '\0';
    return true;
}

static size_t natural_length(digest_kind kind)
{
    digest d;
    digest_begin(&d, kind, 0);
    return d.length;
}

/* "MD5 (name) = hex" */
static bool parse_tagged(const sums *s, bx_str line, entry *e)
{
    for (size_t i = 0; i <= DIGEST_BLAKE2B; i++) {
        size_t n = strlen(kinds[i].tag);
        if (line.n <= n || memcmp(line.p, kinds[i].tag, n) != 0)
            continue;
        if (s->has_kind ? kinds[i].kind != s->kind : false)
            continue;
        bx_str rest = bx_str_from(line, n);
        e->kind = kinds[i].kind;
        e->length = natural_length(e->kind);
        if (e->kind == DIGEST_BLAKE2B && rest.n && rest.p[0] == '-') {
            size_t bits = 0, k = 1;
            for (; k < rest.n && k < 5 && prog_is_digit(rest.p[k]); k++)
                bits = bits * 10 + (size_t)(rest.p[k] - '0');
            if (bits == 0 || bits % 8 || bits > 512)
                return false;
            e->length = bits / 8;
            rest = bx_str_from(rest, k);
        }
        if (rest.n && rest.p[0] == ' ')
            rest = bx_str_from(rest, 1);
        if (!rest.n || rest.p[0] != '(')
            continue;
        size_t end = rest.n;
        while (end > 0 && rest.p[end - 1] != ')')
            end--;
        if (end < 2)
            return false;
        bx_str hex = bx_str_from(rest, end);
        while (hex.n && prog_is_blank(hex.p[0]))
            hex = bx_str_from(hex, 1);
        if (!hex.n || hex.p[0] != '=')
            return false;
        hex = bx_str_from(hex, 1);
        while (hex.n && prog_is_blank(hex.p[0]))
            hex = bx_str_from(hex, 1);
        if (read_hex(hex, e->bytes) != e->length || hex.n != 2 * e->length)
            return false;
        e->name = prog_strndup(rest.p + 1, end - 2);
        return true;
    }
    return false;
}

static bool parse_line(const sums *s, bx_str line, entry *e)
{
    while (line.n && prog_is_blank(line.p[0]))
        line = bx_str_from(line, 1);
    bool escaped = line.n && line.p[0] == '\\';
    if (escaped)
        line = bx_str_from(line, 1);
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    *e = (entry){0};
    if (!parse_tagged(s, line, e)) {
        if (s->cksum && !s->has_kind)
            return false;
        e->kind = s->kind;
        size_t n = read_hex(line, e->bytes);
        size_t want =
            s->kind == DIGEST_BLAKE2B ? (s->length ? s->length : n) : natural_length(s->kind);
        if (n == 0 || n != want || line.n < 2 * n + 2 || line.p[2 * n] != ' ')
            return false;
        e->length = n;
        size_t at = 2 * n + 1;
        if (line.p[at] == ' ' || line.p[at] == '*')
            at++;
        if (at >= line.n)
            return false;
        e->name = prog_strndup(line.p + at, line.n - at);
    }
    if (escaped && !unescape(e->name)) {
        free(e->name);
        return false;
    }
    return true;
}

typedef struct tally {
    uint64_t bad_lines, good_lines, failed, unreadable, matched;
} tally;

static void check_entry(const sums *s, const entry *e, tally *t)
{
    result r = {0};
    int error = sum_file(e->name, e->kind, e->length, &r);
    bool odd = strchr(e->name, '\n');
    if (error && s->ignore_missing && error == ENOENT)
        return;
    if (error) {
        prog_warn_file(error, e->name);
        t->unreadable++;
        if (!s->status) {
            put_name(e->name, odd);
            prog_puts(&prog_out, ": FAILED open or read\n");
        }
        return;
    }
    bool same = memcmp(r.bytes, e->bytes, e->length) == 0;
    t->failed += !same;
    t->matched += same;
    if (s->status || (same && s->quiet))
        return;
    if (odd)
        prog_putc(&prog_out, '\\');
    put_name(e->name, odd);
    prog_puts(&prog_out, same ? ": OK\n" : ": FAILED\n");
}

static const char *plural(uint64_t n, const char *one, const char *many)
{
    return n == 1 ? one : many;
}

static bool tell_tally(const sums *s, const tally *t, const char *shown)
{
    if (t->good_lines == 0) {
        prog_warn(0, "%s: no properly formatted checksum lines found", shown);
        return false;
    }
    if (!s->status) {
        if (t->bad_lines)
            prog_warn(0, "WARNING: %llu %s", (unsigned long long)t->bad_lines,
                      plural(t->bad_lines, "line is improperly formatted",
                             "lines are improperly formatted"));
        if (t->unreadable)
            prog_warn(0, "WARNING: %llu %s", (unsigned long long)t->unreadable,
                      plural(t->unreadable, "listed file could not be read",
                             "listed files could not be read"));
        if (t->failed)
            prog_warn(0, "WARNING: %llu computed %s did NOT match", (unsigned long long)t->failed,
                      plural(t->failed, "checksum", "checksums"));
        if (s->ignore_missing && t->matched + t->failed + t->unreadable == 0)
            prog_warn(0, "%s: no file was verified", shown);
    }
    return (t->matched || !s->ignore_missing || t->failed) && !t->failed && !t->unreadable &&
           !(s->strict && t->bad_lines);
}

static bool check_file(const sums *s, const char *name)
{
    prog_reader r;
    if (!prog_open(&r, name))
        return false;
    const char *shown = strcmp(name, "-") == 0 ? "'standard input'" : prog_quotef(name);
    char *kept = prog_strndup(shown, strlen(shown));
    tally t = {0};
    bx_str line;
    for (uint64_t number = 1; prog_line(&r, '\n', &line, NULL); number++) {
        if (line.n && line.p[0] == '#')
            continue;
        entry e;
        if (!parse_line(s, line, &e)) {
            t.bad_lines++;
            if (s->warn)
                prog_warn(0, "%s: %llu: improperly formatted %s checksum line", kept,
                          (unsigned long long)number, kinds[s->kind].tag);
            continue;
        }
        t.good_lines++;
        check_entry(s, &e, &t);
        free(e.name);
    }
    bool fine = prog_close(&r);
    fine &= tell_tally(s, &t, kept);
    free(kept);
    return fine;
}

/* ---- options
 * --------------------------------------------------------------------------------------- */

enum { TAG = 256, IGNORE_MISSING, QUIET, STATUS, STRICT, UNTAGGED };

static void set_kind(sums *s, const char *name)
{
    for (size_t i = 0; i < BX_COUNT(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0) {
            s->kind = kinds[i].kind;
            s->has_kind = true;
            return;
        }
    prog_warn(0, "invalid argument %s for '--algorithm'", prog_quote(name));
    prog_usage(NULL);
}

static void take_option(sums *s, int c, const char *arg)
{
    switch (c) {
    case 'a':
        set_kind(s, arg);
        break;
    case 'l': {
        uint64_t bits = prog_uint_or_die(arg, "", 0, 1 << 20, "invalid length");
        if (bits % 8) {
            prog_warn(0, "invalid length: %s", prog_quote(arg));
            prog_die(0, "length is not a multiple of 8");
        }
        if (bits > 512) {
            prog_warn(0, "invalid length: %s", prog_quote(arg));
            prog_die(0, "maximum digest length for 'BLAKE2b' is 512 bits");
        }
        s->length = (size_t)bits / 8;
        break;
    }
    case 'b':
        s->binary = true;
        break;
    case 't':
        s->binary = false;
        break;
    case 'c':
        s->check = true;
        break;
    case 'w':
        s->warn = true;
        s->quiet = s->status = false;
        break;
    case 'z':
        s->zero = true;
        break;
    case TAG:
        s->tag = true;
        break;
    case UNTAGGED:
        s->tag = false;
        break;
    case IGNORE_MISSING:
        s->ignore_missing = true;
        break;
    case QUIET:
        s->quiet = true;
        s->status = s->warn = false;
        break;
    case STATUS:
        s->status = true;
        s->quiet = s->warn = false;
        break;
    default:
        s->strict = true;
        break;
    }
}

static void check_options(const sums *s)
{
    if (s->tag && s->check && !s->cksum)
        prog_usage("the --tag option is meaningless when verifying checksums");
    if (s->zero && s->check)
        prog_usage("the --zero option is not supported when verifying checksums");
    if (s->ignore_missing && !s->check)
        prog_usage("the --ignore-missing option is meaningful only when verifying checksums");
    if (s->status && !s->check)
        prog_usage("the --status option is meaningful only when verifying checksums");
    if (s->warn && !s->check)
        prog_usage("the --warn option is meaningful only when verifying checksums");
    if (s->quiet && !s->check)
        prog_usage("the --quiet option is meaningful only when verifying checksums");
    if (s->strict && !s->check)
        prog_usage("the --strict option is meaningful only when verifying checksums");
    if (s->check && s->has_kind && s->kind >= DIGEST_CRC)
        prog_die(0, "--check is not supported with --algorithm={bsd,sysv,crc}");
}

static int run(sums *s, int argc, char **argv, const char *shorts)
{
    static const prog_long longs[] = {{"algorithm", PROG_ARG, 'a'},
                                      {"binary", PROG_NO_ARG, 'b'},
                                      {"check", PROG_NO_ARG, 'c'},
                                      {"length", PROG_ARG, 'l'},
                                      {"tag", PROG_NO_ARG, TAG},
                                      {"untagged", PROG_NO_ARG, UNTAGGED},
                                      {"text", PROG_NO_ARG, 't'},
                                      {"zero", PROG_NO_ARG, 'z'},
                                      {"ignore-missing", PROG_NO_ARG, IGNORE_MISSING},
                                      {"quiet", PROG_NO_ARG, QUIET},
                                      {"status", PROG_NO_ARG, STATUS},
                                      {"strict", PROG_NO_ARG, STRICT},
                                      {"warn", PROG_NO_ARG, 'w'},
                                      {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = shorts, .longs = longs};
    for (int c; (c = prog_opt(&o)) != -1;)
        take_option(s, c, o.arg);
    check_options(s);
    static char dash[] = "-", *only[] = {dash};
    char **names = o.next < argc ? argv + o.next : only;
    int n = o.next < argc ? argc - o.next : 1, status = 0;
    for (int i = 0; i < n; i++) {
        if (s->check) {
            status |= !check_file(s, names[i]);
            continue;
        }
        result r = {0};
        int error = sum_file(names[i], s->kind, s->length, &r);
        if (error) {
            prog_warn_file(error, names[i]);
            status = 1;
            continue;
        }
        put_sum(s, names[i], &r, o.next < argc);
    }
    return status;
}

#define SUM_PROGRAM(function, digest_) \
    int text_##function(int argc, char **argv) \
    { \
        sums s = {.kind = digest_, .has_kind = true}; \
        return run(&s, argc, argv, digest_ == DIGEST_BLAKE2B ? "bctwzl:" : "bctwz"); \
    }
SUM_PROGRAM(md5sum, DIGEST_MD5)
SUM_PROGRAM(sha1sum, DIGEST_SHA1)
SUM_PROGRAM(sha224sum, DIGEST_SHA224)
SUM_PROGRAM(sha256sum, DIGEST_SHA256)
SUM_PROGRAM(sha384sum, DIGEST_SHA384)
SUM_PROGRAM(sha512sum, DIGEST_SHA512)
SUM_PROGRAM(b2sum, DIGEST_BLAKE2B)

int text_cksum(int argc, char **argv)
{
    sums s = {.kind = DIGEST_CRC, .cksum = true, .tag = true};
    return run(&s, argc, argv, "a:l:cwz");
}

int text_sum(int argc, char **argv)
{
    static const prog_long longs[] = {{"sysv", PROG_NO_ARG, 's'}, {0}};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "rs", .longs = longs};
    sums s = {.kind = DIGEST_BSD};
    for (int c; (c = prog_opt(&o)) != -1;)
        s.kind = c == 's' ? DIGEST_SYSV : DIGEST_BSD;
    static char dash[] = "-", *only[] = {dash};
    char **names = o.next < argc ? argv + o.next : only;
    int n = o.next < argc ? argc - o.next : 1, status = 0;
    for (int i = 0; i < n; i++) {
        result r = {0};
        int error = sum_file(names[i], s.kind, 0, &r);
        if (error) {
            prog_warn_file(error, names[i]);
            status = 1;
            continue;
        }
        bool named = o.next < argc && (s.kind == DIGEST_SYSV || n > 1 || argc - o.next > 0);
        put_sum(&s, names[i], &r, named);
    }
    return status;
}
