#include "cli/own_tool.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#define MANIFEST ".tool.yaml"

static bool ends_in(bx_str s, bx_str end)
{
    return s.n > end.n && memcmp(s.p + s.n - end.n, end.p, end.n) == 0;
}

bool bx_own_tool_is_meant(const char *word)
{
    bx_str s = bx_str_of(word);
    return strchr(word, '/') || strcmp(word, ".") == 0 || strcmp(word, "..") == 0 ||
           ends_in(s, BX_LIT(".wasm")) || ends_in(s, BX_LIT(MANIFEST));
}

/* ---- finding --------------------------------------------------------------------------------- */

/* DIR/NAME.wasm for the one manifest of a directory. */
static bx_code find_in(const char *dir, bx_buf *wasm, bx_error *err)
{
    DIR *d = opendir(dir);
    size_t found = 0;
    if (!d)
        return bx_fail_errno(err, errno, "%s", dir);
    for (const struct dirent *e; (e = readdir(d));) {
        bx_str name = bx_str_of(e->d_name);
        if (!ends_in(name, BX_LIT(MANIFEST)) || found++)
            continue;
        (void)bx_buf_addf(wasm, "%s/%.*s.wasm", dir, (int)(name.n - strlen(MANIFEST)), name.p);
    }
    (void)closedir(d);
    if (found == 1)
        return bx_buf_check(wasm, err);
    return found ? bx_fail(err, BX_EINVAL, "%s: %zu tools; name the one", dir, found)
                 : bx_fail(err, BX_ENOENT, "%s: no tool in it, which would be NAME" MANIFEST, dir);
}

bx_code bx_own_tool_find(const char *word, bx_buf *wasm, bx_manifest **ret, bx_error *err)
{
    struct stat st;
    bx_str path = bx_str_of(word);
    bx_code rc;
    if (stat(word, &st) == 0 && S_ISDIR(st.st_mode)) {
        rc = find_in(word, wasm, err);
    } else if (ends_in(path, BX_LIT(MANIFEST))) {
        (void)bx_buf_addf(wasm, "%.*s.wasm", (int)(path.n - strlen(MANIFEST)), word);
        rc = bx_buf_check(wasm, err);
    } else if (ends_in(path, BX_LIT(".wasm"))) {
        (void)bx_buf_add_z(wasm, word);
        rc = bx_buf_check(wasm, err);
    } else {
        rc = bx_fail(err, BX_ENOENT, "%s: no such directory, and no NAME.wasm", word);
    }
    if (rc != BX_OK)
        return rc;
    rc = bx_manifest_beside(wasm->p, ret, err);
    if (rc == BX_OK && !*ret)
        rc = bx_fail(err, BX_ENOENT, "%s: no manifest beside it, which would be %.*s" MANIFEST,
                     wasm->p, (int)(wasm->n - strlen(".wasm")), wasm->p);
    return rc;
}
