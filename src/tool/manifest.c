#include "tool/manifest.h"

#include <fcntl.h>

#include "codec/yaml.h"
#include "os/fd.h"
#include "sandbox/program.h"

#include <stdio.h>

#include "tool/invoke_kind.h"
#include "tool/param_headers.h"

enum {
    MAX_NAME = 40,
    MAX_VERSION = 40,
    MAX_DESCRIPTION = 1024,
    MAX_PATH_NAME = 200,
};

static const char *const permissions[] = {"none", "read", "write", "execute", "dangerous"};
static const char *const hows[] = {"json", "argv", "typed"};

const char *bx_tool_permission_name(bx_tool_permission p) { return permissions[p]; }

const char *bx_tool_how_name(bx_tool_how h) { return hows[h]; }

/* ---- keys ------------------------------------------------------------------------------------ */

static bx_code check_keys(const bx_json_val *object, const char *const *known, size_t n,
                          const char *of, bx_error *err)
{
    bx_json_iter it = bx_json_iter_of(object);
    bx_str key;
    while (bx_json_next(&it, &key)) {
        bool found = false;
        for (size_t i = 0; i < n && !found; i++)
            found = bx_str_eq(key, bx_str_of(known[i]));
        if (found)
            continue;
        BX_AUTO_BUF list = bx_buf_init(4096);
        for (size_t i = 0; i < n; i++)
            (void)bx_buf_addf(&list, "%s%s", i ? ", " : "", known[i]);
        return bx_fail(err, BX_EINVAL, "%s has no key '%.*s'; there is %s", of, BX_FMT(key),
                       list.p ? list.p : "");
    }
    return BX_OK;
}

static bx_code take_text(const bx_json_val *root, const char *key, size_t max, bx_str *ret,
                         bx_error *err)
{
    bx_str s;
    if (!bx_json_str(bx_json_get(root, bx_str_of(key)), &s) || s.n == 0)
        return bx_fail(err, BX_EINVAL, "%s: expected a text that is not empty", key);
    if (s.n > max)
        return bx_fail(err, BX_EINVAL, "%s: %zu bytes; it may have %zu", key, s.n, max);
    *ret = s;
    return BX_OK;
}

static bx_code take_word(const bx_json_val *root, const char *key, const char *const *words,
                         size_t n, bx_error *err, size_t *ret)
{
    bx_str s = BX_LIT("");
    (void)bx_json_str(bx_json_get(root, bx_str_of(key)), &s);
    for (size_t i = 0; i < n; i++) {
        if (bx_str_eq(s, bx_str_of(words[i]))) {
            *ret = i;
            return BX_OK;
        }
    }
    BX_AUTO_BUF list = bx_buf_init(4096);
    for (size_t i = 0; i < n; i++)
        (void)bx_buf_addf(&list, "%s%s", i == 0 ? "" : i + 1 < n ? ", " : " or ", words[i]);
    return bx_fail(err, BX_EINVAL, "%s: expected %s", key, list.p ? list.p : "");
}

