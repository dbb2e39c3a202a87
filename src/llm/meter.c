#include "llm/meter.h"

#include <pthread.h>

typedef struct row {
    char *model;
    bx_meter_row sum;
} row;

struct bx_meter {
    pthread_mutex_t lock;
    row rows[BX_METER_MODELS + 1]; /* the last one: others */
    size_t n;
    bx_meter_row total;
};

bx_code bx_meter_new(bx_meter **ret, bx_error *err)
{
    bx_meter *m = bx_calloc(1, sizeof *m);
    if (!m)
        return bx_fail(err, BX_ENOMEM, "usage");
    (void)pthread_mutex_init(&m->lock, NULL);
    m->total.model = "";
    *ret = m;
    return BX_OK;
}

void bx_meter_free(bx_meter *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->n; i++)
        free(m->rows[i].model);
    (void)pthread_mutex_destroy(&m->lock);
    free(m);
}

static uint64_t sum(uint64_t a, uint64_t b) { return a > UINT64_MAX - b ? UINT64_MAX : a + b; }

static void add(bx_meter_row *r, const bx_llm_turn *t)
{
    r->turns++;
    r->failed += t->failure != BX_LLM_FAIL_NONE;
    /* What failed before a token came cost nothing. */
    r->unpriced += !t->has_cost && (t->failure == BX_LLM_FAIL_NONE || t->first_token_ns > 0);
    r->usage.known = r->usage.known || t->usage.known;
    r->usage.input = sum(r->usage.input, t->usage.input);
    r->usage.cache_read = sum(r->usage.cache_read, t->usage.cache_read);
    r->usage.cache_write = sum(r->usage.cache_write, t->usage.cache_write);
    r->usage.output = sum(r->usage.output, t->usage.output);
    r->usage.thinking = sum(r->usage.thinking, t->usage.thinking);
    if (t->has_cost)
        r->cost = sum(r->cost, t->cost);
}

static row *row_of(bx_meter *m, const char *model)
{
    for (size_t i = 0; i < m->n; i++)
        if (strcmp(m->rows[i].sum.model, model) == 0)
            return &m->rows[i];
    if (m->n > BX_METER_MODELS)
        return &m->rows[BX_METER_MODELS];
    row *r = &m->rows[m->n++];
    if (m->n <= BX_METER_MODELS)
        r->model = bx_strndup(model, strlen(model));
    r->sum.model = r->model ? r->model : "others";
    return r;
}

void bx_meter_add(bx_meter *m, const char *model, const bx_llm_turn *t)
{
    (void)pthread_mutex_lock(&m->lock);
    add(&m->total, t);
    add(&row_of(m, model)->sum, t);
    (void)pthread_mutex_unlock(&m->lock);
}

bx_meter_row bx_meter_total(bx_meter *m)
{
    (void)pthread_mutex_lock(&m->lock);
    bx_meter_row r = m->total;
    (void)pthread_mutex_unlock(&m->lock);
    return r;
}

bool bx_meter_get(bx_meter *m, size_t i, bx_meter_row *ret)
{
    (void)pthread_mutex_lock(&m->lock);
    bool there = i < m->n;
    if (there)
        *ret = m->rows[i].sum;
    (void)pthread_mutex_unlock(&m->lock);
    return there;
}

static void put(bx_json_out *o, const char *key, uint64_t value)
{
    bx_json_out_key(o, bx_str_of(key));
    bx_json_out_uint(o, value);
}

static void write_row(const bx_meter_row *r, bx_json_out *o)
{
    put(o, "turns", r->turns);
    put(o, "failed", r->failed);
    put(o, "unpriced", r->unpriced);
    put(o, "input", r->usage.input);
    put(o, "cache_read", r->usage.cache_read);
    put(o, "cache_write", r->usage.cache_write);
    put(o, "output", r->usage.output);
    put(o, "thinking", r->usage.thinking);
    bx_json_out_key(o, BX_LIT("cost_usd"));
    if (r->cost == 0 && r->unpriced)
        bx_json_out_null(o);
    else
        bx_json_out_double(o, (double)r->cost / (double)BX_PICODOLLARS);
}

void bx_meter_write(bx_meter *m, bx_json_out *o)
{
    bx_meter_row r = bx_meter_total(m);
    bx_json_out_begin_object(o);
    write_row(&r, o);
    bx_json_out_key(o, BX_LIT("models"));
    bx_json_out_begin_array(o);
    for (size_t i = 0; bx_meter_get(m, i, &r); i++) {
        bx_json_out_begin_object(o);
        bx_json_out_key(o, BX_LIT("model"));
        bx_json_out_string(o, bx_str_of(r.model));
        write_row(&r, o);
        bx_json_out_end_object(o);
    }
    bx_json_out_end_array(o);
    bx_json_out_end_object(o);
}
