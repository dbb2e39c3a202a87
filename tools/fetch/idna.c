#include "fetch/idna.h"

#include "fetch/ascii.h"
#include "fetch/charset.h"

enum { MAX_LABEL = 63, BASE = 36, TMIN = 1, TMAX = 26, SKEW = 38, DAMP = 700 };

/* What UTS 46 maps a character to; 0: to nothing. */
static uint32_t mapped(uint32_t c)
{
    if (c < 0x80)
        return (uint32_t)(unsigned char)bx_lower((char)c);
    if (c == 0x3002 || c == 0xff0e || c == 0xff61)
        return '.';
    if (c == 0xad || c == 0x200b || c == 0x2060 || c == 0xfeff || (c >= 0xfe00 && c <= 0xfe0f))
        return 0;
    if (c >= 0xff01 && c <= 0xff5e)
        return mapped(c - 0xff01 + '!');
    bool pairs = (c >= 0x100 && c <= 0x137) || (c >= 0x14a && c <= 0x177) ||
                 (c >= 0x460 && c <= 0x481) || (c >= 0x48a && c <= 0x4bf) ||
                 (c >= 0x4d0 && c <= 0x52f) || (c >= 0x1e00 && c <= 0x1e95) ||
                 (c >= 0x1ea0 && c <= 0x1eff);
    bool odd_first = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e);
    if (c == 0x130) /* I with a dot; two characters in UTS 46, one in every name in use */
        return 'i';
    if (c == 0x178)
        return 0xff;
    if (pairs && (c & 1) == 0)
        return c + 1;
    if (odd_first && (c & 1) == 1)
        return c + 1;
    if ((c >= 0xc0 && c <= 0xde && c != 0xd7) || (c >= 0x391 && c <= 0x3ab) ||
        (c >= 0x410 && c <= 0x42f))
        return c + 32;
    if (c >= 0x400 && c <= 0x40f)
        return c + 80;
    if (c >= 0x531 && c <= 0x556)
        return c + 48;
    return c;
}

/* URL standard, "forbidden domain code point", the other way round. */
static bool may_stand(char c)
{
    return bx_is_alnum(c) || (c > ' ' && c < 0x7f && !memchr("#/:<>?@[\\]^|%\"`{}", c, 18));
}

static uint32_t next_char(bx_str *s)
{
    const unsigned char *p = (const unsigned char *)s->p;
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    uint32_t c = n == 1 ? p[0] : p[0] & (0x7fu >> n);
    for (size_t i = 1; i < n; i++)
        c = c << 6 | (p[i] & 63);
    *s = bx_str_from(*s, n);
    return c;
}

static uint32_t adapt(uint32_t delta, uint32_t count, bool first)
{
    delta = first ? delta / DAMP : delta / 2;
    delta += delta / count;
    uint32_t k = 0;
    for (; delta > ((BASE - TMIN) * TMAX) / 2; k += BASE)
        delta /= BASE - TMIN;
    return k + (BASE - TMIN + 1) * delta / (delta + SKEW);
}

static void add_digits(uint32_t q, uint32_t bias, bx_buf *ret)
{
    for (uint32_t k = BASE;; k += BASE) {
        uint32_t t = k <= bias ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
        uint32_t digit = q < t ? q : t + (q - t) % (BASE - t);
        (void)bx_buf_add_c(ret, (char)(digit < 26 ? 'a' + digit : '0' + digit - 26));
        if (q < t)
            return;
        q = (q - t) / (BASE - t);
    }
}

/* RFC 3492 section 6.3; a label is short, so nothing overflows. */
static void punycode(const uint32_t *c, size_t n, bx_buf *ret)
{
    uint32_t code = 128, delta = 0, bias = 72, done = 0;
    for (size_t i = 0; i < n; i++)
        if (c[i] < 0x80) {
            (void)bx_buf_add_c(ret, (char)c[i]);
            done++;
        }
    uint32_t basic = done;
    if (basic)
        (void)bx_buf_add_c(ret, '-');
    while (done < n) {
        uint32_t least = UINT32_MAX;
        for (size_t i = 0; i < n; i++)
            least = c[i] >= code && c[i] < least ? c[i] : least;
        delta += (least - code) * (done + 1);
        code = least;
        for (size_t i = 0; i < n; i++) {
            delta += c[i] < code;
            if (c[i] != code)
                continue;
            add_digits(delta, bias, ret);
            bias = adapt(delta, done + 1, done == basic);
            delta = 0;
            done++;
        }
        delta++;
        code++;
    }
}

static bool add_label(const uint32_t *c, size_t n, bool ascii, bx_buf *ret)
{
    size_t from = ret->n;
    if (!ascii)
        (void)bx_buf_add_z(ret, "xn--");
    if (ascii)
        for (size_t i = 0; i < n; i++)
            (void)bx_buf_add_c(ret, (char)c[i]);
    else
        punycode(c, n, ret);
    return ret->n - from <= MAX_LABEL;
}

/* Whether the last label is a number, so that the whole is read as an IPv4 address (WHATWG URL,
 * "ends in a number"). */
static bool ends_in_a_number(bx_str host)
{
    size_t end = host.n, at;
    while (end > 0 && host.p[end - 1] == '.')
        end--;
    for (at = end; at > 0 && host.p[at - 1] != '.';)
        at--;
    bool digits = end > at, hex = end > at + 1 && host.p[at] == '0' && (host.p[at + 1] | 32) == 'x';
    for (size_t i = at; i < end; i++)
        digits = digits && host.p[i] >= '0' && host.p[i] <= '9';
    return digits || hex;
}

bool wf_idna_add_host(bx_str host, bx_buf *ret)
{
    bx_str given = host;
    uint32_t label[MAX_LABEL];
    size_t n = 0;
    BX_AUTO_BUF out = bx_buf_init(4096);
    bool ascii = true;
    if (!wf_is_utf8(host, false))
        return false;
    for (bool last = false; !last;) {
        last = host.n == 0;
        uint32_t c = last ? '.' : mapped(next_char(&host));
        if (c == '.') {
            if (!add_label(label, n, ascii, &out))
                return false;
            if (!last)
                (void)bx_buf_add_c(&out, '.');
            n = 0;
            ascii = true;
        } else if (c != 0) {
            if (n == MAX_LABEL || (c < 0x80 && !may_stand((char)c)))
                return false;
            label[n++] = c;
            ascii = ascii && c < 0x80;
        }
    }
    /* What is drawn to look like an address is a trick, not a name. */
    bool foreign = false;
    for (size_t i = 0; i < given.n; i++)
        foreign = foreign || (unsigned char)given.p[i] >= 0x80;
    if (foreign && ends_in_a_number(bx_buf_str(&out)))
        return false;
    return bx_buf_add_str(ret, bx_buf_str(&out)) == BX_OK;
}
