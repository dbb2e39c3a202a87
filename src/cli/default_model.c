#include "cli/default_model.h"

#include "codec/json.h"
#include "llm/providers.h"

enum { MAX_LIST = 4 << 20 };

/* Which of a provider's many models is meant for work like this: names that begin with, or hold,
 * `has`, and none of the words in `not_these`.  `newest`: the last of them in the order of names,
 * for lists without an order. */
static const struct taste {
    const char *provider, *has, *not_these[8];
    bool newest;
} tastes[] = {
    {"anthropic", "sonnet", {NULL}, false},
    {"openai",
     "gpt-",
     {"mini", "nano", "audio", "image", "realtime", "transcribe", "tts", NULL},
     true},
    {"gemini", "flash", {"lite", "image", "audio", "tts", "live", NULL}, true},
};

static bool holds(bx_str s, const char *word)
{
    return memmem(s.p, s.n, word, strlen(word)) != NULL;
}

static bool suits(const struct taste *t, bx_str name)
{
    if (!t)
        return true;
    for (size_t i = 0; t->not_these[i]; i++) {
        if (holds(name, t->not_these[i]))
            return false;
    }
    return holds(name, t->has);
}

static const struct taste *taste_of(const char *provider)
{
    for (size_t i = 0; i < BX_COUNT(tastes); i++) {
        if (strcmp(tastes[i].provider, provider) == 0)
            return &tastes[i];
    }
    return NULL;
}

/* The one that suits best; the first one where none does. */
static bx_str choose(const bx_json_val *list, const struct taste *t)
{
    bx_str best = BX_LIT(""), first = BX_LIT(""), name;
    bx_json_iter it = bx_json_iter_of(list);
    for (const bx_json_val *v; (v = bx_json_next(&it, NULL));) {
        if (!bx_json_str(v, &name) || name.n == 0)
            continue;
        if (first.n == 0)
            first = name;
        if (!suits(t, name))
            continue;
        if (best.n == 0 || (t && t->newest && strcmp(name.p, best.p) > 0))
            best = name;
    }
    return best.n ? best : first;
}

static bx_code ask(bx_egress *eg, const bx_provider *p, uint64_t wait_ns, bx_buf *ret,
                   bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(MAX_LIST);
    BX_AUTO(bx_json) bx_json *list = NULL;
    const bx_ctl ctl = bx_ctl_init(bx_now_ns() + wait_ns);
    bx_code rc = bx_provider_models(eg, p, &ctl, &text, err);
    if (rc == BX_OK)
        rc = bx_json_parse(bx_buf_str(&text), BX_JSON_MAX_DEPTH, &list, err);
    if (rc != BX_OK)
        return bx_wrap(rc, err, "the models of %s", p->name);
    bx_str name = choose(bx_json_root(list), taste_of(p->name));
    if (name.n == 0)
        return bx_fail(err, BX_ENOENT, "%s lists no models", p->name);
    (void)bx_buf_addf(ret, "%s/%.*s", p->name, BX_FMT(name));
    return bx_buf_check(ret, err);
}

bx_code bx_cli_default_model(bx_egress *eg, bx_buf *ret, bx_error *err)
{
    static const uint64_t far_ns = UINT64_C(15000000000), near_ns = UINT64_C(1000000000);
    bx_error why;
    for (size_t i = 0; i < bx_providers_count; i++) {
        if (!bx_providers[i].local && bx_provider_key(&bx_providers[i]))
            return ask(eg, &bx_providers[i], far_ns, ret, err);
    }
    for (size_t i = 0; i < bx_providers_count; i++) {
        if (bx_providers[i].local && ask(eg, &bx_providers[i], near_ns, ret, &why) == BX_OK)
            return BX_OK;
    }
    return bx_fail(err, BX_ENOENT,
                   "which model? No key is in the environment (ANTHROPIC_API_KEY, OPENAI_API_KEY, "
                   "GEMINI_API_KEY, OPENROUTER_API_KEY, …) and no server of models answers on this "
                   "machine. Set a key, start a server (ollama, llama.cpp, …), or name a model: "
                   "--model PROVIDER/MODEL or $BOXAGNTS_MODEL; boxagnts models lists what answers, "
                   "and --model script:FILE needs neither (docs/models.md)");
}
