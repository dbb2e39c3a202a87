#include "tool/denial.h"

#include "codec/shown.h"

enum { MAX_TOLD = 8, MAX_SHOWN = 400 };

typedef struct telling {
    const bx_manifest *m;
    bx_cap_list granted;
    bool is_error;
    bx_buf *out;
    size_t begin, told;
} telling;

/* One line, unless the same was told before. */
static void tell(telling *t, bx_str line)
{
    bx_str said = bx_str_from(bx_buf_str(t->out), t->begin);
    if (t->told == MAX_TOLD || memmem(said.p, said.n, line.p, line.n))
        return;
    (void)bx_buf_add_str(t->out, line);
    t->told++;
}

/* Of the rights asked for those that `caps` do not give at `path`. */
static unsigned lacking(bx_cap_list caps, bx_str path, unsigned rights)
{
    unsigned have = 0;
    for (size_t i = 0; i < caps.n; i++) {
        const bx_cap *c = &caps.at[i];
        bool reads = c->kind == BX_CAP_READ || c->kind == BX_CAP_RW;
        bool writes = c->kind == BX_CAP_WRITE || c->kind == BX_CAP_RW;
        if ((reads || writes) && bx_path_is_below(path, bx_str_of(c->path)))
            have |= (reads ? BX_FS_READ : 0) | (writes ? BX_FS_WRITE : 0);
    }
    return rights & ~have;
}

/* What a capability line can name so that it holds for `path`: the directory it is in. */
static bx_str directory_of(bx_str path)
{
    size_t n = path.n;
    while (n > 1 && path.p[n - 1] != '/')
        n--;
    return (bx_str){path.p, n > 1 ? n - 1 : path.n};
}

static unsigned rights_of(const bx_record_file *f)
{
    if (f->rights)
        return f->rights;
    return f->op == BX_FS_OPEN || f->op == BX_FS_STAT ? BX_FS_READ : BX_FS_WRITE;
}

static void tell_file(telling *t, const bx_record_file *f, bx_str path)
{
    const bx_cap_list needs = {t->m->needs, t->m->n_needs};
    unsigned rights = rights_of(f), missing = lacking(t->granted, path, rights);
    bool is_root =
        missing && !lacking(needs, path, rights) && lacking(needs, directory_of(path), rights);
    BX_AUTO_BUF line = bx_buf_init(4096);
    (void)bx_buf_addf(&line, "refused: %s of ", bx_fs_op_name(f->op));
    bx_shown_add(&line, path, MAX_SHOWN);
    if (missing && !lacking(needs, path, rights)) {
        (void)bx_buf_addf(&line, "; --allow '%s:",
                          missing == BX_FS_READ    ? "read"
                          : missing == BX_FS_WRITE ? "write"
                                                   : "rw");
        bx_shown_add(&line, is_root ? path : directory_of(path), MAX_SHOWN);
        (void)bx_buf_add_z(&line, "' would permit it\n");
    } else if (!t->is_error) {
        return; /* it tried, did without, and nobody could have helped it */
    } else if (missing) {
        (void)bx_buf_addf(&line,
                          "; no --allow could permit it, it is not among the needs of %.*s\n",
                          BX_FMT(t->m->name));
    } else {
        (void)bx_buf_add_z(&line, "; it leads out of what was granted\n");
    }
    tell(t, bx_buf_str(&line));
}

/* "https://host[:port]" of a URL. */
static bx_str origin_of(bx_str url)
{
    const char *at = memmem(url.p, url.n, "://", 3);
    size_t i = at ? (size_t)(at - url.p) + 3 : 0;
    while (i < url.n && url.p[i] != '/' && url.p[i] != '?')
        i++;
    return (bx_str){url.p, i};
}

static void tell_request(telling *t, const bx_record_list *l, const bx_record_request *r)
{
    bx_str url = bx_str_of(bx_record_text(l, r->url)), origin = origin_of(url);
    const char *method = bx_record_text(l, r->method), *rule = bx_record_text(l, r->rule);
    BX_AUTO_BUF line = bx_buf_init(4096);
    (void)bx_buf_addf(&line, "refused: %s ", method);
    bx_shown_add(&line, url, MAX_SHOWN);
    if (*rule) { /* it was not for want of a rule */
        (void)bx_buf_addf(&line, " (%s)\n", rule);
    } else {
        (void)bx_buf_addf(&line, "; --allow 'fetch:%s ", method);
        bx_shown_add(&line, origin, MAX_SHOWN);
        (void)bx_buf_add_z(&line, "' would permit it\n");
    }
    tell(t, bx_buf_str(&line));
}

void bx_denials_tell(const bx_record *record, const bx_denial_of *of, bx_buf *out)
{
    telling t = {.m = of->manifest,
                 .granted = of->granted,
                 .is_error = of->is_error,
                 .out = out,
                 .begin = out->n};
    for (size_t i = 0; i < record->files.n; i++) {
        const bx_record_file *f = bx_record_file_at(record, i);
        if (f->result == BX_E_PERM || f->result == BX_E_NOTCAPABLE)
            tell_file(&t, f, bx_str_of(bx_record_text(&record->files, f->path)));
    }
    for (size_t i = 0; i < record->requests.n; i++) {
        const bx_record_request *r = bx_record_request_at(record, i);
        if (!r->allowed)
            tell_request(&t, &record->requests, r);
    }
}
