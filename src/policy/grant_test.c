#include "policy/grant.h"

#include "base/limits.h"
#include "base/test.h"

static bx_grant *new_grant(void)
{
    bx_grant *g = NULL;
    return bx_grant_new(&g, NULL) == BX_OK ? g : NULL;
}

static bx_code allow(bx_grant *g, const char *line)
{
    return bx_grant_allow(g, bx_str_of(line), NULL);
}
static bx_code mount(bx_grant *g, const char *host, const char *guest)
{
    return bx_grant_mount(g, bx_str_of(host), bx_str_of(guest), NULL);
}

static void a_new_grant_permits_nothing(void)
{
    BX_AUTO(bx_grant) bx_grant *g = new_grant();
    uint64_t seed = 77;
    CHECK(g && bx_grant_caps(g).n == 0 && bx_grant_mounts(g).n == 0 && !bx_grant_is_sealed(g));
    CHECK(bx_net_is_empty(bx_grant_net(g)));
    CHECK(bx_grant_limits(g)->wall_ns == 30 * BX_SEC);
    CHECK(bx_grant_seal(g, NULL) == BX_OK && bx_grant_is_sealed(g));
    CHECK(bx_grant_clock(g) == BX_CLOCK_REAL && bx_grant_random(g, &seed) == BX_RANDOM_REAL &&
          seed == 0);
    CHECK(bx_grant_find(g, BX_CAP_READ) == NULL);
}

static void lines_and_mounts_are_kept_in_order(void)
{
    BX_AUTO(bx_grant) bx_grant *g = new_grant();
    CHECK(g && mount(g, "/srv/data", "/data/") == BX_OK && mount(g, ".", "/") == BX_OK);
    CHECK(allow(g, "read:/data") == BX_OK && allow(g, "write:/data/out") == BX_OK &&
          allow(g, "rw:/x") == BX_OK);
    CHECK(allow(g, "random:seed=9") == BX_OK && allow(g, "clock:step") == BX_OK);
    CHECK(bx_grant_seal(g, NULL) == BX_OK && bx_grant_seal(g, NULL) == BX_OK);
    CHECK(bx_grant_caps(g).n == 5 && bx_grant_mounts(g).n == 2);
    CHECK(strcmp(bx_grant_mounts(g).at[0].host, "/srv/data") == 0 &&
          strcmp(bx_grant_mounts(g).at[0].guest, "/data") == 0);
    CHECK(strcmp(bx_grant_find(g, BX_CAP_WRITE)->path, "/data/out") == 0);
    uint64_t seed;
    CHECK(bx_grant_random(g, &seed) == BX_RANDOM_SEEDED && seed == 9 &&
          bx_grant_clock(g) == BX_CLOCK_STEP);
}

static void nothing_is_added_once_sealed(void)
{
    BX_AUTO(bx_grant) bx_grant *g = new_grant();
    bx_error err;
    CHECK(g && bx_grant_seal(g, NULL) == BX_OK);
    CHECK(bx_grant_allow(g, BX_LIT("env:A"), &err) == BX_ESTATE && strstr(err.msg, "sealed"));
    CHECK(mount(g, ".", "/") == BX_ESTATE);
    CHECK(bx_grant_map_dir(g, BX_LIT(".::/"), NULL) == BX_ESTATE);
    CHECK(bx_grant_mount_text(g, BX_LIT(".::/"), NULL) == BX_ESTATE);
    CHECK(bx_grant_caps(g).n == 0 && bx_grant_mounts(g).n == 0);
}

