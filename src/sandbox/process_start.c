/* What a process begins with. */
#include "base/limits.h"
#include "sandbox/process.h"
#include "sandbox/tree.h"

static void charge_locked(bx_process *q, uint64_t bytes)
{
    atomic_fetch_add(q->tree->gate.memory, bytes - q->charged); /* may be less than nothing */
    q->charged = bytes;
}

void bx_process_empty(bx_process *q)
{
    bx_tree *t = q->tree;
    if (q->wasi && t->n_spare < BX_TREE_SPARE)
        t->spare[t->n_spare++] = q->wasi;
    else
        bx_wasi_free(q->wasi);
    q->wasi = NULL;
    bx_buf_done(&q->args);
    bx_buf_done(&q->env);
    bx_buf_done(&q->begin_cwd);
    bx_buf_done(&q->cwd);
    bx_buf_done(&q->answer);
    free(q->preopens);
    q->preopens = NULL;
    charge_locked(q, BX_ENDED_BYTES);
}

void bx_process_free(bx_process *q)
{
    bx_process_empty(q);
    charge_locked(q, 0);
    free(q);
}

/* ---- which program --------------------------------------------------------------------------- */

/* "/bin/sort" as a text without "." and ".."; a name with a '/' that does not begin with one is
 * taken from `cwd`.  False: it does not fit. */
static bool plain_path(bx_str name, bx_str cwd, char out[BX_MAX_PATH + 1], size_t *ret_n)
{
    size_t n = 0;
    bx_str parts[] = {name.n > 0 && name.p[0] == '/' ? BX_LIT("") : cwd, name};
    for (size_t k = 0; k < BX_COUNT(parts); k++) {
        for (bx_str rest = parts[k]; rest.n > 0;) {
            size_t len = 0;
            while (len < rest.n && rest.p[len] != '/')
                len++;
            bx_str part = {rest.p, len};
            rest = bx_str_from(rest, len < rest.n ? len + 1 : len);
            if (len == 0 || bx_str_eq(part, BX_LIT(".")))
                continue;
            if (bx_str_eq(part, BX_LIT(".."))) {
                while (n > 0 && out[--n] != '/')
                    ;
                continue;
            }
            if (n + 1 + len > BX_MAX_PATH)
                return false;
            out[n++] = '/';
            memcpy(out + n, part.p, len);
            n += len;
        }
    }
    *ret_n = n;
    return true;
}

static bx_errno find_program(const bx_process *p, bx_str name, bx_str cwd, const bx_program **ret)
{
    const bx_sealed *s = p->live->call.sealed;
    char path[BX_MAX_PATH + 1];
    size_t n = 0;
    if (name.n > 0 && memchr(name.p, '/', name.n)) {
        if (!plain_path(name, cwd, path, &n) || n <= 5 || memcmp(path, "/bin/", 5) != 0)
            return BX_E_NOENT;
        name = (bx_str){path + 5, n - 5};
    }
    const bx_program *q = bx_program_find(s->programs, name);
    if (!q)
        return BX_E_NOENT;
    bx_cap_list caps = bx_grant_caps(bx_view_grant(p->view, s));
    if (!bx_program_is_granted(caps, name))
        return BX_E_ACCES;
    *ret = q;
    return BX_E_SUCCESS;
}

/* A limit that somebody made smaller than the default holds for all. */
static uint64_t stack_of(const bx_program *p, const bx_limits *l)
{
    return p->stack > l->stack && l->stack >= bx_limits_default().stack ? p->stack : l->stack;
}

static bool take(_Atomic uint64_t *used, uint64_t n, uint64_t max)
{
    bool fits = atomic_fetch_add(used, n) + n <= max;
    if (!fits)
        atomic_fetch_sub(used, n);
    return fits;
}

bool bx_tree_charge(bx_tree *t, uint64_t bytes)
{
    bool fits = take(&t->live->shared->memory, bytes, t->live->limits->memory);
    if (!fits)
        (void)atomic_fetch_add(&t->memory_hits, 1);
    return fits;
}

void bx_tree_give(bx_tree *t, uint64_t bytes) { atomic_fetch_sub(&t->live->shared->memory, bytes); }

/* Counted when it succeeds, and charged to `q`: its texts come from the guest, which chooses how
 * large they are. */
