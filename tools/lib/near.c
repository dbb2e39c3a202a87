#include "lib/near.h"

#include "lib/find.h"
#include "lib/say.h"
#include "lib/scan.h"

enum {
    TEXT_MAX = 32 << 20, /* bytes of the text that are looked through */
    OLD_MAX = 64 << 10,  /* bytes of what was not found that are compared */
    SHOWN_LINES = 6,
    SHOWN_BYTES = 160, /* of a line */
    SHORTEST = 3,      /* bytes without white space: less is found everywhere */
};

/* What two texts may differ in and still mean the same. */
enum {
    SPACE = 1,
    CASE = 2,
    QUOTES = 4, /* and dashes: the ones of typography, and " for ' */
    ESCAPES = 8,
    ALL = SPACE | CASE | QUOTES | ESCAPES,
};

/* ---- folding ---------------------------------------------------------------------------- */

/* A character of three bytes that begin with E2 80 and its plain form. */
static char plain_of(uint8_t third)
{
    if (third >= 0x98 && third <= 0x9f) /* ‘ ’ ‚ ‛ “ ” „ ‟ */
        return '"';
    return third >= 0x90 && third <= 0x95 ? '-' : 0; /* ‐ ‑ ‒ – — ― */
}

/* One character of p[0..n), n > 0, folded: *ret_c is its byte, or -1 where it is left away. Returns
 * the bytes it has. */
static size_t fold_one(const uint8_t *p, size_t n, unsigned what, int *ret_c)
{
    uint8_t c = p[0];
    *ret_c = c;
    if (c == ' ' || (c >= '\t' && c <= '\r')) {
        *ret_c = what & SPACE ? -1 : c;
    } else if (c == '\\' && what & ESCAPES && n > 1 && memchr("nrt\"'\\`", p[1], 7)) {
        bool is_space = p[1] == 'n' || p[1] == 'r' || p[1] == 't';
        if (!is_space) /* the next one is taken for itself */
            *ret_c = -1;
        else if (what & SPACE)
            *ret_c = -1;
        else
            *ret_c = p[1] == 'n' ? '\n' : p[1] == 'r' ? '\r' : '\t';
        return is_space ? 2 : 1;
    } else if (c == '\'' || c == '`') {
        *ret_c = what & QUOTES ? '"' : c;
    } else if (c >= 'A' && c <= 'Z') {
        *ret_c = what & CASE ? c + 32 : c;
    } else if (c == 0xc2 && n > 1 && p[1] == 0xa0 && what & SPACE) { /* no-break space */
        *ret_c = -1;
        return 2;
    } else if (c == 0xe2 && n > 2 && p[1] == 0x80) {
        char plain = plain_of(p[2]);
        bool is_space = p[2] == 0x8b || p[2] == 0xaf; /* of no width; narrow and not to be broken */
        if ((plain && what & QUOTES) || (is_space && what & SPACE)) {
            *ret_c = is_space ? -1 : plain;
            return 3;
        }
    }
    return 1;
}

static bx_code fold(bx_str s, unsigned what, bx_buf *ret)
{
    const uint8_t *p = (const uint8_t *)s.p;
    char *to;
    if (bx_buf_reserve(ret, s.n, &to) != BX_OK)
        return ret->fail;
    size_t put = 0;
    for (size_t i = 0; i < s.n;) {
        int c;
        i += fold_one(p + i, s.n - i, what, &c);
        if (c >= 0)
            to[put++] = (char)c;
    }
    to[put] = '\0';
    ret->n += put;
    return BX_OK;
}

/* The place of byte `at` of the folded text. */
static size_t unfold(bx_str s, unsigned what, size_t at)
{
    const uint8_t *p = (const uint8_t *)s.p;
    for (size_t i = 0; i < s.n;) {
        int c;
        size_t n = fold_one(p + i, s.n - i, what, &c);
        if (c >= 0 && at-- == 0)
            return i;
        i += n;
    }
    return s.n;
}

static bool same_folded(bx_str a, bx_str b, unsigned what)
{
    BX_AUTO_BUF x = bx_buf_init(a.n);
    BX_AUTO_BUF y = bx_buf_init(b.n);
    return fold(a, what, &x) == BX_OK && fold(b, what, &y) == BX_OK &&
           bx_str_eq(bx_buf_str(&x), bx_buf_str(&y));
}

/* ---- what is shown ---------------------------------------------------------------------- */

static bx_str trimmed(bx_str s)
{
    while (s.n > 0 && strchr(" \t\r\n", s.p[0]) && s.p[0])
        s = (bx_str){s.p + 1, s.n - 1};
    while (s.n > 0 && strchr(" \t\r\n", s.p[s.n - 1]) && s.p[s.n - 1])
        s.n--;
    return s;
}

