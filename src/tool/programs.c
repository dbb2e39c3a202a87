#include "tool/programs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "os/fd.h"
#include "tool/builtin.h"
#include "tool/invoke_kind.h"

enum { MAX_PATH = 4096 };

typedef struct part { /* a module and what it says of itself */
    struct part *next;
    bx_module *module;
    const bx_manifest *manifest; /* NULL: nothing */
    bx_manifest *own;            /* it, where it is ours to free */
    char *name;                  /* of a file; NULL: the manifest alone names its programs */
    bx_str bytes;
    bool carried, all_names;
    bool is_vouched;
    bx_data_dir *data; /* owned, with the paths of the host in it */
    size_t n_data;
    bx_str *args; /* owned list; texts are the manifest's */
    size_t n_args;
    bx_str *env; /* owned, "K=V" */
    size_t n_env;
} part;

struct bx_programs {
    bx_runtime *rt;
    part *parts; /* owned; the last one added first */
    bx_program *list;
    size_t n;
};

bx_code bx_programs_new(bx_runtime *rt, bx_programs **ret, bx_error *err)
{
    bx_programs *p = bx_calloc(1, sizeof *p);
    if (!p)
        return bx_fail(err, BX_ENOMEM, "programs");
    p->rt = rt;
    *ret = p;
    return BX_OK;
}

static void part_free(part *q)
{
    bx_module_free(q->module);
    for (size_t i = 0; i < q->n_data; i++)
        free((char *)(uintptr_t)q->data[i].host);
    for (size_t i = 0; i < q->n_env; i++)
        free((char *)(uintptr_t)q->env[i].p);
    free(q->data);
    free(q->args);
    free(q->env);
    bx_manifest_free(q->own);
    free(q->name);
    free(q);
}

void bx_programs_free(bx_programs *p)
{
    if (!p)
        return;
    while (p->parts) {
        part *q = p->parts;
        p->parts = q->next;
        part_free(q);
    }
    free(p->list);
    free(p);
}

static void add(bx_programs *p, part *q)
{
    q->next = p->parts;
    p->parts = q;
}

/* ---- those that are carried --------------------------------------------------------------------
 */

static bx_code add_carried(bx_programs *p, const bx_builtin *b, bx_error *err)
{
    part *q = bx_calloc(1, sizeof *q);
    const bx_carried carried = bx_builtin_module(b);
    if (!q)
        return bx_fail(err, BX_ENOMEM, "programs");
    bx_code rc = bx_builtin_manifest(b, &q->own, err);
    q->manifest = q->own;
    if (rc == BX_OK && !q->manifest->programs) { /* a tool that is none */
        part_free(q);
        return BX_OK;
    }
    if (rc == BX_OK)
        rc = bx_module_carried(p->rt, &carried, &q->module, err);
    if (rc != BX_OK) {
        part_free(q);
        return rc;
    }
    q->bytes = carried.wasm;
    q->carried = true;
    add(p, q);
    return BX_OK;
}

/* Only manifests that say so are looked at: the others need not be parsed. */
static bool may_have_programs(const bx_builtin *b)
{
    bx_str text = bx_builtin_manifest_text(b);
    static const char key[] = "\"programs\"";
    return memmem(text.p, text.n, key, sizeof key - 1) != NULL;
}

bx_code bx_programs_add_builtin(bx_programs *p, bx_error *err)
{
    bx_code rc = BX_OK;
    for (size_t i = 0; i < bx_boxes_count && rc == BX_OK; i++)
        rc = add_carried(p, &bx_boxes[i], err);
    for (size_t i = 0; i < bx_builtins_count && rc == BX_OK; i++) {
        if (may_have_programs(&bx_builtins[i]))
            rc = add_carried(p, &bx_builtins[i], err);
    }
    return rc;
}

/* ---- files --------------------------------------------------------------------------------- */

