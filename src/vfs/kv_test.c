/* Keys and values in the store: what they are, what they cost, and who may do what at a time. */
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "vfs/kv_internal.h"
#include "vfs/testkit.h"

enum { ENTRY = BX_STORE_ENTRY, ONE = ENTRY + BX_STORE_BLOCK /* what a small value costs */ };

static bx_file *store(kit *k, const char *cap)
{
    kit_init(k);
    BX_ASSERT(kit_open(k, cap, NULL) == BX_OK);
    return kit_pre(k, 0);
}

static void close_store(kit *k)
{
    bx_vfs_session_free(k->s);
    bx_vfs_unref(k->v);
    k->s = NULL;
    k->v = NULL;
}

static void reopen(kit *k)
{
    close_store(k);
    BX_ASSERT(bx_vfs_new(k->g, kit_path(k, "store"), &k->v, &k->err) == BX_OK);
    kit_new_session(k);
}

static uint64_t used(const kit *k)
{
    BX_ASSERT(bx_store_lock(k->v->store) == BX_E_SUCCESS);
    uint64_t n = bx_store_used_locked(k->v->store);
    bx_store_unlock(k->v->store);
    return n;
}

static uint64_t really;

static int add(const char *p, const struct stat *st, int flag, struct FTW *f)
{
    (void)p;
    (void)flag;
    if (f->level > 0)
        really += ENTRY + (S_ISREG(st->st_mode) ? bx_store_rounded((uint64_t)st->st_size) : 0);
    return 0;
}

static uint64_t in_tree(const kit *k)
{
    really = 0;
    (void)nftw(kit_path(k, "store/s"), add, 16, FTW_PHYS);
    return really;
}

static bx_errno set(kit *k, const char *key, const char *value)
{
    return bx_kv_set(k->s, S(key), S(value));
}

/* The value of `key`, or "!" and the error's name. */
static const char *get(kit *k, const char *key)
{
    static char text[256];
    BX_AUTO_BUF b = bx_buf_init(sizeof text - 1);
    bx_errno e = bx_kv_get(k->s, S(key), &b);
    bx_str v = bx_buf_str(&b);
    (void)snprintf(text, sizeof text, "%s%.*s", e ? "!" : "", (int)v.n, e ? "" : v.p);
    return e ? bx_errno_name(e) : text;
}

static bool has(kit *k, const char *key, const char *value)
{
    return strcmp(get(k, key), value) == 0;
}

static void take(void *ctx, bx_str key)
{
    bx_buf *b = ctx;
    (void)bx_buf_addf(b, "%.*s ", (int)key.n, key.p);
}

static bool list_is(kit *k, const char *after, const char *want, bool want_more)
{
    BX_AUTO_BUF b = bx_buf_init(1 << 20);
    bx_str from = S(after);
    bool more = !want_more;
    bx_errno e = bx_kv_list(k->s, after ? &from : NULL, take, &b, &more);
    return e == BX_E_SUCCESS && more == want_more && bx_str_eq(bx_buf_str(&b), S(want));
}

/* ---- values ------------------------------------------------------------------------------- */
static void set_get_remove(void)
{
    kit k;
    (void)store(&k, "store:s");
    CHECK(has(&k, "a", "noent") && bx_kv_exists(k.s, S("a")) == BX_E_NOENT);
    CHECK(bx_kv_remove(k.s, S("a")) == BX_E_NOENT && used(&k) == 0); /* looking makes nothing */
    CHECK(set(&k, "a", "1") == BX_E_SUCCESS && set(&k, "A/..", "2") == BX_E_SUCCESS);
    CHECK(has(&k, "a", "1") && has(&k, "A/..", "2") && bx_kv_exists(k.s, S("a")) == BX_E_SUCCESS);
    CHECK(set(&k, "a", "") == BX_E_SUCCESS && has(&k, "a", ""));
    CHECK(set(&k, "", "empty") == BX_E_SUCCESS && has(&k, "", "empty"));
    reopen(&k);
    CHECK(has(&k, "A/..", "2") && has(&k, "", "empty") && list_is(&k, NULL, " A/.. a ", false));
    CHECK(bx_kv_remove(k.s, S("a")) == BX_E_SUCCESS && has(&k, "a", "noent"));
    kit_done(&k);
}