static bx_errno take_place_locked(bx_tree *t, const bx_process *p, bx_process *q,
                                  const bx_start_ask *ask)
{
    uint64_t bytes = BX_PROCESS_BYTES + ask->args.cap + ask->env.cap;
    const bx_limits *l = t->live->limits;
    q->stack = stack_of(q->program, l);
    bytes += q->stack - l->stack;
    bx_limit_hits *hits = &t->hits;
    bx_shared *s = t->live->shared;
    if (t->closing || t->next_pid == INT32_MAX)
        return BX_E_AGAIN;
    if (p->depth >= l->depth)
        return hits->depth++, BX_E_AGAIN;
    if (!take(&s->processes, 1, l->processes))
        return hits->processes++, BX_E_AGAIN;
    if (!take(&s->starts, 1, l->starts)) {
        atomic_fetch_sub(&s->processes, 1);
        return hits->starts++, BX_E_AGAIN;
    }
    if (!take(&s->memory, bytes, l->memory)) {
        atomic_fetch_sub(&s->processes, 1);
        atomic_fetch_sub(&s->starts, 1);
        return hits->memory++, BX_E_NOMEM;
    }
    q->charged = bytes;
    q->tree = t;
    t->alive++;
    return BX_E_SUCCESS;
}

/* ---- what it gets ---------------------------------------------------------------------------- */

static bool has_var(const bx_start_ask *ask, bx_str name)
{
    const char *at = ask->env.p;
    for (size_t i = 0; i < ask->n_env; i++) {
        if (strncmp(at, name.p, name.n) == 0 && at[name.n] == '=')
            return true;
        at += strlen(at) + 1;
    }
    return false;
}

/* The program's own variables, where its caller says nothing of them. */
static void add_own_env(bx_process *q, const bx_start_ask *ask)
{
    for (size_t i = 0; i < q->program->n_env; i++) {
        bx_str line = q->program->env[i];
        const char *equals = memchr(line.p, '=', line.n);
        if (!equals || has_var(ask, (bx_str){line.p, (size_t)(equals - line.p)}))
            continue;
        (void)bx_buf_add_str(&q->env, line);
        (void)bx_buf_add_c(&q->env, '\0');
        q->n_env++;
    }
}

/* The program's own arguments come between its name and those of its caller. */
static bx_errno set_args(bx_process *q, bx_start_ask *ask)
{
    const bx_program *p = q->program;
    q->args = ask->args;
    q->n_args = ask->n_args;
    ask->args = bx_buf_init(0);
    if (p->n_args == 0 || q->n_args == 0)
        return BX_E_SUCCESS;
    BX_AUTO_BUF all = bx_buf_init(BX_MAX_ARG_BYTES);
    size_t first = strlen(q->args.p) + 1;
    (void)bx_buf_add(&all, q->args.p, first);
    for (size_t i = 0; i < p->n_args; i++) {
        (void)bx_buf_add_str(&all, p->args[i]);
        (void)bx_buf_add_c(&all, '\0');
    }
    if (q->args.n > first)
        (void)bx_buf_add(&all, q->args.p + first, q->args.n - first);
    if (bx_buf_check(&all, NULL) != BX_OK || q->n_args + p->n_args > BX_MAX_ARGS)
        return BX_E_2BIG;
    bx_buf_done(&q->args);
    q->args = all;
    all = bx_buf_init(0);
    q->n_args += p->n_args;
    return BX_E_SUCCESS;
}

/* PWD among the variables says where it begins, and only once.  One who knows another way to ask
 * gets it only where its caller has it. */