static void map_dir_forms(void)
{
    static const struct {
        const char *text, *host, *guest;
        bx_cap_kind kind;
    } cases[] = {
        {"/srv/data::/data", "/srv/data", "/data", BX_CAP_RW},
        {"/srv/data::/data:ro", "/srv/data", "/data", BX_CAP_READ},
        {"/srv/data::/data:rw", "/srv/data", "/data", BX_CAP_RW},
        {"/srv/data::/data/:ro", "/srv/data", "/data", BX_CAP_READ},
        {".::/", ".", "/", BX_CAP_RW},
        {"a::b::/c", "a::b", "/c", BX_CAP_RW},
        {"a:::/c", "a:", "/c", BX_CAP_RW},
        {"a:b::/c:ro", "a:b", "/c", BX_CAP_READ},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        BX_AUTO(bx_grant) bx_grant *g = new_grant();
        CHECK(g && bx_grant_map_dir(g, bx_str_of(cases[i].text), NULL) == BX_OK);
        CHECK(bx_grant_mounts(g).n == 1 && bx_grant_caps(g).n == 1);
        CHECK(strcmp(bx_grant_mounts(g).at[0].host, cases[i].host) == 0 &&
              strcmp(bx_grant_mounts(g).at[0].guest, cases[i].guest) == 0);
        CHECK(bx_grant_caps(g).at[0].kind == cases[i].kind &&
              strcmp(bx_grant_caps(g).at[0].path, cases[i].guest) == 0);
        CHECK(bx_grant_seal(g, NULL) == BX_OK);
    }
}

static void refused_map_dirs(void)
{
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"", "HOST::GUEST[:ro]"},
        {"/srv/data", "two colons"},
        {"/srv/data:/data", "two colons"},
        {"/srv/data:/data:ro", "two colons"},
        {"::/data", "host path is empty"},
        {"/srv::", "not absolute"},
        {"/srv::data", "'data' is not absolute"},
        {"/srv::/a/../b", "'..'"},
        {"/srv::/data:RO", ":ro or :rw"},
        {"/srv::/data:", ":ro or :rw"},
        {"/srv::/data:ro:rw", ":ro or :rw"},
        {"/srv::/a:b", ":ro or :rw"},
    };
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        BX_AUTO(bx_grant) bx_grant *g = new_grant();
        bx_error err = {.msg = ""};
        CHECK(g && bx_grant_map_dir(g, bx_str_of(bad[i].text), &err) == BX_EINVAL);
        if (!strstr(err.msg, bad[i].says))
            printf("# %s -> %s\n", bad[i].text, err.msg);
        CHECK(strstr(err.msg, bad[i].says));
        CHECK(bx_grant_mounts(g).n == 0 && bx_grant_caps(g).n == 0);
    }
}

static void mount_text_grants_nothing(void)
{
    BX_AUTO(bx_grant) bx_grant *g = new_grant();
    bx_error err;
    CHECK(g && bx_grant_mount_text(g, BX_LIT("/srv::/data"), NULL) == BX_OK);
    CHECK(bx_grant_mounts(g).n == 1 && bx_grant_caps(g).n == 0);
    CHECK(bx_grant_mount_text(g, BX_LIT("/srv::/ro:ro"), &err) == BX_EINVAL &&
          strstr(err.msg, "--map-dir"));
    CHECK(bx_grant_mount_text(g, BX_LIT("/srv:/data"), &err) == BX_EINVAL &&
          strstr(err.msg, "two colons"));
    CHECK(bx_grant_mounts(g).n == 1);
}

static void one_mount_for_each_guest_path(void)
{
    BX_AUTO(bx_grant) bx_grant *g = new_grant();
    bx_error err;
    CHECK(g && mount(g, "/a", "/data") == BX_OK && mount(g, "/a", "/data/sub") == BX_OK);
    CHECK(bx_grant_mount(g, BX_LIT("/b"), BX_LIT("/data/"), &err) == BX_EINVAL);
    CHECK(strstr(err.msg, "'/data'") && strstr(err.msg, "'/a'"));
    CHECK(bx_grant_mount(g, (bx_str){"/b\0c", 4}, BX_LIT("/n"), NULL) == BX_EINVAL);
    CHECK(bx_grant_mounts(g).n == 2);
}

static void a_file_capability_needs_a_mount(void)
{
    BX_AUTO(bx_grant) bx_grant *g = new_grant();
    bx_error err;
    CHECK(g && mount(g, "/srv", "/data") == BX_OK);
    CHECK(allow(g, "read:/data/x") == BX_OK && allow(g, "rw:/database") == BX_OK);
    CHECK(bx_grant_seal(g, &err) == BX_EINVAL && !bx_grant_is_sealed(g));
    CHECK(strstr(err.msg, "'rw:/database'") && strstr(err.msg, "--mount HOST::/database"));
    CHECK(mount(g, "/srv/db", "/database") == BX_OK);
    CHECK(bx_grant_seal(g, NULL) == BX_OK);
}