/* White space that nobody sees otherwise: tabs, carriage returns, blanks at the end. */
void bx_near_show(bx_buf *why, bx_str line)
{
    size_t cut = line.n < SHOWN_BYTES ? line.n : SHOWN_BYTES, blanks = line.n;
    while (blanks > 0 && line.p[blanks - 1] == ' ')
        blanks--;
    while (cut < line.n && cut > 0 && ((uint8_t)line.p[cut] & 0xc0) == 0x80)
        cut--;
    for (size_t i = 0; i < cut; i++) {
        const char *shown = line.p[i] == '\t'   ? "→"
                            : line.p[i] == '\r' ? "␍"
                            : i >= blanks       ? "·"
                                                : NULL;
        if (shown)
            bx_say(why, shown, NULL);
        else
            (void)bx_buf_add_c(why, line.p[i]);
    }
    bx_say(why, cut < line.n ? " …\n" : "\n", NULL);
}

static bx_str line_from(bx_str text, size_t at)
{
    const char *lf = memchr(text.p + at, '\n', text.n - at);
    return (bx_str){text.p + at, lf ? (size_t)(lf - text.p) - at : text.n - at};
}

static size_t line_start(bx_str text, size_t at)
{
    const char *lf = at > 0 ? memrchr(text.p, '\n', at) : NULL;
    return lf ? (size_t)(lf - text.p) + 1 : 0;
}

/* The lines that text[from..to) stands in, with their numbers. */
static void say_file_lines(bx_buf *why, bx_str text, size_t from, size_t to)
{
    size_t at = line_start(text, from);
    size_t number = bx_count_byte((const uint8_t *)text.p, at, '\n') + 1;
    for (int shown = 0; at < text.n && (at < to || shown == 0); shown++, number++) {
        if (shown == SHOWN_LINES) {
            bx_say(why, "…\n", NULL);
            break;
        }
        bx_str line = line_from(text, at);
        bx_say_int(why, number);
        bx_say(why, ": ", NULL);
        bx_near_show(why, line);
        at += line.n + 1;
    }
}

static void say_old_lines(bx_buf *why, bx_str old)
{
    bx_say(why, "old_string:\n", NULL);
    size_t at = 0;
    for (int shown = 0; at < old.n; shown++) {
        if (shown == SHOWN_LINES) {
            bx_say(why, "…\n", NULL);
            break;
        }
        bx_str line = line_from(old, at);
        bx_say(why, "   ", NULL);
        bx_near_show(why, line);
        at += line.n + 1;
    }
}

static bool holds(bx_str s, char c) { return memchr(s.p, c, s.n) != NULL; }

/* What of SPACE, CASE, … has to be overlooked for the two to be the same. */
static void say_differences(bx_buf *why, bx_str there, bx_str old)
{
    static const struct {
        unsigned what;
        const char *name;
    } kinds[] = {{SPACE, "white space"},
                 {CASE, "upper and lower case"},
                 {QUOTES, "quotes or dashes"},
                 {ESCAPES, "escapes: a backslash where the other has none"}};
    const char *comma = "";
    for (size_t i = 0; i < BX_COUNT(kinds); i++) {
        if (same_folded(there, old, ALL & ~kinds[i].what))
            continue;
        bx_say(why, comma, kinds[i].name, NULL);
        comma = ", ";
        if (kinds[i].what == SPACE && holds(there, '\t') != holds(old, '\t'))
            bx_say(why, holds(there, '\t') ? " (tabs in the file)" : " (tabs in old_string)", NULL);
    }
    if (!*comma) /* each alone could be overlooked; they mask each other */
        bx_say(why, "white space or escapes", NULL);
}

/* ---- the same but for such differences -------------------------------------------------- */

/* Does each line that is not empty begin like those that `read` shows: blanks, digits, a tab? */
static bool has_line_numbers(bx_str old)
{
    size_t lines = 0;
    for (size_t at = 0; at < old.n; lines++) {
        bx_str line = line_from(old, at);
        size_t i = 0, digits = 0;
        while (i < line.n && line.p[i] == ' ')
            i++;
        while (i + digits < line.n && line.p[i + digits] >= '0' && line.p[i + digits] <= '9')
            digits++;
        if (digits == 0 || i + digits >= line.n || line.p[i + digits] != '\t')
            return false;
        at += line.n + 1;
    }
    return lines > 0;
}