static bx_errno set_pwd(bx_process *q, bx_start_ask *ask)
{
    q->env = bx_buf_init(BX_MAX_ARG_BYTES);
    const char *at = ask->env.p;
    bool wanted = !q->program->knows_cwd;
    for (size_t i = 0; i < ask->n_env; i++) {
        size_t n = strlen(at) + 1;
        if (strncmp(at, "PWD=", 4) != 0) {
            (void)bx_buf_add(&q->env, at, n);
            q->n_env++;
        } else {
            wanted = true;
            if (ask->cwd.n == 0)
                ask->cwd = (bx_str){at + 4, n - 5};
        }
        at += n;
    }
    if (ask->cwd.n > 0 && wanted) {
        (void)bx_buf_add_z(&q->env, "PWD=");
        (void)bx_buf_add_str(&q->env, ask->cwd);
        (void)bx_buf_add_c(&q->env, '\0');
        q->n_env++;
    }
    add_own_env(q, ask);
    q->begin_cwd = bx_buf_init(BX_MAX_PATH + 1);
    (void)bx_buf_add_str(&q->begin_cwd, ask->cwd);
    if (bx_buf_check(&q->env, NULL) != BX_OK || bx_buf_check(&q->begin_cwd, NULL) != BX_OK)
        return BX_E_2BIG;
    return BX_E_SUCCESS;
}

/* Most programs are started where the one before was. */
static void remember_cwd(bx_process *p, bx_str cwd)
{
    if (p->cwd.max == 0)
        p->cwd = bx_buf_init(BX_MAX_PATH + 1);
    bx_buf_clear(&p->cwd);
    (void)bx_buf_add_str(&p->cwd, cwd);
}

/* A component has no descriptors of preview1, which is where these directories are. */
static bx_errno data_of(bx_process *q, const bx_data **ret)
{
    bx_tree *t = q->tree;
    if (q->program->n_data == 0)
        return BX_E_SUCCESS;
    if (bx_module_kind(q->program->module) == BX_WASM_COMPONENT)
        return BX_E_ACCES;
    bx_tree_lock(t);
    *ret = bx_data_find(t->data, q->program);
    bx_tree_unlock(t);
    if (*ret)
        return BX_E_SUCCESS;
    bx_data *made = NULL; /* without the lock: directories are opened */
    bx_code rc = bx_data_new(q->program, t->live->limits, &made, NULL);
    if (rc != BX_OK)
        return rc == BX_ENOMEM ? BX_E_NOMEM : BX_E_NOENT;
    bx_tree_lock(t);
    *ret = bx_data_find(t->data, q->program); /* another thread was faster */
    if (!*ret) {
        bx_data_add(&t->data, made);
        *ret = BX_TAKE(made);
    }
    bx_tree_unlock(t);
    bx_data_free(made);
    return BX_E_SUCCESS;
}

static bx_errno set_directories(bx_process *p, bx_process *q)
{
    const bx_sealed *s = p->live->call.sealed;
    bx_str cwd = bx_buf_str(&q->begin_cwd), checked;
    bool same = bx_str_eq(cwd, bx_buf_str(&p->cwd));
    if (cwd.n > 0 && bx_guest_path_check(cwd, &checked, NULL) != BX_OK)
        return BX_E_NOENT;
    /* Rights of directories are kept on descriptors of preview1, which a component has none of. */
    if (bx_module_kind(q->program->module) == BX_WASM_COMPONENT && bx_view_narrows_files(q->view))
        return BX_E_ACCES;
    /* Who has only some directories is told of no other whether it is there. */
    bool narrow = bx_view_narrows_files(p->view);
    same = same || (narrow && bx_str_eq(cwd, bx_buf_str(&p->begin_cwd)));
    if (cwd.n > 0 && (q->program->knows_cwd || narrow) && !same) {
        bx_errno e = bx_view_check_cwd(p->view, s, p->live->files, cwd);
        if (e != BX_E_SUCCESS)
            return e;
        remember_cwd(p, cwd);
    }
    if (q->program->knows_cwd)
        cwd.n = 0;
    const bx_data *data = NULL;
    bx_errno e = data_of(q, &data);
    return e != BX_E_SUCCESS ? e
                             : bx_view_preopens(q->view, s, p->live->files, data, cwd, &q->preopens,
                                                &q->n_preopens);
}

static bx_errno new_wasi(bx_tree *t, bx_wasi **ret)
{
    bx_tree_lock(t);
    if (t->n_spare > 0)
        *ret = t->spare[--t->n_spare];
    bx_tree_unlock(t);
    return *ret || bx_wasi_new(ret, NULL) == BX_OK ? BX_E_SUCCESS : BX_E_NOMEM;
}

