/* Rules for bash against lines that try to get past them.  Each attack has a control beside it:
 * the same line without what is denied, or with the rule the other way round. */
#include "policy/policy_test.h"

static const char allow_git[] = "rules: { allow: ['bash(git *)', 'bash(ls)'] }";
static const char deny_push[] =
    "rules: { deny: ['bash(git push *)', 'bash(rm *)'], allow: [bash] }";

#define POLICY(p, text) \
    BX_AUTO(bx_policy) bx_policy *p = policy_of(text, NULL); \
    CHECK(p)

static void test_plain(void)
{
    POLICY(p, allow_git);
    CHECK_LINE(p, "git status", "allow");
    CHECK_LINE(p, "git", "allow");
    CHECK_LINE(p, "gitk", "ask");
    CHECK_LINE(p, "ls", "allow");
    CHECK_LINE(p, "ls -l", "ask");
    CHECK_LINE(p, "rm x", "ask");
    POLICY(q, deny_push);
    CHECK_LINE(q, "git push", "deny");
    CHECK_LINE(q, "git push origin main", "deny");
    CHECK_LINE(q, "git pushy", "allow");
    CHECK_LINE(q, "git status", "allow");
}

static void test_every_command_counts(void)
{
    static const char *const joined[] = {
        "git status; X",
        "git status && X",
        "git status || X",
        "git status | X",
        "git status |& X",
        "git status & X",
        "git status\nX",
        "X; git status",
        "(X)",
        "{ X; }",
        "! X",
        "git $(X)",
        "git `X`",
        "git \"$(X)\"",
        "git \"`X`\"",
        "git <(X)",
        "git >(X)",
        "if X; then git x; fi",
        "if git x; then X; fi",
        "while X; do git x; done",
        "for i in 1; do X; done",
        "for i in $(X); do git x; done",
        "case a in a) X;; esac",
        "case $(X) in a) git x;; esac",
        "case a in (b) git x;; *) X; esac",
        "f() { X; }; git x",
        "function f { X; }",
        "git x $((1 + $(X)))",
        "git ${x:-$(X)}",
        "git \"${x:-$(X)}\"",
        "[[ $(X) ]] && git x",
        "(( $(X) )); git x",
        "git x <<EOF\n$(X)\nEOF",
        "git x <<EOF\n`X`\nEOF",
        "git x <<< \"$(X)\"",
        "git x <<'EOF'\na\nEOF\nX",
        "cat=1 X",
        "git x > $(X)",
        "time X",
        "until git x; do X; done",
        "git x # no\nX",
        "a=$(X); git x",
        "a=($(X)); git x",
        "git x \\\n; X",
        "select i in a; do X; done",
        "git $( ( X ) )",
        "git `echo \\`X\\``",
        "git 'a'; X",
        "git \"a\" ; X",
        "git \\' ; X",
        "git x 2>&1; X",
        "git x &>/dev/null; X",
    };
    POLICY(p, allow_git);
    POLICY(q, deny_push);
    for (size_t i = 0; i < BX_COUNT(joined); i++) {
        char bad[256], good[256], push[256];
        size_t at = strcspn(joined[i], "X");
        (void)snprintf(bad, sizeof bad, "%.*srm x%s", (int)at, joined[i], joined[i] + at + 1);
        (void)snprintf(push, sizeof push, "%.*sgit push%s", (int)at, joined[i], joined[i] + at + 1);
        (void)snprintf(good, sizeof good, "%.*sgit y%s", (int)at, joined[i], joined[i] + at + 1);
        CHECK_LINE(p, bad, "ask");
        CHECK_LINE(q, bad, "deny");
        CHECK_LINE(q, push, "deny");
        /* What a substitution gives could be "push". */
        bool made = strncmp(good, "git ", 4) == 0 && good[4] != 'x' &&
                    strpbrk(good, "$`<>") == good + 4 + (good[4] == '"');
        CHECK_LINE(q, good, made ? "ask" : "allow");
        if (!strstr(joined[i], "> ") && !strstr(joined[i], "cat=")) /* files are judged apart */
            CHECK_LINE(p, good, "allow");
    }
}

