/* Rules compare names byte by byte.  Where ".ENV" opens ".env" they would be sidestepped; so a path
 * is compared in its folded form as well, and when only that matches, the directories on its way
 * decide.  Nobody pays for this whose names are not those of a rule in another spelling. */
#include "vfs/carve_fold.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/ascii.h"
#include "os/beneath.h"
#include "os/fd.h"
#include "os/fstype.h"

bool bx_carve_distrusts_all;

static size_t part_end(bx_str path, size_t from)
{
    const char *slash = from < path.n ? memchr(path.p + from, '/', path.n - from) : NULL;
    return slash ? (size_t)(slash - path.p) : path.n;
}

bool bx_form_strip(char *form, size_t *n)
{
    size_t out = 0;
    for (size_t i = 0; i < *n;) {
        size_t end = part_end((bx_str){form, *n}, i), keep = i;
        while (keep < end && form[keep] != ':')
            keep++;
        while (keep > i && (form[keep - 1] == '.' || form[keep - 1] == ' '))
            keep--;
        memmove(form + out, form + i, keep - i);
        out += keep - i;
        if (end < *n)
            form[out++] = '/';
        i = end + 1;
    }
    bool changed = out != *n;
    *n = out;
    form[out] = '\0';
    return changed;
}

/* Up to eight bytes that end in '~' and digits, then at most a dot and three bytes. */
static bool is_short(bx_str part)
{
    size_t dot = 0, tilde;
    while (dot < part.n && part.p[dot] != '.')
        dot++;
    for (tilde = dot; tilde > 0 && bx_is_digit(part.p[tilde - 1]); tilde--)
        ;
    return dot <= 8 && part.n <= dot + 4 && tilde < dot && tilde > 0 && part.p[tilde - 1] == '~';
}

bool bx_form_next_short(bx_str form, size_t from, size_t *ret)
{
    for (size_t i = from; i < form.n;) {
        size_t end = part_end(form, i);
        if (is_short((bx_str){form.p + i, end - i})) {
            *ret = i;
            return true;
        }
        i = end + 1;
    }
    return false;
}

/* The directory `path` names ("" = `dir` itself), with the part `name` in it. */
static bool folds_at(int dir, bx_str path, uint64_t resolve, bx_str name)
{
    char text[BX_PATH_BUF], part[BX_NAME_MAX + 1];
    if (path.n >= sizeof text || name.n >= sizeof part)
        return true;
    memcpy(text, path.p, path.n);
    text[path.n] = '\0';
    memcpy(part, name.p, name.n);
    part[name.n] = '\0';
    BX_AUTOCLOSE int fd = bx_openat2(dir, *text ? text : ".", O_PATH | O_DIRECTORY, resolve);
    return fd < 0 || bx_carve_distrusts_all || bx_dir_names_fold(fd) || bx_dir_hides_name(fd, part);
}

/* Each directory from the one that holds the last part up to where `path` begins. */
static bool folds_on(int dir, bx_str path, uint64_t resolve)
{
    for (size_t end = path.n; end > 0;) {
        size_t at = end;
        while (at > 0 && path.p[at - 1] != '/')
            at--;
        bx_str up = {path.p, at > 1 ? at - 1 : at};
        if (folds_at(dir, up, resolve, (bx_str){path.p + at, end - at}))
            return true;
        end = at > 0 ? at - 1 : 0;
    }
    return false;
}

/* The part below the view through its descriptor, what is above it by name. */
bool bx_path_names_fold(const bx_view *v, bx_str host)
{
    bx_str rel = bx_str_from(host, host.n > v->host_n ? v->host_n + 1 : host.n);
    if (folds_on(v->fd, rel, BX_BENEATH_STEP))
        return true;
    return folds_on(AT_FDCWD, (bx_str){v->host, v->host_n},
                    RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS);
}