static void contradictions_are_refused(void)
{
    static const struct {
        const char *first, *second, *says;
    } bad[] = {
        {"clock:real", "clock:frozen", "more than one clock:"},
        {"clock:real", "clock:real", "more than one clock:"},
        {"random:real", "random:seed=1", "more than one random:"},
        {"store:a", "store:b", "more than one store:"},
        {"tmp", "tmp:1MiB", "more than one tmp"},
        {"tmp", "rw:/tmp/x", "leave it out, the tmp"},
        {"store:a", "read:/store", "leave it out, the store"},
    };
    for (size_t i = 0; i < BX_COUNT(bad); i++) {
        BX_AUTO(bx_grant) bx_grant *g = new_grant();
        bx_error err = {.msg = ""};
        CHECK(g && allow(g, bad[i].first) == BX_OK && allow(g, bad[i].second) == BX_OK);
        CHECK(bx_grant_seal(g, &err) == BX_EINVAL && strstr(err.msg, bad[i].says));
    }
}

static void own_directories_and_mounts_do_not_share_a_path(void)
{
    static const struct {
        const char *cap, *guest;
        bx_code want;
    } cases[] = {
        {"tmp", "/tmp", BX_EINVAL},       {"tmp", "/tmp/sub", BX_OK}, {"tmp", "/", BX_OK},
        {"store:a", "/store", BX_EINVAL}, {"store:a", "/tmp", BX_OK},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        BX_AUTO(bx_grant) bx_grant *g = new_grant();
        CHECK(g && allow(g, cases[i].cap) == BX_OK && mount(g, "/h", cases[i].guest) == BX_OK);
        CHECK(bx_grant_seal(g, NULL) == cases[i].want);
    }
}

static void a_variable_has_one_value(void)
{
    static const struct {
        const char *first, *second;
        bx_code want;
    } cases[] = {
        {"env:A", "env:A", BX_OK},       {"env:A=1", "env:A=1", BX_OK},
        {"env:B=1", "env:b=2", BX_OK},   {"env:A=1", "env:A=2", BX_EINVAL},
        {"env:A", "env:A=2", BX_EINVAL}, {"env:A=", "env:A", BX_EINVAL},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        BX_AUTO(bx_grant) bx_grant *g = new_grant();
        bx_error err = {.msg = ""};
        CHECK(g && allow(g, cases[i].first) == BX_OK && allow(g, cases[i].second) == BX_OK);
        CHECK(bx_grant_seal(g, &err) == cases[i].want);
        CHECK(cases[i].want == BX_OK || strstr(err.msg, "'A' has two values"));
    }
}

static void credentials_are_kept(void)
{
    BX_AUTO(bx_grant) bx_grant *g = new_grant();
    CHECK(g &&
          bx_grant_inject(g, BX_LIT("https://api.example.com:8443 X-Key=env:KEY"), NULL) == BX_OK);
    bx_credential_list list = bx_grant_credentials(g);
    CHECK(list.n == 1 && strcmp(list.at[0].origin, "https://api.example.com:8443") == 0);
    CHECK(strcmp(list.at[0].header, "X-Key") == 0 && strcmp(list.at[0].env, "KEY") == 0);
    CHECK(bx_grant_inject(g, BX_LIT("https://a Host=env:Y"), NULL) == BX_EINVAL);
    for (int i = 1; i < BX_MAX_INJECTS; i++)
        CHECK(bx_grant_inject(g, BX_LIT("http://a X=env:Y"), NULL) == BX_OK);
    CHECK(bx_grant_inject(g, BX_LIT("http://a X=env:Y"), NULL) == BX_ELIMIT);
    CHECK(bx_grant_credentials(g).n == BX_MAX_INJECTS);
}

