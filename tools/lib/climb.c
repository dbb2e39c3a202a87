/* lib/climb.c - paths that climb out of the directory they begin in, as "../tmp/x" does in
 * /workspace: wasi-libc finds the granted directory by the beginning of the path, and the host lets
 * nothing climb out of that.  A guest linked with
 * --wrap=__wasilibc_find_abspath looks again for what such a path means; it may be another granted
 * directory. */
#ifdef __wasm__
#include <stdlib.h>
#include <string.h>

int __real___wasilibc_find_abspath(const char *path, const char **prefix, const char **relative);
int __wrap___wasilibc_find_abspath(const char *path, const char **prefix, const char **relative);

static int climbs_out(const char *p)
{
    int depth = 0;
    while (*p) {
        size_t n = strcspn(p, "/");
        if (n == 2 && p[0] == '.' && p[1] == '.')
            depth--;
        else if (n > 0 && !(n == 1 && p[0] == '.'))
            depth++;
        if (depth < 0)
            return 1;
        p += n;
        p += *p == '/';
    }
    return 0;
}

/* Without "." and ".."; a directory that is granted is no link, so what comes behind its ".." is
 * beside it. */
static void straighten(const char *p, char *to)
{
    size_t n = 0;
    while (*p) {
        size_t k = strcspn(p, "/");
        if (k == 2 && p[0] == '.' && p[1] == '.') {
            while (n > 0 && to[--n] != '/') {
            }
        } else if (k > 0 && !(k == 1 && p[0] == '.')) {
            to[n++] = '/';
            memcpy(to + n, p, k);
            n += k;
        }
        p += k;
        p += *p == '/';
    }
    if (n == 0)
        to[n++] = '/';
    to[n] = '\0';
}

int __wrap___wasilibc_find_abspath(const char *path, const char **prefix, const char **relative)
{
    enum {
        KEPT = 4
    }; /* what is returned points into the path: two are used at a time, by rename */
    static char *kept[KEPT];
    static unsigned turn;
    int fd = __real___wasilibc_find_abspath(path, prefix, relative);
    if (fd < 0 || !climbs_out(*relative))
        return fd;
    char *straight = malloc(strlen(path) + 2);
    if (!straight)
        return fd;
    free(kept[turn]);
    kept[turn] = straight;
    turn = (turn + 1) % KEPT;
    straighten(path, straight);
    return __real___wasilibc_find_abspath(straight, prefix, relative);
}

#endif
