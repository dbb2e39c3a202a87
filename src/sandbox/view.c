#include "sandbox/view.h"

#include "base/limits.h"
#include "policy/derive.h"

struct bx_view {
    bx_view *next;
    const bx_view *above;
    const bx_program *program;
    bx_grant *grant; /* owned, sealed */
    bool all_files;  /* it narrows no directory */
    bool is_same;    /* it narrows nothing at all: `above` is used instead */
};

static bool is_file_cap(bx_cap_kind k)
{
    return k == BX_CAP_READ || k == BX_CAP_WRITE || k == BX_CAP_RW;
}

static unsigned rights_of(bx_cap_kind k)
{
    return k == BX_CAP_READ    ? BX_FS_READ
           : k == BX_CAP_WRITE ? BX_FS_WRITE
                               : BX_FS_READ | BX_FS_WRITE;
}

static bool has_cap(bx_cap_list caps, const bx_cap *c)
{
    /* There is one /tmp and one store, whose size is the call's. */
    for (size_t i = 0; i < caps.n && (c->kind == BX_CAP_TMP || c->kind == BX_CAP_STORE); i++) {
        if (caps.at[i].kind == c->kind)
            return true;
    }
    char want[BX_MAX_CAP_TEXT + 64], have[sizeof want];
    if (bx_cap_print(c, want, sizeof want, NULL) != BX_OK)
        return false;
    for (size_t i = 0; i < caps.n; i++) {
        if (caps.at[i].kind == c->kind &&
            bx_cap_print(&caps.at[i], have, sizeof have, NULL) == BX_OK && strcmp(have, want) == 0)
            return true;
    }
    return false;
}

/* Whatever a program does with clock, randomness and variables was decided by its caller. */
static bool counts(bx_cap_kind k)
{
    return k != BX_CAP_ENV && k != BX_CAP_CLOCK && k != BX_CAP_RANDOM && k != BX_CAP_DENY &&
           k != BX_CAP_NOT_TOOL;
}

static bool keeps(bx_cap_list above, bx_cap_list now, bool files_only)
{
    for (size_t i = 0; i < above.n; i++) {
        bx_cap_kind k = above.at[i].kind;
        bool looked_at =
            files_only ? is_file_cap(k) || k == BX_CAP_TMP || k == BX_CAP_STORE : counts(k);
        if (looked_at && !has_cap(now, &above.at[i]))
            return false;
    }
    return true;
}

const bx_grant *bx_view_grant(const bx_view *v, const bx_sealed *s)
{
    return v ? v->grant : s->grant;
}

static bx_code make(const bx_sealed *s, bx_view *v, bx_error *err)
{
    const bx_grant *above = bx_view_grant(v->above, s);
    BX_AUTO_BUF notes = bx_buf_init(4096);
    bx_code rc = bx_grant_derive(above, (bx_cap_list){v->program->needs, v->program->n_needs},
                                 &v->grant, &notes, err);
    if (rc == BX_OK)
        rc = bx_grant_seal(v->grant, err);
    if (rc != BX_OK)
        return rc;
    bx_cap_list was = bx_grant_caps(above), now = bx_grant_caps(v->grant);
    v->is_same = keeps(was, now, false);
    v->all_files = (!v->above || v->above->all_files) && keeps(was, now, true);
    return BX_OK;
}

bx_code bx_view_of(const bx_sealed *s, const bx_view *above, const bx_program *program,
                   bx_view **all, const bx_view **ret, bx_error *err)
{
    *ret = above;
    if (!program->has_needs)
        return BX_OK;
    bx_view *v = *all;
    while (v && (v->above != above || v->program->needs != program->needs))
        v = v->next;
    if (!v) {
        v = bx_calloc(1, sizeof *v);
        if (!v)
            return bx_fail(err, BX_ENOMEM, "what a program may use");
        v->above = above;
        v->program = program;
        bx_code rc = make(s, v, err);
        if (rc != BX_OK) {
            bx_grant_free(v->grant);
            free(v);
            return rc;
        }
        v->next = *all;
        *all = v;
    }
    *ret = v->is_same ? above : v;
    return BX_OK;
}

bool bx_view_narrows_files(const bx_view *v) { return v && !v->all_files; }

void bx_views_free(bx_view *all)
{
    while (all) {
        bx_view *v = all;
        all = v->next;
        bx_grant_free(v->grant);
        free(v);
    }
}

/* ---- directories --------------------------------------------------------------------------- */

static bool is_cwd_entry(const bx_vfs *v, size_t i)
{
    return bx_str_eq(bx_vfs_preopen_path(v, i), BX_LIT("."));
}

