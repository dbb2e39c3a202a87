#include "codec/base64.h"

static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char for_urls[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void encode(bx_str s, const char *alphabet, bool pad, bx_buf *out)
{
    char *at;
    if (s.n > SIZE_MAX / 2 || bx_buf_reserve(out, bx_base64_len(s.n), &at) != BX_OK) {
        if (out->fail == BX_OK)
            out->fail = BX_ELIMIT;
        return;
    }
    const uint8_t *in = (const uint8_t *)s.p;
    size_t put = 0;
    for (size_t i = 0; i < s.n; i += 3) {
        size_t have = s.n - i < 3 ? s.n - i : 3;
        uint32_t bits = (uint32_t)in[i] << 16;
        if (have > 1)
            bits |= (uint32_t)in[i + 1] << 8;
        if (have > 2)
            bits |= in[i + 2];
        for (size_t k = 0; k < 4; k++) {
            if (k <= have)
                at[put++] = alphabet[bits >> (18 - 6 * k) & 63];
            else if (pad)
                at[put++] = '=';
        }
    }
    at[put] = '\0'; /* bx_buf_reserve keeps room for it */
    out->n += put;
}

void bx_base64_encode(bx_str s, bx_buf *out) { encode(s, standard, true, out); }
void bx_base64url_encode(bx_str s, bx_buf *out) { encode(s, for_urls, false, out); }

static int value_of(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* SIZE_MAX when `text` is canonical, else the index of the first wrong byte. */
static size_t find_flaw(bx_str text, size_t padding)
{
    for (size_t i = 0; i < text.n - padding; i++)
        if (value_of(text.p[i]) < 0)
            return i;
    if (text.n % 4)
        return text.n;
    /* One byte needs 2 of the last digit's bits, two bytes need 4: the rest must be zero. */
    unsigned unused = padding == 2 ? 15 : padding == 1 ? 3 : 0;
    size_t last = text.n - padding - 1;
    if (unused && ((unsigned)value_of(text.p[last]) & unused))
        return last;
    return SIZE_MAX;
}

bx_code bx_base64_decode(bx_str text, bx_buf *out, bx_error *err)
{
    size_t padding = 0;
    while (padding < 2 && padding < text.n && text.p[text.n - 1 - padding] == '=')
        padding++;
    size_t flaw = text.n ? find_flaw(text, padding) : SIZE_MAX;
    if (flaw != SIZE_MAX)
        return bx_fail(err, BX_EINVAL, "not base64 at byte %zu of %zu", flaw + 1, text.n);
    char *at;
    size_t n = text.n / 4 * 3 - padding;
    if (bx_buf_reserve(out, n, &at) != BX_OK)
        return bx_buf_check(out, err);
    uint32_t bits = 0;
    for (size_t i = 0, put = 0; i < text.n; i++) {
        bits = bits << 6 | (uint32_t)(text.p[i] == '=' ? 0 : value_of(text.p[i]));
        for (size_t k = 0; i % 4 == 3 && k < 3 && put < n; k++)
            at[put++] = (char)(bits >> (16 - 8 * k));
    }
    at[n] = '\0';
    out->n += n;
    return BX_OK;
}
