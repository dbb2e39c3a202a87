#include "codec/wasm_embed.h"

enum { /* numbers of the binary format (chapter 5.5) */
       TYPES = 1,
       IMPORTS = 2,
       FUNCTIONS = 3,
       MEMORIES = 5,
       CODE = 10,
       DATA = 11,
       DATA_COUNT = 12,
       LAST_SECTION = 13,
       HEAD = 8, /* bytes before the first section */
       PAGE = 65536,
       MAX_PAGES = 65536, /* of a memory of 32 bits */
       I32 = 0x7f,
       FUNCTION_TYPE = 0x60,
};

typedef struct reader {
    const uint8_t *p, *end;
    bool bad; /* sticky: it ended too soon, or a number was no number */
} reader;

typedef struct module {
    bx_str sections[LAST_SECTION + 1]; /* contents; p is NULL for one that is not there */
    uint32_t n_stubs;                  /* functions that are imported no more */
    size_t kept_end;                   /* of the contents of IMPORTS: where the first of them is */
    uint32_t n_imports;                /* of all kinds */
    uint32_t pages, max_pages;         /* of its memory; the maximum where it has one */
    bool has_max;
    uint32_t address; /* of what is carried */
    size_t mark;      /* of the contents of DATA: where address and length go */
} module;

/* ---- reading --------------------------------------------------------------------------------- */

static reader reader_of(bx_str s)
{
    const uint8_t *p = (const uint8_t *)s.p;
    return (reader){p, p + s.n, false};
}

static uint8_t byte(reader *r)
{
    if (r->p == r->end) {
        r->bad = true;
        return 0;
    }
    return *r->p++;
}

/* u32 (5.2.2): at most five bytes, no bits beyond 32. */
static uint32_t number(reader *r)
{
    uint32_t v = 0;
    for (int shift = 0; shift < 35; shift += 7) {
        uint8_t b = byte(r);
        if (shift == 28 && b > 0x0f)
            break;
        v |= (uint32_t)(b & 0x7f) << shift;
        if (!(b & 0x80))
            return v;
    }
    r->bad = true;
    return 0;
}

static bx_str bytes(reader *r, size_t n)
{
    if ((size_t)(r->end - r->p) < n) {
        r->bad = true;
        r->p = r->end;
        n = 0;
    }
    bx_str s = {(const char *)r->p, n};
    r->p += n;
    return s;
}

static bx_str name(reader *r)
{
    uint32_t n = number(r);
    return bytes(r, n);
}

static void skip_limits(reader *r)
{
    uint8_t flags = byte(r);
    (void)number(r);
    if (flags & 1)
        (void)number(r);
    if (flags & ~1u)
        r->bad = true;
}

/* ---- writing --------------------------------------------------------------------------------- */

static void add_number(bx_buf *b, uint32_t v)
{
    do {
        uint8_t low = v & 0x7f;
        v >>= 7;
        (void)bx_buf_add_c(b, (char)(v ? low | 0x80 : low));
    } while (v);
}

/* i32.const (5.4.7): the bits as a signed number (5.2.2). */
static void add_i32_const(bx_buf *b, uint32_t v)
{
    int64_t rest = (int32_t)v;
    bool more;
    (void)bx_buf_add_c(b, 0x41);
    do {
        uint8_t low = (uint8_t)(rest & 0x7f);
        rest = rest < 0 ? ~(~rest >> 7) : rest >> 7;
        more = !((rest == 0 && !(low & 0x40)) || (rest == -1 && (low & 0x40)));
        (void)bx_buf_add_c(b, (char)(more ? low | 0x80 : low));
    } while (more);
}

static void add_u32(bx_buf *b, uint32_t v)
{
    const char le[] = {(char)v, (char)(v >> 8), (char)(v >> 16), (char)(v >> 24)};
    (void)bx_buf_add(b, le, sizeof le);
}

static void add_section(bx_buf *out, uint8_t id, const bx_buf *content)
{
    (void)bx_buf_add_c(out, (char)id);
    add_number(out, (uint32_t)content->n);
    (void)bx_buf_add_str(out, bx_buf_str(content));
}

/* ---- what is there --------------------------------------------------------------------------- */

static bx_code broken(bx_error *err, const char *what)
{
    return bx_fail(err, BX_EINVAL, "no WebAssembly module: its %s is cut or malformed", what);
}

