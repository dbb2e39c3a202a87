/* boxagnts inspect: what a wasm file is, and what it would need. */
#include <stdio.h>

#include "cli/commands.h"
#include "codec/json.h"
#include "codec/shown.h"
#include "sandbox/module.h"

enum {
    FLAG_JSON,
    SCHEMA_MAX = 4000,      /* bytes shown of a JSON Schema */
    SCHEMA_TEXT = 64 << 20, /* bytes made of one: more than a whole description has */
};

static const bx_flag flags[] = {
    {"json", NULL, "print everything as one JSON object", FLAG_JSON},
};

/* "name  type", as short as a line for people may be; --json has them whole. */
static void print_named(bx_str name, bx_str type)
{
    bx_cli_show(stdout, name, BX_SHOWN_NAME);
    if (type.n)
        (void)printf("  ");
    bx_cli_show(stdout, type, BX_SHOWN_TYPE);
    (void)printf("\n");
}

/* How many entries of a list are not in the description. */
static uint64_t omitted(const bx_json_val *desc, const char *key)
{
    char name[64];
    uint64_t n = 0;
    (void)snprintf(name, sizeof name, "%s_omitted", key);
    (void)bx_json_uint64(bx_json_get(desc, bx_str_of(name)), &n);
    return n;
}

static void print_list(const bx_json_val *desc, const char *key, const char *scope)
{
    const bx_json_val *list = bx_json_get(desc, bx_str_of(key)), *e;
    (void)printf("%s (%llu)\n", key, (unsigned long long)(bx_json_size(list) + omitted(desc, key)));
    bx_json_iter it = bx_json_iter_of(list);
    while ((e = bx_json_next(&it, NULL))) {
        bx_str from = bx_json_text(e, scope), name = bx_json_text(e, "name"),
               type = bx_json_text(e, "type");
        (void)printf("  ");
        bx_cli_show(stdout, from, BX_SHOWN_NAME);
        (void)printf("%s", from.n ? "." : "");
        print_named(name, type);
    }
    if (omitted(desc, key))
        (void)printf("  …\n");
}

static bool imports_any(const bx_json_val *desc, const char *const *names)
{
    const bx_json_val *e;
    bx_json_iter it = bx_json_iter_of(bx_json_get(desc, BX_LIT("imports")));
    while ((e = bx_json_next(&it, NULL))) {
        bx_str name = bx_json_text(e, "name");
        for (const char *const *n = names; *n; n++) {
            if (bx_str_starts(name, bx_str_of(*n)))
                return true;
        }
    }
    return false;
}

/* What the imports say the program may ask for: the grants it can make use of. */
static void print_needs(const bx_json_val *desc)
{
    static const struct {
        const char *names[4];
        const char *says;
    } needs[] = {
        {{"path_", "fd_prestat_", "wasi:filesystem/", NULL},
         "files: --map-dir HOST::GUEST[:ro], or --mount and --allow read:/…"},
        {{"environ_", "wasi:cli/environment", NULL}, "variables: --env NAME[=VALUE]"},
        {{"args_", NULL}, "arguments: after --"},
        {{"clock_", "wasi:clocks/", NULL}, "clocks: real unless --allow clock:frozen"},
        {{"random_", "wasi:random/", NULL}, "randomness: real unless --allow random:seed=N"},
        {{"wasi:http/", NULL}, "network: --allow fetch:https://host, or --allowed-outbound-host"},
        {{"wasi:sockets/", NULL}, "raw sockets: --allow connect:tcp://host:port"},
        {{"wasi:config/", NULL}, "config: --env NAME=VALUE"},
        {{"wasi:keyvalue/", NULL}, "a store: --allow store:NAME"},
    };
    (void)printf("could use\n");
    for (size_t i = 0; i < BX_COUNT(needs); i++) {
        if (imports_any(desc, needs[i].names))
            (void)printf("  %s\n", needs[i].says);
    }
}

/* What the file needs beyond the first version of WebAssembly. */
static void print_proposals(const bx_json_val *desc)
{
    const bx_json_val *e;
    bx_json_iter it = bx_json_iter_of(bx_json_get(desc, BX_LIT("proposals")));
    const char *before = "proposals  ";
    while ((e = bx_json_next(&it, NULL))) {
        bool on = false;
        bx_str name = bx_json_text(e, "name"), hint = bx_json_text(e, "hint");
        (void)bx_json_bool(bx_json_get(e, BX_LIT("on")), &on);
        (void)printf("%s%.*s", before, BX_FMT(name));
        if (!on)
            (void)printf(" (off: %.*s)", BX_FMT(hint));
        before = ", ";
    }
    if (*before == ',')
        (void)printf("\n");
    bx_str refused = bx_json_text(desc, "refused");
    if (refused.n)
        (void)printf("refused    %.*s\n", BX_FMT(refused));
}

