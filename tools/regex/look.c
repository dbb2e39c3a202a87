#include "regex/look.h"

static bool is_ascii_word(uint8_t c)
{
    return (c >= '0' && c <= '9') || c == '_' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* The character of n bytes at p, or UINT32_MAX when it is no UTF-8. */
static uint32_t decode(const uint8_t *p, size_t n)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t need = p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;
    if (p[0] < 0x80)
        return p[0];
    if (need == 0 || n < need)
        return UINT32_MAX;
    uint32_t cp = p[0] & (0x7fu >> need);
    for (size_t i = 1; i < need; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return UINT32_MAX;
        cp = cp << 6 | (p[i] & 0x3f);
    }
    bool is_fine = cp >= least[need] && cp <= BX_CP_MAX && !(cp >= 0xd800 && cp < 0xe000);
    return is_fine ? cp : UINT32_MAX;
}

static size_t length_of(uint32_t cp)
{
    return cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
}

/* What stands beside a position. */
typedef enum beside {
    NO_WORD,
    WORD,
    NO_CHARACTER /* of the text: bytes that are no UTF-8 */
} beside;

static beside judge(const bx_cpset *words, uint32_t cp, bool is_whole)
{
    if (cp == UINT32_MAX || !is_whole)
        return NO_CHARACTER;
    return bx_cpset_has(words, cp) ? WORD : NO_WORD;
}

static beside behind_of(const bx_cpset *words, const uint8_t *p, size_t n, size_t at, bool unicode)
{
    if (at >= n)
        return NO_WORD;
    if (p[at] < 0x80 || !unicode)
        return is_ascii_word(p[at]) ? WORD : NO_WORD;
    return judge(words, decode(p + at, n - at), true);
}

static beside before_of(const bx_cpset *words, const uint8_t *p, size_t at, bool unicode)
{
    if (at == 0)
        return NO_WORD;
    if (p[at - 1] < 0x80 || !unicode)
        return is_ascii_word(p[at - 1]) ? WORD : NO_WORD;
    size_t from = at - 1;
    while (from > 0 && at - from < 4 && (p[from] & 0xc0) == 0x80)
        from--;
    uint32_t cp = decode(p + from, at - from);
    return judge(words, cp, length_of(cp) == at - from);
}

bool bx_look_holds(const bx_cpset *words, uint32_t look, const uint8_t *p, size_t n, size_t at)
{
    switch (look) {
    case BX_LOOK_LINE_START:
        return at == 0 || p[at - 1] == '\n';
    case BX_LOOK_LINE_END:
        return at == n || p[at] == '\n';
    case BX_LOOK_TEXT_START:
        return at == 0;
    case BX_LOOK_TEXT_END:
        return at == n;
    default:
        break;
    }
    bool unicode = bx_look_is_unicode(look);
    beside before = before_of(words, p, at, unicode), behind = behind_of(words, p, n, at, unicode);
    switch (unicode ? look : look - BX_LOOK_ASCII) {
    case BX_LOOK_WORD:
        return (before == WORD) != (behind == WORD);
    case BX_LOOK_NOT_WORD: /* nor the halves: within a character there is no place for a match */
        return before == behind && before != NO_CHARACTER;
    case BX_LOOK_WORD_START:
        return before != WORD && behind == WORD;
    case BX_LOOK_WORD_END:
        return before == WORD && behind != WORD;
    case BX_LOOK_WORD_START_HALF:
        return before == NO_WORD;
    default:
        return behind == NO_WORD;
    }
}
