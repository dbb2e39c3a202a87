/* A decision among a thousand rules: of every kind, for calls that match the last of them, and for
 * calls that match none. */
#include <stdio.h>

#include "bench/bench.h"
#include "policy/policy.h"

enum { RULES = 1000, EACH = RULES / 4 };

/* A quarter of them each for commands, paths, hosts and names; those that deny paths and hosts are
 * as many as grants have room for. */
static bx_policy *thousand_rules(void)
{
    BX_AUTO_BUF text = bx_buf_init(1 << 20);
    const bx_policy_source source = {.name = BX_LIT("boxagnts.yaml"), .trusted = true};
    bx_policy_file *f = NULL;
    bx_policy *p = NULL;
    bx_error err;
    (void)bx_buf_add_z(&text, "rules:\n  deny:\n");
    for (int i = 0; i < 100; i++)
        (void)bx_buf_addf(&text, "    - read(./secrets%d/**)\n    - web_fetch(domain:*.d%d.org)\n",
                          i, i);
    for (int i = 0; i < EACH / 2; i++)
        (void)bx_buf_addf(&text, "    - bash(git sub%d --force *)\n", i);
    (void)bx_buf_add_z(&text, "  allow:\n");
    for (int i = 0; i < EACH; i++)
        (void)bx_buf_addf(&text, "    - mcp__server%d__*\n", i);
    for (int i = 0; i < EACH - EACH / 2; i++)
        (void)bx_buf_addf(&text, "    - bash(program%d *)\n", i);
    for (int i = 0; i < EACH - 100; i++)
        (void)bx_buf_addf(&text, "    - edit(./src/part%d/**)\n    - web_fetch(domain:h%d.net)\n",
                          i, i);
    if (bx_policy_parse(bx_buf_str(&text), &source, &f, &err) != BX_OK ||
        bx_policy_merge(&f, 1, NULL, &p, &err) != BX_OK)
        bench_die("%s", err.msg);
    if (bx_policy_rule_count(p) != RULES)
        bench_die("%zu rules", bx_policy_rule_count(p));
    return p;
}

typedef struct probe {
    const char *id, *tool, *arguments;
    bx_permission permission;
    bx_answer answer;
} probe;

static bench_stats measure(const bx_policy *p, const probe *b, bool quick)
{
    enum { ROUNDS = 2000, CALLS = 100 };
    static double samples[ROUNDS];
    size_t rounds = quick ? 20 : ROUNDS;
    bx_json *doc = NULL;
    bx_policy_decision d = {.answer = BX_ANSWER_DENY};
    bx_error err;
    if (bx_json_parse(bx_str_of(b->arguments), BX_JSON_MAX_DEPTH, &doc, &err) != BX_OK)
        bench_die("%s", err.msg);
    const bx_policy_call call = {
        .tool = bx_str_of(b->tool), .permission = b->permission, .arguments = bx_json_root(doc)};
    for (size_t i = 0; i < rounds; i++) {
        double begin = bench_now_us();
        for (size_t k = 0; k < CALLS; k++) {
            if (bx_policy_decide(p, &call, &d, &err) != BX_OK || d.answer != b->answer)
                bench_die("%s: %s", b->id, bx_answer_name(d.answer));
        }
        samples[i] = (bench_now_us() - begin) / CALLS;
    }
    bx_json_free(doc);
    return bench_stats_of(samples, rounds);
}

void bench_policy(const bench_env *e)
{
    static const probe probes[] = {
        {"policy_command", "bash", "{\"command\":\"cd src && program124 -x 'a b' | git log\"}",
         BX_PERMISSION_EXECUTE, BX_ANSWER_ASK},
        {"policy_command_allowed", "bash", "{\"command\":\"program124 -x 'a b'\"}",
         BX_PERMISSION_EXECUTE, BX_ANSWER_ALLOW},
        {"policy_command_denied", "bash", "{\"command\":\"x=$(git sub124 --force origin)\"}",
         BX_PERMISSION_EXECUTE, BX_ANSWER_DENY},
        {"policy_path", "write", "{\"path\":\"src/part149/deep/er/file.c\",\"content\":\"x\"}",
         BX_PERMISSION_WRITE, BX_ANSWER_ALLOW},
        {"policy_host", "web_fetch", "{\"url\":\"https://www.a.d99.org/index.html\"}",
         BX_PERMISSION_WRITE, BX_ANSWER_DENY},
        {"policy_name", "mcp__server249__tool", "{}", BX_PERMISSION_DANGEROUS, BX_ANSWER_ALLOW},
        {"policy_none", "read", "{\"path\":\"docs/a/b/c/d.md\"}", BX_PERMISSION_READ,
         BX_ANSWER_ALLOW},
    };
    bx_policy *p = thousand_rules();
    for (size_t i = 0; i < BX_COUNT(probes); i++) {
        bench_stats s = measure(p, &probes[i], e->quick);
        bench_row(probes[i].id, s.p50, -1, "us", s.p50, BENCH_AT_MOST, 5,
                  "a decision with %d rules; p99 %.2f us", RULES, s.p99);
    }
    bx_policy_free(p);
}
