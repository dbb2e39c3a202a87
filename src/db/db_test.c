#include <fcntl.h>
#include <sys/stat.h>

#include "base/test.h"
#include "db/conn.h"
#include "db/schema.h"
#include "db/testkit.h"
#include "os/fd.h"

static const char *in(const char *dir, const char *name)
{
    static char path[256];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    return path;
}

static bx_code open_dir(const char *dir, bool existing, bx_db **ret, bx_error *err)
{
    const bx_db_config cfg = {.dir = dir, .one_shot = true, .existing = existing};
    return bx_db_open(&cfg, ret, err);
}

static bx_code try_sql(void *ctx, bx_db_conn *c, bx_error *err) { return bx_db_exec(c, ctx, err); }

static void files_are_the_owners_alone(void)
{
    test_record t;
    struct stat st;
    CHECK(test_open(&t, true));
    CHECK(stat(in(t.dir, "state.db"), &st) == 0 && (st.st_mode & 0777) == 0600);
    bx_error err;
    bx_audit_head h;
    CHECK(bx_audit_last(t.audit, &h, &err) == BX_OK && h.id == 0);
    CHECK(stat(in(t.dir, "state.db-wal"), &st) == 0 && (st.st_mode & 0777) == 0600);
    test_close(&t);
}

static void a_file_others_can_read_is_refused(void)
{
    test_record t;
    bx_db *db = NULL;
    bx_error err;
    char moved[TEST_DIR + 8];
    CHECK(test_open(&t, true));
    test_close_only(&t);
    (void)snprintf(moved, sizeof moved, "%s.moved", t.dir);
    CHECK(chmod(in(t.dir, "state.db"), 0644) == 0);
    CHECK(open_dir(t.dir, false, &db, &err) == BX_EUNSAFE && strstr(err.msg, "chmod 600"));
    CHECK(chmod(in(t.dir, "state.db"), 0600) == 0);
    CHECK(open_dir(t.dir, false, &db, &err) == BX_OK); /* the control */
    bx_db_close(db);
    CHECK(rename(in(t.dir, "state.db"), moved) == 0);
    CHECK(symlink(moved, in(t.dir, "state.db")) == 0);
    CHECK(open_dir(t.dir, false, &db, &err) == BX_EUNSAFE);
    (void)unlink(moved);
    test_remove(t.dir);
}

static void a_directory_others_can_write_to_is_refused(void)
{
    char dir[TEST_DIR];
    bx_db *db = NULL;
    bx_error err;
    CHECK(test_dir(dir) && chmod(dir, 0777) == 0);
    CHECK(open_dir(dir, false, &db, &err) == BX_EUNSAFE);
    test_remove(dir);
}

static void none_is_made_where_one_is_wanted(void)
{
    char dir[TEST_DIR];
    bx_db *db = NULL;
    bx_error err;
    CHECK(test_dir(dir));
    CHECK(open_dir(dir, true, &db, &err) == BX_ENOENT && strstr(err.msg, "nothing was recorded"));
    CHECK(access(in(dir, "state.db"), F_OK) != 0);
    test_remove(dir);
}

static void a_newer_one_is_refused(void)
{
    test_record t;
    bx_db *db = NULL;
    static char newer[] = "PRAGMA user_version=1000";
    CHECK(test_open(&t, true));
    CHECK(bx_db_write(t.db, try_sql, newer, &t.err) == BX_OK);
    test_close_only(&t);
    bx_error err;
    CHECK(open_dir(t.dir, false, &db, &err) == BX_EUNSUPPORTED);
    CHECK(strstr(err.msg, "a newer boxagnts") && strstr(err.msg, "1000"));
    test_remove(t.dir);
}

static void write_file(const char *path, const char *bytes, size_t n)
{
    BX_AUTOCLOSE int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    BX_ASSERT(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
}

static void what_is_no_database_is_refused_in_words(void)
{
    char dir[TEST_DIR], bytes[8192];
    bx_db *db = NULL;
    bx_error err;
    CHECK(test_dir(dir));
    memset(bytes, 'x', sizeof bytes);
    write_file(in(dir, "state.db"), bytes, sizeof bytes);
    CHECK(open_dir(dir, false, &db, &err) == BX_EINVAL && strstr(err.msg, "damaged"));
    write_file(in(dir, "state.db"), "", 0);
    CHECK(open_dir(dir, false, &db, &err) == BX_EINVAL && strstr(err.msg, "another program"));
    CHECK(unlink(in(dir, "state.db")) == 0 && mkdir(in(dir, "state.db"), 0700) == 0);
    CHECK(open_dir(dir, false, &db, &err) == BX_EUNSAFE && strstr(err.msg, "no regular file"));
    (void)rmdir(in(dir, "state.db"));
    test_remove(dir);
}

/* Pages in the middle overwritten: found when they are read, in words, and nothing else happens. */
static void damage_is_told_in_words(void)
{
    test_record t;
    bx_audit_verdict v;
    int64_t id = 0;
    CHECK(test_open(&t, true));
    for (int i = 0; i < 400; i++)
        CHECK(bx_audit_begin(t.audit, &(bx_audit_call){.tool = BX_LIT("read")}, &id, &t.err) ==
              BX_OK);
    test_close_only(&t); /* its log is copied into the file */
    char bytes[4096];
    memset(bytes, 0xee, sizeof bytes);
    BX_AUTOCLOSE int fd = open(in(t.dir, "state.db"), O_WRONLY | O_CLOEXEC);
    struct stat st;
    CHECK(fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 16 * 4096);
    for (off_t at = 14 * 4096; at < st.st_size; at += 4096)
        CHECK(pwrite(fd, bytes, sizeof bytes, at) == sizeof bytes);
    char dir[64];
    (void)snprintf(dir, sizeof dir, "%s", t.dir);
    CHECK(test_open_at(&t, dir, true));
    bx_code rc = bx_audit_verify(t.audit, 1, NULL, 0, &v, &t.err);
    CHECK(rc == BX_EINVAL ? strstr(t.err.msg, "damaged") != NULL : rc == BX_OK && !v.whole);
    test_close(&t);
}

static bx_code count(void *ctx, bx_db_conn *c, bx_error *err)
{
    static const char sql[] = "SELECT count(*) FROM audit_end";
    bx_db_stmt *s = NULL;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc == BX_OK)
        rc = bx_db_step(s, NULL, err);
    if (rc == BX_OK)
        *(int64_t *)ctx = bx_db_int(s, 0);
    return rc;
}

