/* Models by name. */
#include "llm/providers.h"

#include <stdio.h>

#include "codec/near.h"
#include "llm/place.h"

const bx_provider bx_providers[] = {
#define BX_PROVIDER(name, protocol, url, url_variable, key1, key2, local, host, port, number) \
    {name, protocol, url, url_variable, {key1, key2}, local, host, port, number},
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

/* ---- where servers of this machine are ------------------------------------------------------- */

/* "[::1]:80", "host:80", "host", ":80"; a bare address of version 6 has no port. */
static bx_str split_port(bx_str s, bx_str *port)
{
    const char *colon = s.n ? memrchr(s.p, ':', s.n) : NULL;
    const char *bracket = s.n ? memrchr(s.p, ']', s.n) : NULL;
    bool bare = colon && !bracket && memchr(s.p, ':', (size_t)(colon - s.p));
    *port = BX_LIT("");
    if (!colon || bare || (bracket && colon < bracket))
        return s;
    *port = bx_str_from(s, (size_t)(colon - s.p) + 1);
    return (bx_str){s.p, (size_t)(colon - s.p)};
}

/* Whoever listens everywhere is reached here. */
static bx_str reached_at(bx_str host)
{
    static const char *const everywhere[] = {"", "0.0.0.0", "::", "[::]"};
    for (size_t i = 0; i < BX_COUNT(everywhere); i++)
        if (bx_str_eq(host, bx_str_of(everywhere[i])))
            return BX_LIT("127.0.0.1");
    return host;
}

static void add_local(const bx_provider *p, bx_str host, const char *port, bx_buf *ret)
{
    bx_str scheme = BX_LIT("http"), path = BX_LIT(""), named = BX_LIT("");
    const char *sep = host.n ? memmem(host.p, host.n, "://", 3) : NULL;
    if (sep) {
        scheme = (bx_str){host.p, (size_t)(sep - host.p)};
        host = bx_str_from(host, scheme.n + 3);
    }
    const char *slash = host.n ? memchr(host.p, '/', host.n) : NULL;
    if (slash) {
        path = bx_str_from(host, (size_t)(slash - host.p));
        host.n = (size_t)(slash - host.p);
        while (path.n && path.p[path.n - 1] == '/')
            path.n--;
    }
    host = reached_at(split_port(host, &named));
    bool v6 = host.n && host.p[0] != '[' && memchr(host.p, ':', host.n);
    (void)bx_buf_addf(ret, "%.*s://%s%.*s%s", BX_FMT(scheme), v6 ? "[" : "", BX_FMT(host),
                      v6 ? "]" : "");
    if (named.n)
        (void)bx_buf_addf(ret, ":%.*s", BX_FMT(named));
    else if (port)
        (void)bx_buf_addf(ret, ":%s", port);
    else if (!sep) /* a scheme brings its own */
        (void)bx_buf_addf(ret, ":%u", p->port);
    (void)bx_buf_addf(ret, "%.*s/v1", BX_FMT(path));
}

bx_code bx_provider_url(const bx_provider *p, bx_buf *ret, bool *named, bx_error *err)
{
    const char *url = variable(p->url_variable);
    const char *host = variable(p->host_variable), *port = variable(p->port_variable);
    *named = url || host || port;
    if (url || !*named)
        (void)bx_buf_add_z(ret, url ? url : p->url);
    else
        add_local(p, bx_str_of(host ? host : ""), port, ret);
    return bx_buf_check(ret, err);
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
    if (rc == BX_OK)
        m->window = bx_script_window(m->script);
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
    m->key_name = cfg->key_name;
    return BX_OK;
}

/* `url` holds what the place borrows. */
static bx_code place_of(const bx_provider *p, bx_buf *url, bx_place_cfg *ret, bx_error *err)
{
    const char *key = bx_provider_key(p);
    bool named = false;
    bx_code rc = bx_provider_url(p, url, &named, err);
    *ret = (bx_place_cfg){
        .protocol = bx_llm_protocol_find(bx_str_of(p->protocol)),
        .url = bx_buf_str(url),
        .key = key ? variable(key) : NULL,
        .key_name = key ? key : p->keys[0],
        .url_name = !named                       ? NULL
                    : variable(p->url_variable)  ? p->url_variable
                    : variable(p->host_variable) ? p->host_variable
                                                 : p->port_variable,
        .named = named,
    };
    return rc;
}

static bool ends_with(bx_str s, bx_str end)
{
    return s.n >= end.n && bx_str_eq(bx_str_from(s, s.n - end.n), end);
}

static void set_price(bx_llm *m, bx_str provider, bool local)
{
    bx_str model = bx_str_of(m->model);
    m->has_price = bx_price_find(provider, model, &m->price);
    m->window = bx_window_find(provider, model);
    /* Nobody sends a bill for what runs here.  A server on this machine that passes on is another
     * matter: a proxy in front of providers, a model of ollama's cloud. */
    if (!m->has_price && local && m->place->loopback && !ends_with(model, BX_LIT("cloud"))) {
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
    static const char key[] = "BOXAGNTS_MODEL_KEY";
    const bx_place_cfg cfg = {
        .protocol = p, .url = url, .key = variable(key), .key_name = key, .named = true};
    if (rc == BX_OK)
        rc = open_at(eg, m, &cfg, err);
    if (rc == BX_OK)
        set_price(m, protocol, false);
    return rc;
}

/* Which are there, and which was likely meant. */
static bx_code no_provider(bx_str name, bx_error *err)
{
    BX_AUTO_BUF list = bx_buf_init(1024);
    const char *near = NULL;
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < bx_providers_count; i++) {
        size_t far = bx_near(name, bx_str_of(bx_providers[i].name));
        near = far < least ? bx_providers[i].name : near;
        least = far < least ? far : least;
        (void)bx_buf_addf(&list, "%s%s", i ? ", " : "", bx_providers[i].name);
    }
    return bx_fail(err, BX_EINVAL, "no provider '%.*s'%s%s%s %s", BX_FMT(name),
                   near ? "; did you mean " : ";", near ? near : "",
                   near ? "? There is" : " there is", list.p ? list.p : "none");
}

/* What was given as a model names none: say what is missing. */
static bx_code no_model(bx_str name, bx_error *err)
{
    static const char *const families[][2] = {
        {"claude", "anthropic"}, {"gpt", "openai"}, {"gemini", "gemini"}};
    if (find(name))
        return bx_fail(err, BX_EINVAL,
                       "which model of %.*s? %.*s/MODEL; boxagnts models %.*s lists them",
                       BX_FMT(name), BX_FMT(name), BX_FMT(name));
    for (size_t i = 0; i < BX_COUNT(families); i++)
        if (bx_str_starts(name, bx_str_of(families[i][0])))
            return bx_fail(err, BX_EINVAL,
                           "'%.*s' is no model: its provider stands before it, as in %s/%.*s",
                           BX_FMT(name), families[i][1], BX_FMT(name));
    return bx_fail(err, BX_EINVAL,
                   "'%.*s' is no model: PROVIDER/MODEL, PROTOCOL@URL#MODEL or script:FILE",
                   BX_FMT(name));
}

static bx_code open_known(bx_egress *eg, bx_llm *m, bx_str provider, bx_str model, bx_error *err)
{
    const bx_provider *p = find(provider);
    if (!p)
        return no_provider(provider, err);
    BX_AUTO_BUF url = bx_buf_init(BX_MAX_URL);
    bx_place_cfg cfg;
    bx_code rc = place_of(p, &url, &cfg, err);
    if (rc == BX_OK && !cfg.key && !p->local && !cfg.named)
        return bx_fail(err, BX_ENOENT, "no key for %s: set %s", p->name, p->keys[0]);
    if (rc == BX_OK)
        rc = set_model(m, model, err);
    if (rc == BX_OK)
        rc = open_at(eg, m, &cfg, err);
    if (rc == BX_OK)
        set_price(m, provider, p->local);
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
    if (bx_str_starts(name, BX_LIT("http://")) || bx_str_starts(name, BX_LIT("https://")))
        return bx_fail(
            err, BX_EINVAL,
            "'%.*s' is a URL: what it speaks stands before it and the model behind, as in "
            "openai-chat@URL#MODEL",
            BX_FMT(name));
    if (!slash)
        return no_model(name, err);
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
static bx_code read_list(const bx_place *place, bx_str text, bx_buf *ret, bx_error *err)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_code rc = bx_json_parse(text, BX_JSON_MAX_DEPTH, &doc, err);
    if (rc == BX_EINVAL)
        return bx_fail(err, BX_EIO, "its answer is no list of models: is the URL right? %.600s",
                       place->url);
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

static bx_code refused(const bx_place *place, unsigned status, bx_str body, bx_error *err)
{
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_llm_trouble t = {.failure = BX_LLM_FAIL_NONE};
    bx_code rc = status == 401 || status == 403 ? BX_EDENIED : BX_EIO;
    if (bx_json_parse(body, BX_JSON_MAX_DEPTH, &doc, NULL) != BX_OK)
        return bx_fail(err, rc, "HTTP %u from %.600s", status, place->url);
    bx_read_error(&t, status, bx_json_root(doc));
    return bx_fail(err, rc, "HTTP %u: %s", status, t.text);
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
    bx_str body = {got.body ? got.body : "", got.n_body};
    if (got.head->status != 200)
        rc = refused(place, got.head->status, body, err);
    else
        rc = read_list(place, body, ret, err);
    bx_fetched_done(&got);
    return rc;
}

bx_code bx_provider_models(bx_egress *eg, const bx_provider *p, const bx_ctl *ctl, bx_buf *ret,
                           bx_error *err)
{
    BX_AUTO_BUF url = bx_buf_init(BX_MAX_URL);
    bx_place place = {.url = NULL};
    bx_place_cfg cfg;
    bx_code rc = place_of(p, &url, &cfg, err);
    if (rc == BX_OK)
        rc = bx_place_open(eg, &cfg, &place, err);
    if (rc == BX_OK)
        rc = ask_list(&place, ctl, ret, err);
    bx_place_done(&place);
    return rc;
}
