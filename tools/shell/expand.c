#include "shell/case.h"
#include "shell/expand.h"

#include <errno.h>

#include "shell/brace.h"
#include "shell/expand_in.h"

enum { MAX_FIELDS = 4000000 };

/* ---- buffers used again ---- */

enum { N_SCRATCH = 8, SCRATCH_KEEP = 4096 };
static sh_buf scratch_[N_SCRATCH];
static int n_scratch_;

sh_buf sh_scratch(void)
{
    if (!n_scratch_)
        return (sh_buf){0};
    sh_buf b = scratch_[--n_scratch_];
    b.n = 0;
    return b;
}

void sh_scratch_back(sh_buf *b)
{
    if (b->p && b->cap <= SCRATCH_KEEP && n_scratch_ < N_SCRATCH)
        scratch_[n_scratch_++] = *b;
    else
        free(b->p);
    *b = (sh_buf){0};
}

/* ---- IFS ---- */

enum {
    C_SPACE = 1, /* white space of IFS */
    C_DELIM = 2, /* another character of IFS */
    C_MAGIC = 4, /* * ? [ */
    C_MARK = 8,
    C_ESCAPE = 16, /* to be marked when quoted: a pattern might read it */
    C_WIDE = 32,   /* begins a character of IFS that has several bytes */
};
static struct {
    uint8_t class[256];
    char ifs[32];
    sh_name *name;
    bool ready, unset;
    char first[4];  /* its first character, */
    size_t first_n; /* and the bytes of that; 0: it is empty */
} ifs_;

static void ifs_update(void)
{
    if (!ifs_.name)
        ifs_.name = sh_name_of("IFS", 3);
    size_t n;
    const char *s = sh_get_name(ifs_.name, &n);
    bool unset = s == NULL;
    if (unset)
        s = " \t\n", n = 3;
    if (ifs_.ready && ifs_.unset == unset && n < sizeof ifs_.ifs && strcmp(ifs_.ifs, s) == 0)
        return;
    memset(ifs_.class, 0, sizeof ifs_.class);
    for (const char *m = "*?[]\\!^-+@()|"; *m; m++)
        ifs_.class[(unsigned char)*m] = C_ESCAPE;
    ifs_.class['*'] |= C_MAGIC;
    ifs_.class['?'] |= C_MAGIC;
    ifs_.class['['] |= C_MAGIC;
    ifs_.class[SH_MARK] = C_MARK | C_ESCAPE;
    for (size_t i = 0, len; i < n; i += len) {
        len = sh_char_len(s + i, n - i);
        ifs_.class[(unsigned char)s[i]] |= len > 1                                       ? C_WIDE
                                           : s[i] == ' ' || s[i] == '\t' || s[i] == '\n' ? C_SPACE
                                                                                         : C_DELIM;
    }
    ifs_.unset = unset;
    ifs_.ready = n < sizeof ifs_.ifs;
    if (ifs_.ready)
        memcpy(ifs_.ifs, s, n + 1);
    ifs_.first_n = n ? sh_char_len(s, n) : 0;
    memcpy(ifs_.first, s, ifs_.first_n);
}

bx_str sh_ifs_first(void)
{
    ifs_update();
    return (bx_str){ifs_.first, ifs_.first_n};
}

/* Bytes of the character of IFS that begins at s, n > 0; 0: it is none. */
static size_t delimiter(const char *s, size_t n)
{
    uint8_t c = ifs_.class[(unsigned char)*s];
    if (c & (C_SPACE | C_DELIM))
        return 1;
    if (BX_LIKELY(!(c & C_WIDE)))
        return 0;
    size_t len = sh_char_len(s, n);
    const char *ifs = ifs_.ready ? ifs_.ifs : sh_get_name(ifs_.name, NULL);
    return len > 1 && ifs && sh_char_in(ifs, s, len) ? len : 0;
}

void sh_expand_done(void)
{
    memset(&ifs_, 0, sizeof ifs_);
    sh_patterns_done();
    while (n_scratch_)
        free(scratch_[--n_scratch_].p);
}

/* ---- fields ---- */

static void field_text(sh_out *o, const char *s, size_t n, bool quoted)
{
    uint8_t want = quoted ? C_ESCAPE : C_MARK;
    size_t i = 0;
    while (i < n) {
        size_t k = i;
        while (k < n && !(ifs_.class[(unsigned char)s[k]] & want))
            k++;
        sh_buf_add(&o->b, s + i, k - i);
        if (k < n) {
            sh_buf_c(&o->b, SH_MARK);
            sh_buf_c(&o->b, s[k++]);
            o->marks = true;
        }
        i = k;
    }
}