static void test_wrappers(void)
{
    static const char *const wrappers[] = {
        "sudo X",
        "sudo -u root X",
        "env X",
        "env A=1 X",
        "env -i X",
        "timeout 5 X",
        "timeout -s KILL 5 X",
        "nohup X",
        "nice X",
        "nice -n 5 X",
        "command X",
        "builtin X",
        "exec X",
        "xargs X",
        "echo a | xargs X",
        "xargs -n 1 X",
        "xargs -I{} X {}",
        "bash -c 'X'",
        "sh -c \"X\"",
        "bash -ec 'X; true'",
        "eval X",
        "eval 'X'",
        "trap 'X' EXIT",
        "find . -exec X {} ';'",
        "find . -exec X {} +",
        "find . -execdir X \\;",
        "stdbuf -o0 X",
        "env env env X",
        "timeout 5 env A=1 nohup X",
        "time -p X",
        "setsid X",
        "busybox X",
        "A=1 X",
        "A=1 B='a b' X",
        ">/dev/null X",
        "2>&1 X",
        "bash -c \"bash -c 'X'\"",
    };
    POLICY(p, allow_git);
    POLICY(q, deny_push);
    for (size_t i = 0; i < BX_COUNT(wrappers); i++) {
        char bad[256], push[256], good[256];
        size_t at = strcspn(wrappers[i], "X");
        (void)snprintf(bad, sizeof bad, "%.*srm x%s", (int)at, wrappers[i], wrappers[i] + at + 1);
        (void)snprintf(push, sizeof push, "%.*sgit push%s", (int)at, wrappers[i],
                       wrappers[i] + at + 1);
        (void)snprintf(good, sizeof good, "%.*sgit log%s", (int)at, wrappers[i],
                       wrappers[i] + at + 1);
        CHECK_LINE(p, bad, "ask");
        CHECK_LINE(q, bad, "deny");
        CHECK_LINE(q, push, "deny");
        CHECK_LINE(q, good, "allow");
    }
    CHECK_LINE(p, "timeout 5 git log", "allow");
    CHECK_LINE(p, "bash -c 'git log'", "allow");
    CHECK_LINE(p, "sudo git log", "ask");             /* sudo itself is not allowed */
    CHECK_LINE(p, "find . -exec git log \\;", "ask"); /* nor is find */
    CHECK_LINE(p, "LANG=C git log", "allow");
    CHECK_LINE(p, "PATH=/workspace/evil git log", "ask");
    CHECK_LINE(p, "GIT_SSH_COMMAND=x git log", "ask");
    CHECK_LINE(p, "PATH=x; git log", "ask");
    CHECK_LINE(p, "x=1; git log $x", "allow");
}

static void test_spelled_otherwise(void)
{
    static const char *const same[] = {
        "git  push",         "git\tpush",    "\"git\" push",  "'git' push",
        "g'i't push",        "git \"push\"", "git pu\\sh",    "\\git push",
        "/usr/bin/git push", "./git push",   "git \\\n push",
    };
    static const char *const unsure[] = {
        "git $x",
        "$x push",
        "git \"$x\"",
        "g$x push",
        "${x} push",
        "git p*",
        "g?t push",
        "[g]it push",
        "git {push,x}",
        "{git,push}",
        "git $'push'",
        "$x git push",
        "git `echo push`x",
        "x=git; $x push",
        "bash script.sh",
        "sh < script",
        "source script",
        ". script",
        "echo git push | sh",
        "eval $x",
        "eval \"$x\"",
        "bash -c $x",
        "xargs git",
        "env -S 'git push'",
        "find . $x",
        "alias g='git push'; g",
        "git \"${x}\"",
        "g\\\nit push",
        "if ls; t\\\nhen git push; fi",
        "x\\\n=1 git push",
        "2\\\n>x git push",
        "{fd}\\\n>x git push",
        "echo \"$\\\n(git push)\"",
        "[[ a ]\\\n] && git push ]]",
        "coproc git push",
        "git @(push)",
        "echo 'x",
        "echo \"x",
        "echo $(x",
        "((x)",
        "echo `x",
        "cat <<EOF\nx",
        "git ${x",
        "git $[1]",
        "{fd}>x git push",
        "git\vpush",
        "git ${ x; }",
        "x='$(git push)'; ((x))",
        "x=a[\\$\\(git\\ push\\)]; ((x))",
        "((a[\\$(git push)]))",
        "git\rpush",
        "f() { git \"$@\"; }; f push",
        "\"${x:-'}\"; git y '\"",
        "timeout $x git y",
        "xargs --max-args 1 git y",
    };
    POLICY(p, deny_push);
    POLICY(all, "rules: { allow: [bash] }");
    for (size_t i = 0; i < BX_COUNT(same); i++)
        CHECK_LINE(p, same[i], "deny");
    for (size_t i = 0; i < BX_COUNT(unsure); i++) {
        CHECK_LINE(p, unsure[i], "ask");
        CHECK_LINE(all, unsure[i], "allow"); /* nothing is denied that it could be */
    }
    CHECK_LINE(p, "echo git push", "allow");
    CHECK_LINE(p, "echo 'git push'", "allow");
    CHECK_LINE(p, "echo \"x; git push\"", "allow");
    CHECK_LINE(p, "cat <<'EOF'\ngit push\nEOF", "allow");
    CHECK_LINE(p, "echo x # git push", "allow");
    CHECK_LINE(p, "echo $x", "allow");
    CHECK_LINE(p, "make $x", "allow");
    CHECK_LINE(p, "case push in git) make;; esac", "allow");
}

