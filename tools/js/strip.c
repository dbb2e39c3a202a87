#include "js/strip.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "js/strip_int.h"

static js_strip_error error_of(js_strip_code code, const char *msg, uint32_t start, uint32_t end)
{
    js_strip_error e = {.code = code, .line = 1, .column = 1, .start = start, .end = end};
    snprintf(e.msg, sizeof e.msg, "%s", msg);
    return e;
}

static void stop(js_strip *p)
{
    p->failed = true;
    p->t.kind = JT_EOF;
}

void js_fail(js_strip *p, const char *msg)
{
    if (p->failed)
        return;
    p->error = error_of(JS_STRIP_SYNTAX, msg, p->t.pos, p->t.end);
    stop(p);
}

void js_fail_limit(js_strip *p, const char *msg)
{
    if (p->failed)
        return;
    p->error = error_of(JS_STRIP_LIMIT, msg, p->t.pos, p->t.end);
    stop(p);
}

void js_unexpected(js_strip *p)
{
    js_fail(p, js_at(p, JT_EOF) ? "Unexpected eof" : "Expression expected");
}

void js_unsupported(js_strip *p, uint32_t start, uint32_t end, const char *msg)
{
    if (p->failed || p->unsupported || (p->flags & JF_AMBIENT))
        return;
    p->refusal = error_of(JS_STRIP_UNSUPPORTED, msg, start, end);
    p->unsupported = true;
}

bool js_enter(js_strip *p)
{
    if (p->failed)
        return false;
    if (p->depth >= JS_STRIP_MAX_DEPTH) {
        js_fail_limit(p, "the source is nested too deeply");
        return false;
    }
    p->depth++;
    return true;
}

void js_leave(js_strip *p) { p->depth--; }

js_mark js_mark_here(const js_strip *p)
{
    return (js_mark){.t = p->t,
                     .prev_pos = p->prev_pos,
                     .prev_end = p->prev_end,
                     .depth = p->depth,
                     .prev_kind = p->prev_kind,
                     .flags = p->flags,
                     .quiet = p->quiet,
                     .unsupported = p->unsupported};
}

void js_rewind(js_strip *p, const js_mark *m)
{
    uint32_t again = p->t.end - m->t.pos;
    if (p->high > m->t.pos) {
        memcpy(p->out + m->t.pos, p->src + m->t.pos, p->high - m->t.pos);
        p->high = m->t.pos;
    }
    p->failed = false;
    p->t = m->t;
    p->prev_pos = m->prev_pos;
    p->prev_end = m->prev_end;
    p->prev_kind = m->prev_kind;
    p->depth = m->depth;
    p->flags = m->flags;
    p->quiet = m->quiet;
    p->unsupported = m->unsupported;
    if (p->budget < again)
        js_fail_limit(p, "the source is too ambiguous to be read");
    else
        p->budget -= again;
}

/* The length of the UTF-8 character at i; 1 for a byte that starts none. */
static uint32_t char_length(const unsigned char *s, uint32_t i, uint32_t end)
{
    unsigned c = s[i];
    uint32_t n = c < 0xc2 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : c < 0xf5 ? 4 : 1;
    if (n > end - i)
        return 1;
    for (uint32_t k = 1; k < n; k++)
        if ((s[i + k] & 0xc0) != 0x80)
            return 1;
    return n;
}

static bool is_space(const unsigned char *s, uint32_t n)
{
    if (n == 1)
        return s[0] == ' ' || (s[0] >= '\t' && s[0] <= '\r');
    if (n == 2)
        return s[0] == 0xc2 && s[1] == 0xa0;
    if (n != 3)
        return false;
    unsigned c = (s[0] & 0xfu) << 12 | (s[1] & 0x3fu) << 6 | (s[2] & 0x3fu);
    return c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x2028 || c == 0x2029 ||
           c == 0x202f || c == 0x205f || c == 0x3000 || c == 0xfeff;
}

/* As many bytes and as many UTF-16 units of white space: U+0020, U+00A0, U+2002, and two units of
 * U+0020 U+FEFF for a character beyond the basic plane. */
void js_blank(js_strip *p, uint32_t from, uint32_t to)
{
    static const char blanks[4][5] = {" ", "\xc2\xa0", "\xe2\x80\x82", " \xef\xbb\xbf"};
    if (p->quiet || p->failed)
        return;
    for (uint32_t i = from, n; i < to; i += n) {
        n = char_length(p->src, i, to);
        memcpy(p->out + i, is_space(p->src + i, n) ? (const char *)p->src + i : blanks[n - 1], n);
    }
    if (p->high < to)
        p->high = to;
}

void js_poke(js_strip *p, uint32_t pos, char c)
{
    if (p->quiet || p->failed)
        return;
    p->out[pos] = (unsigned char)c;
    if (p->high <= pos)
        p->high = pos + 1;
}

bool js_bit(const uint8_t *bits, uint32_t pos) { return bits && (bits[pos >> 3] >> (pos & 7) & 1); }

