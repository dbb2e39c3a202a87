#include "codec/wasm_command.h"

/* Section numbers, 5.5.2 of the core specification. */
enum { CUSTOM = 0, TYPE = 1, IMPORT = 2, FUNCTION = 3, EXPORT = 7, CODE = 10, LAST_SECTION = 13 };
enum { OF_FUNCTION = 0, OF_TABLE = 1, OF_MEMORY = 2, OF_GLOBAL = 3, OF_TAG = 4 };
enum { REF_NULL = 0x63, REF = 0x64 }; /* reference types with a heap type after them */

typedef struct input {
    const uint8_t *p;
    size_t n, at;
    bool bad; /* sticky: it ended too early, or a number is none */
} input;

typedef struct counts {
    uint32_t types, imported, functions; /* how many */
    uint32_t exit, entry;                /* indexes of functions; UINT32_MAX: not met */
    bool renamed, has_start;
} counts;

/* ---- reading ------------------------------------------------------------------------------- */

static uint8_t get_byte(input *in)
{
    if (in->at < in->n)
        return in->p[in->at++];
    in->bad = true;
    return 0;
}

/* An unsigned LEB128 of at most 32 bits. */
static uint32_t get_u32(input *in)
{
    uint64_t v = 0;
    for (unsigned shift = 0; shift < 35; shift += 7) {
        uint8_t b = get_byte(in);
        v |= (uint64_t)(b & 0x7F) << shift;
        if (b < 0x80) {
            in->bad = in->bad || v > UINT32_MAX;
            return in->bad ? 0 : (uint32_t)v;
        }
    }
    in->bad = true;
    return 0;
}

/* A number nobody looks at, of any width. */
static void skip_number(input *in)
{
    for (int i = 0; i < 10 && !in->bad; i++) {
        if (get_byte(in) < 0x80)
            return;
    }
    in->bad = true;
}

static bx_str get_bytes(input *in, size_t n)
{
    if (in->bad || n > in->n - in->at) {
        in->bad = true;
        return BX_LIT("");
    }
    bx_str s = {(const char *)in->p + in->at, n};
    in->at += n;
    return s;
}

static bx_str get_name(input *in) { return get_bytes(in, get_u32(in)); }

static void skip_limits(input *in)
{
    uint8_t flags = get_byte(in);
    skip_number(in);
    if (flags & 1)
        skip_number(in);
    in->bad = in->bad || flags > 7;
}

static void skip_type(input *in)
{
    uint8_t t = get_byte(in);
    if (t == REF_NULL || t == REF)
        skip_number(in);
}

/* ---- writing ------------------------------------------------------------------------------- */

static void put_u32(bx_buf *out, uint32_t v)
{
    for (; v >= 0x80; v >>= 7)
        (void)bx_buf_add_c(out, (char)((v & 0x7F) | 0x80));
    (void)bx_buf_add_c(out, (char)v);
}

static void put_name(bx_buf *out, bx_str s)
{
    put_u32(out, (uint32_t)s.n);
    (void)bx_buf_add_str(out, s);
}

static size_t size_of_u32(uint32_t v)
{
    size_t n = 1;
    for (; v >= 0x80; v >>= 7)
        n++;
    return n;
}

static bx_str rest_of(const input *in)
{
    return (bx_str){(const char *)in->p + in->at, in->n - in->at};
}

/* A section that is a vector: the same with one element more. */
static void put_longer(bx_buf *out, uint8_t id, uint32_t count, bx_str elements, bx_str more)
{
    size_t n = size_of_u32(count + 1) + elements.n + more.n;
    (void)bx_buf_add_c(out, (char)id);
    put_u32(out, (uint32_t)n);
    put_u32(out, count + 1);
    (void)bx_buf_add_str(out, elements);
    (void)bx_buf_add_str(out, more);
}

/* ---- sections ------------------------------------------------------------------------------ */

static bool is_import(bx_str module, bx_str name, const bx_wasm_name *of)
{
    return bx_str_eq(module, of->module) && bx_str_eq(name, of->name);
}

/* What follows an import's names. */
static void skip_imported(input *in, uint8_t kind)
{
    if (kind == OF_FUNCTION) {
        skip_number(in);
    } else if (kind == OF_TABLE) {
        skip_type(in);
        skip_limits(in);
    } else if (kind == OF_MEMORY) {
        skip_limits(in);
    } else if (kind == OF_GLOBAL) {
        skip_type(in);
        (void)get_byte(in);
    } else if (kind == OF_TAG) {
        (void)get_byte(in);
        skip_number(in);
    } else {
        in->bad = true;
    }
}

static void put_imports(counts *m, input *in, const bx_wasm_command *how, bx_buf *out)
{
    static const bx_wasm_name proc_exit = {{"wasi_snapshot_preview1", 22}, {"proc_exit", 9}};
    BX_AUTO_BUF body = bx_buf_init(in->n + how->to.module.n + how->to.name.n + 16);
    uint32_t n = get_u32(in);
    put_u32(&body, n);
    for (uint32_t i = 0; i < n && !in->bad; i++) {
        bx_str module = get_name(in), name = get_name(in);
        size_t begin = in->at;
        uint8_t kind = get_byte(in);
        skip_imported(in, kind);
        if (kind == OF_FUNCTION && is_import(module, name, &proc_exit))
            m->exit = m->imported;
        if (kind == OF_FUNCTION && !m->renamed && is_import(module, name, &how->from)) {
            m->renamed = true;
            module = how->to.module;
            name = how->to.name;
        }
        m->imported += kind == OF_FUNCTION;
        put_name(&body, module);
        put_name(&body, name);
        if (!in->bad)
            (void)bx_buf_add(&body, in->p + begin, in->at - begin);
    }
    in->bad = in->bad || body.fail != BX_OK;
    (void)bx_buf_add_c(out, IMPORT);
    put_name(out, bx_buf_str(&body)); /* a section is its size and its bytes, as a name is */
}