static void fetch_and_connect_reach_the_network_policy(void)
{
    BX_AUTO(bx_grant) bx_grant *g = new_grant();
    bx_url_parts u = {BX_LIT("https"), BX_LIT("a.example"), 443, BX_LIT("/"), BX_LIT("")};
    bx_verdict v;
    CHECK(g && allow(g, "fetch:https://a.example") == BX_OK &&
          allow(g, "connect:tcp://b.example:5432") == BX_OK);
    bx_net_check_request(bx_grant_net(g), BX_LIT("GET"), &u, &v);
    CHECK(v.allow && strcmp(v.rule, "fetch:https://a.example") == 0);
    bx_net_check_connect(bx_grant_net(g), BX_LIT("tcp"), BX_LIT("b.example"), 5432, &v);
    CHECK(v.allow && strcmp(v.rule, "connect:tcp://b.example:5432") == 0);
    CHECK(allow(g, "fetch:ftp://a.example") == BX_EINVAL && bx_grant_caps(g).n == 2);
}

static void as_many_as_allowed(void)
{
    BX_AUTO(bx_grant) bx_grant *g = new_grant();
    bx_error err;
    char text[32];
    CHECK(g);
    for (int i = 0; i < BX_MAX_MOUNTS; i++) {
        (void)snprintf(text, sizeof text, "/m%d", i);
        CHECK(mount(g, "/h", text) == BX_OK);
    }
    CHECK(bx_grant_mount(g, BX_LIT("/h"), BX_LIT("/more"), &err) == BX_ELIMIT &&
          strstr(err.msg, "64 mounts"));
    for (int i = 0; i < BX_MAX_DENIES; i++)
        CHECK(allow(g, "deny:/x") == BX_OK);
    CHECK(bx_grant_allow(g, BX_LIT("deny:/x"), &err) == BX_ELIMIT && strstr(err.msg, "192 deny:"));
    for (int i = BX_MAX_DENIES; i < BX_MAX_CAPS; i++)
        CHECK(allow(g, "env:A") == BX_OK);
    CHECK(bx_grant_allow(g, BX_LIT("env:A"), &err) == BX_ELIMIT &&
          strstr(err.msg, "256 capabilities"));
    CHECK(bx_grant_seal(g, NULL) == BX_OK);
}

static void a_failed_map_dir_leaves_no_mount(void)
{
    BX_AUTO(bx_grant) bx_grant *g = new_grant();
    CHECK(g);
    for (int i = 0; i < BX_MAX_CAPS; i++)
        CHECK(allow(g, "env:A") == BX_OK);
    CHECK(bx_grant_map_dir(g, BX_LIT("/h::/g"), NULL) == BX_ELIMIT);
    CHECK(bx_grant_mounts(g).n == 0);
}

static void survives_failed_allocations(void)
{
    EACH_ALLOC_FAILS(rc, {
        BX_AUTO(bx_grant) bx_grant *g = NULL;
        rc = bx_grant_new(&g, NULL);
        if (rc == BX_OK)
            rc = bx_grant_map_dir(g, BX_LIT("/h::/g"), NULL);
        if (rc == BX_OK)
            rc = bx_grant_allow(g, BX_LIT("fetch:GET https://a.example/x/**"), NULL);
        if (rc == BX_OK)
            rc = bx_grant_allow(g, BX_LIT("env:A=b"), NULL);
        if (rc == BX_OK)
            rc = bx_grant_inject(g, BX_LIT("https://a.example X=env:Y"), NULL);
        if (rc == BX_OK)
            rc = bx_grant_network(g, bx_net_add_block_url, BX_LIT("a.example/x"), NULL);
        if (rc == BX_OK)
            rc = bx_grant_seal(g, NULL);
    });
}

BXT_MAIN(RUN(a_new_grant_permits_nothing); RUN(lines_and_mounts_are_kept_in_order);
         RUN(nothing_is_added_once_sealed); RUN(map_dir_forms); RUN(refused_map_dirs);
         RUN(mount_text_grants_nothing); RUN(one_mount_for_each_guest_path);
         RUN(a_file_capability_needs_a_mount); RUN(contradictions_are_refused);
         RUN(own_directories_and_mounts_do_not_share_a_path); RUN(a_variable_has_one_value);
         RUN(credentials_are_kept); RUN(fetch_and_connect_reach_the_network_policy);
         RUN(as_many_as_allowed); RUN(a_failed_map_dir_leaves_no_mount);
         RUN(survives_failed_allocations);)
