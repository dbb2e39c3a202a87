#include "mcp/skills.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

#include "codec/utf8.h"
#include "codec/yaml.h"
#include "os/beneath.h"
#include "os/fd.h"

enum { MAX_NAME = 64, MAX_DESCRIPTION = 1024, MAX_ENTRIES = 4096 };

#define ARGUMENTS "$ARGUMENTS"

struct bx_mcp_skills {
    bx_skill_dir dirs[BX_SKILL_MAX_DIRS];
    size_t n;
    const bx_believer *by;
    bx_mcp_prompts port;
};

/* ---- one file -------------------------------------------------------------------------------- */

static bx_str line_of(bx_str text)
{
    const char *end = memchr(text.p, '\n', text.n);
    size_t n = end ? (size_t)(end - text.p) : text.n;
    return (bx_str){text.p, n && text.p[n - 1] == '\r' ? n - 1 : n};
}

static bx_str after_line(bx_str text)
{
    const char *end = memchr(text.p, '\n', text.n);
    return end ? bx_str_from(text, (size_t)(end - text.p) + 1) : (bx_str){text.p + text.n, 0};
}

bool bx_skill_split(bx_str text, bx_str *ret_head, bx_str *ret_body)
{
    if (!bx_str_eq(line_of(text), BX_LIT("---")))
        return false;
    bx_str head = after_line(text);
    for (bx_str at = head; at.n; at = after_line(at)) {
        if (bx_str_eq(line_of(at), BX_LIT("---"))) {
            *ret_head = (bx_str){head.p, (size_t)(at.p - head.p)};
            *ret_body = after_line(at);
            return true;
        }
    }
    return false;
}

typedef struct skill {
    char name[MAX_NAME + 1]; /* of its directory */
    char shown[512];         /* where tools see that; empty: nowhere */
    bx_buf text;
    bx_json *doc; /* owned; the front matter */
    bx_str description, body;
} skill;

static void skill_done(skill *s)
{
    bx_buf_done(&s->text);
    bx_json_free(s->doc);
    *s = (skill){.doc = NULL};
}

static bool is_name(const char *name)
{
    size_t n = strlen(name);
    bool good = n > 0 && n <= MAX_NAME && name[0] != '-' && name[n - 1] != '-';
    for (size_t i = 0; i < n && good; i++)
        good = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') ||
               (name[i] == '-' && name[i + 1] != '-');
    return good;
}

static bool is_believed(const bx_believer *by, const bx_skill_dir *of, int fd, bx_str text)
{
    char name[64], real[BX_BELIEF_MAX_PATH];
    if (!by || !of->shown)
        return true;
    (void)snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(name, real, sizeof real - 1);
    real[n > 0 ? n : 0] = '\0';
    return by->judge(by->ctx, real, text) == BX_BELIEF_FULL;
}

/* False: there is none of that name here, or it is none. */
static bool load(const bx_mcp_skills *s, int dir, const bx_skill_dir *of, const char *name,
                 skill *ret)
{
    char path[MAX_NAME + 16];
    bx_str head;
    (void)snprintf(path, sizeof path, "%s/SKILL.md", name);
    BX_AUTOCLOSE int fd = bx_openat2(dir, path, O_RDONLY | O_NONBLOCK, BX_BENEATH);
    *ret = (skill){.text = bx_buf_init(BX_SKILL_MAX_BYTES)};
    (void)snprintf(ret->name, sizeof ret->name, "%s", name);
    if (of->shown)
        (void)snprintf(ret->shown, sizeof ret->shown, "%s/%s/%s", of->shown, of->below, name);
    bool good = fd >= 0 && bx_fd_read_all(fd, BX_SKILL_MAX_BYTES, &ret->text, NULL) == BX_OK &&
                is_believed(s->by, of, fd, bx_buf_str(&ret->text)) &&
                bx_utf8_valid(bx_buf_str(&ret->text)) &&
                bx_skill_split(bx_buf_str(&ret->text), &head, &ret->body) &&
                bx_yaml_parse(head, &ret->doc, NULL) == BX_OK &&
                bx_json_str(bx_json_get(bx_json_root(ret->doc), BX_LIT("description")),
                            &ret->description) &&
                ret->description.n > 0;
    if (!good)
        skill_done(ret);
    else if (ret->description.n > MAX_DESCRIPTION)
        ret->description.n = MAX_DESCRIPTION; /* may cut a character: written as U+FFFD */
    return good;
}

