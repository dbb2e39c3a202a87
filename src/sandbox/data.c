#include "sandbox/data.h"

#include "base/limits.h"

struct bx_data {
    bx_data *next;
    const bx_program *program;
    bx_grant *grant; /* owned, sealed */
    bx_vfs *vfs;     /* owned */
    bx_vfs_session *files;
    size_t n; /* the first of the file system's preopens: the others are not the program's */
};

static void free_one(bx_data *d)
{
    bx_vfs_session_free(d->files);
    bx_vfs_unref(d->vfs);
    bx_grant_free(d->grant);
    free(d);
}

void bx_data_free(bx_data *all)
{
    while (all) {
        bx_data *d = all;
        all = d->next;
        free_one(d);
    }
}

/* A grant of nothing but reading them: the containment of vfs/ holds here as anywhere. */
static bx_code grant_of(const bx_program *p, bx_grant *g, bx_error *err)
{
    BX_AUTO_BUF line = bx_buf_init(BX_MAX_CAP_TEXT);
    bx_code rc = BX_OK;
    for (size_t i = 0; i < p->n_data && rc == BX_OK; i++) {
        const bx_data_dir *dir = &p->data[i];
        bx_buf_clear(&line);
        (void)bx_buf_addf(&line, "read:%.*s", BX_FMT(dir->guest));
        rc = bx_buf_check(&line, err);
        if (rc == BX_OK)
            rc = bx_grant_mount(g, bx_str_of(dir->host), dir->guest, err);
        if (rc == BX_OK)
            rc = bx_grant_allow(g, bx_buf_str(&line), err);
    }
    return rc == BX_OK ? bx_grant_seal(g, err) : rc;
}

/* Processes of one call may be on several threads: the session is shared from the beginning. */
static bx_code make(bx_data *d, const bx_limits *limits, bx_error *err)
{
    bx_code rc = bx_grant_new(&d->grant, err);
    if (rc == BX_OK)
        rc = grant_of(d->program, d->grant, err);
    if (rc == BX_OK)
        rc = bx_vfs_new(d->grant, NULL, &d->vfs, err);
    if (rc == BX_OK)
        rc = bx_vfs_session_new(d->vfs, limits, NULL, NULL, &d->files, err);
    if (rc == BX_OK)
        rc = bx_vfs_session_share(d->files, err);
    d->n = d->program->n_data;
    return bx_wrap(rc, err, "data of %.*s", BX_FMT(d->program->name));
}

bx_code bx_data_new(const bx_program *program, const bx_limits *limits, bx_data **ret,
                    bx_error *err)
{
    bx_data *d = bx_calloc(1, sizeof *d);
    if (!d)
        return bx_fail(err, BX_ENOMEM, "data of a program");
    d->program = program;
    bx_code rc = make(d, limits, err);
    if (rc != BX_OK)
        free_one(d);
    else
        *ret = d;
    return rc;
}

const bx_data *bx_data_find(const bx_data *all, const bx_program *program)
{
    while (all && all->program->data != program->data) /* another name of it has the same */
        all = all->next;
    return all;
}

void bx_data_add(bx_data **all, bx_data *d)
{
    d->next = *all;
    *all = d;
}

size_t bx_data_count(const bx_data *d) { return d ? d->n : 0; }

/* Directories of the same path are one preopen, so it is looked for by its name. */
bx_errno bx_data_preopens(const bx_data *d, bx_wasi_preopen *list)
{
    for (size_t k = 0; k < bx_data_count(d); k++) {
        bx_str name = d->program->data[k].guest;
        size_t i = 0, n = bx_vfs_preopen_count(d->vfs);
        while (i < n && !bx_str_eq(bx_vfs_preopen_path(d->vfs, i), name))
            i++;
        list[k] = (bx_wasi_preopen){.name = name, .rights = BX_FS_READ};
        bx_errno e = i < n ? bx_vfs_preopen(d->files, i, &list[k].file) : BX_E_NOENT;
        if (e != BX_E_SUCCESS)
            return e;
    }
    return BX_E_SUCCESS;
}
