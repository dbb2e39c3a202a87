/* boxagnts models: which models answer, and a question to one of them. */
#include <stdio.h>
#include <unistd.h>

#include "cli/commands.h"
#include "codec/json.h"
#include "llm/prices.h"
#include "llm/providers.h"

enum {
    FLAG_JSON,
    FLAG_ASK,
    FLAG_WAIT,
    MAX_TEXT = 32 << 20,
    MAX_NAME = 300,
    MAX_URL = 32 << 10,
    FAR_S = 10, /* seconds a provider has to list its models */
    NEAR_S = 2, /* the same for a server on this machine */
};

static const bx_flag flags[] = {
    {"json", NULL, "print a JSON list of all providers: name, key, URL, whether it answers, models",
     FLAG_JSON},
    {"ask", "MODEL", "send the words that follow to MODEL and print its answer", FLAG_ASK},
    {"wait", "TIME",
     "how long a provider may take to list its models (default 10s, 2s where it is "
     "on this machine), or a model for its whole answer",
     FLAG_WAIT},
};

static const char *provider_name(size_t i)
{
    return i < bx_providers_count ? bx_providers[i].name : NULL;
}

static void put(bx_json_out *o, const char *key, const char *value)
{
    bx_json_out_key(o, bx_str_of(key));
    if (value)
        bx_json_out_string(o, bx_str_of(value));
    else
        bx_json_out_null(o);
}

/* ---- listing --------------------------------------------------------------------------------- */

typedef struct listing {
    bx_json_out *o;   /* NULL: for people */
    uint64_t wait_ns; /* 0: the defaults */
    size_t answering;
} listing;

static void put_price(bx_json_out *o, const bx_price *p)
{
    bx_json_out_key(o, BX_LIT("dollars_per_million"));
    bx_json_out_begin_object(o);
    bx_json_out_key(o, BX_LIT("input"));
    bx_json_out_double(o, (double)p->input / 1e6);
    bx_json_out_key(o, BX_LIT("output"));
    bx_json_out_double(o, (double)p->output / 1e6);
    bx_json_out_end_object(o);
}

static void show_model(const listing *l, const bx_provider *p, bx_str model)
{
    bx_price price;
    bool priced = bx_price_find(bx_str_of(p->name), model, &price);
    uint64_t window = bx_window_find(bx_str_of(p->name), model);
    BX_AUTO_BUF name = bx_buf_init(MAX_TEXT);
    (void)bx_buf_addf(&name, "%s/", p->name);
    (void)bx_buf_add_str(&name, model);
    if (l->o) {
        bx_json_out_begin_object(l->o);
        put(l->o, "name", name.p);
        if (priced)
            put_price(l->o, &price);
        if (window) {
            bx_json_out_key(l->o, BX_LIT("context_window"));
            bx_json_out_uint(l->o, window);
        }
        bx_json_out_end_object(l->o);
        return;
    }
    bx_cli_show(stdout, bx_buf_str(&name), MAX_NAME);
    if (priced)
        (void)printf("  $%.2f in, $%.2f out per million tokens", (double)price.input / 1e6,
                     (double)price.output / 1e6);
    if (window)
        (void)printf("  %lluk tokens of context", (unsigned long long)(window / 1000));
    (void)putchar('\n');
}

static void show_models(const listing *l, const bx_provider *p, const bx_buf *names)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    if (bx_json_parse(bx_buf_str(names), 2, &doc, NULL) != BX_OK)
        return;
    bx_json_iter it = bx_json_iter_of(bx_json_root(doc));
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        bx_str model;
        if (bx_json_str(e, &model))
            show_model(l, p, model);
    }
}

static void show_json(const listing *l, const bx_provider *p, const char *url, const bx_buf *names,
                      const bx_error *why)
{
    bx_json_out *o = l->o;
    bx_json_out_begin_object(o);
    put(o, "provider", p->name);
    put(o, "protocol", p->protocol);
    put(o, "url", url);
    put(o, "key", bx_provider_key(p));
    bx_json_out_key(o, BX_LIT("answers"));
    bx_json_out_bool(o, names->n > 0);
    put(o, "error", names->n ? NULL : why->msg);
    bx_json_out_key(o, BX_LIT("models"));
    bx_json_out_begin_array(o);
    show_models(l, p, names);
    bx_json_out_end_array(o);
    bx_json_out_end_object(o);
}