static bx_code find_sections(bx_str wasm, module *m, bx_error *err)
{
    static const char head[HEAD] = {0, 'a', 's', 'm', 1, 0, 0, 0};
    if (wasm.n < HEAD || memcmp(wasm.p, head, HEAD) != 0)
        return bx_fail(err, BX_EINVAL, "no WebAssembly module");
    reader r = reader_of(bx_str_from(wasm, HEAD));
    while (r.p != r.end && !r.bad) {
        uint8_t id = byte(&r);
        bx_str content = name(&r);
        if (id > LAST_SECTION || (id && m->sections[id].p))
            return broken(err, "list of sections");
        if (id)
            m->sections[id] = content;
    }
    if (r.bad)
        return broken(err, "list of sections");
    if (!m->sections[MEMORIES].p || !m->sections[DATA].p)
        return bx_fail(err, BX_EINVAL, "the module has no memory or no data of its own");
    return BX_OK;
}

/* Pass over the description of an import (5.5.5); whether it is a function. */
static bool skip_import(reader *r)
{
    uint8_t kind = byte(r);
    if (kind == 0) {
        (void)number(r);
    } else if (kind == 1) {
        (void)byte(r);
        skip_limits(r);
    } else if (kind == 2) {
        skip_limits(r);
    } else if (kind == 3) {
        (void)byte(r);
        (void)byte(r);
    } else {
        r->bad = true;
    }
    return kind == 0;
}

/* What is imported from `without` has to be the end of the list. */
static bx_code read_imports(module *m, bx_str without, bx_error *err)
{
    reader r = reader_of(m->sections[IMPORTS]);
    if (!m->sections[IMPORTS].p)
        return BX_OK;
    m->n_imports = number(&r);
    for (uint32_t i = 0; i < m->n_imports && !r.bad; i++) {
        size_t at = (size_t)((const char *)r.p - m->sections[IMPORTS].p);
        bx_str from = name(&r);
        (void)name(&r);
        bool is_function = skip_import(&r);
        if (without.n && bx_str_eq(from, without) && is_function) {
            if (m->n_stubs++ == 0)
                m->kept_end = at;
        } else if (m->n_stubs) {
            return bx_fail(err, BX_EUNSUPPORTED, "the module imports %.*s before others",
                           BX_FMT(without));
        }
    }
    if (r.bad || r.p != r.end)
        return broken(err, "section of imports");
    return BX_OK;
}

static bx_code read_memory(module *m, size_t carried, bx_error *err)
{
    reader r = reader_of(m->sections[MEMORIES]);
    uint32_t n = number(&r);
    uint8_t flags = byte(&r);
    if (n == 1 && flags > 1)
        return bx_fail(err, BX_EUNSUPPORTED, "the module's memory is shared or of 64 bits");
    m->pages = number(&r);
    m->has_max = flags & 1;
    m->max_pages = m->has_max ? number(&r) : MAX_PAGES;
    if (n != 1 || r.bad || r.p != r.end)
        return broken(err, "section of memories");
    uint32_t most = m->max_pages < MAX_PAGES ? m->max_pages : MAX_PAGES;
    size_t more = (carried + PAGE - 1) / PAGE;
    if (m->pages > most || more >= MAX_PAGES - m->pages || more > most - m->pages)
        return bx_fail(err, BX_ELIMIT, "the module's memory has no room for %zu bytes", carried);
    m->address = m->pages * PAGE;
    m->pages += (uint32_t)more;
    return BX_OK;
}

/* Pass over a constant expression (3.3.10) of numbers, globals and sums. */
static void skip_expression(reader *r)
{
    for (uint8_t op = byte(r); op != 0x0b && !r->bad; op = byte(r)) {
        if (op == 0x41 || op == 0x42) { /* i32.const, i64.const: a signed number */
            for (int i = 0; byte(r) & 0x80; i++)
                r->bad = r->bad || i == 9;
        } else if (op == 0x23) { /* global.get */
            (void)number(r);
        } else if (!(op >= 0x6a && op <= 0x6c) && !(op >= 0x7c && op <= 0x7e)) {
            r->bad = true;
        }
    }
}