static void large_and_binary(void)
{
    kit k;
    (void)store(&k, "store:s");
    size_t n = (size_t)3 << 20;
    char *big = bx_calloc(1, n);
    BX_ASSERT(big);
    for (size_t i = 0; i < n; i++)
        big[i] = (char)(i * 7);
    CHECK(bx_kv_set(k.s, S("big"), (bx_str){big, n}) == BX_E_SUCCESS);
    BX_AUTO_BUF exact = bx_buf_init(n), small = bx_buf_init(n - 1);
    CHECK(bx_kv_get(k.s, S("big"), &exact) == BX_E_SUCCESS &&
          bx_str_eq(bx_buf_str(&exact), (bx_str){big, n}));
    CHECK(bx_kv_get(k.s, S("big"), &small) == BX_E_2BIG && small.n == 0);
    CHECK(bx_vfs_counters(k.s)->bytes_read == n &&
          bx_vfs_counters(k.s)->bytes_written == n + 16 + 3);
    bool done = false;
    bx_str old = {big, n};
    CHECK(bx_kv_swap(k.s, S("big"), &old, S("new"), &done) == BX_E_SUCCESS && done &&
          has(&k, "big", "new"));
    free(big);
    kit_done(&k);
}

static void keys_at_the_limit(void)
{
    kit k;
    (void)store(&k, "store:s");
    char key[BX_KV_KEY_MAX + 1];
    memset(key, 'x', sizeof key);
    bx_str full = {key, BX_KV_KEY_MAX}, over = {key, sizeof key}, nul = {"a\0b", 3},
           bad = {"\xff", 1};
    BX_AUTO_BUF b = bx_buf_init(100);
    CHECK(bx_kv_set(k.s, full, S("v")) == BX_E_SUCCESS && bx_kv_get(k.s, full, &b) == BX_E_SUCCESS);
    CHECK(bx_str_eq(bx_buf_str(&b), S("v")) && bx_kv_exists(k.s, full) == BX_E_SUCCESS);
    CHECK(bx_kv_set(k.s, over, S("v")) == BX_E_NAMETOOLONG &&
          bx_kv_get(k.s, over, &b) == BX_E_NAMETOOLONG);
    CHECK(bx_kv_exists(k.s, over) == BX_E_NAMETOOLONG &&
          bx_kv_remove(k.s, over) == BX_E_NAMETOOLONG);
    CHECK(bx_kv_set(k.s, nul, S("v")) == BX_E_INVAL && bx_kv_set(k.s, bad, S("v")) == BX_E_ILSEQ);
    CHECK(bx_kv_remove(k.s, full) == BX_E_SUCCESS && used(&k) == ENTRY && in_tree(&k) == ENTRY);
    kit_done(&k);
}

static void without_a_store(void)
{
    kit k;
    kit_init(&k);
    BX_AUTO_BUF b = bx_buf_init(100);
    bool more = false;
    int64_t n = 0;
    BX_ASSERT(kit_open(&k, "=w:/w", "rw:/w", "tmp", NULL) == BX_OK);
    CHECK(set(&k, "a", "1") == BX_E_NOTSUP && has(&k, "a", "notsup"));
    CHECK(bx_kv_list(k.s, NULL, take, &b, &more) == BX_E_NOTSUP);
    CHECK(bx_kv_increment(k.s, S("a"), 1, &n) == BX_E_NOTSUP);
    kit_done(&k);
}

/* ---- what it costs -------------------------------------------------------------------------- */
static void the_quota(void)
{
    kit k;
    (void)store(&k, "store:s:20KiB"); /* the directory and two small values */
    char block[BX_STORE_BLOCK * 2];
    memset(block, 'b', sizeof block);
    CHECK(set(&k, "a", "1") == BX_E_SUCCESS && used(&k) == ENTRY + ONE && in_tree(&k) == used(&k));
    CHECK(set(&k, "a", "2") == BX_E_SUCCESS && used(&k) == ENTRY + ONE); /* replaced: as before */
    /* 16 bytes of head and one of the key: up to here it is one block */
    CHECK(bx_kv_set(k.s, S("b"), (bx_str){block, BX_STORE_BLOCK - 17 + 1}) == BX_E_DQUOT);
    CHECK(has(&k, "b", "noent") && used(&k) == ENTRY + ONE && in_tree(&k) == used(&k));
    CHECK(bx_kv_set(k.s, S("b"), (bx_str){block, BX_STORE_BLOCK - 17}) == BX_E_SUCCESS);
    CHECK(used(&k) == 20480 && in_tree(&k) == 20480);
    CHECK(set(&k, "c", "") == BX_E_DQUOT && set(&k, "a", "3") == BX_E_DQUOT && has(&k, "a", "2"));
    bool done = true;
    bx_str two = S("2");
    int64_t n = 0;
    CHECK(bx_kv_swap(k.s, S("a"), &two, S("3"), &done) == BX_E_DQUOT && !done && has(&k, "a", "2"));
    CHECK(bx_kv_increment(k.s, S("a"), 1, &n) == BX_E_DQUOT && n == 0 && has(&k, "a", "2"));
    CHECK(used(&k) == 20480 && in_tree(&k) == 20480);
    CHECK(bx_kv_remove(k.s, S("b")) == BX_E_SUCCESS && used(&k) == ENTRY + ONE &&
          in_tree(&k) == used(&k));
    CHECK(set(&k, "a", "3") == BX_E_SUCCESS);
    kit_done(&k);
}