static void list_one(bx_egress *eg, listing *l, const bx_provider *p, bool wanted)
{
    const char *key = bx_provider_key(p);
    bool named = false;
    bx_error why = {.msg = ""};
    BX_AUTO_BUF names = bx_buf_init(MAX_TEXT), url = bx_buf_init(MAX_URL);
    uint64_t wait = l->wait_ns ? l->wait_ns : (p->local ? NEAR_S : FAR_S) * BX_SEC;
    const bx_ctl ctl = bx_ctl_init(bx_now_ns() + wait);
    bx_code rc = bx_provider_url(p, &url, &named, &why);
    if (rc == BX_OK && (key || p->local || named))
        rc = bx_provider_models(eg, p, &ctl, &names, &why);
    else if (rc == BX_OK)
        rc = bx_fail(&why, BX_ENOENT, "no key: set %s", p->keys[0]);
    if (rc != BX_OK)
        bx_buf_clear(&names);
    l->answering += rc == BX_OK;
    if (l->o)
        show_json(l, p, bx_buf_str(&url).p, &names, &why);
    else if (rc == BX_OK)
        show_models(l, p, &names);
    else if (key || named || wanted) /* silence is what one expects of the others */
        bx_cli_complain("%s: %s", p->name, why.msg);
}

/* The same server under another name, for another protocol. */
static bool is_repeated(size_t i)
{
    BX_AUTO_BUF own = bx_buf_init(MAX_URL), other = bx_buf_init(MAX_URL);
    bool named, same = bx_provider_url(&bx_providers[i], &own, &named, NULL) != BX_OK;
    for (size_t k = 0; k < i && !same; k++) {
        bx_buf_clear(&other);
        same = bx_provider_url(&bx_providers[k], &other, &named, NULL) == BX_OK &&
               bx_str_eq(bx_buf_str(&own), bx_buf_str(&other));
    }
    return same;
}

static int list(const bx_args *a, bx_egress *eg, uint64_t wait_ns)
{
    BX_AUTO_BUF json = bx_buf_init(MAX_TEXT);
    bx_json_out o = bx_json_out_on(&json);
    listing l = {.o = bx_has_flag(a, FLAG_JSON) ? &o : NULL, .wait_ns = wait_ns};
    const char *only = a->n_words ? a->words[0] : NULL;
    bool found = !only;
    bx_json_out_begin_array(&o);
    for (size_t i = 0; i < bx_providers_count; i++) {
        bool wanted = only && strcmp(only, bx_providers[i].name) == 0;
        found = found || wanted;
        if (wanted || (!only && !is_repeated(i)))
            list_one(eg, &l, &bx_providers[i], wanted);
    }
    bx_json_out_end_array(&o);
    if (!found) {
        BX_AUTO_BUF names = bx_buf_init(4096);
        for (size_t i = 0; i < bx_providers_count; i++)
            (void)bx_buf_addf(&names, "%s%s", i ? ", " : "", bx_providers[i].name);
        bx_cli_complain("models: no provider '%s'; there is %s", only, names.p ? names.p : "none");
        return EXIT_OURS;
    }
    if (l.o && bx_json_out_end(&o, NULL) == BX_OK)
        (void)printf("%s\n", json.p);
    else if (!l.o && l.answering == 0 && !only)
        bx_cli_complain("models: none answers; set a key (ANTHROPIC_API_KEY, OPENAI_API_KEY, "
                        "GEMINI_API_KEY, OPENROUTER_API_KEY, …), start a local server, or play a "
                        "script:FILE");
    return l.o || l.answering ? 0 : 1;
}

/* ---- asking ---------------------------------------------------------------------------------- */

static bool print_piece(void *ctx, const bx_llm_event *ev)
{
    (void)ctx;
    if (ev->kind == BX_LLM_EV_TEXT) {
        /* A model's words, to whoever reads them: a terminal obeys none of them. */
        if (isatty(STDOUT_FILENO))
            for (bx_str s = ev->text; s.n;) {
                const char *end = memchr(s.p, '\n', s.n);
                size_t n = end ? (size_t)(end - s.p) : s.n;
                bx_cli_show(stdout, (bx_str){s.p, n}, MAX_TEXT);
                if (end)
                    (void)putchar('\n');
                s = bx_str_from(s, n + (end ? 1 : 0));
            }
        else
            (void)fwrite(ev->text.p, 1, ev->text.n, stdout);
        return fflush(stdout) == 0;
    }
    if (ev->kind == BX_LLM_EV_RETRY)
        bx_cli_complain("%.*s; again in %.1f s", BX_FMT(ev->text), (double)ev->wait_ns / 1e9);
    return true;
}

