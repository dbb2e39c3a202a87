/* Models by name. */
#include "llm/providers.h"

#include <stdio.h>

#include "llm/place.h"

const bx_provider bx_providers[] = {
#define BX_PROVIDER(name, protocol, url, url_variable, key1, key2, local) \
    {name, protocol, url, url_variable, {key1, key2}, local},
#include "llm/providers.def"
#undef BX_PROVIDER
};
const size_t bx_providers_count = BX_COUNT(bx_providers);

static const char *variable(const char *name)
{
    const char *v = name ? getenv(name) : NULL;
    return v && v[0] ? v : NULL;
}

const char *bx_provider_key(const bx_provider *p)
{
    for (size_t i = 0; i < BX_COUNT(p->keys); i++)
        if (variable(p->keys[i]))
            return p->keys[i];
    return NULL;
}

const char *bx_provider_url(const bx_provider *p)
{
    const char *named = variable(p->url_variable);
    return named ? named : p->url;
}

static const bx_provider *find(bx_str name)
{
    for (size_t i = 0; i < bx_providers_count; i++)
        if (bx_str_eq(name, bx_str_of(bx_providers[i].name)))
            return &bx_providers[i];
    return NULL;
}

/* ---- opening --------------------------------------------------------------------------------- */

static bx_code open_script(bx_llm *m, const char *path, bx_error *err)
{
    m->model = bx_strndup("script", 6);
    if (!m->model)
        return bx_fail(err, BX_ENOMEM, "model");
    bx_code rc = bx_script_load(path, &m->script, err);
    if (rc == BX_OK)
        m->has_price = bx_script_price(m->script, &m->price);
    return rc;
}

/* A model's name goes into URLs and logs. */
static bool is_name(bx_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((uint8_t)s.p[i] <= ' ' || (uint8_t)s.p[i] >= 0x7f || strchr("?#\\\"%", s.p[i]))
            return false;
    return s.n > 0 && s.n <= 256;
}

static bx_code open_at(bx_egress *eg, bx_llm *m, const bx_place_cfg *cfg, bx_error *err)
{
    bx_place place = {.url = NULL};
    if (!eg)
        return bx_fail(err, BX_EINVAL, "this model needs the network");
    bx_code rc = bx_place_open(eg, cfg, &place, err);
    if (rc != BX_OK)
        return rc;
    m->place = bx_calloc(1, sizeof *m->place);
    if (!m->place) {
        bx_place_done(&place);
        return bx_fail(err, BX_ENOMEM, "model");
    }
    *m->place = place;
    m->protocol = place.protocol;
    m->url = place.url;
    m->scope = place.scope;
    return BX_OK;
}

static bx_place_cfg place_of(const bx_provider *p)
{
    const char *key = bx_provider_key(p);
    return (bx_place_cfg){
        .protocol = bx_llm_protocol_find(bx_str_of(p->protocol)),
        .url = bx_str_of(bx_provider_url(p)),
        .key = key ? variable(key) : NULL,
        .named = variable(p->url_variable) != NULL,
    };
}

static bool ends_with(bx_str s, bx_str end)
{
    return s.n >= end.n && bx_str_eq(bx_str_from(s, s.n - end.n), end);
}

static void set_price(bx_llm *m, bx_str provider)
{
    bx_str model = bx_str_of(m->model);
    m->has_price = bx_price_find(provider, model, &m->price);
    /* Nobody sends a bill for what runs here; what a local server passes on is another matter. */
    if (!m->has_price && m->place->loopback && !ends_with(model, BX_LIT("cloud"))) {
        m->has_price = true;
        m->price = (bx_price){.input = 0};
    }
}

static bx_code set_model(bx_llm *m, bx_str model, bx_error *err)
{
    if (!is_name(model))
        return bx_fail(err, BX_EINVAL, "'%.*s' is no model's name", BX_FMT(model));
    m->model = bx_strndup(model.p, model.n);
    return m->model ? BX_OK : bx_fail(err, BX_ENOMEM, "model");
}

/* PROTOCOL@URL#MODEL */
static bx_code open_anywhere(bx_egress *eg, bx_llm *m, bx_str protocol, bx_str rest, bx_error *err)
{
    const bx_llm_protocol *p = bx_llm_protocol_find(protocol);
    const char *hash = memchr(rest.p, '#', rest.n);
    if (!p)
        return bx_fail(err, BX_EINVAL,
                       "no protocol '%.*s': openai-chat, openai-responses, anthropic, gemini",
                       BX_FMT(protocol));
    if (!hash)
        return bx_fail(err, BX_EINVAL, "a model is missing: %.*s@URL#MODEL", BX_FMT(protocol));
    bx_str url = {rest.p, (size_t)(hash - rest.p)};
    bx_code rc = set_model(m, bx_str_from(rest, url.n + 1), err);
    const bx_place_cfg cfg = {p, url, variable("BOXAGNTS_MODEL_KEY"), true};
    if (rc == BX_OK)
        rc = open_at(eg, m, &cfg, err);
    if (rc == BX_OK)
        set_price(m, protocol);
    return rc;
}

static bx_code open_known(bx_egress *eg, bx_llm *m, bx_str provider, bx_str model, bx_error *err)
{
    const bx_provider *p = find(provider);
    if (!p)
        return bx_fail(err, BX_EINVAL, "no provider '%.*s'; boxagnts models lists them",
                       BX_FMT(provider));
    const bx_place_cfg cfg = place_of(p);
    if (!cfg.key && !p->local && !cfg.named)
        return bx_fail(err, BX_ENOENT, "no key for %s: set %s", p->name, p->keys[0]);
    bx_code rc = set_model(m, model, err);
    if (rc == BX_OK)
        rc = open_at(eg, m, &cfg, err);
    if (rc == BX_OK)
        set_price(m, provider);
    return rc == BX_OK ? BX_OK : bx_wrap(rc, err, "%s", p->name);
}