/* What the manifest names beside itself, as paths of the host. */
static bx_code take_data(part *q, const char *path, bx_error *err)
{
    const char *slash = strrchr(path, '/');
    size_t n = bx_json_size(q->manifest->data);
    bx_str dir = slash ? (bx_str){path, (size_t)(slash - path) + 1} : BX_LIT("");
    q->data = n ? bx_calloc(n, sizeof *q->data) : NULL;
    bx_json_iter it = bx_json_iter_of(q->manifest->data);
    bx_str guest, name;
    for (const bx_json_val *e; q->data && (e = bx_json_next(&it, &guest));) {
        BX_AUTO_BUF host = bx_buf_init(MAX_PATH);
        if (!bx_json_str(e, &name))
            continue; /* looked at when the manifest was read */
        (void)bx_buf_addf(&host, "%.*s%.*s", BX_FMT(dir), BX_FMT(name));
        if (bx_buf_check(&host, err) != BX_OK)
            return bx_fail(err, BX_ELIMIT, "data: the path is too long");
        char *copy = bx_strndup(host.p, host.n);
        if (!copy)
            return bx_fail(err, BX_ENOMEM, "programs");
        q->data[q->n_data++] = (bx_data_dir){.guest = guest, .host = copy};
    }
    return n && !q->data ? bx_fail(err, BX_ENOMEM, "programs") : BX_OK;
}

static bx_code take_args(part *q, bx_error *err)
{
    size_t n = bx_json_size(q->manifest->args);
    q->args = n ? bx_calloc(n, sizeof *q->args) : NULL;
    bx_json_iter it = bx_json_iter_of(q->manifest->args);
    for (const bx_json_val *e; q->args && (e = bx_json_next(&it, NULL));) {
        /* What is made of a tool call's arguments is nothing to one who calls it as a program. */
        if (bx_json_str(e, &q->args[q->n_args]) && !bx_argv_takes(q->args[q->n_args]))
            q->n_args++;
    }
    return n && !q->args ? bx_fail(err, BX_ENOMEM, "programs") : BX_OK;
}

static bx_code take_env(part *q, bx_error *err)
{
    size_t n = bx_json_size(q->manifest->env);
    q->env = n ? bx_calloc(n, sizeof *q->env) : NULL;
    bx_json_iter it = bx_json_iter_of(q->manifest->env);
    bx_str name, value;
    for (const bx_json_val *e; q->env && (e = bx_json_next(&it, &name));) {
        if (!bx_json_str(e, &value))
            continue;
        char *line = bx_calloc(name.n + value.n + 2, 1);
        if (!line)
            return bx_fail(err, BX_ENOMEM, "programs");
        memcpy(line, name.p, name.n);
        line[name.n] = '=';
        if (value.n)
            memcpy(line + name.n + 1, value.p, value.n);
        q->env[q->n_env++] = (bx_str){line, name.n + 1 + value.n};
    }
    return n && !q->env ? bx_fail(err, BX_ENOMEM, "programs") : BX_OK;
}

/* `all_names`: those its manifest lists too. */
static bx_code add_path(bx_programs *p, bx_str name, const char *path, bool all_names,
                        bx_error *err)
{
    bx_limits limits = bx_limits_default(); /* those it will most likely run with */
    part *q = bx_calloc(1, sizeof *q);
    if (!q)
        return bx_fail(err, BX_ENOMEM, "programs");
    q->name = bx_strndup(name.p, name.n);
    q->all_names = all_names;
    bx_code rc =
        q->name ? bx_manifest_beside(path, &q->own, err) : bx_fail(err, BX_ENOMEM, "programs");
    q->manifest = q->own;
    if (rc == BX_OK && q->manifest)
        limits.stack = q->manifest->limits.stack;
    if (rc == BX_OK)
        rc = bx_module_on_demand(p->rt, path, &limits, &q->module, err);
    if (rc == BX_OK && q->manifest)
        rc = take_data(q, path, err);
    if (rc == BX_OK && q->manifest)
        rc = take_args(q, err);
    if (rc == BX_OK && q->manifest)
        rc = take_env(q, err);
    if (rc != BX_OK) {
        part_free(q);
        return rc;
    }
    add(p, q);
    return BX_OK;
}

bx_code bx_programs_add_tool(bx_programs *p, const bx_manifest *m, const char *path,
                             const uint8_t sum[32], bool is_vouched, bx_error *err)
{
    bx_limits limits = bx_limits_default();
    part *q = bx_calloc(1, sizeof *q);
    if (!q)
        return bx_fail(err, BX_ENOMEM, "programs");
    q->manifest = m;
    q->is_vouched = is_vouched;
    q->name = bx_strndup(m->name.p, m->name.n);
    limits.stack = m->limits.stack;
    bx_error gone;
    bx_code rc = q->name ? bx_module_on_demand(p->rt, path, &limits, &q->module, &gone)
                         : bx_fail(&gone, BX_ENOMEM, "programs");
    if (rc == BX_OK) {
        bx_module_expect(q->module, sum);
        rc = take_args(q, &gone);
    }
    if (rc == BX_OK)
        rc = take_env(q, &gone);
    if (rc == BX_OK) {
        add(p, q);
        return BX_OK;
    }
    part_free(q);
    return rc == BX_ENOMEM ? bx_fail(err, rc, "programs")
                           : BX_OK; /* gone meanwhile: there is none */
}

