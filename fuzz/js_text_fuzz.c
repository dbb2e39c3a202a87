/* Text of JavaScript: what is repaired is valid and stays as it is, codes come back as they were,
 * and what is found is what a search place by place finds.  The first byte is the length of the
 * needle. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "js/text_codec.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_utf8(const uint8_t *p, size_t n)
{
    size_t valid = js_utf8_valid(p, n), size = js_utf8_repair(p, n, NULL);
    BX_ASSERT(valid <= n && size <= 3 * n);
    uint8_t *fixed = malloc(size + 1), *latin = malloc(2 * n + 1);
    BX_ASSERT(fixed && latin);
    BX_ASSERT(js_utf8_repair(p, n, fixed) == size && js_utf8_valid(fixed, size) == size);
    BX_ASSERT(valid < n || (size == n && (n == 0 || memcmp(fixed, p, n) == 0)));
    size_t rest = js_utf8_unfinished(p, n);
    BX_ASSERT(rest <= 3 && rest <= n);
    bool ok = true;
    BX_ASSERT(rest == 0 || js_utf8_step(p + n - rest, rest, &ok) == rest);
    BX_ASSERT(rest == 0 || !ok);
    size_t wide = js_latin1_to_utf8(p, n, NULL);
    BX_ASSERT(js_latin1_to_utf8(p, n, latin) == wide && js_utf8_valid(latin, wide) == wide);
    BX_ASSERT(js_is_ascii(p, n) == (wide == n));
    memcpy(fixed, p, n < size ? n : size);
    js_utf8_replace_surrogates(fixed, n < size ? n : size);
    free(fixed);
    free(latin);
}

static void check_codes(const uint8_t *p, size_t n)
{
    char *text = malloc(2 * n + 8);
    uint8_t *back = malloc(2 * n + 8);
    BX_ASSERT(text && back);
    js_hex_encode(p, n, text);
    BX_ASSERT(js_hex_decode((uint8_t *)text, 2 * n, back, n) == n &&
              (n == 0 || memcmp(back, p, n) == 0));
    for (int url = 0; url < 2; url++) {
        size_t k = js_base64_encode(p, n, url != 0, text);
        BX_ASSERT(k <= (n + 2) / 3 * 4);
        BX_ASSERT(js_base64_decode((uint8_t *)text, k, back, SIZE_MAX) == n);
        BX_ASSERT(n == 0 || memcmp(back, p, n) == 0);
    }
    memcpy(back, p, n); /* in place, as the binding does it */
    BX_ASSERT(js_base64_decode(back, n, back, SIZE_MAX) <= n / 4 * 3 + 2);
    memcpy(back, p, n);
    BX_ASSERT(js_hex_decode(back, n, back, SIZE_MAX) <= n / 2);
    free(text);
    free(back);
}

static ptrdiff_t slowly(const uint8_t *hay, size_t n, const uint8_t *needle, size_t m, size_t unit,
                        size_t from, bool last)
{
    ptrdiff_t r = -1;
    for (size_t i = 0; m > 0 && i + m <= n; i++) {
        if (memcmp(hay + i * unit, needle, m * unit) != 0 || (last ? i > from : i < from))
            continue;
        r = (ptrdiff_t)i;
        if (!last)
            break;
    }
    return r;
}

static void check_find(const uint8_t *p, size_t n, size_t m)
{
    m = m < n ? m : n;
    for (size_t unit = 1; unit <= 2; unit++) {
        for (size_t from = 0; from < 40; from += 13) {
            for (int last = 0; last < 2; last++)
                BX_ASSERT(js_find(p + m, n - m, p, m, unit, from, last != 0) ==
                          slowly(p + m, (n - m) / unit, p, m / unit, unit, from, last != 0));
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1 || size > 1 << 14)
        return 0;
    check_utf8(data, size);
    check_codes(data, size);
    check_find(data + 1, size - 1, data[0] % 9);
    return 0;
}
