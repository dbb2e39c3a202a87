#include "app/policy_files.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"
#include "os/fd.h"

static char top[256];

static bool put(const char *name, const char *text)
{
    char path[512];
    const bx_str parts[] = {bx_str_of(text)};
    (void)snprintf(path, sizeof path, "%s/%s", top, name);
    return bx_file_write_atomic(AT_FDCWD, path, 0600, parts, 1, NULL) == BX_OK;
}

static bool make(void)
{
    char path[512];
    (void)snprintf(top, sizeof top, "/tmp/bx_policy_XXXXXX");
    if (!mkdtemp(top))
        return false;
    (void)snprintf(path, sizeof path, "%s/home", top);
    (void)setenv("BOXAGNTS_HOME", path, 1);
    (void)mkdir(path, 0700);
    (void)snprintf(path, sizeof path, "%s/work", top);
    return mkdir(path, 0700) == 0;
}

static void drop(void)
{
    static const char *const names[] = {"home/boxagnts.yaml",
                                        "home/trust",
                                        "home/policy.lock",
                                        "home",
                                        "work/boxagnts.yaml",
                                        "work",
                                        ""};
    char path[512];
    for (size_t i = 0; i < BX_COUNT(names); i++) {
        (void)snprintf(path, sizeof path, "%s/%s", top, names[i]);
        (void)remove(path);
    }
}

static bx_policy *load(bx_error *err)
{
    char work[512];
    BX_AUTO_BUF notes = bx_buf_init(8192);
    bx_policy *p = NULL;
    (void)snprintf(work, sizeof work, "%s/work", top);
    const bx_policy_files files = {.workspace = work};
    return bx_policy_load(&files, &p, &notes, err) == BX_OK ? p : NULL;
}

static void rules_are_remembered(void)
{
    unsigned line = 0;
    bx_error err = {.msg = ""};
    CHECK(make());
    CHECK(bx_policy_remember(BX_ANSWER_ALLOW, BX_LIT("bash(ls)"), &line, &err) == BX_OK &&
          line == 3);
    CHECK(bx_policy_remember(BX_ANSWER_ALLOW, BX_LIT("js"), &line, &err) == BX_OK && line == 3);
    CHECK(bx_policy_remember(BX_ANSWER_DENY, BX_LIT("grep"), &line, &err) == BX_OK);
    CHECK(bx_policy_remember(BX_ANSWER_ALLOW, BX_LIT("js"), &line, &err) == BX_OK); /* is there */
    CHECK(bx_policy_remember(BX_ANSWER_ALLOW, BX_LIT("a b"), &line, &err) == BX_EINVAL);
    BX_AUTO(bx_policy) bx_policy *p = load(&err);
    CHECK(p && bx_policy_rule_count(p) == 3);
    CHECK(put("home/boxagnts.yaml", "rules: [x]\n"));
    CHECK(bx_policy_remember(BX_ANSWER_ALLOW, BX_LIT("js"), &line, &err) == BX_EINVAL);
    CHECK(strstr(err.msg, ":1:8: "));
    drop();
}

static void trust_is_of_place_and_content(void)
{
    char work[512];
    bool is = true;
    bx_error err = {.msg = ""};
    CHECK(make());
    (void)snprintf(work, sizeof work, "%s/work", top);
    CHECK(bx_policy_is_trusted(work, &is, &err) == BX_OK && !is);
    CHECK(bx_policy_trust(work, true, NULL, &err) == BX_OK);
    CHECK(bx_policy_is_trusted(work, &is, &err) == BX_OK && is);
    CHECK(put("work/boxagnts.yaml", "rules: { allow: [bash] }"));
    CHECK(bx_policy_is_trusted(work, &is, &err) == BX_OK && !is);
    BX_AUTO(bx_policy) bx_policy *p = load(&err);
    CHECK(p && bx_policy_rule_count(p) == 0);
    CHECK(bx_policy_trust(work, true, NULL, &err) == BX_OK);
    BX_AUTO(bx_policy) bx_policy *q = load(&err);
    CHECK(q && bx_policy_rule_count(q) == 1);
    CHECK(bx_policy_trust(work, false, NULL, &err) == BX_OK);
    CHECK(bx_policy_is_trusted(work, &is, &err) == BX_OK && !is);
    CHECK(bx_policy_trust("/nowhere/at/all", true, NULL, &err) == BX_EIO);
    drop();
}

BXT_MAIN(RUN(rules_are_remembered); RUN(trust_is_of_place_and_content);)