/* Without memory it is only slower. */
void js_set_bit(js_strip *p, uint8_t **bits, uint32_t pos)
{
    if (!*bits)
        *bits = calloc((p->n >> 3) + 1, 1);
    if (*bits)
        (*bits)[pos >> 3] = (uint8_t)((*bits)[pos >> 3] | 1u << (pos & 7));
}

bool js_accept(js_strip *p, uint8_t kind)
{
    if (!js_at(p, kind))
        return false;
    js_next(p);
    return true;
}

static void expected(js_strip *p, const char *what)
{
    char msg[100];
    unsigned n = p->t.end - p->t.pos;
    if (js_at(p, JT_EOF))
        snprintf(msg, sizeof msg, "Expected '%s', got '<eof>'", what);
    else
        snprintf(msg, sizeof msg, "Expected '%s', got '%.*s'", what, n > 40 ? 40 : (int)n,
                 (const char *)p->src + p->t.pos);
    js_fail(p, msg);
}

void js_expect(js_strip *p, uint8_t kind)
{
    char what[2] = {(char)kind, 0};
    if (js_accept(p, kind))
        return;
    expected(p, kind == JT_ARROW ? "=>" : kind == JT_class ? "class" : kind > 127 ? "word" : what);
}

void js_semicolon(js_strip *p)
{
    if (js_accept(p, ';') || js_at(p, '}') || js_at(p, JT_EOF) || p->t.nl)
        return;
    js_fail(p, "Expected ';', '}' or <eof>");
}

void js_ident(js_strip *p)
{
    if (js_is_ident(p->t.kind))
        js_next(p);
    else
        js_fail(p, "Expected ident");
}

bool js_is_template(uint8_t kind) { return kind == JT_TEMPLATE || kind == JT_TEMPLATE_HEAD; }

bool js_starts_expr(uint8_t kind)
{
    if (js_is_ident(kind))
        return true;
    switch (kind) {
    case JT_NUMBER:
    case JT_STRING:
    case JT_TEMPLATE:
    case JT_TEMPLATE_HEAD:
    case JT_REGEX:
    case JT_PRIVATE:
    case JT_INCREMENT:
    case JT_class:
    case JT_delete:
    case JT_false:
    case JT_function:
    case JT_import:
    case JT_new:
    case JT_null:
    case JT_super:
    case JT_this:
    case JT_true:
    case JT_typeof:
    case JT_void:
        return true;
    default:
        return kind && kind < 127 && strchr("([{!~+-/<@", kind);
    }
}

/* ---- the whole ---- */

static void index_words(js_strip *p)
{
    static const char letters[] = {
#define W(w) #w[0],
        JS_STRIP_WORDS(W, W)
#undef W
    };
    unsigned i = 0;
    for (unsigned c = 0; c < 27; c++) {
        while (i < sizeof letters && letters[i] < (char)('a' + c))
            i++;
        p->words[c] = (uint8_t)i;
    }
}

static void locate(const js_strip *p, js_strip_error *err)
{
    *err = p->failed ? p->error : p->refusal;
    for (uint32_t i = 0; i < err->start;) {
        uint32_t n = char_length(p->src, i, p->n);
        unsigned c = p->src[i];
        bool cr_lf = c == '\r' && i + 1 < p->n && p->src[i + 1] == '\n';
        if ((c == '\n' || c == '\r') && !cr_lf) {
            err->line++;
            err->column = 1;
        } else {
            err->column += n == 4 ? 2 : 1;
        }
        i += n;
    }
}

static bool fail_early(js_strip_error *err, js_strip_code code, const char *msg)
{
    *err = error_of(code, msg, 0, 0);
    return false;
}

bool js_strip_types(const char *src, size_t n, bool module, char **ret, size_t *ret_n,
                    js_strip_error *err)
{
    if (n > JS_STRIP_MAX_BYTES)
        return fail_early(err, JS_STRIP_LIMIT, "the source is larger than 64 MiB");
    char *out = malloc(n + 1);
    if (!out)
        return fail_early(err, JS_STRIP_MEMORY, "out of memory");
    if (n)
        memcpy(out, src, n);
    out[n] = '\0';
    js_strip p = {.src = (const unsigned char *)src,
                  .out = (unsigned char *)out,
                  .n = (uint32_t)n,
                  .module = module,
                  .restricted = UINT32_MAX,
                  .budget = ((uint64_t)n << 5) + (1 << 20)};
    index_words(&p);
    if (n > 1 && src[0] == '#' && src[1] == '!')
        while (p.t.end < n && src[p.t.end] != '\n' && src[p.t.end] != '\r')
            p.t.end++;
    p.prev_kind = ';';
    js_next(&p);
    p.first = p.t.pos;
    js_statements(&p);
    if (!p.failed && !js_at(&p, JT_EOF))
        js_unexpected(&p);
    free(p.not_arrow);
    free(p.not_args);
    if (p.failed || p.unsupported) {
        locate(&p, err);
        free(out);
        return false;
    }
    *ret = out;
    *ret_n = n;
    return true;
}
