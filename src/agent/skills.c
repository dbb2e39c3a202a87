#include "agent/skills.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/definition.h"
#include "agent/files.h"
#include "os/beneath.h"
#include "os/fd.h"

enum {
    MAX_FILE = 256 << 10,
    MAX_DESCRIPTION = 1024,
    SHOWN_DESCRIPTION = 300,
    MAX_DIRS = 16,
    MAX_PATH = 4096,
};

typedef struct skill {
    int dir; /* of the set */
    const bx_believer *by;
    char *path; /* owned; of its directory, beneath `dir` */
    dev_t dev;  /* which directory that was when it was offered */
    ino_t ino;
    bx_agent_definition text; /* name, description, body */
    bool active;
} skill;

struct bx_skills {
    int dirs[MAX_DIRS]; /* owned */
    size_t n_dirs;
    skill at[BX_SKILLS_MAX];
    size_t n;
    bx_buf doubted;
    bx_agent_own tool;
};

static const char description[] =
    "Read a skill: instructions for one kind of work. Without `file` its text, with it a file of "
    "its directory that the text names.";
static const char schema[] =
    "{\"type\":\"object\",\"required\":[\"name\"],\"additionalProperties\":false,\"properties\":{"
    "\"name\":{\"type\":\"string\"},\"file\":{\"type\":\"string\"}}}";

/* ---- the tool -------------------------------------------------------------------------------- */

static skill *find(bx_skills *s, bx_str name)
{
    for (size_t i = 0; i < s->n; i++) {
        if (bx_str_eq(s->at[i].text.name, name))
            return &s->at[i];
    }
    return NULL;
}

/* Its directory, as it was offered.  The agent may write to the workspace: what stands in its place
 * by now, or a link there, could lead to files it has no right to. */
static bool open_own(const skill *k, int *ret)
{
    struct stat st;
    BX_AUTOCLOSE int fd = bx_openat2(k->dir, k->path, O_PATH | O_DIRECTORY | O_CLOEXEC, BX_BENEATH);
    if (fd < 0 || fstat(fd, &st) != 0 || st.st_dev != k->dev || st.st_ino != k->ino)
        return false;
    *ret = bx_fd_take(&fd);
    return true;
}

static void read_part(const skill *k, bx_str file, bx_buf *out, bool *is_error)
{
    char path[MAX_PATH];
    bx_belief belief = BX_BELIEF_NONE;
    bx_error why = {.msg = ""};
    BX_AUTO_BUF text = bx_buf_init(BX_BELIEF_MAX_BYTES + 1);
    /* Beneath the skill's own directory: what leads out of that was not offered. */
    BX_AUTOCLOSE int own = -1;
    (void)snprintf(path, sizeof path, "%.*s", BX_FMT(file));
    if (!open_own(k, &own) ||
        bx_agent_read_believed(own, path, k->by, &text, &belief, &why) != BX_OK) {
        (void)bx_buf_addf(out, "the skill has no file '%.*s'", BX_FMT(file));
        *is_error = true;
        return;
    }
    if (belief != BX_BELIEF_FULL) {
        (void)bx_buf_addf(
            out,
            "'%.*s' is not as it was when the workspace was trusted, so it is no part "
            "of the skill; the user can look at it and say: boxagnts trust",
            BX_FMT(file));
        *is_error = true;
        return;
    }
    bool cut = text.n > BX_AGENT_MAX_RESULT;
    (void)bx_buf_add(out, text.p, cut ? BX_AGENT_MAX_RESULT : text.n);
    if (cut)
        (void)bx_buf_add_z(out, "\n[the rest is left out]");
}

static bx_code call(void *ctx, bx_agent *a, const bx_agent_own_call *c, bx_error *err)
{
    bx_skills *s = ctx;
    bx_str name = BX_LIT(""), file = BX_LIT("");
    (void)a;
    (void)err;
    (void)bx_json_str(bx_json_get(c->args, BX_LIT("name")), &name);
    (void)bx_json_str(bx_json_get(c->args, BX_LIT("file")), &file);
    skill *k = find(s, name);
    if (!k) {
        (void)bx_buf_addf(c->out, "there is no skill '%.*s'; there is:\n", BX_FMT(name));
        bx_skills_list(s, c->out);
        *c->is_error = true;
        return BX_OK;
    }
    if (file.n) {
        read_part(k, file, c->out, c->is_error);
        return BX_OK;
    }
    k->active = true;
    bx_str body = k->text.body;
    (void)bx_buf_add(c->out, body.p, body.n < BX_AGENT_MAX_RESULT ? body.n : BX_AGENT_MAX_RESULT);
    return BX_OK;
}

static void replay(void *ctx, const bx_json_val *args)
{
    bx_str name = BX_LIT("");
    (void)bx_json_str(bx_json_get(args, BX_LIT("name")), &name);
    skill *k = find(ctx, name);
    if (k)
        k->active = true;
}

/* ---- the set --------------------------------------------------------------------------------- */

bx_code bx_skills_new(bx_skills **ret, bx_error *err)
{
    bx_skills *s = bx_calloc(1, sizeof *s);
    if (!s)
        return bx_fail(err, BX_ENOMEM, "skills");
    s->doubted = bx_buf_init(64 << 10);
    s->tool = (bx_agent_own){.name = "skill",
                             .description = description,
                             .schema = schema,
                             .read_only = true,
                             .resumes = true,
                             .call = call,
                             .replay = replay,
                             .ctx = s};
    *ret = s;
    return BX_OK;
}