/* Files of the guest and values share one quota. */
static void shared_with_files(void)
{
    kit k;
    bx_file *s = store(&k, "store:s:20KiB");
    CHECK(kit_put(s, "f", "x") == BX_E_SUCCESS && set(&k, "a", "1") == BX_E_SUCCESS &&
          used(&k) == 20480);
    CHECK(kit_opens(s, "g", "c") == BX_E_DQUOT);
    CHECK(bx_vfs_unlink_at(s, S(".kv/ka")) == BX_E_SUCCESS && has(&k, "a", "noent") &&
          used(&k) == 12288);
    kit_done(&k);
    (void)store(&k, "store:s:4095"); /* not even the directory */
    CHECK(set(&k, "a", "1") == BX_E_DQUOT && used(&k) == 0 && in_tree(&k) == 0);
    kit_done(&k);
}

static void limits_of_the_call(void)
{
    kit k;
    (void)store(&k, "store:s");
    const bx_fs_counters *c = bx_vfs_counters(k.s);
    k.limits.fs_write = 16 + 1 + 4;
    CHECK(set(&k, "a", "12345") == BX_E_DQUOT && c->hit_fs_write && has(&k, "a", "noent"));
    CHECK(set(&k, "a", "1234") == BX_E_SUCCESS && c->bytes_written == 21);
    CHECK(set(&k, "a", "") == BX_E_DQUOT && has(&k, "a", "1234"));
    k.limits.fs_write = 1000;
    k.limits.files_created = 3; /* the directory and a value so far */
    CHECK(c->files_created == 2 && set(&k, "b", "1") == BX_E_SUCCESS &&
          set(&k, "b", "2") == BX_E_SUCCESS);
    CHECK(!c->hit_files_created && set(&k, "c", "1") == BX_E_DQUOT && c->hit_files_created);
    k.limits.dir_entries = 3;
    BX_AUTO_BUF b = bx_buf_init(100);
    bool more = false;
    CHECK(list_is(&k, NULL, "a b ", false) && c->dir_entries == 2);
    CHECK(bx_kv_list(k.s, NULL, take, &b, &more) == BX_E_DQUOT && c->hit_dir_entries);
    kit_new_session(&k);
    k.limits.files_created = 0;
    CHECK(set(&k, "b", "3") == BX_E_SUCCESS && set(&k, "c", "1") == BX_E_DQUOT);
    kit_done(&k);
}

/* ---- increment and swap --------------------------------------------------------------------- */
static void increments(void)
{
    kit k;
    (void)store(&k, "store:s");
    int64_t n = 0;
    CHECK(bx_kv_increment(k.s, S("n"), 5, &n) == BX_E_SUCCESS && n == 5 && has(&k, "n", "5"));
    CHECK(bx_kv_increment(k.s, S("n"), -7, &n) == BX_E_SUCCESS && n == -2 && has(&k, "n", "-2"));
    CHECK(bx_kv_increment(k.s, S("n"), 0, &n) == BX_E_SUCCESS && n == -2);
    CHECK(set(&k, "n", "9223372036854775806") == BX_E_SUCCESS);
    CHECK(bx_kv_increment(k.s, S("n"), 1, &n) == BX_E_SUCCESS && n == INT64_MAX);
    CHECK(bx_kv_increment(k.s, S("n"), 1, &n) == BX_E_RANGE && n == INT64_MAX &&
          has(&k, "n", "9223372036854775807"));
    CHECK(set(&k, "n", "-9223372036854775808") == BX_E_SUCCESS);
    CHECK(bx_kv_increment(k.s, S("n"), 0, &n) == BX_E_SUCCESS && n == INT64_MIN);
    CHECK(bx_kv_increment(k.s, S("n"), -1, &n) == BX_E_RANGE &&
          has(&k, "n", "-9223372036854775808"));
    static const char *const bad[] = {"", "-", "+1", "1 ", " 1", "1.0", "0x1", "--1", "one"};
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        CHECK(set(&k, "n", bad[i]) == BX_E_SUCCESS);
        CHECK(bx_kv_increment(k.s, S("n"), 1, &n) == BX_E_DOM && has(&k, "n", bad[i]));
    }
    CHECK(set(&k, "n", "9223372036854775808") == BX_E_SUCCESS);
    CHECK(bx_kv_increment(k.s, S("n"), 1, &n) == BX_E_RANGE);
    char zeros[66];
    memset(zeros, '0', 65);
    zeros[65] = '\0';
    CHECK(set(&k, "n", zeros) == BX_E_SUCCESS && bx_kv_increment(k.s, S("n"), 1, &n) == BX_E_DOM);
    CHECK(set(&k, "n", zeros + 1) == BX_E_SUCCESS &&
          bx_kv_increment(k.s, S("n"), 1, &n) == BX_E_SUCCESS && n == 1);
    kit_done(&k);
}