static void tell_cost(const bx_llm_turn *t)
{
    char cost[64] = "price unknown";
    if (!t->usage.known)
        return;
    if (t->has_cost)
        (void)snprintf(cost, sizeof cost, "$%.6f", (double)t->cost / (double)BX_PICODOLLARS);
    (void)fprintf(stderr, "(%llu tokens in, %llu out, %s, %.1f s)\n",
                  (unsigned long long)(t->usage.input + t->usage.cache_read + t->usage.cache_write),
                  (unsigned long long)t->usage.output, cost, (double)t->total_ns / 1e9);
}

static bx_code take_turn(const bx_args *a, bx_llm *m, uint64_t wait_ns, bx_error *err)
{
    BX_AUTO_BUF prompt = bx_buf_init(MAX_TEXT);
    bx_llm_transcript t = {.n = 0};
    bx_llm_turn turn = {.stop = BX_LLM_STOP_END};
    const bx_ctl ctl = bx_ctl_init(wait_ns ? bx_now_ns() + wait_ns : UINT64_MAX);
    for (size_t i = 0; i < a->n_words; i++)
        (void)bx_buf_addf(&prompt, "%s%s", i ? " " : "", a->words[i]);
    bx_code rc = bx_buf_check(&prompt, err);
    if (rc == BX_OK)
        rc = bx_llm_transcript_say(&t, BX_LLM_USER, bx_buf_str(&prompt), err);
    const bx_llm_request rq = {.transcript = &t, .ctl = &ctl};
    if (rc == BX_OK)
        rc = bx_llm_take_turn(m, &rq, (bx_llm_sink){print_piece, NULL}, &turn, err);
    if (turn.message.n_blocks)
        (void)putchar('\n');
    if (rc == BX_OK)
        tell_cost(&turn);
    bx_llm_turn_done(&turn);
    bx_llm_transcript_done(&t);
    return rc;
}

static int ask(const bx_args *a, bx_egress *eg, uint64_t wait_ns)
{
    BX_AUTO(bx_llm) bx_llm *m = NULL;
    bx_error err;
    if (a->n_words == 0) {
        bx_cli_complain("models: --ask MODEL needs words to send");
        return EXIT_OURS;
    }
    bx_code rc = bx_llm_open(eg, bx_str_of(bx_flag_last(a, FLAG_ASK)), &m, &err);
    if (rc == BX_OK)
        rc = take_turn(a, m, wait_ns, &err);
    if (rc != BX_OK)
        bx_cli_complain("models: %s", err.msg);
    return rc == BX_OK ? 0 : EXIT_OURS;
}

static int run(const bx_args *a)
{
    BX_AUTO(bx_egress) bx_egress *eg = NULL;
    bx_error err;
    uint64_t wait_ns = 0;
    const char *wait = bx_flag_last(a, FLAG_WAIT);
    bool asks = bx_flag_last(a, FLAG_ASK) != NULL;
    bx_code rc = wait ? bx_time_parse(bx_str_of(wait), &wait_ns, &err) : BX_OK;
    if (rc == BX_OK && wait && wait_ns == 0)
        rc = bx_fail(&err, BX_EINVAL, "--wait 0 leaves no time");
    if (rc == BX_OK && asks && bx_has_flag(a, FLAG_JSON))
        rc = bx_fail(&err, BX_EINVAL, "--ask prints text: it has no --json");
    if (rc == BX_OK && !asks && a->n_words > 1)
        rc = bx_fail(&err, BX_EINVAL, "one provider at most; to send words there is --ask MODEL");
    if (rc == BX_OK)
        rc = bx_egress_new(NULL, &eg, &err);
    if (rc != BX_OK) {
        bx_cli_complain("models: %s", err.msg);
        return EXIT_OURS;
    }
    return asks ? ask(a, eg, wait_ns) : list(a, eg, wait_ns);
}

const bx_command bx_cmd_models = {
    .name = "models",
    .usage = "models [--json] [--wait TIME] [PROVIDER | --ask MODEL WORD…]",
    .summary = "list the models that answer, or ask one",
    .details =
        "Asks every provider whose key is in the environment, and the usual servers of this "
        "machine, which models they have. A model is named PROVIDER/MODEL; any other server "
        "is PROTOCOL@URL#MODEL with the protocol openai-chat, openai-responses, anthropic or "
        "gemini, its key in BOXAGNTS_MODEL_KEY; script:FILE plays a written conversation. "
        "docs/models.md has the rest.",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .first_word = provider_name,
    .run = run,
};
