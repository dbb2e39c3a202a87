#include "base/buf.h"
#include "search/pattern.h"

typedef struct glob {
    bx_pattern *pattern;
    bool excludes, dirs_only;
} glob;

struct bx_globs {
    glob g[BX_GLOBS_MAX];
    size_t n;
    bool any_includes;
};

bx_code bx_globs_new(bx_globs **ret, bx_error *err)
{
    bx_globs *g = bx_calloc(1, sizeof *g);
    if (!g)
        return bx_fail(err, BX_ENOMEM, "no memory for patterns");
    *ret = g;
    return BX_OK;
}

void bx_globs_free(bx_globs *g)
{
    if (!g)
        return;
    for (size_t i = 0; i < g->n; i++)
        bx_pattern_free(g->g[i].pattern);
    free(g);
}

/* `text` with a star-star part before it: without a slash it matches at any depth. */
static bx_code compile_floating(bx_str text, bx_pattern **ret, bx_error *err)
{
    BX_AUTO_BUF b = bx_buf_init(BX_PATTERN_MAX);
    (void)bx_buf_add_z(&b, "**/");
    (void)bx_buf_add_str(&b, text);
    bx_code e = bx_buf_check(&b, err);
    return e == BX_OK ? bx_pattern_compile(bx_buf_str(&b), BX_DIALECT_TOOL, ret, err) : e;
}

bx_code bx_globs_add(bx_globs *g, bx_str pattern, bx_error *err)
{
    if (g->n == BX_GLOBS_MAX)
        return bx_fail(err, BX_ELIMIT, "more than %d patterns", BX_GLOBS_MAX);
    glob new = {0};
    bx_str text = pattern;
    if (text.n > 0 && text.p[0] == '!') {
        new.excludes = true;
        text = bx_str_from(text, 1);
    }
    if (text.n > 0 && text.p[text.n - 1] == '/') {
        new.dirs_only = true;
        text.n--;
    }
    bool has_slash = text.n > 0 && memchr(text.p, '/', text.n) != NULL;
    if (text.n > 0 && text.p[0] == '/')
        text = bx_str_from(text, 1);
    if (text.n == 0)
        return bx_fail(err, BX_EINVAL, "it is empty");
    bx_code e = text.n > BX_PATTERN_MAX - 3 || has_slash
                    ? bx_pattern_compile(text, BX_DIALECT_TOOL, &new.pattern, err)
                    : compile_floating(text, &new.pattern, err);
    if (e != BX_OK)
        return e;
    g->any_includes |= !new.excludes;
    g->g[g->n++] = new;
    return BX_OK;
}

bx_glob_verdict bx_globs_judge(bx_globs *g, bx_str path, bool is_dir)
{
    for (size_t i = g->n; i-- > 0;) {
        const glob *one = &g->g[i];
        if ((is_dir || !one->dirs_only) && bx_pattern_match(one->pattern, path))
            return one->excludes ? BX_GLOB_EXCLUDED : BX_GLOB_INCLUDED;
    }
    return g->any_includes && !is_dir ? BX_GLOB_EXCLUDED : BX_GLOB_NONE;
}

bool bx_globs_take(bx_globs *g, bx_str path, bool is_dir)
{
    bx_glob_verdict v = bx_globs_judge(g, path, is_dir);
    return v == BX_GLOB_INCLUDED || (v == BX_GLOB_NONE && !g->any_includes);
}

bool bx_globs_may_enter(bx_globs *g, bx_str dir)
{
    bool may = !g->any_includes;
    if (dir.n > 0 && bx_globs_judge(g, dir, true) == BX_GLOB_EXCLUDED)
        return false;
    for (size_t i = 0; !may && i < g->n; i++)
        may = !g->g[i].excludes && bx_pattern_may_match_below(g->g[i].pattern, dir);
    return may;
}

bool bx_globs_ask_for_hidden(bx_globs *g, bx_str path, bool is_dir)
{
    for (size_t i = 0; i < g->n; i++) {
        glob *one = &g->g[i];
        if (!one->excludes &&
            ((is_dir && bx_pattern_may_match_hidden_below(one->pattern, path)) ||
             ((is_dir || !one->dirs_only) && bx_pattern_match_hidden(one->pattern, path))))
            return true;
    }
    return false;
}