static bx_errno set_host(bx_process *p, bx_process *q, const bx_start_ask *ask)
{
    const bx_sealed *s = p->live->call.sealed;
    bx_errno e = new_wasi(p->tree, &q->wasi);
    if (e != BX_E_SUCCESS)
        return e;
    const bx_wasi_config cfg = {
        .args = q->args.p,
        .n_args = q->n_args,
        .args_bytes = q->args.n,
        .env = q->env.p,
        .n_env = q->n_env,
        .env_bytes = q->env.n,
        .clock = s->clock,
        .random = s->random,
        .seed = s->seed + (uint64_t)q->pid * UINT64_C(0x9e3779b97f4a7c15),
        .ctl = &q->ctl,
        .limits = p->live->limits,
        .files = p->live->files,
        .mounts = s->vfs,
        .preopens = q->preopens,
        .n_preopens = q->n_preopens,
        .devices = true,
        .inherits = true,
        .gate = &p->tree->gate,
    };
    if (bx_wasi_reset(q->wasi, &cfg, NULL) != BX_OK)
        return BX_E_NOMEM;
    return bx_wasi_inherit(q->wasi, p->wasi, ask->fds, ask->n_fds);
}

static bx_errno set_view(const bx_process *p, bx_process *q)
{
    bx_tree *t = p->tree;
    bx_tree_lock(t);
    bx_code rc = bx_view_of(p->live->call.sealed, p->view, q->program, &t->views, &q->view, NULL);
    bx_tree_unlock(t);
    return rc == BX_OK ? BX_E_SUCCESS : BX_E_NOMEM;
}

static bx_errno prepare(bx_process *p, bx_process *q, bx_start_ask *ask)
{
    q->live = p->live;
    q->parent = p;
    q->parent_pid = p->pid;
    q->depth = p->depth + 1;
    q->background = ask->background || p->background;
    q->ctl = bx_ctl_init(UINT64_MAX);
    bx_errno e = bx_ctl_inherit(&q->ctl, p->live->ctl, NULL) == BX_OK ? BX_E_SUCCESS : BX_E_AGAIN;
    if (e == BX_E_SUCCESS)
        e = set_args(q, ask);
    if (e == BX_E_SUCCESS)
        e = set_pwd(q, ask);
    if (e == BX_E_SUCCESS)
        e = set_view(p, q);
    if (e == BX_E_SUCCESS)
        e = set_directories(p, q);
    if (e == BX_E_SUCCESS)
        e = set_host(p, q, ask);
    return e;
}

static void discard(bx_tree *t, bx_process *q)
{
    if (q->wasi)
        bx_wasi_close_all(q->wasi);
    bx_tree_lock(t);
    t->alive--;
    atomic_fetch_sub(&t->live->shared->processes, 1);
    bx_process_free(q);
    bx_tree_unlock(t);
}

static void enter(bx_tree *t, bx_process *q, bool background)
{
    bx_tree_lock(t);
    q->next = t->all;
    t->all = q;
    if (t->closing) /* the others were ended before it was there to be found */
        bx_process_end_locked(q, 9);
    if (background)
        (void)bx_process_dispatch_locked(t, q);
    bx_tree_unlock(t);
}

bx_errno bx_process_start(bx_process *p, bx_start_ask *ask, int32_t *ret_pid)
{
    const bx_program *program = NULL;
    bx_tree *t = NULL;
    bx_errno e = find_program(p, ask->name, ask->cwd, &program);
    if (e == BX_E_SUCCESS && bx_module_ready(program->module, NULL) != BX_OK)
        e = BX_E_NOEXEC;
    if (e == BX_E_SUCCESS)
        e = bx_tree_of(p, &t);
    if (e != BX_E_SUCCESS)
        return e;
    bx_process *q = bx_calloc(1, sizeof *q);
    if (!q)
        return BX_E_NOMEM;
    q->program = program;
    bx_tree_lock(t);
    e = take_place_locked(t, p, q, ask);
    q->pid = e == BX_E_SUCCESS ? t->next_pid++ : 0;
    bx_tree_unlock(t);
    if (e != BX_E_SUCCESS) {
        free(q);
        return e;
    }
    e = prepare(p, q, ask);
    if (e != BX_E_SUCCESS) {
        discard(t, q);
        return e;
    }
    int32_t pid = q->pid; /* it may be over as soon as it is entered */
    enter(t, q, ask->background);
    *ret_pid = pid;
    return BX_E_SUCCESS;
}