static void escaped_text(sh_out *o, const char *s, size_t n, const char *special)
{
    for (size_t i = 0; i < n; i++) {
        if (s[i] && strchr(special, s[i]))
            sh_buf_c(&o->b, '\\');
        sh_buf_c(&o->b, s[i]);
    }
}

static void marked_text(sh_out *o, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '&' || s[i] == '\\' || s[i] == SH_MARK)
            sh_buf_c(&o->b, SH_MARK);
        sh_buf_c(&o->b, s[i]);
    }
}

/* Does the regular expression end within a bracket expression, where a backslash is itself? */
static bool in_brackets(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '\\') {
            i++;
            continue;
        }
        if (s[i] != '[')
            continue;
        i++;
        i += i < n && s[i] == '^';
        i += i < n && s[i] == ']';
        while (i < n && s[i] != ']') {
            if (s[i] == '[' && i + 1 < n && strchr(":.=", s[i + 1])) {
                char kind = s[i + 1];
                for (i += 2; i + 1 < n && (s[i] != kind || s[i + 1] != ']');)
                    i++;
                i++;
            }
            i++;
        }
        if (i >= n)
            return true;
    }
    return false;
}

void sh_out_text(sh_out *o, const char *s, size_t n, bool quoted)
{
    o->have = true;
    o->after_space = false;
    switch (o->mode) {
    case SH_MODE_FIELDS:
        field_text(o, s, n, quoted);
        return;
    case SH_MODE_PATTERN:
        if (quoted) {
            escaped_text(o, s, n, "*?[]\\!^-+@()|:.=&/");
            return;
        }
        break;
    case SH_MODE_REGEX:
        if (quoted && !in_brackets(o->b.p, o->b.n)) {
            escaped_text(o, s, n, "\\.[]{}()*+?|^$");
            return;
        }
        break;
    case SH_MODE_REPLACE:
        if (quoted) {
            marked_text(o, s, n);
            return;
        }
        break;
    default:
        break;
    }
    sh_buf_add(&o->b, s, n);
}

/* MARKs taken out, in place. */
static size_t unmark(char *s, size_t n)
{
    size_t k = 0;
    for (size_t i = 0; i < n; i++) {
        if (s[i] == SH_MARK && i + 1 < n)
            i++;
        s[k++] = s[i];
    }
    s[k] = 0;
    return k;
}

/* Try the field as a pattern; false: it stays what it is. */
static bool globbed(sh_out *o)
{
    sh_buf p = sh_scratch();
    const char *s = o->b.p;
    for (size_t i = 0; i < o->b.n; i++) {
        if (s[i] == SH_MARK && i + 1 < o->b.n) {
            i++;
            if (ifs_.class[(unsigned char)s[i]] & C_ESCAPE && s[i] != SH_MARK)
                sh_buf_c(&p, '\\');
        }
        sh_buf_c(&p, s[i]);
    }
    unsigned flags = sh_match_flags(o->sh);
    bool done = false;
    if (sh_pattern_is_magic((bx_str){sh_buf_str(&p), p.n}, flags)) {
        long n = sh_glob(o->sh, p.p, o->fields);
        done = n > 0;
        if (n == 0 && o->sh->shopt[SH_SHOPT_FAILGLOB]) {
            o->b.n = unmark(sh_buf_str(&o->b), o->b.n);
            sh_error(o->sh, "no match: %s", sh_buf_str(&o->b));
            sh_discard(o->sh, 1);
            done = true;
        } else if (n == 0 && o->sh->shopt[SH_SHOPT_NULLGLOB]) {
            done = true;
        } else if (n < 0) {
            sh_discard(o->sh, 1);
            done = true;
        }
    }
    sh_scratch_back(&p);
    return done;
}

void sh_out_end(sh_out *o)
{
    if (!o->have)
        return;
    o->have = false;
    bool done = o->magic && !o->sh->opt[SH_OPT_NOGLOB] && globbed(o);
    if (!done) {
        sh_buf_str(&o->b);
        if (o->marks)
            o->b.n = unmark(o->b.p, o->b.n);
        sh_strs_add(o->fields, sh_strndup(o->b.p, o->b.n));
    }
    o->b.n = 0;
    o->magic = o->marks = false;
}