static bx_code insert_and_fail(void *ctx, bx_db_conn *c, bx_error *err)
{
    static const char sql[] = "INSERT INTO audit_end VALUES(?, ?)";
    bx_db_stmt *s = NULL;
    bx_code rc = bx_db_sql(c, sql, &s, err);
    if (rc != BX_OK)
        return rc;
    bx_db_bind_int(s, 1, 5);
    bx_db_bind_int(s, 2, 6);
    rc = bx_db_step(s, NULL, err);
    return rc == BX_OK && *(bool *)ctx ? bx_fail(err, BX_ESTATE, "on purpose") : rc;
}

static void work_that_fails_is_undone(void)
{
    test_record t;
    int64_t n = -1;
    bool fails = true;
    CHECK(test_open(&t, true));
    CHECK(bx_db_write(t.db, insert_and_fail, &fails, &t.err) == BX_ESTATE);
    CHECK(bx_db_read(t.db, count, &n, &t.err) == BX_OK && n == 0);
    fails = false;
    CHECK(bx_db_write(t.db, insert_and_fail, &fails, &t.err) == BX_OK);
    CHECK(bx_db_read(t.db, count, &n, &t.err) == BX_OK && n == 1);
    CHECK(bx_db_write(t.db, insert_and_fail, &fails, &t.err) != BX_OK); /* the same key again */
    CHECK(bx_db_write(t.db, count, &n, &t.err) == BX_OK && n == 1);     /* and it goes on */
    test_close(&t);
}

static void sessions_live_as_long_as_they_are_open(void)
{
    test_record t, other;
    char session[17];
    CHECK(test_open(&t, true) && test_open_at(&other, t.dir, true));
    (void)snprintf(session, sizeof session, "%s", bx_db_session(other.db));
    CHECK(strlen(session) == 16 && strcmp(session, bx_db_session(t.db)) != 0);
    CHECK(bx_db_session_lives(t.db, bx_str_of(session)));
    CHECK(bx_db_session_lives(t.db, bx_str_of(bx_db_session(t.db))));
    test_close_only(&other);
    CHECK(!bx_db_session_lives(t.db, bx_str_of(session)));
    CHECK(!bx_db_session_lives(t.db, BX_LIT("")) &&
          !bx_db_session_lives(t.db, BX_LIT("not sixteen digits")));
    test_close(&t);
}

static void what_is_safe_against_power_loss_waits_for_the_disk(void)
{
    char dir[TEST_DIR];
    static char sync[] = "CREATE TEMP TABLE s AS SELECT synchronous AS v FROM pragma_synchronous;"
                         "CREATE TEMP TABLE bad(v CHECK(v = 2)); INSERT INTO bad SELECT v FROM s";
    bx_error err;
    CHECK(test_dir(dir));
    for (int safe = 0; safe < 2; safe++) {
        const bx_db_config cfg = {.dir = dir, .one_shot = true, .power_safe = safe == 1};
        bx_db *db = NULL;
        CHECK(bx_db_open(&cfg, &db, &err) == BX_OK);
        bx_code rc = bx_db_write(db, try_sql, sync, &err);
        bx_db_close(db);
        CHECK((rc == BX_OK) == (safe == 1));
    }
    test_remove(dir);
}

BXT_MAIN(RUN(files_are_the_owners_alone); RUN(a_file_others_can_read_is_refused);
         RUN(a_directory_others_can_write_to_is_refused); RUN(none_is_made_where_one_is_wanted);
         RUN(a_newer_one_is_refused); RUN(what_is_no_database_is_refused_in_words);
         RUN(damage_is_told_in_words); RUN(work_that_fails_is_undone);
         RUN(sessions_live_as_long_as_they_are_open);
         RUN(what_is_safe_against_power_loss_waits_for_the_disk);)