/* The preopen closest above `path`, the one at "/" included; SIZE_MAX: none. */
static size_t closest(const bx_vfs *v, bx_str path)
{
    size_t best = SIZE_MAX, n = bx_vfs_preopen_count(v);
    for (size_t i = 0; i < n; i++) {
        bx_str p = bx_vfs_preopen_path(v, i);
        if (!is_cwd_entry(v, i) && bx_path_is_below(path, p) &&
            (best == SIZE_MAX || p.n > bx_vfs_preopen_path(v, best).n))
            best = i;
    }
    return best;
}

static bx_str below(bx_str path, bx_str dir)
{
    bx_str rest = bx_str_from(path, dir.n < path.n ? dir.n : path.n);
    while (rest.n && rest.p[0] == '/')
        rest = bx_str_from(rest, 1);
    return rest.n ? rest : BX_LIT(".");
}

/* An entry of a list for the granted directory `path`. */
static bx_errno entry_for(const bx_vfs *v, bx_vfs_session *files, bx_str path, unsigned rights,
                          bx_wasi_preopen *ret)
{
    const bx_open_how how = {.read = true, .directory = true, .follow = true};
    size_t i = closest(v, path);
    if (i == SIZE_MAX)
        return BX_E_NOENT;
    bx_str at = bx_vfs_preopen_path(v, i);
    *ret = (bx_wasi_preopen){.name = path, .index = i, .rights = rights};
    if (bx_str_eq(at, path))
        return BX_E_SUCCESS;
    bx_file *dir = NULL;
    bx_errno e = bx_vfs_preopen(files, i, &dir);
    return e == BX_E_SUCCESS ? bx_vfs_open(dir, below(path, at), &how, &ret->file) : e;
}

/* Of a call's own directories the ones a view leaves as they are. */
static bx_errno add_all(const bx_vfs *v, bx_wasi_preopen *list, size_t *n)
{
    for (size_t i = 0; i < bx_vfs_preopen_count(v); i++) {
        if (!is_cwd_entry(v, i))
            list[(*n)++] = (bx_wasi_preopen){
                .name = bx_vfs_preopen_path(v, i), .index = i, .rights = BX_FS_READ | BX_FS_WRITE};
    }
    return BX_E_SUCCESS;
}

/* Empty: it names no directory. */
static bx_str directory_of(const bx_cap *c)
{
    return is_file_cap(c->kind)      ? bx_str_of(c->path)
           : c->kind == BX_CAP_TMP   ? BX_LIT("/tmp")
           : c->kind == BX_CAP_STORE ? BX_LIT("/store")
                                     : BX_LIT("");
}

/* Only what the view's grant names, /bin with it.  The directory above all leads into everything,
 * and so is there without any right. */
static bx_errno add_granted(const bx_view *view, const bx_vfs *v, bx_vfs_session *files,
                            bx_wasi_preopen *list, size_t *n)
{
    bx_cap_list caps = bx_grant_caps(view->grant);
    bx_errno e = BX_E_SUCCESS;
    for (size_t i = 0; i < caps.n && e == BX_E_SUCCESS; i++) {
        const bx_cap *c = &caps.at[i];
        bx_str path = directory_of(c);
        if (path.n == 0)
            continue;
        e = entry_for(v, files, path, is_file_cap(c->kind) ? rights_of(c->kind) : 3u, &list[*n]);
        if (e == BX_E_SUCCESS)
            ++*n;
        else if (e == BX_E_NOENT) /* needed, and not there: then it is not there */
            e = BX_E_SUCCESS;
    }
    /* For what lies below /dev alone. */
    size_t top = closest(v, BX_LIT("/"));
    if (top != SIZE_MAX && *n > 0)
        list[(*n)++] = (bx_wasi_preopen){.name = BX_LIT("/"), .index = top, .rights = 0};
    size_t bin = closest(v, BX_LIT("/bin"));
    if (e == BX_E_SUCCESS && bin != SIZE_MAX &&
        bx_str_eq(bx_vfs_preopen_path(v, bin), BX_LIT("/bin")))
        list[(*n)++] =
            (bx_wasi_preopen){.name = BX_LIT("/bin"), .index = bin, .rights = BX_FS_READ};
    return e;
}