/* How often the mark is in one segment, with room behind it. */
static size_t search(module *m, bx_str mark, bx_str segment)
{
    size_t found = 0;
    const char *at;
    while (segment.n >= mark.n + 8 && (at = memmem(segment.p, segment.n - 8, mark.p, mark.n))) {
        segment = bx_str_from(segment, (size_t)(at - segment.p) + mark.n);
        m->mark = (size_t)(segment.p - m->sections[DATA].p);
        found++;
    }
    return found;
}

static bx_code find_mark(module *m, bx_str mark, bx_error *err)
{
    reader r = reader_of(m->sections[DATA]);
    uint32_t n = number(&r);
    size_t found = 0;
    for (uint32_t i = 0; i < n && !r.bad; i++) {
        uint32_t kind = number(&r); /* 0, 1 passive, 2 with the number of a memory (5.5.14) */
        if (kind == 2)
            (void)number(&r);
        if (kind != 1)
            skip_expression(&r);
        r.bad = r.bad || kind > 2;
        bx_str segment = name(&r);
        if (!r.bad)
            found += search(m, mark, segment);
    }
    if (r.bad || r.p != r.end)
        return broken(err, "section of data");
    if (found != 1)
        return bx_fail(err, BX_EINVAL, "the module is not one that carries something: %s",
                       found ? "its mark is there more than once" : "it has no mark for it");
    return BX_OK;
}

/* ---- what becomes of it ---------------------------------------------------------------------- */

/* A list with `more` entries in front of what it has, or behind: its count, then the place where
 * the old entries begin. */
static bool grow_list(bx_str content, uint32_t more, bx_buf *out, bx_str *ret_entries)
{
    reader r = reader_of(content);
    uint32_t n = number(&r);
    if (r.bad || n > UINT32_MAX - more)
        return false;
    add_number(out, n + more);
    *ret_entries = (bx_str){(const char *)r.p, (size_t)(r.end - r.p)};
    return true;
}

/* The types of the imports that go, one number each, onto `to`. */
static void list_stub_types(const module *m, bx_buf *to)
{
    reader r = reader_of(bx_str_from(m->sections[IMPORTS], m->kept_end));
    for (uint32_t i = 0; i < m->n_stubs; i++) {
        (void)name(&r);
        (void)name(&r);
        (void)byte(&r);
        add_number(to, number(&r));
    }
}

static bx_code new_imports(const module *m, bx_buf *to)
{
    reader r = reader_of(m->sections[IMPORTS]);
    (void)number(&r);
    size_t at = (size_t)((const char *)r.p - m->sections[IMPORTS].p);
    add_number(to, m->n_imports - m->n_stubs);
    return bx_buf_add(to, r.p, m->kept_end - at);
}

/* How many results a type has (5.3.5), -1: one that is not of 32 bits, or no type. */
static int results_of(const module *m, uint32_t type)
{
    reader r = reader_of(m->sections[TYPES]);
    uint32_t n = m->sections[TYPES].p ? number(&r) : 0;
    for (uint32_t i = 0; i < n && i <= type && !r.bad; i++) {
        if (byte(&r) != FUNCTION_TYPE)
            return -1;
        (void)name(&r); /* the parameters: a list of bytes too */
        bx_str results = name(&r);
        if (i == type && !r.bad)
            return results.n == 0 ? 0 : results.n == 1 && results.p[0] == I32 ? 1 : -1;
    }
    return -1;
}

/* Bodies of functions that return `answer` (5.5.13): no locals, i32.const, end. */
static bx_code add_stubs(const module *m, const bx_buf *types, uint8_t answer, bx_buf *to,
                         bx_error *err)
{
    reader r = reader_of(bx_buf_str(types));
    for (uint32_t i = 0; i < m->n_stubs; i++) {
        int n = results_of(m, number(&r));
        if (n < 0)
            return bx_fail(err, BX_EUNSUPPORTED,
                           "an imported function returns no number of 32 "
                           "bits, or a type is none of a function");
        add_number(to, n ? 4 : 2);
        (void)bx_buf_add_c(to, 0);
        if (n)
            add_i32_const(to, answer);
        (void)bx_buf_add_c(to, 0x0b);
    }
    return BX_OK;
}

