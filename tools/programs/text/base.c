/* text/base.c - base64, base32, basenc (RFC 4648; GNU). */
#include "programs/text/text.h"

const char text_base64_help[] = "Usage: base64 [OPTION]... [FILE]\n"
                                "Encode FILE or standard input in base 64.\n"
                                "\n"
                                "  -d, --decode          decode\n"
                                "  -i, --ignore-garbage  pass over what is no digit\n"
                                "  -w, --wrap=N          lines of N digits (76); 0: one line\n"
                                "\n"
                                "Examples:\n"
                                "  $ printf hello | base64\n"
                                "  aGVsbG8=\n"
                                "  $ echo aGVsbG8= | base64 -d; echo\n"
                                "  hello\n";
const char text_base32_help[] = "Usage: base32 [OPTION]... [FILE]\n"
                                "Encode FILE or standard input in base 32.\n"
                                "\n"
                                "  -d, --decode          decode\n"
                                "  -i, --ignore-garbage  pass over what is no digit\n"
                                "  -w, --wrap=N          lines of N digits (76); 0: one line\n"
                                "\n"
                                "Examples:\n"
                                "  $ printf hello | base32\n"
                                "  NBSWY3DP\n";
const char text_basenc_help[] = "Usage: basenc ENCODING [OPTION]... [FILE]\n"
                                "Encode FILE or standard input.\n"
                                "\n"
                                "      --base64, --base64url, --base32, --base32hex, --base16\n"
                                "  -d, --decode          decode\n"
                                "  -i, --ignore-garbage  pass over what is no digit\n"
                                "  -w, --wrap=N          lines of N digits (76); 0: one line\n"
                                "\n"
                                "Examples:\n"
                                "  $ printf hello | basenc --base16\n"
                                "  68656C6C6F\n";

typedef struct encoding {
    const char *digits;
    unsigned bits;    /* of a digit */
    unsigned in, out; /* bytes and digits of a group */
} encoding;

static const encoding base64 = {"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
                                6, 3, 4};
static const encoding base64url = {
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_", 6, 3, 4};
static const encoding base32 = {"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5, 5, 8};
static const encoding base32hex = {"0123456789ABCDEFGHIJKLMNOPQRSTUV", 5, 5, 8};
static const encoding base16 = {"0123456789ABCDEF", 4, 1, 2};

typedef struct base_options {
    const encoding *e;
    bool decode, garbage;
    uint64_t wrap;
} base_options;

/* ---- encoding ----------------------------------------------------------------------------------
 */

typedef struct wrapped {
    uint64_t wrap, column;
} wrapped;

static void put_wrapped(wrapped *w, const char *p, size_t n)
{
    if (w->wrap == 0) {
        prog_write(&prog_out, p, n);
        return;
    }
    while (n > 0) {
        if (w->column == w->wrap) {
            prog_putc(&prog_out, '\n');
            w->column = 0;
        }
        size_t part = n < w->wrap - w->column ? n : (size_t)(w->wrap - w->column);
        prog_write(&prog_out, p, part);
        w->column += part;
        p += part;
        n -= part;
    }
}

static void encode_group(const encoding *e, const uint8_t *p, size_t n, char *out)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < e->in; i++)
        bits = bits << 8 | (i < n ? p[i] : 0);
    size_t used = (n * 8 + e->bits - 1) / e->bits;
    for (size_t i = 0; i < e->out; i++) {
        unsigned shift = (unsigned)(e->out - 1 - i) * e->bits;
        out[i] = i < used ? e->digits[bits >> shift & ((1u << e->bits) - 1)] : '=';
    }
}

static void encode(prog_reader *r, const base_options *o)
{
    const encoding *e = o->e;
    wrapped w = {.wrap = o->wrap};
    char out[4096 + 8];
    size_t n_out = 0;
    for (;;) {
        const uint8_t *p = r->p + r->at;
        size_t have = r->end - r->at;
        if (have < e->in) {
            if (prog_more(r))
                continue;
            p = r->p ? r->p + r->at : NULL;
            if (have > 0) {
                encode_group(e, p, have, out + n_out);
                n_out += e->out;
            }
            put_wrapped(&w, out, n_out);
            break;
        }
        if (e->in == 3)
            for (; have >= 3 && n_out < 4096; have -= 3, p += 3, n_out += 4) {
                unsigned bits = (unsigned)p[0] << 16 | (unsigned)p[1] << 8 | p[2];
                out[n_out] = e->digits[bits >> 18];
                out[n_out + 1] = e->digits[bits >> 12 & 63];
                out[n_out + 2] = e->digits[bits >> 6 & 63];
                out[n_out + 3] = e->digits[bits & 63];
            }
        for (; have >= e->in && e->in != 3; have -= e->in, p += e->in) {
            encode_group(e, p, e->in, out + n_out);
            n_out += e->out;
            if (n_out >= 4096) {
                put_wrapped(&w, out, n_out);
                n_out = 0;
            }
        }
        if (n_out >= 4096) {
            put_wrapped(&w, out, n_out);
            n_out = 0;
        }
        r->at = r->end - have;
        if (prog_out.error)
            return;
    }
    if (w.column > 0 && o->wrap)
        prog_putc(&prog_out, '\n');
}