/* ^[a-z][a-z0-9_]{0,39}$ */
static bx_code check_name(bx_str s, bx_error *err)
{
    bool good = s.n && s.n <= MAX_NAME && s.p[0] >= 'a' && s.p[0] <= 'z';
    for (size_t i = 0; i < s.n && good; i++)
        good =
            (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '_';
    return good ? BX_OK
                : bx_fail(err, BX_EINVAL,
                          "name: a lower-case letter, then lower-case letters, digits and '_', at "
                          "most %d in all",
                          MAX_NAME);
}

/* Three numbers (Semantic Versioning 2.0.0, item 2); what may follow them is not used. */
static bx_code check_version(bx_str s, bx_error *err)
{
    size_t dots = 0, digits = 0;
    bool good = true;
    for (size_t i = 0; i < s.n && good; i++) {
        if (s.p[i] == '.' && digits) {
            dots++;
            digits = 0;
        } else {
            good = s.p[i] >= '0' && s.p[i] <= '9';
            digits++;
        }
    }
    return good && dots == 2 && digits
               ? BX_OK
               : bx_fail(err, BX_EINVAL, "version: three numbers, as in 1.0.0");
}

/* ---- needs and limits ------------------------------------------------------------------------ */

static bx_code take_needs(bx_manifest *m, const bx_json_val *list, bx_error *err)
{
    size_t n = bx_json_size(list);
    if (bx_json_type_of(list) != BX_JSON_ARRAY)
        return bx_fail(err, BX_EINVAL, "needs: expected a list of capabilities, [] for none");
    if (n > BX_MANIFEST_MAX_NEEDS)
        return bx_fail(err, BX_EINVAL, "needs: %zu lines; there may be %d", n,
                       BX_MANIFEST_MAX_NEEDS);
    m->needs = bx_calloc(n + 1, sizeof *m->needs);
    if (!m->needs)
        return bx_fail(err, BX_ENOMEM, "manifest");
    bx_json_iter it = bx_json_iter_of(list);
    for (const bx_json_val *e; (e = bx_json_next(&it, NULL));) {
        bx_str line;
        if (!bx_json_str(e, &line))
            return bx_fail(err, BX_EINVAL, "needs: expected texts such as 'read:/workspace'");
        bx_code rc = bx_cap_parse(line, &m->needs[m->n_needs], err);
        if (rc != BX_OK)
            return bx_wrap(rc, err, "needs");
        m->n_needs++;
    }
    return BX_OK;
}

static bx_code take_limits(bx_manifest *m, const bx_json_val *object, bx_error *err)
{
    if (object && bx_json_type_of(object) != BX_JSON_OBJECT)
        return bx_fail(err, BX_EINVAL, "limits: expected NAME: VALUE, as in 'wall: 10s'");
    bx_json_iter it = bx_json_iter_of(object);
    bx_str name, value;
    for (const bx_json_val *e; (e = bx_json_next(&it, &name));) {
        char number[24];
        uint64_t n;
        if (bx_json_uint64(e, &n)) /* a count is written without quotes */
            value = (bx_str){
                number, (size_t)snprintf(number, sizeof number, "%llu", (unsigned long long)n)};
        else if (!bx_json_str(e, &value))
            return bx_fail(err, BX_EINVAL, "limits: '%.*s' has no value such as 10s or 64MiB",
                           BX_FMT(name));
        bx_code rc = bx_limits_set_named(&m->limits, name, value, err);
        if (rc != BX_OK)
            return bx_wrap(rc, err, "limits");
    }
    return BX_OK;
}

static bool writes_files(const bx_manifest *m)
{
    for (size_t i = 0; i < m->n_needs; i++) {
        if (m->needs[i].kind == BX_CAP_WRITE || m->needs[i].kind == BX_CAP_RW)
            return true;
    }
    return false;
}

/* ---- annotations and examples ---------------------------------------------------------------- */

static bx_code take_annotations(bx_manifest *m, const bx_json_val *object, bx_error *err)
{
    static const char *const known[] = {"readOnlyHint", "destructiveHint", "idempotentHint",
                                        "openWorldHint", "title"};
    bool read_only = false, flag;
    if (!object && m->programs && m->call == BX_TOOL_ARGV)
        return BX_OK; /* no model calls it */
    for (size_t i = 0; i < 4; i++) {
        if (!bx_json_bool(bx_json_get(object, bx_str_of(known[i])), i ? &flag : &read_only))
            return bx_fail(err, BX_EINVAL, "annotations: %s has to be true or false", known[i]);
    }
    if (writes_files(m) && (read_only || m->permission < BX_TOOL_WRITE))
        return bx_fail(err, BX_EINVAL, "%s, but needs says that it writes",
                       read_only ? "annotations: readOnlyHint is true"
                                 : "permission is less than write");
    m->annotations = object;
    return check_keys(object, known, BX_COUNT(known), "annotations", err);
}

static bx_code check_example(const bx_json_val *e, bx_error *err)
{
    static const char *const known[] = {"says", "files", "arguments", "allow", "result", "after"};
    static const char *const results[] = {"is_error", "text", "structured"};
    bx_code rc = check_keys(e, known, BX_COUNT(known), "an example", err);
    bx_str says;
    bool flag;
    const bx_json_val *result = bx_json_get(e, BX_LIT("result"));
    if (rc == BX_OK)
        rc = take_text(e, "says", MAX_DESCRIPTION, &says, err);
    if (rc == BX_OK)
        rc = check_keys(result, results, BX_COUNT(results), "the result of an example", err);
    if (rc == BX_OK && bx_json_type_of(bx_json_get(e, BX_LIT("arguments"))) != BX_JSON_OBJECT)
        rc = bx_fail(err, BX_EINVAL, "an example without arguments");
    if (rc == BX_OK && !bx_json_bool(bx_json_get(result, BX_LIT("is_error")), &flag))
        rc = bx_fail(err, BX_EINVAL, "an example whose result says no is_error");
    return rc;
}

static bx_code take_examples(bx_manifest *m, const bx_json_val *list, bx_error *err)
{
    if (list && bx_json_type_of(list) != BX_JSON_ARRAY)
        return bx_fail(err, BX_EINVAL, "examples: expected a list");
    bx_json_iter it = bx_json_iter_of(list);
    const bx_json_val *e;
    for (size_t i = 0; (e = bx_json_next(&it, NULL)); i++) {
        bx_code rc = check_example(e, err);
        if (rc != BX_OK)
            return bx_wrap(rc, err, "examples/%zu", i);
    }
    m->examples = list;
    return BX_OK;
}

/* ---- the whole ------------------------------------------------------------------------------- */

/* What a program takes that does not say. */
#define PROGRAM_SCHEMA \
    "{\"type\":\"object\",\"properties\":{" \
    "\"args\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}," \
    "\"description\":\"Arguments of the program, without its name.\"}," \
    "\"stdin\":{\"type\":\"string\",\"description\":\"Its standard input.\"}}," \
    "\"additionalProperties\":false}"

/* Every argument gets to the program: as `args`, as `stdin`, or where an item of `args` names it.
 */
static bx_code check_argv(const bx_manifest *m, bx_error *err)
{
    bx_json_iter it = bx_json_iter_of(bx_json_get(m->input_schema, BX_LIT("properties")));
    bx_str name;
    while (bx_json_next(&it, &name)) {
        if (bx_str_eq(name, BX_LIT("args")) || bx_str_eq(name, BX_LIT("stdin")) ||
            bx_argv_names(m->args, name))
            continue;
        return bx_fail(err, BX_EINVAL,
                       "input_schema: nothing hands '%.*s' to the program: put {%.*s} into an item "
                       "of args",
                       BX_FMT(name), BX_FMT(name));
    }
    return BX_OK;
}

/* Both are objects, as MCP has it.  A keyword that is not known is most often one that is misspelt,
 * so it is refused: nothing is to look as if it were checked. */
static bx_code take_schema(const bx_json_val *schema, const char *key, bx_schema **ret,
                           bx_error *err)
{
    const bool takes = strcmp(key, "input_schema") == 0; /* arguments may come as headers, too */
    const bx_schema_options strict = {.strict = true, .note = takes ? BX_PARAM_HEADER : NULL};
    bx_str type = BX_LIT("");
    (void)bx_json_str(bx_json_get(schema, BX_LIT("type")), &type);
    if (!bx_str_eq(type, BX_LIT("object")))
        return bx_fail(err, BX_EINVAL, "%s: expected a schema of type object", key);
    bx_code rc = bx_schema_compile(schema, &strict, ret, err);
    if (rc == BX_OK && takes)
        rc = bx_param_headers_check(schema, err);
    return bx_wrap(rc, err, "%s", key);
}

static bx_code take_schemas(bx_manifest *m, const bx_json_val *root, bx_error *err)
{
    bx_code rc = BX_OK;
    m->input_schema = bx_json_get(root, BX_LIT("input_schema"));
    m->output_schema = bx_json_get(root, BX_LIT("output_schema"));
    if (m->output_schema && m->call != BX_TOOL_JSON)
        return bx_fail(err, BX_EINVAL, "output_schema is of a tool: call has to be json");
    if (!m->input_schema && m->call == BX_TOOL_ARGV && m->annotations) { /* a model may call it */
        rc = bx_json_parse(BX_LIT(PROGRAM_SCHEMA), BX_JSON_MAX_DEPTH, &m->program_schema, err);
        if (rc != BX_OK)
            return rc;
        m->input_schema = bx_json_root(m->program_schema);
    }
    if (m->input_schema || m->call == BX_TOOL_JSON)
        rc = take_schema(m->input_schema, "input_schema", &m->arguments, err);
    if (rc == BX_OK && m->input_schema && m->call == BX_TOOL_ARGV)
        rc = check_argv(m, err);
    if (rc == BX_OK && m->output_schema)
        rc = take_schema(m->output_schema, "output_schema", &m->facts, err);
    return rc;
}

/* Of one module that is several programs, or of a tool that is one as well. */
static bx_code take_programs(bx_manifest *m, const bx_json_val *list, bx_error *err)
{
    bx_json_iter it = bx_json_iter_of(list);
    const bx_json_val *e;
    size_t n = 0;
    if (list && bx_json_type_of(list) != BX_JSON_ARRAY)
        return bx_fail(err, BX_EINVAL, "programs: expected a list of names");
    for (; (e = bx_json_next(&it, NULL)); n++) {
        bx_str name;
        if (!bx_json_str(e, &name) || !bx_program_name_is_good(name))
            return bx_fail(err, BX_EINVAL,
                           "programs/%zu: expected a name of 1 to 40 letters, digits and '_.+-['",
                           n);
    }
    if (list && (n == 0 || n > BX_MANIFEST_MAX_PROGRAMS))
        return bx_fail(err, BX_EINVAL, "programs: expected 1 to %d names",
                       BX_MANIFEST_MAX_PROGRAMS);
    m->programs = list;
    return BX_OK;
}

/* ---- what a program brings with it -------------------------------------------------------------
 */

/* A directory named from the manifest's own: nothing in the text leads out of it. */
static bool is_beside(bx_str path)
{
    if (path.n == 0 || path.n > MAX_PATH_NAME)
        return false;
    for (bx_str rest = path; rest.n > 0;) {
        const char *slash = memchr(rest.p, '/', rest.n);
        bx_str part = {rest.p, slash ? (size_t)(slash - rest.p) : rest.n};
        if (part.n == 0 || part.p[0] == '.' || memchr(part.p, '\0', part.n))
            return false;
        rest = bx_str_from(rest, part.n + (slash ? 1 : 0));
        if (slash && rest.n == 0)
            return false;
    }
    return true;
}

static bx_code take_data(bx_manifest *m, const bx_json_val *object, bx_error *err)
{
    bx_json_iter it = bx_json_iter_of(object);
    const bx_json_val *e;
    bx_str guest, dir, checked;
    if (object &&
        (bx_json_type_of(object) != BX_JSON_OBJECT || bx_json_size(object) > BX_MANIFEST_MAX_DATA))
        return bx_fail(err, BX_EINVAL,
                       "data: expected GUEST-PATH: DIRECTORY, as in '/usr/share/x: x', at most %d",
                       BX_MANIFEST_MAX_DATA);
    while ((e = bx_json_next(&it, &guest))) {
        bx_code rc = bx_guest_path_check(guest, &checked, err);
        if (rc != BX_OK)
            return bx_wrap(rc, err, "data");
        if (guest.n < 2 || !bx_str_eq(guest, checked))
            return bx_fail(err, BX_EINVAL, "data: '%.*s' is no place for a directory",
                           BX_FMT(guest));
        if (!bx_json_str(e, &dir) || !is_beside(dir))
            return bx_fail(err, BX_EINVAL,
                           "data: expected for %.*s the name of a directory beside the manifest",
                           BX_FMT(guest));
    }
    m->data = object;
    return BX_OK;
}

static bool is_text(const bx_json_val *v, bx_str *ret)
{
    return bx_json_str(v, ret) && ret->n <= BX_MANIFEST_MAX_TEXT &&
           (ret->n == 0 || !memchr(ret->p, '\0', ret->n));
}

static bx_code take_args(bx_manifest *m, const bx_json_val *list, bx_error *err)
{
    bx_json_iter it = bx_json_iter_of(list);
    const bx_json_val *e;
    bx_str s;
    bool good = !list || (bx_json_type_of(list) == BX_JSON_ARRAY &&
                          bx_json_size(list) <= BX_MANIFEST_MAX_ARGS);
    while (good && (e = bx_json_next(&it, NULL)))
        good = is_text(e, &s);
    if (!good)
        return bx_fail(err, BX_EINVAL, "args: expected a list of at most %d texts",
                       BX_MANIFEST_MAX_ARGS);
    m->args = list;
    return BX_OK;
}

static bx_code take_env(bx_manifest *m, const bx_json_val *object, bx_error *err)
{
    bx_json_iter it = bx_json_iter_of(object);
    const bx_json_val *e;
    bx_str name, s;
    bool good = !object || (bx_json_type_of(object) == BX_JSON_OBJECT &&
                            bx_json_size(object) <= BX_MANIFEST_MAX_ENV);
    while (good && (e = bx_json_next(&it, &name)))
        good = is_text(e, &s) && name.n > 0 && name.n <= MAX_PATH_NAME &&
               !memchr(name.p, '=', name.n) && !memchr(name.p, '\0', name.n);
    if (!good)
        return bx_fail(err, BX_EINVAL, "env: expected NAME: TEXT, at most %d of them",
                       BX_MANIFEST_MAX_ENV);
    m->env = object;
    return BX_OK;
}

/* Of a tool: what it starts has to be there, else the tool is not either. */
static bx_code take_requires(bx_manifest *m, const bx_json_val *list, bx_error *err)
{
    bx_json_iter it = bx_json_iter_of(list);
    const bx_json_val *e;
    bx_str s;
    bool good = !list || (bx_json_type_of(list) == BX_JSON_ARRAY && bx_json_size(list) > 0 &&
                          bx_json_size(list) <= BX_MANIFEST_MAX_DATA);
    while (good && (e = bx_json_next(&it, NULL)))
        good = bx_json_str(e, &s) && bx_program_name_is_good(s);
    if (!good)
        return bx_fail(err, BX_EINVAL, "requires: expected a list of names that tool add knows");
    m->requires = list;
    return BX_OK;
}

static bx_code take_program(bx_manifest *m, const bx_json_val *root, bx_error *err)
{
    bx_code rc = take_data(m, bx_json_get(root, BX_LIT("data")), err);
    if (rc == BX_OK)
        rc = take_args(m, bx_json_get(root, BX_LIT("args")), err);
    if (rc == BX_OK)
        rc = take_env(m, bx_json_get(root, BX_LIT("env")), err);
    if (rc == BX_OK)
        rc = take_requires(m, bx_json_get(root, BX_LIT("requires")), err);
    if (rc == BX_OK && (m->data || m->args || m->env) && m->call != BX_TOOL_ARGV)
        rc = bx_fail(err, BX_EINVAL, "data, args and env are a program's: call has to be argv");
    return rc;
}

/* Left out where the component has one only. */
static bx_code take_function(bx_manifest *m, const bx_json_val *root, bx_error *err)
{
    if (!bx_json_get(root, BX_LIT("function")))
        return BX_OK;
    if (m->call != BX_TOOL_TYPED)
        return bx_fail(err, BX_EINVAL, "function: is for call: typed only");
    return take_text(root, "function", MAX_DESCRIPTION, &m->function, err);
}

static bx_code take_head(bx_manifest *m, const bx_json_val *root, bx_error *err)
{
    size_t permission = 0, how = 0;
    bx_code rc = take_text(root, "name", MAX_NAME, &m->name, err);
    if (rc == BX_OK)
        rc = check_name(m->name, err);
    if (rc == BX_OK)
        rc = take_text(root, "version", MAX_VERSION, &m->version, err);
    if (rc == BX_OK)
        rc = check_version(m->version, err);
    if (rc == BX_OK)
        rc = take_text(root, "description", MAX_DESCRIPTION, &m->description, err);
    if (rc == BX_OK)
        rc = take_programs(m, bx_json_get(root, BX_LIT("programs")), err);
    if (rc == BX_OK)
        rc = take_word(root, "call", hows, BX_COUNT(hows), err, &how);
    if (m->programs && how == BX_TOOL_ARGV && !bx_json_get(root, BX_LIT("permission")))
        permission = BX_TOOL_EXECUTE;
    else if (rc == BX_OK)
        rc = take_word(root, "permission", permissions, BX_COUNT(permissions), err, &permission);
    m->permission = (bx_tool_permission)permission;
    m->call = (bx_tool_how)how;
    return rc;
}

static bx_code take_all(bx_manifest *m, bx_error *err)
{
    static const char *const known[] = {
        "name",          "version", "description", "permission",  "call",     "input_schema",
        "output_schema", "needs",   "limits",      "annotations", "examples", "programs",
        "data",          "args",    "env",         "requires",    "function"};
    const bx_json_val *root = bx_json_root(m->doc);
    if (bx_json_type_of(root) != BX_JSON_OBJECT)
        return bx_fail(err, BX_EINVAL, "expected KEY: VALUE, not %s",
                       bx_json_type_name(bx_json_type_of(root)));
    bx_code rc = check_keys(root, known, BX_COUNT(known), "a manifest", err);
    if (rc == BX_OK)
        rc = take_head(m, root, err);
    if (rc == BX_OK)
        rc = take_program(m, root, err);
    if (rc == BX_OK)
        rc = take_function(m, root, err);
    m->annotations = bx_json_get(root, BX_LIT("annotations")); /* judged below */
    if (rc == BX_OK)
        rc = take_schemas(m, root, err);
    if (rc == BX_OK)
        rc = take_needs(m, bx_json_get(root, BX_LIT("needs")), err);
    if (rc == BX_OK)
        rc = take_limits(m, bx_json_get(root, BX_LIT("limits")), err);
    if (rc == BX_OK)
        rc = take_annotations(m, bx_json_get(root, BX_LIT("annotations")), err);
    if (rc == BX_OK)
        rc = take_examples(m, bx_json_get(root, BX_LIT("examples")), err);
    return rc;
}

bx_code bx_manifest_of(bx_json *doc, bx_manifest **ret, bx_error *err)
{
    BX_AUTO(bx_manifest) bx_manifest *m = bx_calloc(1, sizeof *m);
    if (!m) {
        bx_json_free(doc);
        return bx_fail(err, BX_ENOMEM, "manifest");
    }
    m->doc = doc;
    m->limits = bx_limits_default();
    bx_code rc = take_all(m, err);
    if (rc == BX_OK)
        *ret = BX_TAKE(m);
    return rc;
}

bx_code bx_manifest_from_json(bx_str text, bx_manifest **ret, bx_error *err)
{
    bx_json *doc = NULL;
    bx_code rc = bx_json_parse(text, BX_JSON_MAX_DEPTH, &doc, err);
    return rc == BX_OK ? bx_manifest_of(doc, ret, err) : rc;
}

bx_code bx_manifest_beside(const char *wasm_path, bx_manifest **ret, bx_error *err)
{
    size_t n = strlen(wasm_path), end = strlen(".wasm");
    *ret = NULL;
    if (n <= end || strcmp(wasm_path + n - end, ".wasm") != 0)
        return BX_OK;
    BX_AUTO_BUF path = bx_buf_init(n + 64), text = bx_buf_init(BX_YAML_MAX_BYTES);
    bx_json *doc = NULL;
    (void)bx_buf_addf(&path, "%.*s.tool.yaml", (int)(n - end), wasm_path);
    bx_code rc = bx_buf_check(&path, err);
    if (rc == BX_OK)
        rc = bx_file_read_all(AT_FDCWD, path.p, BX_YAML_MAX_BYTES, &text, err);
    if (rc == BX_ENOENT)
        return BX_OK;
    if (rc == BX_OK)
        rc = bx_yaml_parse(bx_buf_str(&text), &doc, err);
    if (rc == BX_OK)
        rc = bx_manifest_of(doc, ret, err);
    return bx_wrap(rc, err, "%s", path.p);
}

void bx_manifest_free(bx_manifest *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->n_needs; i++)
        bx_cap_done(&m->needs[i]);
    free(m->needs);
    bx_schema_free(m->arguments);
    bx_schema_free(m->facts);
    bx_json_free(m->program_schema);
    bx_json_free(m->doc);
    free(m);
}