static int open_dir(const bx_skill_dir *d)
{
    BX_AUTOCLOSE int root = open(d->root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return root < 0 ? -1 : bx_openat2(root, d->below, O_RDONLY | O_DIRECTORY, BX_BENEATH);
}

/* ---- all of them ----------------------------------------------------------------------------- */

typedef struct names {
    char at[BX_SKILLS_MAX][MAX_NAME + 1];
    size_t n;
} names;

static bool has(const names *all, const char *name)
{
    for (size_t i = 0; i < all->n; i++) {
        if (strcmp(all->at[i], name) == 0)
            return true;
    }
    return false;
}

static int by_name(const void *a, const void *b) { return strcmp(a, b); }

static void add_names(const bx_skill_dir *d, names *all)
{
    int fd = open_dir(d);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    if (!dir) {
        if (fd >= 0)
            (void)close(fd);
        return;
    }
    size_t seen = 0;
    for (const struct dirent *e; all->n < BX_SKILLS_MAX && seen < MAX_ENTRIES && (e = readdir(dir));
         seen++) {
        if (is_name(e->d_name) && !has(all, e->d_name)) /* which bounds it, too */
            memcpy(all->at[all->n++], e->d_name, strlen(e->d_name) + 1);
    }
    (void)closedir(dir);
}

/* In the first directory that has it. */
static bool find(const bx_mcp_skills *s, const char *name, skill *ret)
{
    for (size_t i = 0; i < s->n; i++) {
        BX_AUTOCLOSE int dir = open_dir(&s->dirs[i]);
        if (dir >= 0 && load(s, dir, &s->dirs[i], name, ret))
            return true;
    }
    return false;
}

/* ---- prompts/list, prompts/get -----------------------------------------------------------------
 */

static void put(bx_json_out *o, const char *key, bx_str text)
{
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_string(o, text);
}

static void put_skill(const skill *k, bx_json_out *o)
{
    bx_json_out_begin_object(o);
    put(o, "name", bx_str_of(k->name));
    put(o, "description", k->description);
    bx_json_out_key(o, BX_LIT("arguments"));
    bx_json_out_raw(o, BX_LIT("[{\"name\":\"arguments\",\"description\":\"what to apply it "
                              "to\",\"required\":false}]"));
    bx_json_out_end_object(o);
}

static bx_code list(void *ctx, bx_str cursor, bx_json_out *out, bx_error *err)
{
    const bx_mcp_skills *s = ctx;
    BX_AUTOFREE names *all = bx_calloc(1, sizeof *all);
    if (!all)
        return bx_fail(err, BX_ENOMEM, "skills");
    if (cursor.n)
        return bx_fail(err, BX_EINVAL, "cursor: not one that this server gave");
    for (size_t i = 0; i < s->n; i++)
        add_names(&s->dirs[i], all);
    qsort(all->at, all->n, sizeof all->at[0], by_name);
    bx_json_out_key(out, BX_LIT("prompts"));
    bx_json_out_begin_array(out);
    for (size_t i = 0; i < all->n; i++) {
        skill k;
        if (find(s, all->at[i], &k)) {
            put_skill(&k, out);
            skill_done(&k);
        }
    }
    bx_json_out_end_array(out);
    return BX_OK;
}

/* The body, with what the person gave in place of $ARGUMENTS, or after it. */
static void write_text(const skill *k, bx_str arguments, bx_buf *out)
{
    bx_str rest = k->body;
    bool placed = false;
    if (k->shown[0])
        (void)bx_buf_addf(out, "The files of this skill are in %s\n\n", k->shown);
    for (const char *at; (at = memmem(rest.p, rest.n, ARGUMENTS, strlen(ARGUMENTS)));) {
        size_t n = (size_t)(at - rest.p);
        (void)bx_buf_add(out, rest.p, n);
        (void)bx_buf_add_str(out, arguments);
        rest = bx_str_from(rest, n + strlen(ARGUMENTS));
        placed = true;
    }
    (void)bx_buf_add_str(out, rest);
    if (!placed && arguments.n) {
        (void)bx_buf_add_z(out, "\n\nARGUMENTS: ");
        (void)bx_buf_add_str(out, arguments);
    }
}

static bx_code get(void *ctx, bx_mcp_call *c, bx_str name, const bx_json_val *arguments,
                   bx_json_out *out, bx_error *err)
{
    char z[MAX_NAME + 1] = "";
    bx_str given = BX_LIT("");
    BX_AUTO_BUF text = bx_buf_init(16 << 20);
    skill k;
    (void)c;
    if (name.n <= MAX_NAME && !memchr(name.p, '\0', name.n))
        memcpy(z, name.p, name.n);
    if (!is_name(z) || !find(ctx, z, &k))
        return bx_fail(err, BX_ENOENT, "no prompt '%.*s'", BX_FMT(name));
    (void)bx_json_str(bx_json_get(arguments, BX_LIT("arguments")), &given);
    write_text(&k, given, &text);
    put(out, "description", k.description);
    bx_json_out_key(out, BX_LIT("messages"));
    bx_json_out_begin_array(out);
    bx_json_out_begin_object(out);
    put(out, "role", BX_LIT("user"));
    bx_json_out_key(out, BX_LIT("content"));
    bx_json_out_begin_object(out);
    put(out, "type", BX_LIT("text"));
    put(out, "text", bx_buf_str(&text));
    bx_json_out_end_object(out);
    bx_json_out_end_object(out);
    bx_json_out_end_array(out);
    skill_done(&k);
    return bx_buf_check(&text, err);
}

/* ---- the port -------------------------------------------------------------------------------- */

bx_code bx_mcp_skills_new(const bx_skill_dir *dirs, size_t n, const bx_believer *by,
                          bx_mcp_skills **ret, bx_error *err)
{
    bx_mcp_skills *s = bx_calloc(1, sizeof *s);
    if (!s)
        return bx_fail(err, BX_ENOMEM, "skills");
    BX_ASSERT(n <= BX_SKILL_MAX_DIRS);
    for (size_t i = 0; i < n; i++)
        s->dirs[s->n++] = dirs[i];
    s->by = by;
    s->port = (bx_mcp_prompts){.ctx = s, .list = list, .get = get};
    *ret = s;
    return BX_OK;
}

void bx_mcp_skills_free(bx_mcp_skills *s) { free(s); }

const bx_mcp_prompts *bx_mcp_skills_port(const bx_mcp_skills *s) { return &s->port; }
