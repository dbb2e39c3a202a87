/* Walks over real trees: what is visited, in which order, and what is told. */
#include "search/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/test.h"

static char top[200];

/* Make the tree anew: a name that ends with '/' is a directory, "a->b" a link, "a=TEXT" a file of
 * that text, with the directories above. */
static bool tree(const char *const *names)
{
    char command[300], path[5000];
    static int n;
    const char *tmp = getenv("TMPDIR");
    (void)snprintf(top, sizeof top, "%s/walk-%d-%d", tmp ? tmp : "/tmp", (int)getpid(), n++);
    (void)snprintf(command, sizeof command, "mkdir -p %s", top);
    bool ok = system(command) == 0;
    for (; ok && *names; names++) {
        (void)snprintf(path, sizeof path, "%s/%s", top, *names);
        for (char *p = path + strlen(top) + 1; (p = strchr(p, '/')); p++) {
            *p = '\0';
            ok = mkdir(path, 0755) == 0 || errno == EEXIST;
            *p = '/';
        }
        char *arrow = strstr(path, "->"), *text = strchr(path, '=');
        if (path[strlen(path) - 1] == '/')
            continue;
        if (arrow) {
            *arrow = '\0';
            ok = symlink(arrow + 2, path) == 0;
            continue;
        }
        if (text)
            *text++ = '\0';
        int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
        ok = fd >= 0 && (!text || write(fd, text, strlen(text)) == (ssize_t)strlen(text));
        (void)close(fd);
    }
    return ok;
}

static void remove_tree(void)
{
    char command[600];
    (void)snprintf(command, sizeof command, "chmod -R u+rwx %s; rm -rf %s", top, top);
    if (system(command) != 0)
        printf("# %s is left\n", top);
}

static bx_walk_notes notes;

/* Paths relative to root, a line each. */
static const char *walked(bx_walk_options how, const char *below)
{
    static bx_buf all;
    char root[300];
    bx_walk *w;
    bx_walk_entry e;
    bx_buf_done(&all);
    all = bx_buf_init(1 << 20);
    (void)snprintf(root, sizeof root, "%s%s", top, below);
    how.root = root;
    how.top = how.top ? how.top : top;
    if (bx_walk_open(&how, &w, NULL) != BX_OK)
        return "refused";
    while (bx_walk_next(w, &e)) {
        (void)bx_buf_add_str(&all, e.rel);
        (void)bx_buf_add_c(&all, '\n');
        if (e.path.p[e.path.n] != '\0' || e.name.p + e.name.n != e.path.p + e.path.n)
            (void)bx_buf_add_z(&all, "a path that is none\n");
    }
    notes = *bx_walk_told(w);
    bx_walk_close(w);
    return all.p ? all.p : "";
}

static bool is(const char *have, const char *want)
{
    if (strcmp(have, want) != 0)
        printf("# want %s\n# have %s\n", want, have);
    return strcmp(have, want) == 0;
}

static void order_is_that_of_whole_paths(void)
{
    CHECK(tree((const char *const[]){"a/x", "a-b", "a.c", "a0", "a/y/z", "A", "b/", NULL}));
    CHECK(
        is(walked((bx_walk_options){.types = BX_WALK_FILES}, ""), "A\na-b\na.c\na/x\na/y/z\na0\n"));
    CHECK(is(walked((bx_walk_options){.types = BX_WALK_ALL}, ""),
             "A\na\na-b\na.c\na/x\na/y\na/y/z\na0\nb\n"));
    CHECK(is(walked((bx_walk_options){.types = BX_WALK_DIRS}, ""), "a\na/y\nb\n"));
    CHECK(is(walked((bx_walk_options){.types = BX_WALK_FILES}, "/a/./../a//y/"), "z\n"));
    remove_tree();
}

static void hidden_names(void)
{
    CHECK(tree((const char *const[]){"a", ".b", ".c/d", ".git/e", "f/.g", NULL}));
    bx_walk_options how = {.types = BX_WALK_FILES};
    CHECK(is(walked(how, ""), "a\n") && notes.hidden_files == 2 && notes.hidden_dirs == 2);
    how.hidden = true;
    CHECK(is(walked(how, ""), ".b\n.c/d\n.git/e\na\nf/.g\n") && notes.hidden_files == 0);
    how.ignore = true;
    CHECK(is(walked(how, ""), ".b\n.c/d\na\nf/.g\n"));
    CHECK(is(walked(how, "/.git"), "e\n"));
    bx_globs *g;
    CHECK(bx_globs_new(&g, NULL) == BX_OK && bx_globs_add(g, BX_LIT(".c/**"), NULL) == BX_OK);
    CHECK(is(walked((bx_walk_options){.types = BX_WALK_FILES, .globs = g}, ""), ".c/d\n"));
    bx_globs_free(g);
    remove_tree();
}

