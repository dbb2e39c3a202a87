#include "cli/word_completion.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"

static char dir[] = "/tmp/bx-words-XXXXXX";
static const bx_program programs[] = {
    {.name = {"cat", 3}}, {.name = {"cmp", 3}}, {.name = {"comm", 4}}, {.name = {"echo", 4}}};
static const bx_program_set set = {programs, BX_COUNT(programs)};
static bx_words_known known = {.programs = &set, .guest_dir = "/workspace"};
static char answer[1024]; /* the matches, with blanks between */
static size_t typed, common;

static const char *of(const char *line, const char *cwd)
{
    bx_error err;
    bx_completions c;
    answer[0] = '\0';
    if (bx_complete_word(&known, bx_str_of(line), bx_str_of(cwd), &c, &err) != BX_OK)
        return "failed";
    const char *name = bx_buf_str(&c.names).p;
    size_t at = 0;
    for (size_t i = 0; i < c.n; i++, name += strlen(name) + 1)
        at += (size_t)snprintf(answer + at, sizeof answer - at, "%s%s", i ? " " : "", name);
    typed = c.typed;
    common = c.common;
    bx_completions_done(&c);
    return answer;
}
#define IS(line, cwd, expected) CHECK(strcmp(of(line, cwd), expected) == 0)

static void commands_and_words_of_the_language(void)
{
    IS("cm", "", "cmp");
    CHECK(typed == 2 && common == 3);
    IS("com", "", "comm command compgen complete");
    CHECK(typed == 3 && common == 3);
    IS("echo", "", "echo"); /* a builtin and a program */
    IS("xyz", "", "");
}

static void commands_stand_where_one_begins(void)
{
    IS("a; cm", "", "cmp");
    IS("a |cm", "", "cmp");
    IS("x=$(cm", "", "cmp");
    IS("if cm", "", "cmp");
    IS("time  cm", "", "cmp");
    IS("ls cm", "", "");
    IS("elf cm", "", "");
    IS("ls > cm", "", "");
}

static void files_of_the_directory(void)
{
    IS("cat al", "/workspace", "alpha alpine");
    CHECK(typed == 2 && common == 3);
    IS("cat su", "/workspace", "sub/");
    IS("cat sub/", "/workspace", "in");
    IS("cat ", "/workspace/sub", "in");
    CHECK(typed == 0);
    IS("cat /workspace/sub/i", "", "in");
    IS("./al", "/workspace", "alpha alpine");
    IS("cat some\\ d", "/workspace", "some dir/");
    CHECK(typed == 6);
    IS("cat some\\ dir/", "/workspace", "deep");
    IS("cat some\\\\ d", "/workspace", "");
    IS("cat .", "/workspace", ".hidden");
    IS("cat \xc3", "/workspace", "\xc3\xa4 \xc3\xb6");
    CHECK(common == 0); /* not half a character */
}

static void nothing_outside_of_it(void)
{
    IS("cat al", "", "");
    IS("cat al", "/tmp", "");
    IS("cat /workspacex/al", "/workspace", "");
    IS("cat ../", "/workspace", "");
    IS("cat /workspace/sub/../../", "/workspace", "");
    IS("cat /etc/pass", "/workspace", "");
    known.host_dir = NULL;
    IS("cat al", "/workspace", "");
    known.host_dir = dir;
}

static void prompts_that_show_a_directory(void)
{
    BX_AUTO_BUF room = bx_buf_init(100);
    bx_str home = BX_LIT("/workspace");
    CHECK(bx_str_eq(bx_prompt_directory(BX_LIT("~$ "), home, &room), home));
    CHECK(bx_str_eq(bx_prompt_directory(BX_LIT("~/a b$ "), home, &room), BX_LIT("/workspace/a b")));
    CHECK(bx_str_eq(bx_prompt_directory(BX_LIT("/tmp$ "), home, &room), BX_LIT("/tmp")));
    CHECK(bx_prompt_directory(BX_LIT("> "), home, &room).n == 0);
    CHECK(bx_prompt_directory(BX_LIT("x~$ "), home, &room).n == 0);
    CHECK(bx_prompt_directory(BX_LIT("~x$ "), home, &room).n == 0);
    CHECK(bx_prompt_directory(BX_LIT(""), home, &room).n == 0);
    CHECK(bx_prompt_directory(BX_LIT("$ "), home, &room).n == 0);
}

static void make(const char *name, bool is_dir)
{
    char path[128];
    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    if (is_dir)
        (void)mkdir(path, 0700);
    else
        (void)close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
}

static void begin(void)
{
    static const char *const files[] = {"alpha",         "alpine",   ".hidden", "sub/in",
                                        "some dir/deep", "\xc3\xa4", "\xc3\xb6"};
    make("sub", true);
    make("some dir", true);
    for (size_t i = 0; i < BX_COUNT(files); i++)
        make(files[i], false);
    known.host_dir = dir;
}

static void end(void)
{
    static const char *const all[] = {"alpha",    "alpine",   ".hidden",  "sub/in", "some dir/deep",
                                      "some dir", "\xc3\xa4", "\xc3\xb6", "sub",    ""};
    char path[128];
    for (size_t i = 0; i < BX_COUNT(all); i++) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, all[i]);
        (void)remove(path);
    }
}

BXT_MAIN(if (!mkdtemp(dir)) return 1; begin(); RUN(commands_and_words_of_the_language);
         RUN(commands_stand_where_one_begins); RUN(files_of_the_directory);
         RUN(nothing_outside_of_it); RUN(prompts_that_show_a_directory); end();)