bx_code bx_programs_add_file(bx_programs *p, bx_str text, bx_error *err)
{
    const char *eq = memchr(text.p, '=', text.n);
    bx_str name = {text.p, eq ? (size_t)(eq - text.p) : 0};
    char path[MAX_PATH];
    if (!eq || !bx_program_name_is_good(name))
        return bx_fail(err, BX_EINVAL, "'%.*s' is not NAME=FILE.wasm", BX_FMT(text));
    bx_str rest = bx_str_from(text, name.n + 1);
    int n = snprintf(path, sizeof path, "%.*s", BX_FMT(rest));
    if (n < 0 || (size_t)n >= sizeof path)
        return bx_fail(err, BX_ELIMIT, "the path of %.*s is too long", BX_FMT(name));
    return bx_wrap(add_path(p, name, path, false, err), err, "program %.*s", BX_FMT(name));
}

bx_code bx_programs_add_dir(bx_programs *p, const char *dir, bx_error *err)
{
    DIR *d = opendir(dir);
    struct dirent *e;
    bx_code rc = BX_OK;
    if (!d)
        return BX_OK;
    while (rc == BX_OK && (e = readdir(d))) {
        bx_str file = bx_str_of(e->d_name);
        bx_str name = {file.p, file.n > 5 ? file.n - 5 : 0};
        char path[MAX_PATH];
        bx_error ignored;
        if (name.n == 0 || strcmp(file.p + name.n, ".wasm") != 0 || !bx_program_name_is_good(name))
            continue;
        int n = snprintf(path, sizeof path, "%s/%s", dir, e->d_name);
        if (n < 0 || (size_t)n >= sizeof path)
            continue;
        rc = add_path(p, name, path, true, &ignored);
        if (rc == BX_ENOMEM)
            rc = bx_fail(err, rc, "%s", ignored.msg);
        else
            rc = BX_OK;
    }
    (void)closedir(d);
    return rc;
}

/* ---- the whole ---------------------------------------------------------------------------------
 */

static int by_name(const void *a, const void *b)
{
    bx_str x = ((const bx_program *)a)->name, y = ((const bx_program *)b)->name;
    int c = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);
    return c != 0 ? c : (x.n > y.n) - (x.n < y.n);
}

/* The names its manifest gives it, or NULL. */
static const bx_json_val *listed(const part *q)
{
    return q->manifest && (!q->name || q->all_names) ? q->manifest->programs : NULL;
}

static size_t count(const bx_programs *p)
{
    size_t n = 0;
    for (const part *q = p->parts; q; q = q->next)
        n += (q->name ? 1 : 0) + bx_json_size(listed(q));
    return n;
}

static void put(bx_programs *p, const part *q, bx_str name)
{
    for (size_t i = 0; i < p->n; i++) {
        if (bx_str_eq(p->list[i].name, name))
            return; /* one that was added later */
    }
    p->list[p->n++] = (bx_program){
        .name = name,
        .module = q->module,
        .bytes = q->bytes,
        .needs = q->manifest ? q->manifest->needs : NULL,
        .n_needs = q->manifest ? q->manifest->n_needs : 0,
        .has_needs = q->manifest != NULL,
        .knows_cwd = q->carried,
        .stack = q->manifest ? q->manifest->limits.stack : 0,
        .data = q->data,
        .n_data = q->n_data,
        .args = q->args,
        .n_args = q->n_args,
        .env = q->env,
        .n_env = q->n_env,
        .is_vouched = q->carried || q->is_vouched,
    };
}

bx_code bx_programs_set(bx_programs *p, bx_program_set *ret, bx_error *err)
{
    if (!p->list) {
        p->list = bx_calloc(count(p) + 1, sizeof *p->list);
        if (!p->list)
            return bx_fail(err, BX_ENOMEM, "programs");
        for (const part *q = p->parts; q; q = q->next) {
            bx_json_iter it = bx_json_iter_of(listed(q));
            bx_str name;
            if (q->name)
                put(p, q, bx_str_of(q->name));
            for (const bx_json_val *e; (e = bx_json_next(&it, NULL));)
                if (bx_json_str(e, &name))
                    put(p, q, name);
        }
        qsort(p->list, p->n, sizeof *p->list, by_name);
    }
    *ret = (bx_program_set){p->list, p->n};
    return BX_OK;
}
