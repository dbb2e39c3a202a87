/* Which lines differ: the choices of GNU diff 3.8, which its output shows for the same texts. */
#include "base/test.h"
#include "programs/diff/lines.h"

static diff_text text_of(const char *s)
{
    diff_text t;
    size_t n = strlen(s);
    char *p = prog_alloc(n + 1);
    memcpy(p, s, n);
    diff_text_set(&t, p, n);
    return t;
}

/* The changes as "a,n_a b,n_b;" each. */
static bool changes(const char *a, const char *b, const diff_how *how, const char *want)
{
    diff_text x = text_of(a), y = text_of(b);
    diff_script s;
    char have[1024] = "";
    size_t n = 0;
    diff_compare(&x, &y, how, &s);
    for (size_t i = 0; i < s.n && n + 100 < sizeof(have); i++)
        n += (size_t)snprintf(have + n, sizeof(have) - n, "%zu,%zu %zu,%zu;", s.p[i].a, s.p[i].n_a,
                              s.p[i].b, s.p[i].n_b);
    free(s.p);
    diff_text_done(&x);
    diff_text_done(&y);
    if (strcmp(have, want) != 0)
        printf("# want %s have %s\n", want, have);
    return strcmp(have, want) == 0;
}

static void ordinary(void)
{
    const diff_how how = {.tab = 8};
    CHECK(changes("a\nb\nc\n", "a\nB\nc\n", &how, "1,1 1,1;"));
    CHECK(changes("", "a\n", &how, "0,0 0,1;"));
    CHECK(changes("a\n", "", &how, "0,1 0,0;"));
    CHECK(changes("", "", &how, ""));
    CHECK(changes("same\n", "same\n", &how, ""));
    CHECK(changes("a\nb\nc\na\nb\nb\na\n", "c\nb\na\nb\na\nc\n", &how,
                  "0,2 0,0;3,1 1,0;5,0 2,1;7,0 5,1;"));
}

static void slides_down(void)
{
    const diff_how how = {.tab = 8};
    CHECK(changes("{\na\n}\n{\nb\n}\n", "{\na\n}\n{\nn\n}\n{\nb\n}\n", &how, "4,0 4,3;"));
    CHECK(changes("a\na\n", "a\na\na\n", &how, "2,0 2,1;"));
}

static void last_line(void)
{
    diff_how how = {.tab = 8};
    CHECK(changes("a\nb", "a\nb\n", &how, "1,1 1,1;"));
    how.completes = true;
    CHECK(changes("a\nb", "a\nb\n", &how, ""));
}

static void blanks(void)
{
    diff_how how = {.tab = 8, .space = DIFF_SPACE_CHANGE};
    CHECK(changes("a  b \n", "a b\n", &how, ""));
    CHECK(changes("ab\n", "a b\n", &how, "0,1 0,1;"));
    how.space = DIFF_SPACE_ALL;
    CHECK(changes("ab\n", " a b\n", &how, ""));
    how.space = DIFF_SPACE_TRAILING;
    CHECK(changes("a \t\n", "a\n", &how, "") && changes(" a\n", "a\n", &how, "0,1 0,1;"));
    how.space = DIFF_SPACE_TAB;
    CHECK(changes("a\tb\n", "a       b\n", &how, ""));
    how = (diff_how){.tab = 8, .fold = true};
    CHECK(changes("AbC\n", "aBc\n", &how, ""));
}

BXT_MAIN(RUN(ordinary); RUN(slides_down); RUN(last_line); RUN(blanks);)
