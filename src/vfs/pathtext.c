#include "vfs/pathtext.h"

#include "codec/rawname.h"
#include "codec/utf8.h"

bx_errno bx_path_take(bx_str s, char out[BX_PATH_BUF])
{
    if (s.n == 0)
        return BX_E_NOENT;
    if (s.n > BX_MAX_PATH)
        return BX_E_NAMETOOLONG;
    if (memchr(s.p, '\0', s.n))
        return BX_E_INVAL;
    if (!bx_utf8_valid(s))
        return BX_E_ILSEQ;
    if (s.p[0] == '/')
        return BX_E_PERM;
    size_t n = bx_rawname_take(s, out);
    if (n == SIZE_MAX)
        return BX_E_ILSEQ;
    out[n] = '\0';
    return BX_E_SUCCESS;
}

bx_errno bx_path_show(bx_str raw, char *buf, size_t cap, size_t *ret_n)
{
    char text[BX_PATH_BUF];
    size_t n = bx_rawname_show(raw, text, sizeof text);
    if (n == SIZE_MAX)
        return BX_E_ILSEQ;
    *ret_n = n < cap ? n : cap;
    memcpy(buf, text, *ret_n);
    return BX_E_SUCCESS;
}

/* Length of the part that begins at `p` and ends before '/' or at `end`. */
static size_t part_len(const char *p, const char *end)
{
    const char *slash = memchr(p, '/', (size_t)(end - p));
    return slash ? (size_t)(slash - p) : (size_t)(end - p);
}

static size_t drop_last(const char *out, size_t n)
{
    while (n > 0 && out[n - 1] != '/')
        n--;
    return n > 1 ? n - 1 : 0;
}

static size_t append_parts(bx_str s, char *out, size_t n, size_t cap)
{
    for (const char *p = s.p, *end = s.p + s.n; p < end;) {
        size_t k = part_len(p, end);
        if (k == 2 && p[0] == '.' && p[1] == '.') {
            n = drop_last(out, n);
        } else if (k > 0 && !(k == 1 && p[0] == '.')) {
            if (n + 1 + k + 1 > cap)
                return n;
            out[n++] = '/';
            memcpy(out + n, p, k);
            n += k;
        }
        p += k + 1;
    }
    return n;
}

size_t bx_path_join(bx_str base, bx_str rel, char *out, size_t cap)
{
    size_t n = append_parts(base, out, 0, cap);
    n = append_parts(rel, out, n, cap);
    if (n == 0)
        out[n++] = '/';
    out[n] = '\0';
    return n;
}

bx_split bx_path_split(const char *path)
{
    bx_split s = {0};
    size_t n = strlen(path);
    while (n > 0 && path[n - 1] == '/') {
        n--;
        s.slash = true;
    }
    s.name_at = n;
    while (s.name_at > 0 && path[s.name_at - 1] != '/')
        s.name_at--;
    s.name_n = n - s.name_at;
    s.parent_n = s.name_at;
    const char *name = path + s.name_at;
    if (s.name_n == 1 && name[0] == '.')
        s.last = BX_LAST_DOT;
    else if (s.name_n == 2 && name[0] == '.' && name[1] == '.')
        s.last = BX_LAST_DOTDOT;
    return s;
}