static void swaps(void)
{
    kit k;
    (void)store(&k, "store:s");
    bool done = false;
    bx_str a = S("a"), b = S("b"), none = S(""), longer = S("ab");
    CHECK(bx_kv_swap(k.s, S("x"), &a, b, &done) == BX_E_SUCCESS && !done && has(&k, "x", "noent"));
    CHECK(bx_kv_swap(k.s, S("x"), NULL, a, &done) == BX_E_SUCCESS && done && has(&k, "x", "a"));
    CHECK(bx_kv_swap(k.s, S("x"), NULL, b, &done) == BX_E_SUCCESS && !done && has(&k, "x", "a"));
    CHECK(bx_kv_swap(k.s, S("x"), &b, b, &done) == BX_E_SUCCESS && !done && has(&k, "x", "a"));
    CHECK(bx_kv_swap(k.s, S("x"), &longer, b, &done) == BX_E_SUCCESS && !done && has(&k, "x", "a"));
    CHECK(bx_kv_swap(k.s, S("x"), &a, none, &done) == BX_E_SUCCESS && done && has(&k, "x", ""));
    CHECK(bx_kv_swap(k.s, S("x"), NULL, b, &done) == BX_E_SUCCESS &&
          !done); /* empty is not absent */
    CHECK(bx_kv_swap(k.s, S("x"), &none, b, &done) == BX_E_SUCCESS && done && has(&k, "x", "b"));
    kit_done(&k);
}

/* ---- listing -------------------------------------------------------------------------------- */
typedef struct pages {
    int next, wrong;
    char last[BX_KV_KEY_MAX];
    size_t last_n;
} pages;

/* Every third key is a long one. */
static bx_str nth_key(int i, char out[BX_KV_KEY_MAX])
{
    int n = snprintf(out, 64, "key-%06d", i);
    if (i % 3 == 0) {
        memset(out + n, 'L', 300);
        n += 300;
    }
    return (bx_str){out, (size_t)n};
}

static void check_next(void *ctx, bx_str key)
{
    pages *p = ctx;
    char want[BX_KV_KEY_MAX];
    p->wrong += !bx_str_eq(key, nth_key(p->next++, want));
    memcpy(p->last, key.p, key.n);
    p->last_n = key.n;
}

static void pages_in_order(void)
{
    enum { N = 2 * BX_KV_PAGE + 500 };
    kit k;
    (void)store(&k, "store:s");
    char key[BX_KV_KEY_MAX];
    for (int i = 0; i < N; i++)
        CHECK(bx_kv_set(k.s, nth_key(i * 1009 % N, key), S("")) == BX_E_SUCCESS);
    kit_file(&k, "store/s/.kv/temp", "left over");
    pages p = {0};
    bool more = false;
    CHECK(bx_kv_list(k.s, NULL, check_next, &p, &more) == BX_E_SUCCESS && more &&
          p.next == BX_KV_PAGE);
    bx_str after = {p.last, p.last_n};
    CHECK(bx_kv_list(k.s, &after, check_next, &p, &more) == BX_E_SUCCESS && more &&
          p.next == 2 * BX_KV_PAGE);
    after.n = p.last_n;
    CHECK(bx_kv_list(k.s, &after, check_next, &p, &more) == BX_E_SUCCESS && !more && p.next == N &&
          p.wrong == 0);
    after.n = p.last_n;
    CHECK(bx_kv_list(k.s, &after, check_next, &p, &more) == BX_E_SUCCESS && !more && p.next == N);
    kit_done(&k);
}

