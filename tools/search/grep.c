#include "search/grep.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/args.h"
#include "search/types.h"

enum {
    INPUT_MAX = 4 << 20, /* bytes of arguments: a pattern of a megabyte, with its escapes */
    LIMIT_MAX = 10000,
    OFFSET_MAX = 10000000,
    CONTEXT_MAX = 100,
};

static int fail(bx_grep_call *c, const char *what, const char *more)
{
    return bx_result_fail(&c->result, what, more, NULL);
}

void bx_grep_unreadable(bx_grep_call *c, bx_str path, int error)
{
    bx_grep_notes *notes = &c->notes;
    if (notes->unreadable++ > 0)
        return;
    size_t n = path.n < sizeof notes->first - 1 ? path.n : sizeof notes->first - 1;
    memcpy(notes->first, path.p, n);
    notes->first[n] = '\0';
    notes->error = error;
}

static bool get_arguments(bx_grep_call *c, bx_args *a, bx_error *err)
{
    static const char *const modes[] = {"content", "files", "count"};
    static const char *const cases[] = {"smart", "sensitive", "insensitive"};
    static const bx_case folds[] = {BX_CASE_SMART, BX_CASE_SENSITIVE, BX_CASE_INSENSITIVE};
    bx_regex_options *re = &c->ask.regex;
    c->ask.pattern = bx_arg_str(a, "pattern", NULL);
    c->ask.path = bx_arg_given(a, "path") ? bx_arg_path(a, "path") : "/workspace";
    c->ask.glob = bx_arg_str(a, "glob", "");
    c->ask.type = bx_arg_str(a, "type", "");
    c->ask.mode = (bx_grep_mode)bx_arg_choice(a, "mode", modes, BX_COUNT(modes), 0);
    re->fixed = bx_arg_bool(a, "fixed", false);
    re->word = bx_arg_bool(a, "word", false);
    re->fold = folds[bx_arg_choice(a, "case", cases, BX_COUNT(cases), 1)];
    c->ask.multiline = bx_arg_bool(a, "multiline", false);
    int64_t context = bx_arg_int(a, "context", 0, 0, CONTEXT_MAX);
    c->ask.before = bx_arg_int(a, "before", context, 0, CONTEXT_MAX);
    c->ask.after = bx_arg_int(a, "after", context, 0, CONTEXT_MAX);
    c->ask.hidden = bx_arg_bool(a, "hidden", false);
    c->ask.ignore = bx_arg_bool(a, "ignore", true);
    c->ask.limit = bx_arg_int(a, "limit", 100, 1, LIMIT_MAX);
    c->ask.offset = bx_arg_int(a, "offset", 0, 0, OFFSET_MAX);
    c->ask.replace = bx_arg_given(a, "replace") ? bx_arg_str(a, "replace", "") : NULL;
    re->lines = !c->ask.multiline;
    re->crlf = re->lines;
    re->captures = c->ask.replace != NULL;
    if (c->ask.replace && c->ask.multiline)
        bx_arg_wrong(a, "replace", "shows lines; it does not go with multiline", NULL);
    if (c->ask.replace && c->ask.mode != BX_GREP_CONTENT)
        bx_arg_wrong(a, "replace", "needs mode=content", NULL);
    return bx_args_end(a, err) == BX_OK;
}

static int unknown_type(bx_grep_call *c, bx_str name)
{
    bx_result *r = &c->result;
    bx_text_begin(r);
    bx_text_puts(r, "type: there is no file type ");
    bx_text_put(r, name.p, name.n < 100 ? name.n : 100);
    bx_text_puts(r, "; use glob, or one of");
    for (size_t i = 0; bx_types_name(i); i++) {
        bx_text_puts(r, i > 0 ? ", " : " ");
        bx_text_puts(r, bx_types_name(i));
    }
    bx_text_end(r);
    return bx_result_end(r, true);
}

/* Names with commas or blanks between them.  False: *ret is the one that is unknown. */
static bool get_types(const char *names, bx_types *types, bx_str *ret)
{
    for (;;) {
        names += strspn(names, ", ");
        *ret = (bx_str){names, strcspn(names, ", ")};
        if (ret->n == 0)
            return true;
        if (!bx_types_add(types, *ret))
            return false;
        names += ret->n;
    }
}

static bool is_of_types(void *types, const bx_walk_entry *e)
{
    return bx_types_match(types, e->name);
}