static bx_code open_named(bx_egress *eg, bx_llm *m, bx_str name, bx_error *err)
{
    const char *at = memchr(name.p, '@', name.n), *slash = memchr(name.p, '/', name.n);
    if (bx_str_starts(name, BX_LIT("script:")))
        return open_script(m, m->name + 7, err);
    if (at && (!slash || at < slash)) {
        bx_str protocol = {name.p, (size_t)(at - name.p)};
        return open_anywhere(eg, m, protocol, bx_str_from(name, protocol.n + 1), err);
    }
    if (!slash)
        return bx_fail(err, BX_EINVAL,
                       "'%.*s' is no model: PROVIDER/MODEL, PROTOCOL@URL#MODEL or "
                       "script:FILE",
                       BX_FMT(name));
    bx_str provider = {name.p, (size_t)(slash - name.p)};
    return open_known(eg, m, provider, bx_str_from(name, provider.n + 1), err);
}

bx_code bx_llm_open(bx_egress *eg, bx_str name, bx_llm **ret, bx_error *err)
{
    BX_AUTO(bx_llm) bx_llm *m = bx_calloc(1, sizeof *m);
    if (name.n > BX_MAX_URL || memchr(name.p ? name.p : "", '\0', name.n))
        return bx_fail(err, BX_EINVAL, "that is no model's name");
    if (!m || !(m->name = bx_strndup(name.p, name.n)))
        return bx_fail(err, BX_ENOMEM, "model");
    bx_code rc = open_named(eg, m, (bx_str){m->name, name.n}, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(m);
    return rc;
}

void bx_llm_free(bx_llm *m)
{
    if (!m)
        return;
    if (m->place)
        bx_place_done(m->place);
    free(m->place);
    bx_script_free(m->script);
    free(m->model);
    free(m->name);
    free(m);
}

const char *bx_llm_name(const bx_llm *m) { return m->name; }

/* ---- what is offered ------------------------------------------------------------------------- */

enum { MAX_LIST = 8 << 20, MAX_MODELS = 10000 };

static void models_url(const bx_place *place, bx_buf *out)
{
    bx_str base = bx_str_of(place->url);
    bool bare = place->protocol == &bx_anthropic && !ends_with(base, BX_LIT("/v1"));
    (void)bx_buf_addf(out, "%s%s/models", place->url, bare ? "/v1" : "");
}

/* {"data":[{"id"}]}, {"models":[{"name":"models/…"}]} */
static bx_code read_list(bx_str text, bx_buf *ret, bx_error *err)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_code rc = bx_json_parse(text, BX_JSON_MAX_DEPTH, &doc, err);
    if (rc != BX_OK)
        return bx_wrap(rc, err, "the list of models");
    const bx_json_val *root = bx_json_root(doc), *list = bx_wire_get(root, "data");
    bx_json_out o = bx_json_out_on(ret);
    size_t n = 0;
    if (bx_json_type_of(list) != BX_JSON_ARRAY)
        list = bx_wire_get(root, "models");
    if (bx_json_type_of(list) != BX_JSON_ARRAY)
        return bx_fail(err, BX_EIO, "it lists no models");
    bx_json_out_begin_array(&o);
    bx_json_iter it = bx_json_iter_of(list);
    for (const bx_json_val *e; n < MAX_MODELS && (e = bx_json_next(&it, NULL)); n++) {
        bx_str id = bx_wire_str(e, "id");
        id = id.n ? id : bx_wire_str(e, "name");
        if (bx_str_starts(id, BX_LIT("models/")))
            id = bx_str_from(id, 7);
        if (id.n)
            bx_json_out_string(&o, id);
    }
    bx_json_out_end_array(&o);
    return bx_json_out_end(&o, err);
}

static bx_code ask_list(const bx_place *place, const bx_ctl *ctl, bx_buf *ret, bx_error *err)
{
    BX_AUTO_BUF url = bx_buf_init(BX_MAX_URL);
    models_url(place, &url);
    const bx_http_field field = {.name = bx_str_of(place->protocol->extra[0]),
                                 .value = bx_str_of(place->protocol->extra[1])};
    const bx_fetch f = {
        .desc = {.method = BX_LIT("GET"),
                 .url = bx_buf_str(&url),
                 .fields = &field,
                 .n_fields = field.name.n ? 1 : 0},
        .max_body = MAX_LIST,
    };
    bx_fetched got = {.req = NULL};
    bx_code rc = bx_egress_fetch(place->scope, &f, ctl, &got, err);
    if (rc != BX_OK)
        return rc;
    if (got.head->status != 200)
        rc = bx_fail(err, got.head->status == 401 || got.head->status == 403 ? BX_EDENIED : BX_EIO,
                     "HTTP %u", got.head->status);
    else
        rc = read_list((bx_str){got.body ? got.body : "", got.n_body}, ret, err);
    bx_fetched_done(&got);
    return rc;
}

bx_code bx_provider_models(bx_egress *eg, const bx_provider *p, const bx_ctl *ctl, bx_buf *ret,
                           bx_error *err)
{
    bx_place place = {.url = NULL};
    const bx_place_cfg cfg = place_of(p);
    bx_code rc = bx_place_open(eg, &cfg, &place, err);
    if (rc == BX_OK)
        rc = ask_list(&place, ctl, ret, err);
    bx_place_done(&place);
    return rc;
}
