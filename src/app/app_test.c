#include "app/app.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/test.h"

static char dir[64] = "/tmp/bx-app-XXXXXX";
static char said[512];

static void keep(void *ctx, const char *text)
{
    (void)ctx;
    (void)snprintf(said, sizeof said, "%s", text);
}

static void nothing_is_kept_unless_named(void)
{
    bx_app_config cfg = {.notice = keep};
    BX_AUTO(bx_app) bx_app *app = NULL;
    CHECK(bx_app_new(&cfg, &app, NULL) == BX_OK);
    CHECK(bx_app_runtime(app) && !bx_runtime_cache(bx_app_runtime(app)));
    CHECK(bx_runtime_egress(bx_app_runtime(app)));
    CHECK(!bx_app_store_dir(app) && !said[0]);
}

static void home_holds_cache_and_store(void)
{
    CHECK(setenv("BOXAGNTS_HOME", dir, 1) == 0);
    bx_app_config cfg = {.use_home = true, .notice = keep};
    BX_AUTO(bx_app) bx_app *app = NULL;
    CHECK(bx_app_new(&cfg, &app, NULL) == BX_OK);
    char store[128];
    (void)snprintf(store, sizeof store, "%s/store", dir);
    CHECK(strcmp(bx_app_store_dir(app), store) == 0);
    CHECK(bx_runtime_cache(bx_app_runtime(app)) && !said[0]);
}

static void a_home_others_can_write_to_is_done_without(void)
{
    char modules[128];
    (void)snprintf(modules, sizeof modules, "%s/modules", dir);
    CHECK(chmod(modules, 0777) == 0);
    bx_app_config cfg = {.use_home = true, .notice = keep};
    BX_AUTO(bx_app) bx_app *app = NULL;
    CHECK(bx_app_new(&cfg, &app, NULL) == BX_OK);
    CHECK(!bx_runtime_cache(bx_app_runtime(app)));
    CHECK(strncmp(said, "no code cache", 13) == 0);
    CHECK(chmod(modules, 0700) == 0);
}

static void a_named_directory_must_be_usable(void)
{
    bx_app_config cfg = {.use_home = true, .cache_dir = "/proc/nowhere"};
    bx_app *app = NULL;
    bx_error err;
    CHECK(bx_app_new(&cfg, &app, &err) != BX_OK && !app && err.msg[0]);
}

static bool has_line(const bx_grant *g, const char *pattern)
{
    bx_cap_list caps = bx_grant_caps(g);
    for (size_t i = 0; i < caps.n; i++) {
        if (caps.at[i].kind == BX_CAP_DENY && strcmp(caps.at[i].path, pattern) == 0)
            return true;
    }
    return false;
}