static void put_exports(counts *m, input *in, const bx_wasm_command *how, bx_buf *out)
{
    uint32_t n = get_u32(in);
    input from = *in;
    for (uint32_t i = 0; i < n && !in->bad; i++) {
        bx_str name = get_name(in);
        uint8_t kind = get_byte(in);
        uint32_t index = get_u32(in);
        if (kind == OF_FUNCTION && bx_str_eq(name, how->entry))
            m->entry = index;
        m->has_start = m->has_start || bx_str_eq(name, BX_LIT("_start"));
    }
    BX_AUTO_BUF more = bx_buf_init(32);
    put_name(&more, BX_LIT("_start"));
    (void)bx_buf_add_c(&more, OF_FUNCTION);
    put_u32(&more, m->imported + m->functions);
    put_longer(out, EXPORT, n, rest_of(&from), bx_buf_str(&more));
}

/* call entry, call proc_exit, end */
static void put_code(const counts *m, input *in, bx_buf *out)
{
    BX_AUTO_BUF more = bx_buf_init(32);
    uint32_t n = get_u32(in);
    size_t size = 1 + 1 + size_of_u32(m->entry) + 1 + size_of_u32(m->exit) + 1;
    in->bad = in->bad || n != m->functions || m->entry == UINT32_MAX || m->exit == UINT32_MAX;
    put_u32(&more, (uint32_t)size);
    (void)bx_buf_add_c(&more, 0); /* no locals */
    (void)bx_buf_add_c(&more, 0x10);
    put_u32(&more, m->entry);
    (void)bx_buf_add_c(&more, 0x10);
    put_u32(&more, m->exit);
    (void)bx_buf_add_c(&more, 0x0B);
    put_longer(out, CODE, n, rest_of(in), bx_buf_str(&more));
}

static void put_section(counts *m, uint8_t id, input *in, const bx_wasm_command *how, bx_buf *out)
{
    static const char no_type[] = {0x60, 0, 0}; /* a function without parameters and results */
    BX_AUTO_BUF type = bx_buf_init(16);
    bx_str whole = rest_of(in);
    switch (id) {
    case CUSTOM:
        return;
    case TYPE:
        m->types = get_u32(in);
        put_longer(out, TYPE, m->types, rest_of(in), (bx_str){no_type, sizeof no_type});
        return;
    case IMPORT:
        put_imports(m, in, how, out);
        return;
    case FUNCTION:
        m->functions = get_u32(in);
        put_u32(&type, m->types);
        put_longer(out, FUNCTION, m->functions, rest_of(in), bx_buf_str(&type));
        return;
    case EXPORT:
        put_exports(m, in, how, out);
        return;
    case CODE:
        put_code(m, in, out);
        return;
    default:
        (void)bx_buf_add_c(out, (char)id);
        put_name(out, whole);
    }
}

/* ---- the whole ----------------------------------------------------------------------------- */

static bx_code judge(const counts *m, const bx_wasm_command *how, bx_error *err)
{
    if (m->has_start)
        return bx_fail(err, BX_EINVAL, "it is a command already");
    if (m->entry == UINT32_MAX)
        return bx_fail(err, BX_EINVAL, "it exports no function '%.*s'", BX_FMT(how->entry));
    if (m->exit == UINT32_MAX)
        return bx_fail(err, BX_EINVAL, "it does not import proc_exit");
    if (!m->renamed)
        return bx_fail(err, BX_EINVAL, "it does not import %.*s.%.*s", BX_FMT(how->from.module),
                       BX_FMT(how->from.name));
    return BX_OK;
}

bx_code bx_wasm_as_command(bx_str wasm, const bx_wasm_command *how, bx_buf *ret, bx_error *err)
{
    static const char head[] = {0, 'a', 's', 'm', 1, 0, 0, 0};
    counts m = {.exit = UINT32_MAX, .entry = UINT32_MAX};
    input in = {.p = (const uint8_t *)wasm.p, .n = wasm.n, .at = sizeof head};
    unsigned met = 0; /* a bit for each section: each is there at most once */
    if (wasm.n < sizeof head || memcmp(wasm.p, head, sizeof head) != 0)
        return bx_fail(err, BX_EINVAL, "it is no WebAssembly module");
    (void)bx_buf_add(ret, head, sizeof head);
    while (in.at < in.n && !in.bad) {
        uint8_t id = get_byte(&in);
        bx_str body = get_name(&in);
        input section = {.p = (const uint8_t *)body.p, .n = body.n};
        in.bad = in.bad || id > LAST_SECTION || (id != CUSTOM && (met & 1U << id));
        if (in.bad)
            break;
        met |= 1U << id;
        put_section(&m, id, &section, how, ret);
        in.bad = section.bad;
    }
    bx_code rc = judge(&m, how, err);
    if (rc == BX_OK && in.bad)
        rc = bx_fail(err, BX_EINVAL, "it is no well-formed WebAssembly module");
    if (rc == BX_OK && !(met & 1U << CODE))
        rc = bx_fail(err, BX_EINVAL, "it has no code");
    return rc == BX_OK ? bx_buf_check(ret, err) : rc;
}