/* The entry of `list` closest above `cwd`. */
static bx_errno open_cwd(const bx_wasi_preopen *list, size_t n, bx_vfs_session *files, bx_str cwd,
                         bx_wasi_preopen *ret)
{
    const bx_open_how how = {.read = true, .directory = true, .follow = true};
    const bx_wasi_preopen *best = NULL;
    for (size_t i = 0; i < n; i++) {
        if (bx_path_is_below(cwd, list[i].name) && (!best || list[i].name.n > best->name.n))
            best = &list[i];
    }
    if (!best)
        return BX_E_NOENT;
    bx_file *dir = best->file;
    bx_errno e = dir ? BX_E_SUCCESS : bx_vfs_preopen(files, best->index, &dir);
    *ret = (bx_wasi_preopen){.name = BX_LIT("."), .index = best->index, .rights = best->rights};
    return e == BX_E_SUCCESS ? bx_vfs_open(dir, below(cwd, best->name), &how, &ret->file) : e;
}

static void drop(bx_wasi_preopen *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        (void)bx_file_close(list[i].file);
    free(list);
}

static bool has_cwd_entry(const bx_vfs *v)
{
    size_t n = bx_vfs_preopen_count(v);
    return n > 0 && is_cwd_entry(v, n - 1);
}

/* Those of the program come after what is granted, so that of two at one path its own count; the
 * working directory is found among the granted ones only, before they are there. */
static bx_errno add_last(bx_wasi_preopen *list, size_t *n, bx_vfs_session *files,
                         const bx_data *data, bx_str cwd)
{
    bx_wasi_preopen at;
    if (cwd.n > 0) {
        bx_errno e = open_cwd(list, *n, files, cwd, &at);
        if (e != BX_E_SUCCESS)
            return e;
    }
    bx_errno e = bx_data_preopens(data, list + *n);
    if (e == BX_E_SUCCESS)
        *n += bx_data_count(data);
    if (cwd.n > 0)
        list[(*n)++] = at; /* dropped with the others where the rest failed */
    return e;
}

bx_errno bx_view_preopens(const bx_view *v, const bx_sealed *s, bx_vfs_session *files,
                          const bx_data *data, bx_str cwd, bx_wasi_preopen **ret, size_t *ret_n)
{
    bool all = !v || v->all_files;
    *ret = NULL;
    *ret_n = 0;
    if (all && cwd.n == 0 && !has_cwd_entry(s->vfs) && !data)
        return BX_E_SUCCESS;
    size_t most = bx_vfs_preopen_count(s->vfs) + (v ? bx_grant_caps(v->grant).n : 0) +
                  bx_data_count(data) + 3,
           n = 0;
    bx_wasi_preopen *list = bx_calloc(most, sizeof *list);
    if (!list)
        return BX_E_NOMEM;
    bx_errno e = all ? add_all(s->vfs, list, &n) : add_granted(v, s->vfs, files, list, &n);
    if (e == BX_E_SUCCESS)
        e = add_last(list, &n, files, data, cwd);
    if (e != BX_E_SUCCESS) {
        drop(list, n);
        return e;
    }
    *ret = list;
    *ret_n = n;
    return BX_E_SUCCESS;
}

/* The directory a path is looked at from, and what is left to go: for a view one of those it has,
 * so that nothing else can be found out about. */
static bx_errno start_of(const bx_view *view, const bx_vfs *v, bx_vfs_session *files, bx_str path,
                         bx_wasi_preopen *ret)
{
    bool everybody_s = bx_str_eq(path, BX_LIT("/")) || bx_str_eq(path, BX_LIT("/bin"));
    if (!bx_view_narrows_files(view) || everybody_s) {
        size_t i = closest(v, path);
        *ret = (bx_wasi_preopen){.index = i};
        if (i == SIZE_MAX)
            return BX_E_NOENT;
        ret->name = bx_vfs_preopen_path(v, i);
        return BX_E_SUCCESS;
    }
    bx_cap_list caps = bx_grant_caps(view->grant);
    bx_str best = BX_LIT("");
    for (size_t i = 0; i < caps.n; i++) {
        bx_str dir = directory_of(&caps.at[i]);
        if (dir.n > best.n && bx_path_is_below(path, dir))
            best = dir;
    }
    return best.n > 0 ? entry_for(v, files, best, 0, ret) : BX_E_NOENT;
}

bx_errno bx_view_check_cwd(const bx_view *v, const bx_sealed *s, bx_vfs_session *files, bx_str cwd)
{
    bx_wasi_preopen at = {.index = 0};
    bx_stat st;
    bx_errno e = start_of(v, s->vfs, files, cwd, &at);
    if (e != BX_E_SUCCESS)
        return e;
    bx_file *dir = at.file;
    if (!dir)
        e = bx_vfs_preopen(files, at.index, &dir);
    if (e == BX_E_SUCCESS)
        e = bx_vfs_stat_at(dir, below(cwd, at.name), true, &st);
    (void)bx_file_close(at.file);
    return e != BX_E_SUCCESS ? e : st.type == BX_FT_DIR ? BX_E_SUCCESS : BX_E_NOTDIR;
}
