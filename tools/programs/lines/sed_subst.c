/* What s and y do to a text. */
#include "programs/lines/sed.h"

#include <wctype.h>

#include "programs/common/prog_text.h"

typedef struct casing { /* what \L \U \l \u say about what comes */
    char all, once;     /* 'L', 'U' or 0; 'l', 'u' or 0 */
} casing;

static uint32_t turned(uint32_t cp, char how)
{
    if (how == 'U' || how == 'u')
        return cp < 0x80 ? (uint32_t)prog_upper((int)cp) : (uint32_t)towupper((wint_t)cp);
    return cp < 0x80 ? (uint32_t)prog_lower((int)cp) : (uint32_t)towlower((wint_t)cp);
}

static void put_cased(prog_buf *out, bx_str s, casing *c)
{
    for (size_t i = 0; i < s.n;) {
        uint32_t cp;
        size_t n = prog_utf8(s.p + i, s.n - i, &cp);
        char how = c->once ? c->once : c->all, bytes[4];
        c->once = 0;
        if (how && cp != PROG_BAD_CHAR)
            prog_buf_put(out, bytes, prog_utf8_put(turned(cp, how), bytes));
        else
            prog_buf_put(out, s.p + i, n);
        i += n;
    }
}

static void put_replacement(const sed_subst *s, const bx_span *g, bx_str space, prog_buf *out)
{
    casing c = {0};
    for (size_t i = 0; i < s->n_parts; i++) {
        const sed_part *part = &s->parts[i];
        bx_str text = {s->text.p + part->at, part->n};
        if (part->kind == SED_CASE) {
            if (part->n == 'l' || part->n == 'u')
                c.once = (char)part->n;
            else
                c = (casing){part->n == 'E' ? 0 : (char)part->n, 0};
            continue;
        }
        if (part->kind == SED_GROUP) {
            bx_span at = g[part->n];
            if (at.from == SIZE_MAX)
                continue;
            text = (bx_str){space.p + at.from, at.to - at.from};
        }
        if (s->has_case)
            put_cased(out, text, &c);
        else
            prog_buf_put(out, text.p, text.n);
    }
}

static size_t char_length(bx_str s, size_t at)
{
    uint32_t cp;
    return (s.p[at] & 0x80) ? prog_utf8(s.p + at, s.n - at, &cp) : 1;
}

bool sed_substitute(const sed_subst *s, bx_posix *regex, bx_str space, prog_buf *out)
{
    bx_span g[SED_GROUPS];
    size_t from = 0, done = 0; /* searched up to, copied up to */
    size_t last = SIZE_MAX;    /* the end of the last match */
    uint64_t count = 0;
    bool replaced = false;
    out->n = 0;
    while (from <= space.n) {
        bx_hit hit = bx_posix_find(regex, (const uint8_t *)space.p, space.n, from, g, s->groups);
        if (hit == BX_HIT_GAVE_UP)
            prog_die(0, "regular expression needs too many steps");
        if (hit != BX_HIT)
            break;
        bool is_empty = g[0].from == g[0].to, counts = !(is_empty && g[0].from == last);
        last = g[0].to;
        count += counts;
        if (counts && count >= s->number) {
            prog_buf_put(out, space.p + done, g[0].from - done);
            put_replacement(s, g, space, out);
            done = g[0].to;
            replaced = true;
            if (!s->all)
                break;
        }
        from = is_empty && g[0].to < space.n ? g[0].to + char_length(space, g[0].to)
               : is_empty                    ? space.n + 1
                                             : g[0].to;
    }
    if (replaced)
        prog_buf_put(out, space.p + done, space.n - done);
    return replaced;
}

void sed_translate(const sed_map *m, bx_str space, prog_buf *out)
{
    out->n = 0;
    prog_buf_room(out, space.n);
    for (size_t i = 0; i < space.n;) {
        uint32_t cp;
        char bytes[4];
        if (m->is_bytes) {
            out->p[out->n++] = (char)m->bytes[(uint8_t)space.p[i++]];
            continue;
        }
        size_t n = prog_utf8(space.p + i, space.n - i, &cp), k = 0;
        if (cp == PROG_BAD_CHAR)
            cp = UINT32_C(0x80000000) + (uint8_t)space.p[i];
        while (k < m->n && m->from[k] != cp)
            k++;
        if (k == m->n)
            prog_buf_put(out, space.p + i, n);
        else if (m->to[k] & UINT32_C(0x80000000))
            prog_buf_putc(out, (char)m->to[k]);
        else
            prog_buf_put(out, bytes, prog_utf8_put(m->to[k], bytes));
        i += n;
    }
}