static size_t split_run(sh_out *o, const char *s, size_t n)
{
    size_t i = 0;
    uint8_t seen = 0;
    for (; i < n; i++) {
        uint8_t c = ifs_.class[(unsigned char)s[i]];
        if (c & (C_SPACE | C_DELIM | C_WIDE) && delimiter(s + i, n - i))
            break;
        seen |= c;
    }
    if (i) {
        if (seen & C_MARK)
            field_text(o, s, i, false);
        else
            sh_buf_add(&o->b, s, i);
        if (seen & C_MAGIC)
            o->magic = true;
        if ((seen & C_ESCAPE) && o->sh->shopt[SH_SHOPT_EXTGLOB] && memchr(s, '(', i))
            o->magic = true;
        o->have = true;
        o->after_space = false;
    }
    return i;
}

void sh_out_split(sh_out *o, const char *s, size_t n)
{
    if (o->mode != SH_MODE_FIELDS) {
        sh_out_text(o, s, n, false);
        return;
    }
    size_t i = 0;
    while (i < n) {
        i += split_run(o, s + i, n - i);
        if (i >= n)
            return;
        if (!(ifs_.class[(unsigned char)s[i]] & C_SPACE)) {
            if (!o->have && !o->after_space)
                o->have = true; /* an empty field between two delimiters */
            sh_out_end(o);
            o->after_space = false;
            i += delimiter(s + i, n - i);
            while (i < n && (ifs_.class[(unsigned char)s[i]] & C_SPACE))
                i++;
        } else {
            if (o->have) {
                sh_out_end(o);
                o->after_space = true;
            }
            while (i < n && (ifs_.class[(unsigned char)s[i]] & C_SPACE))
                i++;
        }
    }
}

/* ---- parts ---- */

static bool expand_tilde(sh_out *o, bx_str user)
{
    const char *s = NULL;
    if (user.n == 0) {
        s = sh_get("HOME");
        if (!s)
            s = "/";
    } else if (user.n == 1 && user.p[0] == '+') {
        s = sh_get("PWD");
    } else if (user.n == 1 && user.p[0] == '-') {
        s = sh_get("OLDPWD");
    } else if (user.n == 4 && memcmp(user.p, "root", 4) == 0) {
        s = "/root";
    }
    if (s) {
        sh_out_text(o, s, strlen(s), true);
        return true;
    }
    sh_out_text(o, "~", 1, true);
    sh_out_text(o, user.p, user.n, true);
    return true;
}

static bool expand_command(sh_out *o, struct sh_command_subst *c, bool quoted)
{
    sh_buf b = sh_scratch();
    sh_substitute(o->sh, c, &b);
    ifs_update();
    bool ok = o->sh->unwind == SH_GO;
    if (ok) {
        sh_buf_str(&b);
        if (quoted)
            sh_out_text(o, b.p, b.n, true);
        else
            sh_out_split(o, b.p, b.n);
    }
    sh_scratch_back(&b);
    return ok;
}

static bool expand_dquote(sh_out *o, const sh_word *w)
{
    if (w->n_parts == 0) {
        sh_out_text(o, "", 0, true);
        return true;
    }
    size_t before = o->b.n, fields = o->fields ? o->fields->n : 0;
    bool had = o->have;
    o->at_empty = false;
    if (!sh_expand_parts(o, w))
        return false;
    bool nothing = o->b.n == before && (o->fields ? o->fields->n : 0) == fields;
    if (o->at_empty && nothing)
        o->have = had;
    o->at_empty = false;
    return true;
}

static bool expand_arith(sh_out *o, sh_arith_text *t, bool quoted)
{
    int64_t v = 0;
    if (!sh_arith_text_value(o->sh, t, &v)) {
        if (o->sh->unwind == SH_GO)
            sh_discard(o->sh, 1);
        return false;
    }
    char room[24];
    const char *s = sh_int_text(v, room);
    if (quoted)
        sh_out_text(o, s, strlen(s), true);
    else
        sh_out_split(o, s, strlen(s));
    return true;
}

static bool expand_process(sh_out *o, struct sh_command_subst *c)
{
    char *s = sh_process_substitute(o->sh, c);
    if (!s) {
        sh_discard(o->sh, 1);
        return false;
    }
    sh_out_text(o, s, strlen(s), true);
    free(s);
    return true;
}

