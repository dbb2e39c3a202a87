/* Domains: UTS #46 with the engine's tables of Unicode (case, normal forms, categories), and
 * Punycode (RFC 3492). */
#include <stdlib.h>
#include <string.h>

#include "js/text_codec.h"
#include "js/url_parse.h"
#include "libunicode.h"

enum { BASE = 36, TMIN = 1, TMAX = 26, SKEW = 38, DAMP = 700, FIRST = 128, BIAS = 72 };

/* Code points. */
typedef struct {
    uint32_t *p;
    size_t n, cap;
    bool failed;
} points;

static void add(points *t, uint32_t c)
{
    if (t->n == t->cap && !t->failed) {
        size_t cap = t->cap ? t->cap * 2 : 64;
        uint32_t *p = realloc(t->p, cap * sizeof *p);
        if (p) {
            t->p = p;
            t->cap = cap;
        } else
            t->failed = true;
    }
    if (!t->failed)
        t->p[t->n++] = c;
}

static void done(points *t)
{
    free(t->p);
    *t = (points){0};
}

static uint32_t next(const uint8_t *p, size_t n, size_t *at)
{
    bool ok;
    size_t k = js_utf8_step(p + *at, n - *at, &ok);
    uint32_t c = ok ? k == 1 ? p[*at] : p[*at] & (0x7Fu >> k) : 0xFFFD;
    for (size_t i = 1; ok && i < k; i++)
        c = c << 6 | (p[*at + i] & 63u);
    *at += k;
    return c;
}

static void put_utf8(js_text *to, uint32_t c)
{
    if (c < 0x80) {
        js_text_put(to, (char)c);
        return;
    }
    if (c >= 0x10000) {
        js_text_put(to, (char)(0xF0 | c >> 18));
        js_text_put(to, (char)(0x80 | (c >> 12 & 63)));
    } else if (c >= 0x800)
        js_text_put(to, (char)(0xE0 | c >> 12));
    else {
        js_text_put(to, (char)(0xC0 | c >> 6));
        js_text_put(to, (char)(0x80 | (c & 63)));
        return;
    }
    js_text_put(to, (char)(0x80 | (c >> 6 & 63)));
    js_text_put(to, (char)(0x80 | (c & 63)));
}

/* ---- Punycode ---------------------------------------------------------------------------------
 */

static uint32_t adapt(uint32_t delta, uint32_t count, bool first)
{
    delta = first ? delta / DAMP : delta / 2;
    delta += delta / count;
    uint32_t k = 0;
    for (; delta > (BASE - TMIN) * TMAX / 2; k += BASE)
        delta /= BASE - TMIN;
    return k + (BASE - TMIN + 1) * delta / (delta + SKEW);
}

static uint32_t threshold(uint32_t k, uint32_t bias)
{
    return k <= bias ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
}

static void put_number(js_text *to, uint32_t q, uint32_t bias)
{
    static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    for (uint32_t k = BASE;; k += BASE) {
        uint32_t t = threshold(k, bias);
        if (q < t)
            break;
        js_text_put(to, digits[t + (q - t) % (BASE - t)]);
        q = (q - t) / (BASE - t);
    }
    js_text_put(to, digits[q]);
}

/* n < JS_URL_HOST_MAX keeps this short, and its numbers small. */
static void punycode(const uint32_t *p, size_t n, js_text *to)
{
    uint32_t c = FIRST, delta = 0, bias = BIAS, basic = 0;
    for (size_t i = 0; i < n; i++) {
        if (p[i] < 0x80) {
            js_text_put(to, (char)p[i]);
            basic++;
        }
    }
    if (basic > 0)
        js_text_put(to, '-');
    for (uint32_t h = basic; h < n; c++, delta++) {
        uint32_t m = UINT32_MAX;
        for (size_t i = 0; i < n; i++)
            m = p[i] >= c && p[i] < m ? p[i] : m;
        delta += (m - c) * (h + 1);
        c = m;
        for (size_t i = 0; i < n; i++) {
            delta += p[i] < c;
            if (p[i] != c)
                continue;
            put_number(to, delta, bias);
            bias = adapt(delta, h + 1, h == basic);
            delta = 0;
            h++;
        }
    }
}