static void ignore_files(void)
{
    CHECK(tree((const char *const[]){".gitignore=*.o\n/out/\n!.keep\n", "a.o", "b.c", "out/x",
                                     "sub/out/x", "sub/.gitignore=!c.o\n", "sub/c.o", "sub/d.o",
                                     "sub/.ignore=c.o\n!d.o\n", ".keep", "in/.git/info/exclude=z\n",
                                     "in/e.o", "in/z", NULL}));
    bx_walk_options how = {.types = BX_WALK_FILES, .ignore = true};
    CHECK(is(walked(how, ""), ".keep\nb.c\nin/e.o\nsub/d.o\nsub/out/x\n"));
    CHECK(notes.ignored_files == 3 && notes.ignored_dirs == 1 && !notes.is_loss);
    CHECK(is(walked(how, "/sub"), "d.o\nout/x\n")); /* the file above counts */
    CHECK(is(walked(how, "/out"), "x\n"));          /* it was asked for */
    how.ignore = false;
    CHECK(is(walked(how, "/sub"), "c.o\nd.o\nout/x\n"));
    remove_tree();
}

static void patterns(void)
{
    CHECK(tree((const char *const[]){".gitignore=*.log\n", "a.c", "b.log", "x/c.c", "y/d.log",
                                     ".e.log", NULL}));
    bx_globs *g;
    CHECK(bx_globs_new(&g, NULL) == BX_OK && bx_globs_add(g, BX_LIT("*.log"), NULL) == BX_OK);
    bx_walk_options how = {.types = BX_WALK_FILES, .ignore = true, .globs = g};
    CHECK(is(walked(how, ""), "") && notes.ignored_files == 3);
    how.globs_override = true;
    CHECK(is(walked(how, ""), ".e.log\nb.log\ny/d.log\n"));
    bx_globs_free(g);
    remove_tree();
}

static bool is_short(void *ctx, const bx_walk_entry *e)
{
    ++*(int *)ctx;
    return e->name.n == 1 && e->rel.n >= e->name.n && e->type == BX_WALK_FILES;
}

static void what_the_caller_wants(void)
{
    int asked = 0;
    CHECK(tree((const char *const[]){"a", "bb", "c/d", "c/ee", NULL}));
    CHECK(is(walked((bx_walk_options){.types = BX_WALK_FILES, .want = is_short, .ctx = &asked}, ""),
             "a\nc/d\n"));
    CHECK(asked == 4);
    remove_tree();
}

static void links_are_not_followed(void)
{
    CHECK(
        tree((const char *const[]){"d/f", "d/loop->..", "l->d", "m->d/f", "gone->nowhere", NULL}));
    CHECK(is(walked((bx_walk_options){.types = BX_WALK_FILES}, ""), "d/f\n"));
    CHECK(is(walked((bx_walk_options){.types = BX_WALK_LINKS}, ""), "d/loop\ngone\nl\nm\n"));
    CHECK(is(walked((bx_walk_options){.types = BX_WALK_FILES}, "/l"), "f\n")); /* but root is */
    remove_tree();
}

static void names_of_any_bytes(void)
{
    CHECK(tree((const char *const[]){"a\nb/\xff\xfe", "a\nb/c", NULL}));
    CHECK(is(walked((bx_walk_options){.types = BX_WALK_FILES}, ""), "a\nb/c\na\nb/\xff\xfe\n"));
    remove_tree();
}

static void a_file_as_root(void)
{
    CHECK(tree((const char *const[]){".gitignore=*\n", "x/f=text", NULL}));
    CHECK(is(walked((bx_walk_options){.types = BX_WALK_FILES, .ignore = true}, "/x/f"), "f\n"));
    CHECK(is(walked((bx_walk_options){.types = BX_WALK_FILES}, "/none"), "refused"));
    remove_tree();
}