static void exactly_one_page(void)
{
    kit k;
    (void)store(&k, "store:s");
    char key[BX_KV_KEY_MAX];
    pages p = {0};
    bool more = true;
    CHECK(list_is(&k, NULL, "", false) && used(&k) == 0);
    for (int i = 0; i < BX_KV_PAGE; i++)
        CHECK(bx_kv_set(k.s, nth_key(i, key), S("")) == BX_E_SUCCESS);
    CHECK(bx_kv_list(k.s, NULL, check_next, &p, &more) == BX_E_SUCCESS && !more &&
          p.next == BX_KV_PAGE);
    CHECK(bx_kv_set(k.s, nth_key(BX_KV_PAGE, key), S("")) == BX_E_SUCCESS);
    p.next = 0;
    CHECK(bx_kv_list(k.s, NULL, check_next, &p, &more) == BX_E_SUCCESS && more &&
          p.next == BX_KV_PAGE);
    CHECK(p.wrong == 0);
    kit_done(&k);
}

static void order_is_of_bytes(void)
{
    kit k;
    (void)store(&k, "store:s");
    static const char *const keys[] = {"b", "a", "ab", "B", "\xc3\xa9", "a b", "~"};
    for (size_t i = 0; i < BX_COUNT(keys); i++)
        CHECK(set(&k, keys[i], "") == BX_E_SUCCESS);
    CHECK(list_is(&k, NULL, "B a a b ab b ~ \xc3\xa9 ", false));
    CHECK(list_is(&k, "a", "a b ab b ~ \xc3\xa9 ", false) &&
          list_is(&k, "aa", "ab b ~ \xc3\xa9 ", false));
    CHECK(list_is(&k, "\xff", "", false) && list_is(&k, "", "B a a b ab b ~ \xc3\xa9 ", false));
    kit_done(&k);
}

/* ---- at the same time ----------------------------------------------------------------------- */
enum { ROUNDS = 400 };

static bool tally_is(bx_vfs_session *s, size_t n)
{
    BX_AUTO_BUF b = bx_buf_init(2 * ROUNDS);
    return bx_kv_get(s, S("c"), &b) == BX_E_SUCCESS && b.n == n;
}

static bool count_up(bx_vfs_session *s)
{
    int64_t n = 0;
    for (int i = 0; i < ROUNDS; i++) {
        if (bx_kv_increment(s, S("n"), 1, &n) != BX_E_SUCCESS)
            return false;
    }
    return true;
}

/* A tally kept by swaps alone: read, add a stroke, try, again until it was not changed in between.
 */
static bool swap_up(bx_vfs_session *s)
{
    for (int i = 0; i < ROUNDS; i++) {
        for (bool done = false; !done;) {
            char strokes[2 * ROUNDS + 1];
            BX_AUTO_BUF b = bx_buf_init(2 * ROUNDS);
            bx_errno e = bx_kv_get(s, S("c"), &b);
            bx_str old = bx_buf_str(&b), new = {strokes, b.n + 1};
            memset(strokes, '|', sizeof strokes);
            if (bx_kv_swap(s, S("c"), e == BX_E_NOENT ? NULL : &old, new, &done) != BX_E_SUCCESS)
                return false;
        }
    }
    return true;
}

static pid_t in_child(bool (*f)(bx_vfs_session *s), const kit *parent)
{
    pid_t pid = fork();
    if (pid == 0) {
        kit k = *parent;
        if (bx_vfs_new(k.g, kit_path(&k, "store"), &k.v, &k.err) != BX_OK ||
            bx_vfs_session_new(k.v, &k.limits, NULL, NULL, &k.s, &k.err) != BX_OK)
            _exit(9);
        bool ok = f(k.s);
        close_store(&k);
        _exit(ok ? 0 : 1);
    }
    return pid;
}