static bool from_punycode(const uint32_t *p, size_t n, points *to)
{
    uint32_t c = FIRST, i = 0, bias = BIAS;
    size_t at = 0;
    for (size_t k = 0; k < n; k++) {
        if (p[k] == '-')
            at = k + 1;
    }
    for (size_t k = 0; k + 1 < at; k++)
        add(to, p[k]);
    while (at < n && !to->failed) {
        uint32_t old = i, w = 1;
        for (uint32_t k = BASE;; k += BASE) {
            if (at == n)
                return false;
            uint32_t d = p[at++];
            d = d >= 'a' && d <= 'z' ? d - 'a' : d >= 'A' && d <= 'Z' ? d - 'A' : d - '0' + 26;
            if (d >= BASE || d > (UINT32_MAX - i) / w)
                return false;
            i += d * w;
            uint32_t t = threshold(k, bias);
            if (d < t)
                break;
            if (w > UINT32_MAX / (BASE - t))
                return false;
            w *= BASE - t;
        }
        uint32_t count = (uint32_t)to->n + 1;
        bias = adapt(i - old, count, old == 0);
        if (i / count > 0x10FFFF - c)
            return false;
        c += i / count;
        i %= count;
        add(to, 0);
        if (to->failed)
            return false;
        memmove(to->p + i + 1, to->p + i, (to->n - 1 - i) * sizeof *to->p);
        to->p[i++] = c;
    }
    return !to->failed;
}

/* ---- UTS #46 ----------------------------------------------------------------------------------
 */

static bool is_ignored(uint32_t c)
{
    return c == 0xAD || c == 0x34F || (c >= 0x180B && c <= 0x180D) || c == 0x180F || c == 0x200B ||
           c == 0x2060 || c == 0x2064 || (c >= 0xFE00 && c <= 0xFE0F) || c == 0xFEFF ||
           (c >= 0x1BCA0 && c <= 0x1BCA3) || (c >= 0xE0100 && c <= 0xE01EF);
}

/* Characters that compatibility would make several labels of, which no domain has. */
static bool is_with_dot(uint32_t c)
{
    return (c >= 0x2024 && c <= 0x2026) || (c >= 0x2488 && c <= 0x249B) || c == 0x33C2 ||
           c == 0x33C7 || c == 0x33D8 || c == 0xFE12 || c == 0xFE19 || c == 0xFE30 || c == 0xFE52 ||
           c == 0x1F100;
}

static void map(uint32_t c, points *to)
{
    uint32_t folded[4];
    if (is_ignored(c))
        return;
    if (c == 0xDF || c == 0x3C2 || c == 0x200C || c == 0x200D) { /* "deviation": as they are */
        add(to, c);
        return;
    }
    if (c == 0x1E9E) { /* the capital of U+00DF */
        add(to, 's');
        add(to, 's');
        return;
    }
    if (c == 0x3002 || c == 0xFF0E || c == 0xFF61)
        c = '.';
    if (is_with_dot(c))
        c = 0xFFFD;
    int k = lre_case_conv(folded, c, 2);
    for (int i = 0; i < k; i++)
        add(to, folded[i]);
}

static void *grow(void *opaque, void *p, size_t n)
{
    (void)opaque;
    if (n > 0)
        return realloc(p, n);
    free(p);
    return NULL;
}

static bool normalize(points *t, UnicodeNormalizationEnum form)
{
    uint32_t *p = NULL;
    int n = t->failed ? -1 : unicode_normalize(&p, t->p, (int)t->n, form, NULL, grow);
    if (n < 0)
        return false;
    free(t->p);
    *t = (points){.p = p, .n = (size_t)n, .cap = (size_t)n};
    return true;
}

/* "Processing", steps 1 and 2: mapped and normal. */
static bool map_all(const uint32_t *p, size_t n, points *to)
{
    points first = {0};
    for (size_t i = 0; i < n; i++)
        map(p[i], &first);
    bool ok = normalize(&first, UNICODE_NFKC);
    for (size_t i = 0; ok && i < first.n;
         i++) /* what the normal form made of compatibility characters */
        map(first.p[i], to);
    done(&first);
    return ok && normalize(to, UNICODE_NFC);
}

static bool is_in(const CharRange *r, uint32_t c)
{
    int low = 0, high = r->len / 2;
    while (low < high) {
        int middle = (low + high) / 2;
        if (c < r->points[2 * middle])
            high = middle;
        else if (c >= r->points[2 * middle + 1])
            low = middle + 1;
        else
            return true;
    }
    return false;
}

/* The characters of a category, to be freed by cr_free. False: no memory. Making them takes a
 * while: once a label at most. */
static bool load_category(CharRange *ret, const char *category)
{
    cr_init(ret, NULL, grow);
    return unicode_general_category(ret, category) == 0;
}