static bool explain_folded(bx_str text, bx_str old, bx_buf *why)
{
    BX_AUTO_BUF t = bx_buf_init(text.n);
    BX_AUTO_BUF o = bx_buf_init(old.n);
    if (fold(old, ALL, &o) != BX_OK || o.n < SHORTEST || fold(text, ALL, &t) != BX_OK)
        return false;
    size_t at = bx_find(bx_buf_str(&t), 0, bx_buf_str(&o));
    if (at == BX_NOT_FOUND)
        return false;
    size_t from = unfold(text, ALL, at), to = unfold(text, ALL, at + o.n - 1) + 1;
    bx_str core = trimmed(old), there = {text.p + from, to - from};
    if (core.n < old.n && bx_str_eq(core, there)) { /* the difference is around it */
        from = line_start(text, from);
        bx_str last = line_from(text, to);
        there = (bx_str){text.p + from, to + last.n - from};
        core = old;
    }
    bx_say(why, "What comes nearest differs in ", NULL);
    say_differences(why, there, core);
    bx_say(why, " (→ is a tab, ␍ a carriage return, · a blank at the end of a line):\n", NULL);
    say_file_lines(why, text, from, to);
    say_old_lines(why, old);
    return true;
}

/* ---- the lines that have most in common with it ----------------------------------------- */

enum { GRAM_BITS = 12, CANDIDATES = 3, SCORE_MIN = 40 };

typedef struct grams { /* a set of runs of three bytes, by hash */
    uint8_t bits[(1 << GRAM_BITS) / 8];
} grams;

static uint32_t gram(const uint8_t *p)
{
    uint32_t v = (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
    return v * UINT32_C(2654435761) >> (32 - GRAM_BITS);
}

/* Of 100: the part of the line's and the wanted one's runs that both have. */
static unsigned score_of(bx_str line, bx_str wanted, const grams *of_wanted)
{
    const uint8_t *p = (const uint8_t *)line.p;
    if (line.n < 3 || line.n > 8 * wanted.n)
        return 0;
    size_t hits = 0, n = line.n - 2;
    for (size_t i = 0; i < n; i++) {
        uint32_t g = gram(p + i);
        hits += of_wanted->bits[g / 8] >> g % 8 & 1;
    }
    size_t both = n + wanted.n - 2;
    return (unsigned)(hits * 200 / both);
}

typedef struct candidate {
    size_t at;
    unsigned score;
} candidate;

static void keep(candidate best[CANDIDATES], candidate c)
{
    for (int i = 0; i < CANDIDATES; i++)
        if (c.score > best[i].score) {
            candidate weaker = best[i];
            best[i] = c;
            c = weaker;
        }
}

/* The line of `old` that says most: the longest. */
static bx_str telling_line(bx_str old)
{
    bx_str longest = {"", 0};
    for (size_t at = 0; at < old.n;) {
        bx_str line = line_from(old, at), bare = trimmed(line);
        if (bare.n > longest.n)
            longest = bare;
        at += line.n + 1;
    }
    longest.n = longest.n < 512 ? longest.n : 512;
    return longest;
}

static bool explain_similar(bx_str text, bx_str old, bx_buf *why)
{
    candidate best[CANDIDATES] = {0};
    grams set = {0};
    bx_str wanted = telling_line(old);
    if (wanted.n < SHORTEST + 1)
        return false;
    for (size_t i = 0; i + 2 < wanted.n; i++) {
        uint32_t g = gram((const uint8_t *)wanted.p + i);
        set.bits[g / 8] |= (uint8_t)(1u << g % 8);
    }
    for (size_t at = 0; at < text.n;) {
        bx_str line = line_from(text, at);
        keep(best, (candidate){at, score_of(trimmed(line), wanted, &set)});
        at += line.n + 1;
    }
    if (best[0].score < SCORE_MIN)
        return false;
    bool exact = best[0].score >= 100 && bx_str_eq(trimmed(line_from(text, best[0].at)), wanted);
    bx_say(why,
           exact ? "One line of it is there, but not with those around it:\n"
                 : "The lines most like it are:\n",
           NULL);
    for (int i = 0; i < CANDIDATES && best[i].score >= SCORE_MIN; i++)
        if (!exact || best[i].score >= 100)
            say_file_lines(why, text, best[i].at, best[i].at + 1);
    bx_say(why, "instead of:\n   ", NULL);
    bx_near_show(why, wanted);
    return true;
}

/* ----------------------------------------------------------------------------------------- */

void bx_near_explain(bx_str text, bx_str old, bx_buf *why)
{
    bx_say(why, "old_string was not found", NULL);
    if (text.n == 0) {
        bx_say(why, ": the file is empty", NULL);
        return;
    }
    bx_say(why, ". ", NULL);
    if (has_line_numbers(old)) {
        bx_say(
            why,
            "It begins with the line numbers that read shows; they and the tab behind them are not "
            "in the file",
            NULL);
        return;
    }
    text.n = text.n < TEXT_MAX ? text.n : TEXT_MAX;
    old.n = old.n < OLD_MAX ? old.n : OLD_MAX;
    if (!explain_folded(text, old, why) && !explain_similar(text, old, why))
        bx_say(why, "No line of the file is like it; read the file to see what it holds", NULL);
}