static void print_memories(const bx_json_val *desc)
{
    const bx_json_val *e;
    bx_json_iter it = bx_json_iter_of(bx_json_get(desc, BX_LIT("memories")));
    while ((e = bx_json_next(&it, NULL))) {
        uint64_t min = 0, max = 0;
        (void)bx_json_uint64(bx_json_get(e, BX_LIT("min")), &min);
        (void)printf("memory     %llu KiB to begin, ", (unsigned long long)min * 64);
        if (bx_json_uint64(bx_json_get(e, BX_LIT("max")), &max))
            (void)printf("at most %llu KiB\n", (unsigned long long)max * 64);
        else
            (void)printf("no maximum of its own\n");
    }
}

/* A JSON Schema on one line. */
static void print_schema(const bx_json_val *function, const char *key, const char *word)
{
    const bx_json_val *schema = bx_json_get(function, bx_str_of(key));
    if (!schema)
        return;
    BX_AUTO_BUF text = bx_buf_init(SCHEMA_TEXT);
    bx_json_out o = bx_json_out_on(&text);
    bx_json_out_value(&o, schema);
    (void)printf("    %-9s  ", word);
    bx_cli_show(stdout, bx_buf_str(&text), SCHEMA_MAX);
    (void)printf("\n");
}

static void print_functions(const bx_json_val *desc)
{
    const bx_json_val *e, *list = bx_json_get(desc, BX_LIT("functions"));
    if (bx_json_size(list) == 0)
        return;
    (void)printf("functions (%zu), callable with --invoke\n", bx_json_size(list));
    bx_json_iter it = bx_json_iter_of(list);
    while ((e = bx_json_next(&it, NULL))) {
        (void)printf("  ");
        print_named(bx_json_text(e, "name"), bx_json_text(e, "signature"));
        print_schema(e, "input_schema", "arguments");
        print_schema(e, "result_schema", "result");
        bx_str note = bx_json_text(e, "note");
        if (note.n)
            (void)printf("    %.*s\n", BX_FMT(note));
    }
}

/* A text of ours with names of the file in it: its own line breaks hold. */
static void print_lines(const char *head, bx_str text)
{
    (void)fputs(head, stdout);
    while (text.n) {
        bx_str line = bx_cli_line(&text);
        bx_cli_show(stdout, line, BX_SHOWN_TYPE);
        (void)fputc('\n', stdout);
    }
    (void)fputc('\n', stdout);
}

static void print_human(const char *path, const bx_json_val *desc)
{
    bx_str kind = bx_json_text(desc, "kind"), wasi = bx_json_text(desc, "wasi"),
           wit = bx_json_text(desc, "wit");
    (void)printf("file       ");
    bx_cli_show(stdout, bx_str_of(path), BX_SHOWN_TYPE);
    (void)printf("\nkind       %.*s%s%.*s\n", BX_FMT(kind), wasi.n ? ", " : "", BX_FMT(wasi));
    print_proposals(desc);
    print_memories(desc);
    print_list(desc, "imports", "module");
    print_list(desc, "exports", "module");
    print_functions(desc);
    if (wit.n)
        print_lines("interface\n", wit);
    print_needs(desc);
}

static int run_inspect(const bx_args *a)
{
    if (a->n_words != 1) {
        bx_cli_complain("inspect: which file? see boxagnts inspect --help");
        return EXIT_OURS;
    }
    BX_AUTO_BUF text = bx_buf_init(64 << 20);
    BX_AUTO(bx_json) bx_json *doc = NULL;
    bx_error err;
    bx_code rc = bx_module_describe(a->words[0], &text, &err);
    if (rc == BX_OK && !bx_has_flag(a, FLAG_JSON))
        rc = bx_json_parse(bx_buf_str(&text), BX_JSON_MAX_DEPTH, &doc, &err);
    if (rc != BX_OK) {
        bx_cli_complain("inspect: %s", err.msg);
        return EXIT_OURS;
    }
    if (doc)
        print_human(a->words[0], bx_json_root(doc));
    else
        (void)printf("%s\n", text.p);
    return 0;
}

const bx_command bx_cmd_inspect = {
    .name = "inspect",
    .usage = "inspect [--json] FILE.wasm",
    .summary = "say what a WebAssembly file is, imports and exports, and what it would need",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .run = run_inspect,
};