/* Characters that a domain may not have though their category would let them. */
static bool is_disallowed(uint32_t c)
{
    return (c >= 0x80 && c <= 0x9F) || c == 0x1680 || (c >= 0x2000 && c <= 0x200B) || c == 0x200E ||
           c == 0x200F || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2061 && c <= 0x206F) ||
           (c >= 0x2FF0 && c <= 0x2FFF) || c == 0x3000 || c == 0x0340 || c == 0x0341 ||
           c == 0x061C || c == 0x06DD || c == 0x070F || c == 0x180E || c == 0x2183 || c == 0xFFFC ||
           c == 0xFFFD || (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0x1D173 && c <= 0x1D17A) ||
           c >= 0xE0000 || c == 0x115F || c == 0x1160 || c == 0x3164 || c == 0xFFA0 ||
           c == 0x17B4 || c == 0x17B5;
}

/* RFC 5892 A.1, A.2: a joiner stands after a virama (the part of the rule that needs no tables). */
static bool is_joiner_right(const uint32_t *p, size_t i)
{
    static const uint32_t viramas[] = {0x94D, 0x9CD, 0xA4D, 0xACD, 0xB4D,  0xBCD,  0xC4D, 0xCCD,
                                       0xD4D, 0xDCA, 0xE3A, 0xF84, 0x1039, 0x17D2, 0x1B44};
    for (size_t k = 0; i > 0 && k < sizeof viramas / sizeof *viramas; k++) {
        if (p[i - 1] == viramas[k])
            return true;
    }
    /* In Arabic a non-joiner stands between letters that would join. */
    return p[i] == 0x200C && i > 0 && p[i - 1] >= 0x620 && p[i - 1] <= 0x7FF;
}

/* "Validity Criteria" of a label that is mapped already. */
static bool is_valid(const uint32_t *p, size_t n)
{
    bool wide = false;
    for (size_t i = 0; i < n; i++) {
        wide = wide || p[i] >= 0x80;
        if (is_disallowed(p[i]) || ((p[i] == 0x200C || p[i] == 0x200D) && !is_joiner_right(p, i)))
            return false;
    }
    if (!wide)
        return true;
    CharRange marks, others; /* others: controls, formats, what is private or not assigned */
    bool ok = load_category(&marks, "M") && !is_in(&marks, p[0]);
    cr_free(&marks);
    if (!ok)
        return false;
    ok = load_category(&others, "C");
    for (size_t i = 0; ok && i < n; i++)
        ok = p[i] < 0x80 || p[i] == 0x200C || p[i] == 0x200D || !is_in(&others, p[i]);
    cr_free(&others);
    return ok;
}

/* ---- the Bidi rule (RFC 5893 2), with the direction of a letter by its block -------------------
 */

static bool is_right_to_left(uint32_t c)
{
    return (c >= 0x590 && c <= 0x8FF) || (c >= 0xFB1D && c <= 0xFDFF) ||
           (c >= 0xFE70 && c <= 0xFEFE) || (c >= 0x10800 && c <= 0x10FFF) ||
           (c >= 0x1E800 && c <= 0x1EFFF);
}

static bool is_arabic_digit(uint32_t c) { return c >= 0x660 && c <= 0x669; }
static bool is_digit(uint32_t c) { return (c >= '0' && c <= '9') || (c >= 0x6F0 && c <= 0x6F9); }

/* The rule for a label, but for what stands at its end. */
static bool has_one_direction(const uint32_t *p, size_t n, const CharRange *letters)
{
    bool right = is_right_to_left(p[0]), arabic = false, european = false;
    if (is_digit(p[0]) || is_arabic_digit(p[0]) || p[0] == '-')
        return false;
    for (size_t i = 0; i < n; i++) {
        bool letter = p[i] < 0x80 ? p[i] >= 'a' && p[i] <= 'z' : is_in(letters, p[i]);
        arabic = arabic || is_arabic_digit(p[i]);
        european = european || is_digit(p[i]);
        if (right ? letter && !is_right_to_left(p[i])
                  : is_right_to_left(p[i]) && (letter || is_arabic_digit(p[i])))
            return false;
    }
    return !right || !(arabic && european);
}

/* What the rule says of a label that is_bidi. */
static bool follows_bidi(const uint32_t *p, size_t n)
{
    CharRange marks, letters;
    bool ok = load_category(&marks, "Mn");
    ok = load_category(&letters, "L") && ok;
    while (ok && n > 0 && is_in(&marks, p[n - 1]))
        n--;
    if (ok && n > 0) {
        uint32_t last = p[n - 1];
        ok = has_one_direction(p, n, &letters) &&
             (!is_right_to_left(p[0]) || is_right_to_left(last) || is_digit(last));
    }
    cr_free(&marks);
    cr_free(&letters);
    return ok;
}

