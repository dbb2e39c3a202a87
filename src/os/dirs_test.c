#include "os/dirs.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/test.h"
#include "os/fd.h"

static void set(const char *home, const char *xdg, const char *own)
{
    const char *names[3] = {"HOME", "XDG_DATA_HOME", "BOXAGNTS_HOME"},
               *values[3] = {home, xdg, own};
    for (size_t i = 0; i < 3; i++) {
        if (values[i])
            (void)setenv(names[i], values[i], 1);
        else
            (void)unsetenv(names[i]);
    }
}

static void home_in_order_of_precedence(void)
{
    char p[64];
    set("/h", "/x", "/own/place");
    CHECK(bx_home_dir(p, sizeof p, NULL) == BX_OK && strcmp(p, "/own/place") == 0);
    set("/h", "/x", "");
    CHECK(bx_home_dir(p, sizeof p, NULL) == BX_OK && strcmp(p, "/x/boxagnts") == 0);
    set("/h", "relative", NULL);
    CHECK(bx_home_dir(p, sizeof p, NULL) == BX_OK && strcmp(p, "/h/.local/share/boxagnts") == 0);
    set("/h", NULL, NULL);
    CHECK(bx_home_dir(p, sizeof p, NULL) == BX_OK && strcmp(p, "/h/.local/share/boxagnts") == 0);
}

static void home_that_cannot_be(void)
{
    char p[64] = "untouched", small[9];
    bx_error err;
    set("/h", "/x", "here");
    CHECK(bx_home_dir(p, sizeof p, &err) == BX_EINVAL && strstr(err.msg, "'here'"));
    set(NULL, NULL, NULL);
    CHECK(bx_home_dir(p, sizeof p, &err) == BX_ENOENT && strstr(err.msg, "set HOME"));
    set("h", NULL, NULL);
    CHECK(bx_home_dir(p, sizeof p, NULL) == BX_ENOENT);
    CHECK(strcmp(p, "untouched") == 0);
    set(NULL, NULL, "/12345678");
    CHECK(bx_home_dir(small, sizeof small, NULL) == BX_ELIMIT);
    set(NULL, NULL, "/1234567");
    CHECK(bx_home_dir(small, sizeof small, NULL) == BX_OK && strcmp(small, "/1234567") == 0);
}

static void makes_missing_parents_private(void)
{
    char base[] = "/tmp/bx-dirs-XXXXXX", path[64], part[64];
    CHECK(mkdtemp(base));
    (void)snprintf(path, sizeof path, "%s/a/b//c/", base);
    CHECK(bx_dir_make(path, NULL) == BX_OK);
    CHECK(bx_dir_make(path, NULL) == BX_OK);
    static const char *const made[] = {"a/b/c", "a/b", "a"};
    for (size_t i = 0; i < BX_COUNT(made); i++) {
        struct stat st;
        (void)snprintf(part, sizeof part, "%s/%s", base, made[i]);
        CHECK(stat(part, &st) == 0 && (st.st_mode & 07777) == 0700);
        CHECK(rmdir(part) == 0);
    }
    CHECK(rmdir(base) == 0);
    CHECK(bx_dir_make("", NULL) == BX_EINVAL);
    CHECK(bx_dir_make("/", NULL) == BX_OK);
    CHECK(bx_dir_make("/dev/null/x", NULL) == BX_EIO);
}

static void refuses_what_others_can_write(void)
{
    char base[] = "/tmp/bx-dirs-XXXXXX";
    CHECK(mkdtemp(base));
    static const struct {
        mode_t mode;
        bx_code want;
    } cases[] = {
        {0700, BX_OK},      {0755, BX_OK},      {0750, BX_OK},
        {0770, BX_EUNSAFE}, {0702, BX_EUNSAFE}, {01777, BX_EUNSAFE},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        bx_error err = {.code = BX_OK};
        CHECK(chmod(base, cases[i].mode) == 0);
        BX_AUTOCLOSE int fd = -1;
        CHECK(bx_dir_open_private(base, &fd, &err) == cases[i].want);
        CHECK((fd >= 0) == (cases[i].want == BX_OK));
        CHECK(cases[i].want == BX_OK || (strstr(err.msg, base) && strstr(err.msg, "chmod go-w")));
        CHECK(fd < 0 || fcntl(fd, F_GETFD) == FD_CLOEXEC);
    }
    CHECK(rmdir(base) == 0);
}

static void refuses_what_others_can_put_another_in_place_of(void)
{
    char base[] = "/tmp/bx-dirs-XXXXXX", path[64];
    CHECK(mkdtemp(base));
    (void)snprintf(path, sizeof path, "%s/a/b", base);
    static const struct {
        mode_t mode;
        bx_code want;
    } cases[] = {{0755, BX_OK}, {0777, BX_EUNSAFE}, {01777, BX_OK}, {0703, BX_EUNSAFE}};
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        bx_error err = {.code = BX_OK};
        CHECK(chmod(base, cases[i].mode) == 0);
        BX_AUTOCLOSE int fd = -1;
        CHECK(bx_dir_open_private(path, &fd, &err) == cases[i].want);
        CHECK((fd >= 0) == (cases[i].want == BX_OK));
        CHECK(fd >= 0 || (strstr(err.msg, path) && strstr(err.msg, "above")));
    }
    CHECK(rmdir(path) == 0);
    path[strlen(path) - 2] = '\0';
    CHECK(rmdir(path) == 0 && rmdir(base) == 0);
}

static void refuses_what_is_no_directory_of_ours(void)
{
    char file[] = "/tmp/bx-dirs-XXXXXX";
    BX_AUTOCLOSE int made = mkstemp(file);
    BX_AUTOCLOSE int fd = -1;
    bx_error err;
    CHECK(made >= 0);
    CHECK(bx_dir_check_private(made, file, &err) == BX_EUNSAFE &&
          strstr(err.msg, "not a directory"));
    bx_code rc = bx_dir_open_private(file, &fd, &err);
    CHECK(unlink(file) == 0);
    CHECK(rc == BX_EUNSAFE && fd == -1);
    if (geteuid() == 0) { /* only root can make a directory that is not its own */
        char dir[] = "/tmp/bx-dirs-XXXXXX";
        CHECK(mkdtemp(dir) && chown(dir, 12345, (gid_t)-1) == 0);
        rc = bx_dir_open_private(dir, &fd, &err);
        CHECK(rmdir(dir) == 0);
        CHECK(rc == BX_EUNSAFE && strstr(err.msg, "belongs to user 12345") && fd == -1);
    }
}

BXT_MAIN(RUN(home_in_order_of_precedence); RUN(home_that_cannot_be);
         RUN(makes_missing_parents_private); RUN(refuses_what_others_can_write);
         RUN(refuses_what_others_can_put_another_in_place_of);
         RUN(refuses_what_is_no_directory_of_ours);)
