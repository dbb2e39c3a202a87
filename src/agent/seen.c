/* Calls that were made before, and files that were changed. */
#include "agent/state.h"

uint64_t bx_agent_hash(bx_str name, bx_str text)
{
    uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a: for likeness, not against forgery */
    for (size_t i = 0; i < name.n; i++)
        h = (h ^ (uint8_t)name.p[i]) * UINT64_C(1099511628211);
    h = (h ^ 0xff) * UINT64_C(1099511628211);
    for (size_t i = 0; i < text.n; i++)
        h = (h ^ (uint8_t)text.p[i]) * UINT64_C(1099511628211);
    return h;
}

unsigned bx_agent_seen(bx_agent *a, uint64_t call)
{
    unsigned times = 0;
    (void)pthread_mutex_lock(&a->lock);
    for (size_t i = 0; i < BX_SEEN_MAX; i++) {
        if (a->seen[i].times && a->seen[i].call == call)
            times = a->seen[i].times;
    }
    (void)pthread_mutex_unlock(&a->lock);
    return times;
}

void bx_agent_see(bx_agent *a, uint64_t call, uint64_t result)
{
    (void)pthread_mutex_lock(&a->lock);
    bx_seen *at = &a->seen[0];
    for (size_t i = 0; i < BX_SEEN_MAX; i++) {
        if (a->seen[i].times && a->seen[i].call == call) {
            at = &a->seen[i];
            break;
        }
        if (a->seen[i].used < at->used)
            at = &a->seen[i]; /* the one not used for longest makes room */
    }
    bool same = at->times && at->call == call && at->result == result;
    *at = (bx_seen){
        .call = call, .result = result, .times = same ? at->times + 1 : 1, .used = ++a->clock};
    (void)pthread_mutex_unlock(&a->lock);
}

/* ---- changed files --------------------------------------------------------------------------- */

static void changed_locked(bx_agent *a, bx_str path)
{
    for (size_t i = 0; i < a->n_changed; i++) {
        if (bx_str_eq(bx_str_of(a->changed[i]), path))
            return;
    }
    if (a->n_changed == BX_AGENT_MAX_CHANGED)
        return;
    char **more = bx_realloc(a->changed, (a->n_changed + 1) * sizeof *more);
    if (!more)
        return; /* what is told is what there is memory for */
    a->changed = more;
    char *copy = bx_strndup(path.p, path.n);
    if (copy)
        a->changed[a->n_changed++] = copy;
}

void bx_agent_changed_path(bx_agent *a, bx_str path)
{
    (void)pthread_mutex_lock(&a->lock);
    changed_locked(a, path);
    (void)pthread_mutex_unlock(&a->lock);
}

static bool changes(const bx_record_file *f)
{
    switch (f->op) {
    case BX_FS_OPEN:
        return (f->rights & BX_FS_WRITE) != 0;
    case BX_FS_STAT:
    case BX_FS_READDIR:
    case BX_FS_READLINK:
    case BX_FS_CLOSE:
        return false;
    default:
        return true;
    }
}

/* A file that is written under another name and renamed was only ever meant to be the one. */
static void forget_locked(bx_agent *a, const char *path)
{
    for (size_t i = 0; i < a->n_changed; i++) {
        if (strcmp(a->changed[i], path) == 0) {
            free(a->changed[i]);
            a->changed[i] = a->changed[--a->n_changed];
            return;
        }
    }
}

void bx_agent_changed(bx_agent *a, const bx_record *touched)
{
    (void)pthread_mutex_lock(&a->lock);
    for (size_t i = 0; i < touched->files.n; i++) {
        const bx_record_file *f = bx_record_file_at(touched, i);
        if (f->result != BX_E_SUCCESS || !changes(f))
            continue;
        bx_str path = bx_str_of(bx_record_text(&touched->files, f->path));
        if (f->op == BX_FS_RENAME) {
            forget_locked(a, path.p);
            path = bx_str_of(bx_record_text(&touched->files, f->path2));
        }
        if (!bx_path_is_below(path, BX_LIT("/tmp"))) /* in memory, and gone with the call */
            changed_locked(a, path);
    }
    (void)pthread_mutex_unlock(&a->lock);
}

void bx_agent_put_changed(bx_agent *a, bx_json_out *o)
{
    bx_json_out_begin_array(o);
    for (size_t i = 0; i < a->n_changed; i++)
        bx_json_out_string(o, bx_str_of(a->changed[i]));
    bx_json_out_end_array(o);
}