/* Is any of it written from the right? */
static bool is_bidi(const uint32_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (is_right_to_left(p[i]))
            return true;
    }
    return false;
}

/* A label in Punycode decoded: false where it is not one that encoding makes. */
static bool decode_label(const uint32_t *p, size_t n, points *to)
{
    if (n <= 4 || !from_punycode(p + 4, n - 4, to) || to->n == 0)
        return false;
    points again = {0};
    bool ok = map_all(to->p, to->n, &again) && again.n == to->n &&
              memcmp(again.p, to->p, to->n * sizeof *to->p) == 0 && is_valid(to->p, to->n);
    bool wide = false;
    for (size_t i = 0; i < to->n; i++)
        wide = wide || to->p[i] >= 0x80;
    done(&again);
    return ok && wide;
}

static bool is_encoded(const uint32_t *p, size_t n)
{
    return n >= 4 && p[0] == 'x' && p[1] == 'n' && p[2] == '-' && p[3] == '-';
}

static bool label_to_ascii(const uint32_t *p, size_t n, js_text *to)
{
    bool wide = false;
    for (size_t i = 0; i < n; i++)
        wide = wide || p[i] >= 0x80;
    if (is_encoded(p, n)) {
        points plain = {0};
        bool ok = !wide && decode_label(p, n, &plain) &&
                  (!is_bidi(plain.p, plain.n) || follows_bidi(plain.p, plain.n));
        done(&plain);
        if (!ok)
            return false;
    } else if (n > 0 && (!is_valid(p, n) || (is_bidi(p, n) && !follows_bidi(p, n))))
        return false;
    if (wide) {
        js_text_add(to, "xn--", 4);
        punycode(p, n, to);
        return true;
    }
    for (size_t i = 0; i < n; i++)
        js_text_put(to, (char)p[i]);
    return true;
}

/* Nothing to do but lower case? */
static bool is_plain(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)p[i] >= 0x80)
            return false;
        bool starts = i == 0 || p[i - 1] == '.';
        if (starts && n - i >= 4 && (p[i] | 0x20) == 'x' && (p[i + 1] | 0x20) == 'n' &&
            p[i + 2] == '-' && p[i + 3] == '-')
            return false;
    }
    return true;
}

static bool read_points(const char *p, size_t n, points *mapped)
{
    points all = {0};
    for (size_t at = 0; at < n;)
        add(&all, next((const uint8_t *)p, n, &at));
    bool ok = !all.failed && map_all(all.p, all.n, mapped);
    done(&all);
    return ok;
}

bool js_domain_to_ascii(const char *p, size_t n, js_text *to)
{
    if (is_plain(p, n)) {
        for (size_t i = 0; i < n; i++)
            js_text_put(to, (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] | 0x20 : p[i]));
        return true;
    }
    points mapped = {0};
    bool ok = n <= JS_URL_HOST_MAX && read_points(p, n, &mapped);
    for (size_t i = 0; ok && i <= mapped.n;) {
        size_t end = i;
        while (end < mapped.n && mapped.p[end] != '.')
            end++;
        ok = label_to_ascii(mapped.p + i, end - i, to);
        if (end < mapped.n)
            js_text_put(to, '.');
        i = end + 1;
    }
    done(&mapped);
    return ok && !to->failed;
}

void js_domain_to_unicode(const char *p, size_t n, js_text *to)
{
    points mapped = {0};
    if (is_plain(p, n) || n > JS_URL_HOST_MAX || !read_points(p, n, &mapped)) {
        for (size_t i = 0; i < n; i++)
            js_text_put(to, (char)(p[i] >= 'A' && p[i] <= 'Z' ? p[i] | 0x20 : p[i]));
        done(&mapped);
        return;
    }
    for (size_t i = 0; i <= mapped.n;) {
        size_t end = i;
        while (end < mapped.n && mapped.p[end] != '.')
            end++;
        points plain = {0};
        bool encoded =
            is_encoded(mapped.p + i, end - i) && decode_label(mapped.p + i, end - i, &plain);
        const uint32_t *label = encoded ? plain.p : mapped.p + i;
        for (size_t k = 0; k < (encoded ? plain.n : end - i); k++)
            put_utf8(to, label[k]);
        done(&plain);
        if (end < mapped.n)
            js_text_put(to, '.');
        i = end + 1;
    }
    done(&mapped);
}