static bx_code new_data(const module *m, bx_str carried, bx_buf *to, bx_error *err)
{
    bx_str had = m->sections[DATA], entries;
    if (!grow_list(had, 1, to, &entries))
        return broken(err, "section of data");
    size_t head = had.n - entries.n;
    BX_ASSERT(m->mark >= head); /* find_mark */
    (void)bx_buf_add(to, entries.p, m->mark - head);
    add_u32(to, m->address);
    add_u32(to, (uint32_t)carried.n);
    (void)bx_buf_add_str(to, bx_str_from(had, m->mark + 8));
    (void)bx_buf_add_c(to, 0); /* active, in memory 0 (5.5.14) */
    add_i32_const(to, m->address);
    (void)bx_buf_add_c(to, 0x0b);
    add_number(to, (uint32_t)carried.n);
    return bx_buf_add_str(to, carried);
}

/* The new content of section `id`; *ret_new false: it stays as it is. */
static bx_code renew(const module *m, const bx_wasm_embed *e, uint8_t id, bx_buf *to, bool *ret_new,
                     bx_error *err)
{
    BX_AUTO_BUF types = bx_buf_init(m->sections[IMPORTS].n + 1);
    bx_str entries;
    bool stubs = m->n_stubs != 0;
    *ret_new = true;
    if (id == DATA)
        return new_data(m, e->bytes, to, err);
    if (id == IMPORTS && stubs) {
        (void)new_imports(m, to);
    } else if (id == MEMORIES) {
        add_number(to, 1);
        (void)bx_buf_add_c(to, m->has_max ? 1 : 0);
        add_number(to, m->pages);
        if (m->has_max)
            add_number(to, m->max_pages);
    } else if (id == DATA_COUNT) {
        if (!grow_list(m->sections[id], 1, to, &entries) || entries.n)
            return broken(err, "count of data");
    } else if ((id == FUNCTIONS || id == CODE) && stubs) {
        if (!grow_list(m->sections[id], m->n_stubs, to, &entries))
            return broken(err, "section of functions");
        list_stub_types(m, &types);
        bx_code rc = bx_buf_check(&types, err);
        if (rc == BX_OK && id == CODE)
            rc = add_stubs(m, &types, e->answer, to, err);
        if (rc != BX_OK)
            return rc;
        if (id == FUNCTIONS)
            (void)bx_buf_add_str(to, bx_buf_str(&types));
        (void)bx_buf_add_str(to, entries);
    } else {
        *ret_new = false;
    }
    return BX_OK;
}

static bx_code write_all(bx_str wasm, const module *m, const bx_wasm_embed *e, bx_buf *out,
                         bx_error *err)
{
    reader r = reader_of(bx_str_from(wasm, HEAD));
    bx_code rc = bx_buf_add(out, wasm.p, HEAD);
    while (r.p != r.end && rc == BX_OK) {
        const uint8_t *at = r.p;
        uint8_t id = byte(&r);
        (void)name(&r);
        BX_AUTO_BUF content = bx_buf_init(out->max);
        bool is_new = false;
        rc = renew(m, e, id, &content, &is_new, err);
        if (rc == BX_OK)
            rc = bx_buf_check(&content, err);
        if (rc == BX_OK && is_new)
            add_section(out, id, &content);
        else if (rc == BX_OK)
            (void)bx_buf_add(out, at, (size_t)(r.p - at));
    }
    return rc == BX_OK ? bx_buf_check(out, err) : rc;
}

bx_code bx_wasm_embed_in(bx_str wasm, const bx_wasm_embed *e, bx_buf *out, bx_error *err)
{
    module m = {.pages = 0};
    if (e->bytes.n > BX_WASM_EMBED_MAX)
        return bx_fail(err, BX_ELIMIT, "%zu bytes; a module may carry %d", e->bytes.n,
                       BX_WASM_EMBED_MAX);
    bx_code rc = find_sections(wasm, &m, err);
    if (rc == BX_OK)
        rc = read_imports(&m, e->without, err);
    if (rc == BX_OK && m.n_stubs && (!m.sections[FUNCTIONS].p || !m.sections[CODE].p))
        rc = bx_fail(err, BX_EUNSUPPORTED, "the module has no functions of its own");
    if (rc == BX_OK)
        rc = read_memory(&m, e->bytes.n, err);
    if (rc == BX_OK)
        rc = find_mark(&m, e->mark, err);
    size_t had = out->n;
    if (rc == BX_OK)
        rc = write_all(wasm, &m, e, out, err);
    if (rc != BX_OK && !out->fail)
        out->n = had;
    return rc;
}