static int ended(pid_t pid)
{
    int status = -1;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void two_processes(void)
{
    kit k;
    (void)store(&k, "store:s");
    pid_t p[4] = {in_child(count_up, &k), in_child(count_up, &k), in_child(swap_up, &k),
                  in_child(swap_up, &k)};
    for (size_t i = 0; i < BX_COUNT(p); i++)
        CHECK(ended(p[i]) == 0);
    CHECK(has(&k, "n", "800") && tally_is(k.s, 2 * ROUNDS));
    CHECK(used(&k) == in_tree(&k) && used(&k) == ENTRY + 2 * ONE);
    kit_done(&k);
}

typedef struct worker {
    bx_vfs_session *s;
    bool ok;
} worker;

static void *work(void *arg)
{
    worker *w = arg;
    w->ok = count_up(w->s) && swap_up(w->s);
    return NULL;
}

static void two_threads(void)
{
    kit k;
    (void)store(&k, "store:s");
    pthread_t t[2];
    worker w[2] = {0};
    for (int i = 0; i < 2; i++)
        CHECK(bx_vfs_session_new(k.v, &k.limits, NULL, NULL, &w[i].s, &k.err) == BX_OK);
    for (int i = 0; i < 2; i++)
        BX_ASSERT(pthread_create(&t[i], NULL, work, &w[i]) == 0);
    for (int i = 0; i < 2; i++) {
        BX_ASSERT(pthread_join(t[i], NULL) == 0);
        bx_vfs_session_free(w[i].s);
    }
    CHECK(w[0].ok && w[1].ok && has(&k, "n", "800") && tally_is(k.s, 2 * ROUNDS));
    CHECK(used(&k) == in_tree(&k));
    kit_done(&k);
}

/* ---- crashes -------------------------------------------------------------------------------- */
/* Values of many blocks, each of one letter, set until killed. */
static bool set_for_ever(bx_vfs_session *s)
{
    static char v[200000];
    for (int i = 0;; i++) {
        memset(v, 'a' + i % 26, sizeof v);
        if (bx_kv_set(s, S("v"), (bx_str){v, sizeof v}) != BX_E_SUCCESS)
            return false;
    }
}

static bool is_whole(kit *k)
{
    BX_AUTO_BUF b = bx_buf_init(1 << 20);
    bx_errno e = bx_kv_get(k->s, S("v"), &b);
    if (e == BX_E_NOENT)
        return true;
    if (e != BX_E_SUCCESS || b.n != 200000)
        return false;
    for (size_t i = 1; i < b.n; i++) {
        if (b.p[i] != b.p[0])
            return false;
    }
    return true;
}

static void killed_in_the_middle(void)
{
    kit k;
    (void)store(&k, "store:s");
    k.limits.fs_write = INT64_MAX;
    for (int i = 0; i < 40; i++) {
        pid_t p = in_child(set_for_ever, &k);
        BX_ASSERT(usleep(3000 + (useconds_t)i * 317) == 0);
        (void)kill(p, SIGKILL);
        CHECK(ended(p) == -SIGKILL);
        CHECK(is_whole(&k) && used(&k) >= in_tree(&k)); /* never counted too low */
        CHECK(set(&k, "other", "x") == BX_E_SUCCESS &&
              access(kit_path(&k, "store/s/.kv/temp"), F_OK) != 0);
    }
    k.limits.fs_write = bx_limits_default().fs_write;
    reopen(&k); /* nobody marked the count clean: it is taken anew */
    CHECK(used(&k) == in_tree(&k) && is_whole(&k) && has(&k, "other", "x"));
    kit_done(&k);
}

static void a_left_over_file(void)
{
    kit k;
    bx_file *s = store(&k, "store:s:24KiB");
    CHECK(set(&k, "a", "1") == BX_E_SUCCESS && kit_put(s, ".kv/temp", "half") == BX_E_SUCCESS);
    CHECK(used(&k) == ENTRY + 2 * ONE && list_is(&k, NULL, "a ", false));
    /* It takes the room a second value needs; so it has to go first. */
    CHECK(set(&k, "b", "2") == BX_E_SUCCESS && list_is(&k, NULL, "a b ", false));
    CHECK(used(&k) == ENTRY + 2 * ONE && in_tree(&k) == used(&k) &&
          kit_opens(s, ".kv/temp", "r") == BX_E_NOENT);
    CHECK(bx_vfs_mkdir_at(s, S(".kv/temp")) == BX_E_SUCCESS && set(&k, "c", "3") != BX_E_SUCCESS);
    CHECK(in_tree(&k) == used(&k) && has(&k, "c", "noent"));
    kit_done(&k);
}

static bool die_with_the_lock(bx_vfs_session *s)
{
    bx_kv_op o;
    bx_str key = S("a");
    (void)bx_kv_begin(&o, s, &key);
    (void)raise(SIGKILL);
    return false;
}

static void killed_with_the_lock(void)
{
    kit k;
    (void)store(&k, "store:s");
    CHECK(set(&k, "a", "1") == BX_E_SUCCESS && ended(in_child(die_with_the_lock, &k)) == -SIGKILL);
    CHECK(has(&k, "a", "1") && set(&k, "a", "2") == BX_E_SUCCESS && has(&k, "a", "2"));
    kit_done(&k);
}

/* ---- what a guest may have done to the files ------------------------------------------------- */
static void damaged_files(void)
{
    kit k;
    bx_file *s = store(&k, "store:s");
    int64_t n = 0;
    bool done = true;
    bx_str old = S("1");
    CHECK(set(&k, "a", "1") == BX_E_SUCCESS &&
          kit_put(s, ".kv/ka", "garbage of a guest") == BX_E_SUCCESS);
    CHECK(has(&k, "a", "badmsg") && bx_kv_exists(k.s, S("a")) == BX_E_BADMSG);
    CHECK(bx_kv_increment(k.s, S("a"), 1, &n) == BX_E_BADMSG);
    CHECK(bx_kv_swap(k.s, S("a"), &old, S("2"), &done) == BX_E_BADMSG && !done);
    CHECK(kit_put(s, ".kv/ka", "") == BX_E_SUCCESS && has(&k, "a", "badmsg"));
    CHECK(set(&k, "a", "again") == BX_E_SUCCESS && has(&k, "a", "again")); /* setting mends it */
    CHECK(bx_vfs_rename_at(s, S(".kv/ka"), s, S(".kv/kb")) == BX_E_SUCCESS);
    CHECK(has(&k, "b", "badmsg") && bx_kv_remove(k.s, S("b")) == BX_E_SUCCESS &&
          has(&k, "b", "noent"));
    kit_file(&k, "store/s/.kv/h0123", "not a value");
    kit_file(&k, "store/s/.kv/other", "not a value");
    CHECK(list_is(&k, NULL, "", false));
    kit_done(&k);
}

static void other_things_in_the_way(void)
{
    kit k;
    bx_file *s = store(&k, "store:s");
    CHECK(set(&k, "a", "1") == BX_E_SUCCESS && bx_vfs_mkdir_at(s, S(".kv/kd")) == BX_E_SUCCESS);
    BX_ASSERT(mkfifo(kit_path(&k, "store/s/.kv/kf"), 0600) == 0);
    CHECK(has(&k, "d", "badmsg") && set(&k, "d", "x") == BX_E_ISDIR && has(&k, "f", "badmsg"));
    CHECK(bx_kv_remove(k.s, S("d")) == BX_E_ISDIR &&
          in_tree(&k) == used(&k) + ENTRY /* the FIFO */);
    BX_ASSERT(symlink("../../../out/canary", kit_path(&k, "store/s/.kv/kl")) == 0);
    CHECK(has(&k, "l", "badmsg") && list_is(&k, NULL, "a ", false));
    CHECK(set(&k, "l", "mine") == BX_E_SUCCESS &&
          has(&k, "l", "mine")); /* replaces the link itself */
    CHECK(kit_has(&k, "out/canary", "canary"));
    kit_done(&k);
}

/* The directory itself as a link: out of the store it is refused, inside it is the guest's own
 * affair. */
static void the_directory_is_a_link(void)
{
    kit k;
    bx_file *s = store(&k, "store:s");
    bool more = true;
    BX_AUTO_BUF b = bx_buf_init(100);
    kit_mkdir(&k, "out/d");
    BX_ASSERT(symlink("../../out/d", kit_path(&k, "store/s/.kv")) == 0);
    CHECK(set(&k, "a", "1") == BX_E_PERM && has(&k, "a", "perm") &&
          bx_kv_remove(k.s, S("a")) == BX_E_PERM);
    CHECK(bx_kv_list(k.s, NULL, take, &b, &more) == BX_E_PERM && rmdir(kit_path(&k, "out/d")) == 0);
    CHECK(bx_vfs_unlink_at(s, S(".kv")) == BX_E_SUCCESS &&
          bx_vfs_mkdir_at(s, S("d")) == BX_E_SUCCESS);
    CHECK(bx_vfs_symlink_at(S("d"), s, S(".kv")) == BX_E_SUCCESS);
    CHECK(set(&k, "a", "1") == BX_E_SUCCESS && has(&k, "a", "1") && list_is(&k, NULL, "a ", false));
    CHECK(bx_vfs_unlink_at(s, S(".kv")) == BX_E_SUCCESS && kit_put(s, ".kv", "x") == BX_E_SUCCESS);
    CHECK(set(&k, "a", "1") == BX_E_NOTDIR && has(&k, "a", "notdir"));
    kit_done(&k);
}

static void carved_out(void)
{
    kit k;
    kit_init(&k);
    BX_ASSERT(kit_open(&k, "store:s", "deny:/store/.kv/ksecret", "deny:/store/.kv/h*", NULL) ==
              BX_OK);
    char key[300];
    memset(key, 'x', sizeof key);
    bx_str hashed = {key, sizeof key};
    CHECK(set(&k, "open", "1") == BX_E_SUCCESS && has(&k, "open", "1"));
    kit_file(&k, "store/s/.kv/ksecret", "x");
    CHECK(set(&k, "secret", "1") == BX_E_ACCES && has(&k, "secret", "acces"));
    CHECK(bx_kv_exists(k.s, S("secret")) == BX_E_ACCES &&
          bx_kv_remove(k.s, S("secret")) == BX_E_ACCES);
    CHECK(bx_kv_set(k.s, hashed, S("1")) == BX_E_ACCES && list_is(&k, NULL, "open ", false));
    kit_done(&k);
    kit_init(&k);
    BX_ASSERT(kit_open(&k, "store:s", "deny:/store/.kv", NULL) == BX_OK);
    CHECK(set(&k, "a", "1") == BX_E_ACCES && has(&k, "a", "acces") && used(&k) == 0);
    kit_done(&k);
}

/* A value that someone holds open still fills the disk when it is replaced. */
static void held_by_a_guest(void)
{
    kit k;
    bx_file *s = store(&k, "store:s"), *f = NULL;
    CHECK(set(&k, "a", "1") == BX_E_SUCCESS && kit_try(s, ".kv/ka", "r", &f) == BX_E_SUCCESS);
    CHECK(set(&k, "a", "2") == BX_E_SUCCESS && used(&k) == ENTRY + ONE + BX_STORE_BLOCK);
    bx_file_close(f);
    CHECK(used(&k) == ENTRY + ONE && in_tree(&k) == used(&k));
    kit_done(&k);
}

/* ---- the rest ------------------------------------------------------------------------------- */
static void note(void *ctx, const bx_fs_event *ev)
{
    (void)bx_buf_addf(ctx, "%s %.*s %u %s\n", bx_fs_op_name(ev->op), BX_FMT(ev->path), ev->rights,
                      bx_errno_name(ev->result));
}

static void events(void)
{
    kit k;
    kit_init(&k);
    BX_AUTO_BUF b = bx_buf_init(10000);
    int64_t n = 0;
    k.on_event = note;
    k.ctx = &b;
    BX_ASSERT(kit_open(&k, "store:s", NULL) == BX_OK);
    CHECK(set(&k, "a", "1") == BX_E_SUCCESS && has(&k, "a", "1") &&
          bx_kv_exists(k.s, S("a")) == BX_E_SUCCESS);
    CHECK(bx_kv_increment(k.s, S("a"), 1, &n) == BX_E_SUCCESS &&
          bx_kv_remove(k.s, S("a")) == BX_E_SUCCESS);
    CHECK(strcmp(b.p, "create /store/.kv/ka 2 success\n"
                      "open /store/.kv/ka 1 success\n"
                      "create /store/.kv/ka 3 success\n"
                      "unlink /store/.kv/ka 2 success\n") == 0);
    kit_done(&k);
}

static void out_of_memory(void)
{
    kit k;
    (void)store(&k, "store:s");
    CHECK(set(&k, "a", "1") == BX_E_SUCCESS && set(&k, "b", "2") == BX_E_SUCCESS);
    for (long i = 0; i < 100; i++) {
        BX_AUTO_BUF b = bx_buf_init(100), v = bx_buf_init(100);
        bool more = false;
        bx_test_fail_alloc = i;
        bx_errno e = bx_kv_get(k.s, S("a"), &v);
        if (e == BX_E_SUCCESS)
            e = bx_kv_list(k.s, NULL, take, &b, &more);
        bx_test_fail_alloc = -1;
        if (e == BX_E_SUCCESS && b.fail == BX_OK) {
            CHECK(i >= 4); /* the value, the page, two keys */
            break;
        }
        CHECK(e == BX_E_NOMEM || b.fail == BX_ENOMEM);
    }
    CHECK(has(&k, "a", "1") && list_is(&k, NULL, "a b ", false)); /* the lock was given back */
    kit_done(&k);
}

BXT_MAIN(RUN(set_get_remove); RUN(large_and_binary); RUN(keys_at_the_limit); RUN(without_a_store);
         RUN(the_quota); RUN(shared_with_files); RUN(limits_of_the_call); RUN(increments);
         RUN(swaps); RUN(pages_in_order); RUN(exactly_one_page); RUN(order_is_of_bytes);
         RUN(two_processes); RUN(two_threads); RUN(killed_in_the_middle); RUN(a_left_over_file);
         RUN(killed_with_the_lock); RUN(damaged_files); RUN(other_things_in_the_way);
         RUN(the_directory_is_a_link); RUN(carved_out); RUN(held_by_a_guest); RUN(events);
         RUN(out_of_memory);)
