/* Patterns of names, and find's regular expressions as POSIX extended ones. */
#include "programs/files/find.h"
#include "programs/files/glob.h"

#include "base/test.h"

static void globs(void)
{
    CHECK(glob_match("*.c", "a.c", 0) && !glob_match("*.c", "a.cc", 0) && glob_match("*", "", 0));
    CHECK(glob_match("a*b*c", "aXbYbZc", 0) && !glob_match("a*b*c", "acb", 0));
    CHECK(glob_match("[a-c]x", "bx", 0) && glob_match("[!a-c]x", "dx", 0) &&
          glob_match("[]]", "]", 0));
    CHECK(glob_match("[[:upper:]]*", "Ab", 0) && glob_match("?", "\xc3\xa4", 0) &&
          glob_match("\\*", "*", 0));
    CHECK(glob_match("A*", "abc", GLOB_FOLD) && !glob_match("*", ".a", GLOB_PERIOD));
    CHECK(!glob_match("*", "a/b", GLOB_PATH) && glob_match("a[", "a[", 0) &&
          glob_match("?", "\xff", 0));
}

/* Many stars cost no more than pattern times text. */
static void stars(void)
{
    char text[20001], pattern[2002];
    memset(text, 'a', 20000);
    text[20000] = '\0';
    for (size_t i = 0; i < 2000; i += 2)
        memcpy(pattern + i, "*a", 2);
    memcpy(pattern + 2000, "b", 2);
    CHECK(!glob_match(pattern, text, 0));
}

static bool becomes(const char *text, const char *dialect, const char *want)
{
    prog_buf b = {0};
    bool same = find_regex_translate(text, dialect, &b) && strcmp(prog_buf_z(&b), want) == 0;
    prog_buf_free(&b);
    return same;
}

static void dialects(void)
{
    CHECK(becomes("a\\(b\\|c\\)+", "emacs", "^(a(b|c)+)$"));
    CHECK(becomes("a(b)+", "posix-basic", "^(a\\(b\\)\\+)$"));
    CHECK(becomes("a\\{2\\}\\+", "sed", "^(a{2}+)$"));
    CHECK(becomes("(a|b){2}", "posix-extended", "^((a|b){2})$"));
    CHECK(becomes("[\\(]", "emacs", "^([\\(])$") && becomes("*a", "grep", "^(\\*a)$"));
    CHECK(!becomes("a", "perl", ""));
}

BXT_MAIN(RUN(globs); RUN(stars); RUN(dialects);)