static bool expand_part(sh_out *o, const sh_word *w, const sh_part *p)
{
    bool quoted = p->flags & SH_QUOTED;
    switch (p->kind) {
    case SH_PART_TEXT:
        if (!quoted && o->operand) {
            sh_out_split(o, p->text.p, p->text.n);
            return true;
        }
        if (!quoted && o->mode == SH_MODE_FIELDS && (w->flags & SH_WORD_GLOB))
            o->magic = true;
        sh_out_text(o, p->text.p, p->text.n, quoted);
        return true;
    case SH_PART_DQUOTE:
        return expand_dquote(o, p->dquote);
    case SH_PART_PARAM:
        return sh_expand_param(o, p->param, quoted);
    case SH_PART_COMMAND:
        return expand_command(o, p->command, quoted);
    case SH_PART_ARITH:
        return expand_arith(o, p->arith, quoted);
    case SH_PART_PROCESS:
        return expand_process(o, p->command);
    case SH_PART_TILDE:
        return expand_tilde(o, p->text);
    default:
        return true;
    }
}

bool sh_expand_parts(sh_out *o, const sh_word *w)
{
    for (uint32_t i = 0; i < w->n_parts; i++)
        if (!expand_part(o, w, &w->parts[i]))
            return false;
    return true;
}

/* ---- words ---- */

static bool expand_one(void *ctx, const sh_word *w)
{
    sh_out *o = ctx;
    if (w->flags & SH_WORD_LITERAL) {
        const sh_part *p = w->parts;
        sh_strs_add(o->fields, w->n_parts ? sh_strndup(p->text.p, p->text.n) : sh_strndup("", 0));
    } else {
        ifs_update();
        o->after_space = false;
        if (!sh_expand_parts(o, w))
            return false;
        sh_out_end(o);
    }
    if (o->fields->n > MAX_FIELDS) {
        sh_error(o->sh, "too many words");
        sh_discard(o->sh, 1);
    }
    return o->sh->unwind == SH_GO;
}

static bool expand_word(sh_out *o, sh_word *w)
{
    if ((w->flags & SH_WORD_BRACE) && o->sh->opt[SH_OPT_BRACEEXPAND]) {
        if (sh_brace_expand(w, expand_one, o))
            return true;
        if (o->sh->unwind == SH_GO) {
            sh_error(o->sh, "%.60s: brace expansion too large", w->raw.p);
            sh_discard(o->sh, 1);
        }
        return false;
    }
    return expand_one(o, w);
}

bool sh_expand_words(shell *sh, sh_word *const *words, size_t n, sh_strs *ret)
{
    sh_out o = {.sh = sh, .fields = ret, .mode = SH_MODE_FIELDS, .b = sh_scratch()};
    bool ok = true;
    for (size_t i = 0; ok && i < n; i++)
        ok = expand_word(&o, words[i]);
    sh_scratch_back(&o.b);
    return ok;
}

bool sh_expand_fields(shell *sh, sh_word *word, sh_strs *ret)
{
    return sh_expand_words(sh, &word, 1, ret);
}

bool sh_expand_into(shell *sh, const sh_word *w, sh_mode mode, sh_buf *b)
{
    b->n = 0;
    bool ok = true;
    if ((w->flags & SH_WORD_LITERAL) && (mode == SH_MODE_STRING || mode == SH_MODE_VALUE)) {
        if (w->n_parts)
            sh_buf_add(b, w->parts->text.p, w->parts->text.n);
    } else {
        sh_out o = {.sh = sh, .mode = (uint8_t)mode, .b = *b};
        ok = sh_expand_parts(&o, w);
        *b = o.b;
    }
    sh_buf_str(b);
    return ok;
}

static char *expand_to(shell *sh, const sh_word *w, sh_mode mode, size_t *ret_n)
{
    sh_buf b = sh_scratch();
    char *s = NULL;
    if (sh_expand_into(sh, w, mode, &b)) {
        s = sh_strndup(b.p, b.n);
        if (ret_n)
            *ret_n = b.n;
    }
    sh_scratch_back(&b);
    return s;
}

char *sh_expand_string(shell *sh, const sh_word *word, size_t *ret_n)
{
    return expand_to(sh, word, SH_MODE_STRING, ret_n);
}

char *sh_expand_pattern(shell *sh, const sh_word *word, bool regex, size_t *ret_n)
{
    return expand_to(sh, word, regex ? SH_MODE_REGEX : SH_MODE_PATTERN, ret_n);
}

char *sh_expand_heredoc(shell *sh, const sh_word *word, size_t *ret_n)
{
    return expand_to(sh, word, SH_MODE_STRING, ret_n);
}

char *sh_expand_redirect(shell *sh, sh_word *word)
{
    sh_strs l = {0};
    char *s = NULL;
    if (sh_expand_fields(sh, word, &l)) {
        if (l.n == 1) {
            s = BX_TAKE(l.v[0]);
            l.n = 0;
        } else {
            sh_error(sh, "%s: ambiguous redirect", word->raw.p);
        }
    }
    sh_strs_done(&l);
    return s;
}
