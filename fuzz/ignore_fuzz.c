/* Ignore rules against all of them tried one by one.  Input: the path (one that ends with '/' is a
 * directory's), a NUL, the file. */
#include "search/ignore.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One line without its end.  Does it match, and what does it say then? */
static bool says(bx_str line, bx_str path, bool is_dir, bool *ret_negated)
{
    bool dirs_only = false;
    size_t end = 0, name = path.n;
    for (size_t i = 0; i < line.n; i++) {
        bool escape = line.p[i] == '\\';
        if (escape && i + 1 == line.n)
            end = line.n;
        i += escape;
        if (i < line.n && (escape || line.p[i] != ' '))
            end = i + 1;
    }
    line.n = end;
    *ret_negated = line.n > 0 && line.p[0] == '!';
    line = bx_str_from(line, *ret_negated);
    if (line.n > 0 && line.p[line.n - 1] == '/') {
        dirs_only = true;
        line.n--;
    }
    while (name > 0 && path.p[name - 1] != '/')
        name--;
    bool is_bound = line.n > 0 && memchr(line.p, '/', line.n);
    line = bx_str_from(line, line.n > 0 && line.p[0] == '/');
    if (line.n == 0 || (dirs_only && !is_dir))
        return false;
    BX_AUTO(bx_pattern) bx_pattern *p = NULL;
    if (bx_pattern_compile(line, BX_DIALECT_GIT, &p, NULL) != BX_OK)
        return false;
    return bx_pattern_match(p, is_bound ? path : bx_str_from(path, name));
}

static bx_ignored one_by_one(bx_str text, bx_str path, bool is_dir)
{
    bx_ignored said = BX_IGNORED_UNSAID;
    text = bx_str_from(text, bx_str_starts(text, BX_LIT("\xef\xbb\xbf")) ? 3 : 0);
    for (size_t at = 0; at < text.n;) {
        size_t end = at;
        bool negated;
        while (end < text.n && text.p[end] != '\n')
            end++;
        bx_str line = {text.p + at, end - at};
        at = end + 1;
        if (line.n > 0 && line.p[line.n - 1] == '\r')
            line.n--;
        const char *nul = line.n > 0 ? memchr(line.p, '\0', line.n) : NULL;
        if (nul)
            line.n = (size_t)(nul - line.p);
        if (line.n > 0 && line.p[0] != '#' && says(line, path, is_dir, &negated))
            said = negated ? BX_IGNORED_NO : BX_IGNORED_YES;
    }
    return said;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *nul = size ? memchr(data, '\0', size) : NULL;
    if (!nul || size > 4000)
        return 0;
    bx_str all = {(const char *)data, size}, path = {all.p, (size_t)(nul - data)},
           text = bx_str_from(all, path.n + 1);
    bool is_dir = path.n > 0 && path.p[path.n - 1] == '/';
    path.n -= is_dir;
    for (size_t i = 0; i < path.n; i++)
        if (path.p[i] == '/' && (i == 0 || i + 1 == path.n || path.p[i + 1] == '/'))
            return 0;
    BX_AUTO(bx_rules) bx_rules *r = NULL;
    if (path.n == 0 || bx_rules_parse(text, &r, NULL) != BX_OK)
        return 0;
    BX_ASSERT(bx_rules_judge(r, path, is_dir) == one_by_one(text, path, is_dir));
    BX_ASSERT(bx_rules_skipped(r) == 0);
    return 0;
}
