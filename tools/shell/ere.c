/* Extended regular expressions by the C library, with a bound on what counted repeats may cost. */
#include <regex.h>

#include "shell/ast.h"
#include "shell/ere.h"

enum { MAX_SIZE = 40000, MAX_PARENS = 100, CACHED = 4 };

struct sh_ere {
    regex_t re;
    char *text;
    size_t n;
    bool nocase;
};

/* Counted repeats are expanded by the library: how large would that be?  Too large: false. */
static bool affordable(bx_str t)
{
    uint64_t open[MAX_PARENS + 1] = {0}, last = 0;
    int depth = 0;
    for (size_t i = 0; i < t.n; i++) {
        char c = t.p[i];
        if (c == '[') {
            size_t k = i + 1;
            k += k < t.n && t.p[k] == '^';
            k += k < t.n && t.p[k] == ']';
            while (k < t.n && t.p[k] != ']')
                k++;
            i = k;
            last = 1;
        } else if (c == '(') {
            if (++depth > MAX_PARENS)
                return false;
            open[depth] = 0;
            continue;
        } else if (c == ')' && depth > 0) {
            last = open[depth--];
        } else if (c == '{') {
            uint64_t most = 0, v = 0;
            for (i++; i < t.n && t.p[i] != '}'; i++) {
                v = t.p[i] >= '0' && t.p[i] <= '9' ? v * 10 + (uint64_t)(t.p[i] - '0') : 0;
                most = v > most ? v : most;
                if (most > MAX_SIZE)
                    return false;
            }
            open[depth] += most ? last * (most - 1) : 0;
            last *= most ? most : 1;
            if (open[depth] > MAX_SIZE)
                return false;
            continue;
        } else {
            i += c == '\\';
            last = 1;
        }
        open[depth] += last;
        if (open[depth] > MAX_SIZE * 10ULL)
            return false;
    }
    return true;
}

/* Within brackets, [=x=] and [.x.] of one plain character are that character: the library knows
 * none. */
static void collate(char *text)
{
    char *to = text;
    bool inside = false;
    for (const char *p = text; *p;) {
        const char *end = inside && p[0] == '[' && p[1] == ':' ? strstr(p + 2, ":]") : NULL;
        if (inside && p[0] == '[' && (p[1] == '=' || p[1] == '.') && p[2] &&
            !strchr("]^-\\", p[2]) && p[3] == p[1] && p[4] == ']') {
            *to++ = p[2];
            p += 5;
        } else if (end) {
            while (p < end + 2)
                *to++ = *p++;
        } else if (!inside && p[0] == '[') {
            inside = true;
            *to++ = *p++;
            if (*p == '^')
                *to++ = *p++;
            if (*p == ']')
                *to++ = *p++;
        } else {
            if (!inside && p[0] == '\\' && p[1])
                *to++ = *p++;
            else if (p[0] == ']')
                inside = false;
            *to++ = *p++;
        }
    }
    *to = '\0';
}

sh_ere *sh_ere_new(bx_str text, bool nocase)
{
    if (!affordable(text))
        return NULL;
    sh_ere *e = sh_alloc(sizeof *e);
    e->text = sh_strndup(text.p, text.n);
    e->n = text.n;
    e->nocase = nocase;
    char *plain = sh_strndup(text.p, text.n);
    collate(plain);
    bool is_good = regcomp(&e->re, plain, REG_EXTENDED | (nocase ? REG_ICASE : 0)) == 0;
    free(plain);
    if (is_good)
        return e;
    free(e->text);
    free(e);
    return NULL;
}

void sh_ere_free(sh_ere *e)
{
    if (!e)
        return;
    regfree(&e->re);
    free(e->text);
    free(e);
}

const sh_ere *sh_ere_cached(bx_str text, bool nocase)
{
    static sh_ere *cache[CACHED];
    static unsigned oldest;
    for (size_t i = 0; i < CACHED; i++) {
        if (cache[i] && cache[i]->n == text.n && cache[i]->nocase == nocase &&
            memcmp(cache[i]->text, text.p, text.n) == 0)
            return cache[i];
    }
    sh_ere *e = sh_ere_new(text, nocase);
    if (!e)
        return NULL;
    size_t k = oldest++ % CACHED;
    sh_ere_free(cache[k]);
    cache[k] = e;
    return e;
}

size_t sh_ere_groups(const sh_ere *e) { return e->re.re_nsub; }

int sh_ere_match(const sh_ere *e, bx_str s, void (*group)(void *ctx, size_t i, bx_str text),
                 void *ctx)
{
    size_t n = e->re.re_nsub + 1;
    regmatch_t *m = sh_alloc(n * sizeof *m);
    char *copy = sh_strndup(s.p, s.n);
    int rc = regexec(&e->re, copy, n, m, 0);
    for (size_t i = 0; rc == 0 && group && i < n; i++) {
        bool took_part = m[i].rm_so >= 0;
        group(ctx, i,
              took_part ? (bx_str){copy + m[i].rm_so, (size_t)(m[i].rm_eo - m[i].rm_so)}
                        : (bx_str){"", 0});
    }
    free(copy);
    free(m);
    return rc == 0 ? 1 : rc == REG_NOMATCH ? 0 : -1;
}