static void no_guest_gets_code_or_key(void)
{
    char inside[128];
    bx_error err;
    (void)snprintf(inside, sizeof inside, "%s/modules", dir);
    CHECK(setenv("BOXAGNTS_HOME", dir, 1) == 0);
    char person[256];
    (void)snprintf(person, sizeof person, "%.100s/me", dir);
    CHECK(setenv("HOME", person, 1) == 0);
    bx_app_config cfg = {.use_home = true};
    BX_AUTO(bx_app) bx_app *app = NULL;
    BX_AUTO(bx_grant) bx_grant *above = NULL;
    BX_AUTO(bx_grant) bx_grant *named = NULL;
    BX_AUTO(bx_grant) bx_grant *beside = NULL;
    CHECK(bx_app_new(&cfg, &app, NULL) == BX_OK && bx_grant_new(&above, NULL) == BX_OK);
    CHECK(bx_grant_new(&named, NULL) == BX_OK && bx_grant_new(&beside, NULL) == BX_OK);
    CHECK(bx_grant_mount(above, bx_str_of(dir), BX_LIT("/w*"), NULL) == BX_OK);
    CHECK(bx_grant_mount(above, BX_LIT("/nowhere"), BX_LIT("/n"), NULL) == BX_OK);
    CHECK(bx_app_protect(app, above, NULL) == BX_OK);
    CHECK(has_line(above, "/w[*]/modules") && has_line(above, "/w[*]/keys"));
    CHECK(has_line(above, "/w[*]/state.db") && has_line(above, "/w[*]/boxagnts.yaml"));
    CHECK(has_line(above, "/w[*]/state.db-journal") && has_line(above, "/w[*]/AGENTS.md"));
    CHECK(has_line(above, "/w[*]/.tmp-*") && has_line(above, "/w[*]/state.db.new.*"));
    CHECK(has_line(above, "/w[*]/adding-*") && has_line(above, "/w[*]/me/.agents/skills"));
    CHECK(bx_grant_mount(named, bx_str_of(inside), BX_LIT("/m"), NULL) == BX_OK);
    CHECK(bx_app_protect(app, named, &err) == BX_EDENIED &&
          strstr(err.msg, "its code, keys and records"));
    (void)snprintf(inside, sizeof inside, "%s/modules-not", dir);
    CHECK(mkdir(inside, 0700) == 0);
    CHECK(bx_grant_mount(beside, bx_str_of(inside), BX_LIT("/m"), NULL) == BX_OK);
    CHECK(bx_app_protect(app, beside, NULL) == BX_OK && bx_grant_caps(beside).n == 0);
    BX_AUTO(bx_grant) bx_grant *skill = NULL;
    CHECK(mkdir(person, 0700) == 0 && bx_grant_new(&skill, NULL) == BX_OK);
    (void)snprintf(inside, sizeof inside, "%.100s/.agents", person);
    CHECK(mkdir(inside, 0700) == 0);
    (void)snprintf(inside, sizeof inside, "%.100s/.agents/skills", person);
    CHECK(mkdir(inside, 0700) == 0);
    CHECK(bx_grant_mount(skill, bx_str_of(inside), BX_LIT("/m"), NULL) == BX_OK);
    CHECK(bx_app_protect(app, skill, NULL) == BX_OK && bx_grant_caps(skill).n == 0);
}

/* The home is made when something is to be kept there, which may be after a guest ran. */
static void places_that_are_not_there_yet(void)
{
    static const struct {
        const char *below, *line;
    } homes[] = {
        {"/new", "/w/new/modules"}, {"/new//./home/", "/w/new/home/modules"}, {"/x/../y", NULL}};
    for (size_t i = 0; i < BX_COUNT(homes); i++) {
        char home[128];
        (void)snprintf(home, sizeof home, "%s%s", dir, homes[i].below);
        CHECK(setenv("BOXAGNTS_HOME", home, 1) == 0);
        bx_app_config cfg = {.use_home = true};
        BX_AUTO(bx_app) bx_app *app = NULL;
        BX_AUTO(bx_grant) bx_grant *g = NULL;
        CHECK(bx_app_new(&cfg, &app, NULL) == BX_OK && bx_grant_new(&g, NULL) == BX_OK);
        CHECK(bx_grant_mount(g, bx_str_of(dir), BX_LIT("/w"), NULL) == BX_OK);
        bx_code rc = bx_app_protect(app, g, NULL);
        CHECK(homes[i].line ? rc == BX_OK && has_line(g, homes[i].line) : rc == BX_EIO);
        CHECK(access(home, F_OK) != 0);
    }
}

static void out_of_memory_is_an_error(void)
{
    bx_app_config cfg = {.store_dir = "/srv/store"};
    EACH_ALLOC_FAILS(rc, {
        BX_AUTO(bx_app) bx_app *app = NULL;
        rc = bx_app_new(&cfg, &app, NULL);
    });
}

BXT_MAIN(if (!mkdtemp(dir)) return 99; RUN(nothing_is_kept_unless_named);
         RUN(home_holds_cache_and_store); RUN(a_home_others_can_write_to_is_done_without);
         RUN(a_named_directory_must_be_usable); RUN(no_guest_gets_code_or_key);
         RUN(places_that_are_not_there_yet); RUN(out_of_memory_is_an_error);)