void bx_skills_free(bx_skills *s)
{
    for (size_t i = 0; s && i < s->n; i++) {
        bx_definition_done(&s->at[i].text);
        free(s->at[i].path);
    }
    for (size_t i = 0; s && i < s->n_dirs; i++)
        (void)close(s->dirs[i]);
    if (s)
        bx_buf_done(&s->doubted);
    free(s);
}

static bool is_name(bx_str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
            return false;
    }
    return s.n > 0 && s.n <= 64 && s.p[0] != '-' && s.p[s.n - 1] != '-';
}

/* Below `dir`; nothing of an agent has run. */
static bool identify(int dir, const char *path, skill *k)
{
    struct stat st;
    BX_AUTOCLOSE int fd = bx_openat2(dir, path, O_PATH | O_DIRECTORY | O_CLOEXEC, BX_BENEATH);
    bool good = fd >= 0 && fstat(fd, &st) == 0;
    if (good) {
        k->dev = st.st_dev;
        k->ino = st.st_ino;
    }
    return good;
}

/* One that cannot be read or says nothing of itself is left out: the others are still there. */
static bx_code add_one(bx_skills *s, int dir, const char *set, const char *name,
                       const bx_believer *by, bx_error *err)
{
    char path[MAX_PATH];
    bx_belief belief = BX_BELIEF_NONE;
    bx_error why;
    BX_AUTO_BUF text = bx_buf_init(MAX_FILE + 1);
    skill k = {.dir = dir, .by = by};
    if (!is_name(bx_str_of(name)) || find(s, bx_str_of(name)) || s->n == BX_SKILLS_MAX)
        return BX_OK;
    (void)snprintf(path, sizeof path, "%s/%s/SKILL.md", set, name);
    if (bx_agent_read_believed(dir, path, by, &text, &belief, &why) != BX_OK || text.n >= MAX_FILE)
        return BX_OK;
    if (belief != BX_BELIEF_FULL) {
        (void)bx_buf_addf(&s->doubted, "%s\n", path);
        return BX_OK;
    }
    bx_code rc = bx_definition_read(bx_buf_str(&text), bx_str_of(name), &k.text, &why);
    if (rc == BX_ENOMEM)
        return bx_fail(err, rc, "%s", why.msg);
    bool tells = rc == BX_OK && k.text.description.n > 0 &&
                 k.text.description.n <= MAX_DESCRIPTION && bx_str_eq(k.text.name, bx_str_of(name));
    (void)snprintf(path, sizeof path, "%s/%s", set, name);
    tells = tells && identify(dir, path, &k);
    k.path = tells ? bx_strndup(path, strlen(path)) : NULL;
    if (tells && !k.path)
        return bx_fail(err, BX_ENOMEM, "a skill");
    if (tells)
        s->at[s->n++] = k;
    else if (rc == BX_OK)
        bx_definition_done(&k.text);
    return BX_OK;
}

bx_code bx_skills_add(bx_skills *s, int dir, const char *path, const bx_believer *by, bx_error *err)
{
    BX_AUTO_BUF names = bx_buf_init(64 << 10);
    size_t n = 0;
    if (s->n_dirs == MAX_DIRS)
        return bx_fail(err, BX_ELIMIT, "more than %d directories of skills", MAX_DIRS);
    bx_code rc = bx_agent_names(dir, path, true, 256, &names, &n, err);
    if (rc != BX_OK || n == 0)
        return rc;
    int own = fcntl(dir, F_DUPFD_CLOEXEC, 3);
    if (own < 0)
        return bx_fail(err, BX_EIO, "%s: no descriptor left", path);
    s->dirs[s->n_dirs++] = own;
    const char *name = names.p;
    for (size_t i = 0; i < n && rc == BX_OK; i++, name += strlen(name) + 1)
        rc = add_one(s, own, path, name, by, err);
    return rc;
}

void bx_skills_doubted(bx_skills *s, bx_buf *out)
{
    (void)bx_buf_add_str(out, bx_buf_str(&s->doubted));
    bx_buf_clear(&s->doubted);
}

size_t bx_skills_count(const bx_skills *s) { return s->n; }
const bx_agent_own *bx_skills_tool(const bx_skills *s) { return &s->tool; }

void bx_skills_list(const bx_skills *s, bx_buf *out)
{
    for (size_t i = 0; i < s->n; i++) {
        bx_str d = s->at[i].text.description;
        size_t n = strcspn(d.p, "\n"); /* a text of a JSON document ends with a NUL */
        n = n < SHOWN_DESCRIPTION ? n : SHOWN_DESCRIPTION;
        while (n && n < d.n && ((uint8_t)d.p[n] & 0xc0) == 0x80)
            n--;
        (void)bx_buf_addf(out, "- %.*s: ", BX_FMT(s->at[i].text.name));
        (void)bx_buf_add(out, d.p, n);
        (void)bx_buf_add_c(out, '\n');
    }
}

void bx_skills_remember(const bx_skills *s, bx_buf *out)
{
    for (size_t i = 0; i < s->n; i++) {
        if (!s->at[i].active)
            continue;
        bx_str body = s->at[i].text.body;
        (void)bx_buf_addf(out, "<skill name=\"%.*s\">\n", BX_FMT(s->at[i].text.name));
        (void)bx_buf_add(out, body.p, body.n < BX_AGENT_MAX_RESULT ? body.n : BX_AGENT_MAX_RESULT);
        (void)bx_buf_add_z(out, "\n</skill>\n");
    }
}