/* A sandbox opens nothing but files and directories, and calls the rest not permitted. */
static int search_named(bx_grep_call *c, const struct stat *st)
{
    if (!S_ISREG(st->st_mode))
        return fail(c, c->ask.path, " is no regular file or directory; it cannot be searched");
    int fd = open(c->ask.path, O_RDONLY);
    if (fd < 0)
        return bx_result_fail_file(&c->result, "search", c->ask.path, errno);
    bx_grep_file_at(c, fd, bx_str_of(c->ask.path), true);
    (void)close(fd);
    if (c->notes.unreadable > 0 && c->n_files == 0)
        return bx_result_fail_file(&c->result, "search", c->ask.path, c->notes.error);
    return bx_grep_show(c, NULL);
}

static int search_tree(bx_grep_call *c, bx_globs *globs, bx_types *types)
{
    bx_error err;
    bx_walk_entry e;
    BX_AUTO(bx_walk) bx_walk *w = NULL;
    bx_walk_options how = {.root = c->ask.path,
                           .types = BX_WALK_FILES,
                           .hidden = c->ask.hidden,
                           .ignore = c->ask.ignore,
                           .globs = globs,
                           .globs_override = true,
                           .want = types ? is_of_types : NULL,
                           .ctx = types};
    bx_code rc = bx_walk_open(&how, &w, &err);
    if (rc == BX_EIO)
        return bx_result_fail_file(&c->result, "search", c->ask.path, err.sys);
    if (rc != BX_OK)
        return fail(c, err.msg, NULL);
    while (!c->is_over && bx_walk_next(w, &e)) {
        int fd = bx_walk_open_file(w, &e);
        if (fd < 0) {
            if (errno != ENOENT && errno != ELOOP) /* gone, or a link by now */
                bx_grep_unreadable(c, e.path, errno);
            continue;
        }
        bx_grep_file_at(c, fd, e.path, false);
        (void)close(fd);
    }
    return bx_grep_show(c, bx_walk_told(w));
}

static int search(bx_grep_call *c)
{
    bx_error err;
    bx_types types = {0};
    bx_str unknown;
    struct stat st;
    if (!get_types(c->ask.type, &types, &unknown))
        return unknown_type(c, unknown);
    if (stat(c->ask.path, &st) != 0)
        return bx_result_fail_file(&c->result, "search", c->ask.path, errno);
    if (!S_ISDIR(st.st_mode))
        return search_named(c, &st);
    BX_AUTO(bx_globs) bx_globs *globs = NULL;
    if (c->ask.glob[0]) {
        if (bx_globs_new(&globs, &err) != BX_OK)
            return fail(c, err.msg, NULL);
        if (bx_globs_add(globs, bx_str_of(c->ask.glob), &err) != BX_OK)
            return fail(c, "glob: ", err.msg);
    }
    return search_tree(c, globs, c->ask.type[0] ? &types : NULL);
}

static int run(bx_grep_call *c, bx_args *a)
{
    bx_error err;
    if (!get_arguments(c, a, &err))
        return fail(c, err.msg, NULL);
    if (bx_regex_new(bx_str_of(c->ask.pattern), &c->ask.regex, &c->regex, &err) != BX_OK)
        return bx_result_fail(&c->result, "pattern: ", err.msg,
                              err.code == BX_EINVAL && !c->ask.regex.fixed
                                  ? "\n[fixed=true takes the pattern as it is]"
                                  : "",
                              NULL);
    return search(c);
}

int bx_grep_run(bx_grep_call *c, int in, int out)
{
    bx_args a;
    bx_error err;
    memset(c, 0, sizeof *c);
    c->raw = bx_buf_init(3 * BX_GREP_WHOLE_MAX);
    c->decoded = bx_buf_init(2 * BX_GREP_WHOLE_MAX);
    c->texts = bx_buf_init(32 << 20);
    c->lines = bx_buf_init(32 << 20);
    c->files = bx_buf_init(8 << 20);
    c->ranges = bx_buf_init(4 << 20);
    bx_result_init(&c->result, out);
    if (bx_args_read(&a, in, INPUT_MAX, &err) != BX_OK)
        return fail(c, err.msg, NULL);
    int rc = run(c, &a);
    bx_regex_free(c->regex);
    bx_buf *all[] = {&c->raw, &c->decoded, &c->texts, &c->lines, &c->files, &c->ranges};
    for (size_t i = 0; i < BX_COUNT(all); i++)
        bx_buf_done(all[i]);
    bx_args_done(&a);
    return rc;
}