static void opens_what_it_yields(void)
{
    char root[300], text[10];
    bx_walk *w;
    bx_walk_entry e;
    CHECK(tree((const char *const[]){"d/f=text", NULL}));
    (void)snprintf(root, sizeof root, "%s", top);
    bx_walk_options how = {.root = root, .types = BX_WALK_ALL};
    CHECK(bx_walk_open(&how, &w, NULL) == BX_OK);
    int64_t mtime = 0;
    uint64_t size = 0;
    CHECK(bx_walk_next(w, &e) && e.type == BX_WALK_DIRS && bx_walk_open_file(w, &e) == -1);
    CHECK(errno == EISDIR);
    CHECK(bx_walk_next(w, &e) && e.type == BX_WALK_FILES);
    CHECK(bx_walk_stat(w, &e, &mtime, &size) && size == 4 && mtime > 0);
    int fd = bx_walk_open_file(w, &e);
    CHECK(fd >= 0 && read(fd, text, sizeof text) == 4);
    (void)close(fd);
    CHECK(unlink(e.path.p) == 0 && symlink("/etc/passwd", e.path.p) == 0);
    CHECK(bx_walk_open_file(w, &e) == -1 && errno == ELOOP);
    CHECK(unlink(e.path.p) == 0 && bx_walk_open_file(w, &e) == -1 && errno == ENOENT);
    CHECK(!bx_walk_stat(w, &e, &mtime, &size) && !bx_walk_next(w, &e));
    bx_walk_close(w);
    remove_tree();
}

/* More directories one in the other than are kept open: those above are opened again. */
static void deep(void)
{
    char path[4200] = "";
    CHECK(tree((const char *const[]){"z", NULL}));
    int dir = open(top, O_RDONLY | O_DIRECTORY);
    for (int i = 0; i < 100; i++) {
        CHECK(mkdirat(dir, "d", 0755) == 0);
        int next = openat(dir, "d", O_RDONLY | O_DIRECTORY);
        (void)close(dir);
        dir = next;
        int f = openat(dir, i == 99 ? "f" : "g", O_WRONLY | O_CREAT, 0644);
        CHECK(f >= 0);
        (void)close(f);
    }
    (void)close(dir);
    const char *all = walked((bx_walk_options){.types = BX_WALK_FILES}, "");
    size_t lines = 0;
    for (const char *p = all; *p; p++)
        lines += *p == '\n';
    for (int i = 0; i < 100; i++)
        memcpy(path + 2 * i, "d/", 2);
    CHECK(lines == 101 && strncmp(all, path, 200) == 0 && all[200] == 'f' && !notes.is_loss);
    remove_tree();
}

static void what_cannot_be_read_is_told(void)
{
    if (geteuid() == 0)
        SKIP("root may read everything");
    CHECK(tree((const char *const[]){"a/b", "c/d", NULL}));
    char path[300];
    (void)snprintf(path, sizeof path, "%s/a", top);
    CHECK(chmod(path, 0) == 0);
    CHECK(is(walked((bx_walk_options){.types = BX_WALK_FILES}, ""), "c/d\n"));
    CHECK(notes.unreadable == 1 && notes.unreadable_error == EACCES && notes.is_loss);
    remove_tree();
}

static void every_allocation_may_fail(void)
{
    CHECK(tree((const char *const[]){".gitignore=*.o\n[ab]\n", "a.o", "b.c", "d/e", NULL}));
    for (long k = 0; k < 60; k++) {
        bx_test_fail_alloc = k;
        const char *all = walked((bx_walk_options){.types = BX_WALK_FILES, .ignore = true}, "");
        bool failed = bx_test_fail_alloc == 0;
        bx_test_fail_alloc = -1;
        CHECK(all);
        if (!failed)
            CHECK(is(all, "b.c\nd/e\n"));
    }
    remove_tree();
}

BXT_MAIN(RUN(order_is_that_of_whole_paths); RUN(hidden_names); RUN(ignore_files); RUN(patterns);
         RUN(what_the_caller_wants); RUN(links_are_not_followed); RUN(names_of_any_bytes);
         RUN(a_file_as_root); RUN(opens_what_it_yields); RUN(deep);
         RUN(what_cannot_be_read_is_told); RUN(every_allocation_may_fail);)