static void test_never_allowed_unsure(void)
{
    static const char *const lines[] = {
        "git $(",
        "git 'x",
        "git \x01; ls -l",
        "git x; $y",
        "$y git x",
        "git x; sh y",
        "git x | sh",
        "git*",
        "git\\",
        "git x > out",
        "git x >> $y",
        "git x > ../../etc/passwd",
        "git x > 'a b'",
        "cd /x && git log > out",
        "git log &> out",
        "git log >| out",
        "git log <> out",
        "exec > out; git log",
        "eval git $x; $z",
        "git x; [[ a ]] ; y",
        "git x; echo y > z",
        "readonly x; git",
        "export PATH=x; git log",
        "read PATH; git x",
        "for PATH in /x; do git log; done",
        "printf -v PATH /x; git log",
        "alias git=rm; git x",
        "x='a[$(rm y)]'; git $((x))", /* which is evaluated, or may be */
        "x='$(rm y)'; git \"${x@P}\"",
        "git x; ((a[\\$(rm y)]))",
        "git x; [[ -v 'a[`rm y`]' ]]",
    };
    POLICY(p, allow_git);
    for (size_t i = 0; i < BX_COUNT(lines); i++)
        CHECK_LINE(p, lines[i], "ask");
    CHECK_LINE(p, "git log > /dev/null 2>&1", "allow");
    CHECK_LINE(p, "git log > /tmp/x", "allow");
    CHECK_LINE(p, "git log > /tmp/../workspace/x", "ask");
    CHECK_LINE(p, "cd sub && git log", "allow");
    CHECK_LINE(p, "echo hello", "ask"); /* nothing that was allowed is in it */
    CHECK_CALL(p, "bash", "{\"command\":\"git x\",\"env\":{\"PATH\":\"/x\"}}", "ask");
    CHECK_CALL(p, "bash", "{\"command\":\"git x\",\"env\":{\"LANG\":\"C\"}}", "allow");
    CHECK_CALL(p, "bash", "{\"command\":\"git x\",\"functions\":{\"git\":\"rm y\"}}", "ask");
    CHECK_CALL(p, "bash", "{\"command\":\"git x\",\"functions\":{\"f\":\"git y\"}}", "allow");
    CHECK_CALL(p, "bash", "{\"command\":5}", "ask");
    CHECK_CALL(p, "bash", "{}", "ask");
}

static void test_files_of_redirections(void)
{
    POLICY(p, "rules: { allow: ['bash(git *)', 'edit(./out/**)'], deny: ['read(./secrets/**)'],"
              " ask: ['edit(./out/asked)'] }");
    CHECK_LINE(p, "git log > out/x", "allow");
    CHECK_LINE(p, "git log > out/../x", "ask");
    CHECK_LINE(p, "git log > out/asked", "ask");
    CHECK_LINE(p, "git apply < patch", "allow");
    CHECK_LINE(p, "git apply < secrets/key", "deny");
    CHECK_LINE(p, "git log > ./secrets/key", "deny");
}

static void test_limits(void)
{
    enum { N = 200 << 10 };
    POLICY(p, allow_git);
    BX_AUTOFREE char *long_line = bx_calloc(N + 1, 1);
    CHECK(long_line);
    for (size_t i = 0; i < N; i++)
        long_line[i] = "git x;"[i % 6];
    CHECK_LINE(p, long_line, "ask");
    static const char *const nests[] = {"$(", "(", "${x:-", "\"$(", "case x in a) ", "`\\`"};
    for (size_t k = 0; k < BX_COUNT(nests); k++) {
        size_t n = strlen(nests[k]);
        for (size_t i = 0; i < 60000 / n; i++)
            memcpy(long_line + i * n, nests[k], n);
        long_line[60000 / n * n] = '\0';
        CHECK_LINE(p, long_line, "ask");
    }
}

BXT_MAIN(RUN(test_plain); RUN(test_every_command_counts); RUN(test_wrappers);
         RUN(test_spelled_otherwise); RUN(test_never_allowed_unsure);
         RUN(test_files_of_redirections); RUN(test_limits);)
