#include "tool/scan.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "base/limits.h"
#include "os/clock.h"
#include "os/dirs.h"
#include "os/fd.h"
#include "tool/files.h"

#define SETTLED_NS UINT64_C(2000000000)

/* ---- catalogues ------------------------------------------------------------------------------ */

static bx_code no_memory(bx_error *err) { return bx_fail(err, BX_ENOMEM, "tools"); }

bx_code bx_catalogue_new(bx_catalogue **ret, bx_error *err)
{
    bx_catalogue *c = bx_calloc(1, sizeof *c);
    if (!c)
        return no_memory(err);
    atomic_init(&c->refs, 1);
    *ret = c;
    return BX_OK;
}

void bx_catalogue_unref(bx_catalogue *c)
{
    if (!c || atomic_fetch_sub_explicit(&c->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < c->n; i++)
        bx_tool_entry_unref(c->at[i]);
    for (size_t i = 0; i < c->n_problems; i++) {
        free(c->problems[i].name);
        free(c->problems[i].path);
        free(c->problems[i].words);
    }
    free(c->at);
    free(c->problems);
    free(c->of_problems);
    free(c);
}

bx_code bx_catalogue_add(bx_catalogue *c, bx_tool_entry *e, bx_error *err)
{
    if (c->n == c->room) {
        size_t room = c->room ? 2 * c->room : 16;
        bx_tool_entry **at = bx_realloc(c->at, room * sizeof(bx_tool_entry *));
        if (!at) {
            bx_tool_entry_unref(e);
            return no_memory(err);
        }
        c->at = at;
        c->room = room;
    }
    c->at[c->n++] = e;
    return BX_OK;
}

static bx_code room_for_problem(bx_catalogue *c, bx_error *err)
{
    if (c->n_problems < c->problem_room)
        return BX_OK;
    size_t room = c->problem_room ? 2 * c->problem_room : 8;
    bx_tool_problem *p = bx_realloc(c->problems, room * sizeof *p);
    if (p)
        c->problems = p;
    bx_looks *l = bx_realloc(c->of_problems, room * sizeof *l);
    if (l)
        c->of_problems = l;
    if (!p || !l)
        return no_memory(err);
    c->problem_room = room;
    return BX_OK;
}

static bx_code add_problem(bx_catalogue *c, const bx_tool_problem *of, const bx_looks *looks,
                           bx_error *err)
{
    bx_code rc = room_for_problem(c, err);
    if (rc != BX_OK)
        return rc;
    bx_tool_problem p = {.name = bx_strndup(of->name, strlen(of->name)),
                         .path = bx_strndup(of->path, strlen(of->path)),
                         .words = bx_strndup(of->words, strlen(of->words)),
                         .source = of->source};
    c->of_problems[c->n_problems] = *looks;
    c->problems[c->n_problems++] = p; /* freed with the rest, whatever is missing of it */
    return p.name && p.path && p.words ? BX_OK : no_memory(err);
}

bx_code bx_catalogue_add_problems(bx_catalogue *to, const bx_catalogue *from, bx_error *err)
{
    bx_code rc = BX_OK;
    for (size_t i = 0; i < from->n_problems && rc == BX_OK; i++)
        rc = add_problem(to, &from->problems[i], &from->of_problems[i], err);
    return rc;
}

bx_code bx_scan_refuse(bx_scan *s, bx_str name, const bx_looks *looks, const char *words,
                       bx_error *err)
{
    BX_AUTO_BUF path = bx_buf_init(2 * BX_MAX_PATH);
    char copy[256];
    int n = snprintf(copy, sizeof copy, "%.*s", (int)(name.n < 255 ? name.n : 255), name.p);
    (void)bx_buf_add_z(&path, s->dir);
    if (name.n && n > 0)
        (void)bx_buf_addf(&path, "/%s" BX_TOOL_WASM, copy);
    const bx_looks none = {.wasm = {.dev = 0}};
    const bx_tool_problem p = {.name = copy,
                               .path = path.p ? path.p : copy,
                               .words = (char *)(uintptr_t)words,
                               .source = s->source};
    return add_problem(s->into, &p, looks ? looks : &none, err);
}

/* ---- one tool -------------------------------------------------------------------------------- */

static bool same_look(const bx_look *a, const bx_look *b)
{
    return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
           a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns;
}

/* Two changes within one step of the clock look alike, so what changed a moment ago is looked at
 * once more. */
static bool same_looks(const bx_looks *a, const bx_looks *b)
{
    uint64_t now = bx_clock_now_ns(BX_CLOCK_REALTIME);
    const bx_look *all[] = {&b->wasm, &b->manifest, &b->signature};
    for (size_t i = 0; i < BX_COUNT(all); i++) {
        if (all[i]->ctime_ns && now - all[i]->ctime_ns < SETTLED_NS)
            return false;
    }
    return same_look(&a->wasm, &b->wasm) && same_look(&a->manifest, &b->manifest) &&
           same_look(&a->signature, &b->signature);
}

static bx_tool_entry *entry_before(const bx_scan *s, bx_str name)
{
    for (size_t i = 0; s->before && i < s->before->n; i++) {
        bx_tool_entry *e = s->before->at[i];
        if (e->facts.source == s->source && bx_str_eq(bx_tool_entry_name(e), name))
            return e;
    }
    return NULL;
}

/* True: what was known of it still holds, and is taken over. */
static bool take_over(bx_scan *s, bx_str name, const bx_looks *looks, bx_code *rc, bx_error *err)
{
    bx_tool_entry *e = entry_before(s, name);
    if (e && !s->all_again && same_looks(&e->looks, looks)) {
        *rc = bx_catalogue_add(s->into, bx_tool_entry_ref(e), err);
        return true;
    }
    for (size_t i = 0; s->before && !s->problems_again && i < s->before->n_problems; i++) {
        const bx_tool_problem *p = &s->before->problems[i];
        if (p->source == s->source && bx_str_eq(bx_str_of(p->name), name) &&
            same_looks(&s->before->of_problems[i], looks)) {
            *rc = add_problem(s->into, p, &s->before->of_problems[i], err);
            return true;
        }
    }
    return false;
}

/* The same content again (a file that was only touched, or changed a moment ago): the entry stays,
 * with whatever is open of it. */
static bool is_same(const bx_tool_entry *e, const bx_tool_files *f, bx_signature_state state)
{
    return e && memcmp(e->package, f->package, sizeof f->package) == 0 &&
           e->facts.signature == state;
}

static bx_code make_entry(bx_scan *s, bx_tool_files *f, bx_tool_entry **ret, bx_error *err)
{
    BX_AUTO_BUF path = bx_buf_init(2 * BX_MAX_PATH);
    (void)bx_buf_addf(&path, "%s/%.*s" BX_TOOL_WASM, s->dir, BX_FMT(f->manifest->name));
    bx_code rc = bx_buf_check(&path, err);
    if (rc != BX_OK)
        return rc;
    rc = bx_tool_entry_new(BX_TAKE(f->manifest), BX_TAKE(path.p), ret, err);
    if (rc != BX_OK)
        return rc;
    bx_tool_entry *e = *ret;
    e->facts.source = s->source;
    e->facts.has_manifest_file = f->has_manifest_file;
    e->looks = f->looks;
    memcpy(e->digest, f->digest, sizeof e->digest);
    memcpy(e->package, f->package, sizeof e->package);
    return BX_OK;
}

static bx_code judge(bx_scan *s, bx_tool_files *f, bx_error *err)
{
    const bx_pin_of of = {.where = bx_str_of(s->where),
                          .manifest = f->manifest,
                          .package = f->package,
                          .strict = s->strict};
    BX_AUTO(bx_tool_entry) bx_tool_entry *e = NULL;
    bx_tool_entry *before = entry_before(s, f->manifest->name);
    bool added = false;
    if (bx_builtin_find(f->manifest->name))
        return bx_fail(err, BX_EDENIED,
                       "%.*s is the name of a built-in tool, which nobody else can take: give it "
                       "another one",
                       BX_FMT(f->manifest->name));
    if (f->manifest->data) /* nothing vouches for what lies in those */
        return bx_fail(err, BX_EUNSUPPORTED,
                       "it brings directories (data), which is for programs: docs/programs.md");
    bx_signature_state state = BX_UNSIGNED;
    char signer[BX_MINISIGN_ID_HEX] = "";
    const bx_signed signed_of = bx_tool_files_signed(f);
    bx_code rc = bx_signature_judge(&signed_of, s->keys, &state, signer, err);
    if (rc != BX_OK)
        return bx_wrap(rc, err, "its signature");
    if (s->only_signed && state != BX_SIGNED)
        return bx_fail(err, BX_EDENIED, "only signed tools are allowed, and it is %s",
                       bx_signature_state_name(state));
    added = s->accept;
    rc = s->accept ? bx_pins_accept(s->pins, &of, err) : bx_pins_check(s->pins, &of, &added, err);
    if (rc != BX_OK)
        return rc;
    if (is_same(before, f, state) && before->facts.added == added) {
        before->looks = f->looks;
        return bx_catalogue_add(s->into, bx_tool_entry_ref(before), err);
    }
    s->changed = true;
    rc = make_entry(s, f, &e, err);
    if (rc != BX_OK)
        return rc;
    e->facts.added = added;
    e->facts.signature = state;
    if (state != BX_UNSIGNED && !(e->signer = bx_strndup(signer, strlen(signer))))
        return no_memory(err);
    e->facts.signer = e->signer;
    return bx_catalogue_add(s->into, BX_TAKE(e), err);
}

static bx_code scan_one(bx_scan *s, int dir, bx_str name, bx_error *err)
{
    const bx_tool_at at = {.dir = dir, .name = name, .strict = true};
    const bx_looks looks = bx_tool_files_look(&at);
    bx_error why = {.msg = ""};
    bx_tool_files f;
    bx_code rc;
    if (take_over(s, name, &looks, &rc, err))
        return rc;
    rc = bx_tool_files_read(&at, &f, &why);
    if (rc == BX_OK)
        rc = judge(s, &f, &why);
    if (rc == BX_ENOMEM)
        rc = bx_fail(err, rc, "%s", why.msg);
    else if (rc != BX_OK)
        rc = bx_scan_refuse(s, name, &looks, why.msg, err);
    bx_tool_files_done(&f);
    return rc;
}

/* ---- the directory --------------------------------------------------------------------------- */

typedef struct names {
    char **at;
    size_t n;
} names;

static void names_autodone(names *l)
{
    for (size_t i = 0; i < l->n; i++)
        free(l->at[i]);
    free(l->at);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* NAME of every NAME.wasm, sorted; at most BX_REGISTRY_MAX_FILES + 1. */
static bx_code list_names(int dir, names *ret, bx_error *err)
{
    enum { MAX = BX_REGISTRY_MAX_FILES + 1 };
    int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = copy >= 0 ? fdopendir(copy) : NULL;
    if (!d) {
        bx_autoclose(&copy);
        return bx_fail_errno(err, errno, "list the tools");
    }
    ret->at = bx_calloc(MAX, sizeof(char *));
    for (const struct dirent *e; ret->at && ret->n < MAX && (e = readdir(d));) {
        bx_str file = bx_str_of(e->d_name);
        size_t end = sizeof BX_TOOL_WASM - 1;
        if (file.n <= end || memcmp(file.p + file.n - end, BX_TOOL_WASM, end) != 0 ||
            file.p[0] == '.')
            continue;
        if (!(ret->at[ret->n] = bx_strndup(file.p, file.n - end)))
            break;
        ret->n++;
    }
    (void)closedir(d);
    if (!ret->at)
        return no_memory(err);
    qsort(ret->at, ret->n, sizeof(char *), by_text);
    return BX_OK;
}

/* -1 and no problem: there is none. */
static bx_code open_dir(bx_scan *s, int *ret, bx_error *err)
{
    if (access(s->dir, F_OK) != 0)
        return BX_OK;
    bx_error why;
    if (bx_dir_open_private(s->dir, ret, &why) == BX_OK)
        return BX_OK;
    return bx_scan_refuse(s, BX_LIT(""), NULL, why.msg, err);
}

bx_code bx_scan_dir(bx_scan *s, bx_error *err)
{
    BX_AUTOCLOSE int dir = -1;
    __attribute__((cleanup(names_autodone))) names list = {NULL, 0};
    bx_code rc = open_dir(s, &dir, err);
    if (rc != BX_OK || dir < 0)
        return rc;
    rc = list_names(dir, &list, err);
    if (rc == BX_OK && list.n > BX_REGISTRY_MAX_FILES)
        return bx_scan_refuse(s, BX_LIT(""), NULL, "more than 512 tools in one directory", err);
    for (size_t i = 0; i < list.n && rc == BX_OK; i++)
        rc = scan_one(s, dir, bx_str_of(list.at[i]), err);
    return rc;
}
