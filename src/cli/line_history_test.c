#include "cli/line_history.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"
#include "os/fd.h"

static char dir[] = "/tmp/bx-history-XXXXXX";
static char path[64];

static bool file_is(const char *text)
{
    bx_error err;
    BX_AUTO_BUF b = bx_buf_init(BX_HISTORY_BYTES * 2);
    return bx_file_read_all(AT_FDCWD, path, BX_HISTORY_BYTES * 2, &b, &err) == BX_OK &&
           bx_str_eq(bx_buf_str(&b), bx_str_of(text));
}

static void last_lines_are_whole(void)
{
    CHECK(bx_str_eq(bx_last_lines(BX_LIT("a\nb\nc\n"), 2, 100), BX_LIT("b\nc\n")));
    CHECK(bx_str_eq(bx_last_lines(BX_LIT("a\nb\nc\n"), 9, 100), BX_LIT("a\nb\nc\n")));
    CHECK(bx_str_eq(bx_last_lines(BX_LIT("a\nbb\nc\n"), 9, 4), BX_LIT("c\n")));
    CHECK(bx_str_eq(bx_last_lines(BX_LIT("a\nbb\nc\n"), 9, 5), BX_LIT("bb\nc\n")));
    CHECK(bx_str_eq(bx_last_lines(BX_LIT("a\nhalf"), 9, 100), BX_LIT("a\n")));
    CHECK(bx_last_lines(BX_LIT(""), 9, 100).n == 0);
    CHECK(bx_last_lines(BX_LIT("a\n"), 0, 100).n == 0);
}

static void lines_are_taken_off(void)
{
    bx_str rest = BX_LIT("a\n\nb\nx"), line;
    CHECK(bx_next_line(&rest, &line) && bx_str_eq(line, BX_LIT("a")));
    CHECK(bx_next_line(&rest, &line) && line.n == 0);
    CHECK(bx_next_line(&rest, &line) && bx_str_eq(line, BX_LIT("b")));
    CHECK(!bx_next_line(&rest, &line));
}

static void keeps_what_is_meant_to_be(void)
{
    bx_error err;
    bx_line_history h;
    (void)unlink(path);
    CHECK(bx_line_history_load(&h, path, &err) == BX_OK);
    CHECK(bx_line_history_save(&h, path, &err) == BX_OK);
    CHECK(access(path, F_OK) != 0);
    CHECK(bx_line_history_add(&h, BX_LIT("one")));
    CHECK(!bx_line_history_add(&h, BX_LIT("one")));
    CHECK(!bx_line_history_add(&h, BX_LIT(" secret")));
    CHECK(!bx_line_history_add(&h, BX_LIT("\tsecret")));
    CHECK(!bx_line_history_add(&h, BX_LIT("")));
    CHECK(!bx_line_history_add(&h, BX_LIT("a\nb")));
    CHECK(!bx_line_history_add(&h, BX_LIT("a\0b")));
    CHECK(bx_line_history_add(&h, BX_LIT("two")));
    CHECK(bx_line_history_save(&h, path, &err) == BX_OK);
    bx_line_history_done(&h);
    struct stat st;
    CHECK(stat(path, &st) == 0 && (st.st_mode & 07777) == 0600);
    CHECK(file_is("one\ntwo\n"));
}

/* Two shells at once: neither loses what the other one wrote. */
static void others_are_kept(void)
{
    bx_error err;
    bx_line_history a, b;
    (void)unlink(path);
    CHECK(bx_line_history_load(&a, path, &err) == BX_OK);
    CHECK(bx_line_history_load(&b, path, &err) == BX_OK);
    CHECK(bx_line_history_add(&a, BX_LIT("of a")) && bx_line_history_add(&b, BX_LIT("of b")));
    CHECK(bx_line_history_save(&a, path, &err) == BX_OK);
    CHECK(bx_line_history_save(&b, path, &err) == BX_OK);
    bx_line_history_done(&a);
    bx_line_history_done(&b);
    CHECK(file_is("of a\nof b\n"));
    CHECK(bx_line_history_load(&a, path, &err) == BX_OK);
    CHECK(bx_str_eq(bx_buf_str(&a.old), BX_LIT("of a\nof b\n")));
    CHECK(!bx_line_history_add(&a, BX_LIT("of b")));
    bx_line_history_done(&a);
}

static void is_bounded(void)
{
    bx_error err;
    bx_line_history h;
    char line[32];
    (void)unlink(path);
    CHECK(bx_line_history_load(&h, path, &err) == BX_OK);
    for (int i = 0; i < BX_HISTORY_LINES + 7; i++) {
        int n = snprintf(line, sizeof line, "line %d", i);
        CHECK(bx_line_history_add(&h, (bx_str){line, (size_t)n}));
    }
    CHECK(bx_line_history_save(&h, path, &err) == BX_OK);
    bx_line_history_done(&h);
    CHECK(bx_line_history_load(&h, path, &err) == BX_OK);
    bx_str rest = bx_buf_str(&h.old), first, last = {0}, each;
    CHECK(bx_next_line(&rest, &first) && bx_str_eq(first, BX_LIT("line 7")));
    int n = 1;
    for (; bx_next_line(&rest, &each); n++)
        last = each;
    CHECK(n == BX_HISTORY_LINES);
    (void)snprintf(line, sizeof line, "line %d", BX_HISTORY_LINES + 6);
    CHECK(bx_str_eq(last, bx_str_of(line)));
    bx_line_history_done(&h);
}

static void an_unreadable_file_is_told(void)
{
    bx_error err;
    bx_line_history h;
    (void)unlink(path);
    CHECK(mkdir(path, 0700) == 0);
    CHECK(bx_line_history_load(&h, path, &err) == BX_EIO);
    bx_line_history_done(&h);
    CHECK(rmdir(path) == 0);
}

BXT_MAIN(if (!mkdtemp(dir)) return 1; (void)snprintf(path, sizeof path, "%s/h", dir);
         RUN(last_lines_are_whole); RUN(lines_are_taken_off); RUN(keeps_what_is_meant_to_be);
         RUN(others_are_kept); RUN(is_bounded); RUN(an_unreadable_file_is_told); (void)unlink(path);
         (void)rmdir(dir);)