/* ---- decoding ----------------------------------------------------------------------------------
 */

/* A group of e->out digits, `n` of them there: bytes to out; false: it is not right. */
static bool decode_group(const encoding *e, const int8_t *values, const uint8_t *group, size_t n,
                         uint8_t *out, size_t *n_out)
{
    uint64_t bits = 0;
    size_t digits = 0;
    bool fine = n == e->out;
    for (; digits < n && group[digits] != '='; digits++) {
        if (values[group[digits]] < 0) {
            fine = false;
            break;
        }
        bits = bits << e->bits | (uint64_t)values[group[digits]];
    }
    for (size_t i = digits; i < n && fine; i++)
        fine = group[i] == '=';
    size_t bytes = digits * e->bits / 8;
    /* so many digits as bytes need; bits left over are not looked at */
    if (digits > 0 && (bytes * 8 + e->bits - 1) / e->bits != digits)
        fine = false;
    if (digits == 0)
        fine = false;
    unsigned left = (unsigned)(digits * e->bits - bytes * 8);
    bits >>= left;
    for (size_t i = 0; i < bytes; i++)
        out[i] = (uint8_t)(bits >> (8 * (bytes - 1 - i)));
    *n_out = bytes;
    return fine;
}

static bool decode(prog_reader *r, const base_options *o)
{
    const encoding *e = o->e;
    int8_t values[256];
    memset(values, -1, sizeof values);
    for (int i = 0; e->digits[i]; i++)
        values[(uint8_t)e->digits[i]] = (int8_t)i;
    uint8_t group[8], out[8];
    size_t n = 0, n_out;
    bx_str block;
    while (!prog_out.error && prog_block(r, &block))
        for (size_t i = 0; i < block.n; i++) {
            uint8_t c = (uint8_t)block.p[i];
            if (c == '\n' || (o->garbage && values[c] < 0 && c != '='))
                continue;
            group[n++] = c;
            if (n < e->out)
                continue;
            bool fine = decode_group(e, values, group, n, out, &n_out);
            prog_write(&prog_out, out, n_out);
            if (!fine)
                return false;
            n = 0;
        }
    if (n == 0)
        return true;
    if (e->out == 8)
        return false;
    (void)decode_group(e, values, group, n, out, &n_out);
    prog_write(&prog_out, out, n_out);
    return false;
}

enum { BASE64 = 256, BASE64URL, BASE32, BASE32HEX, BASE16 };

static int base_run(const encoding *e, int argc, char **argv)
{
    static const prog_long longs[] = {{"decode", PROG_NO_ARG, 'd'},
                                      {"wrap", PROG_ARG, 'w'},
                                      {"ignore-garbage", PROG_NO_ARG, 'i'},
                                      {"base64", PROG_NO_ARG, BASE64},
                                      {"base64url", PROG_NO_ARG, BASE64URL},
                                      {"base32", PROG_NO_ARG, BASE32},
                                      {"base32hex", PROG_NO_ARG, BASE32HEX},
                                      {"base16", PROG_NO_ARG, BASE16},
                                      {0}};
    static const encoding *const all[] = {&base64, &base64url, &base32, &base32hex, &base16};
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "diw:", .longs = longs};
    base_options b = {.e = e, .wrap = 76};
    for (int c; (c = prog_opt(&o)) != -1;) {
        b.decode |= c == 'd';
        b.garbage |= c == 'i';
        if (c == 'w')
            b.wrap = prog_uint_or_die(o.arg, "", 0, UINT64_MAX, "invalid wrap size");
        if (c >= BASE64)
            b.e = all[c - BASE64];
    }
    if (!b.e)
        prog_usage("missing encoding type");
    if (argc - o.next > 1)
        prog_usage("extra operand %s", prog_quote(argv[o.next + 1]));
    prog_reader r;
    if (!prog_open(&r, o.next < argc ? argv[o.next] : "-"))
        return 1;
    bool fine = true;
    if (b.decode)
        fine = decode(&r, &b);
    else
        encode(&r, &b);
    if (r.error) {
        prog_warn(r.error, "read error");
        return 1;
    }
    if (!fine)
        prog_warn(0, "invalid input");
    (void)prog_close(&r);
    return !fine;
}

int text_base64(int argc, char **argv) { return base_run(&base64, argc, argv); }
int text_base32(int argc, char **argv) { return base_run(&base32, argc, argv); }
int text_basenc(int argc, char **argv) { return base_run(NULL, argc, argv); }
