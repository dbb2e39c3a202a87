/* boxagnts tool build: a script as a module, which is the built-in `js` with the script in it. */
#include <fcntl.h>
#include <stdio.h>

#include "cli/commands.h"
#include "codec/utf8.h"
#include "codec/wasm_embed.h"
#include "os/fd.h"
#include "tool/builtin.h"

enum {
    FLAG_OUT,
    FLAG_ARGV,
    FLAG_HOST_CALLS,
    MAX_SCRIPT = 16 << 20,
    MAX_MODULE = 256 << 20,
    NOT_HERE = 52, /* ENOSYS of WASI: what a function of `boxagnts` answers that is left out */
};

static const bx_flag flags[] = {
    {"output", "OUT", "where the module goes (also -o OUT)", FLAG_OUT},
    {"argv", NULL, "a program that gets arguments, whatever a manifest beside OUT says", FLAG_ARGV},
    {"host-calls", NULL,
     "import `boxagnts` as well: tools.NAME, fetch, child_process (else: if the manifest needs "
     "it)",
     FLAG_HOST_CALLS},
};

typedef struct build {
    const char *script, *out;
    bool is_program, host_calls;
} build;

/* "tool.js" of "dir/tool.js", where it is a plain word: it is in the traces of errors. */
static bx_str shown_name(const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t n = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-");
    return n && n < 100 && !name[n] && name[0] != '.' ? bx_str_of(name) : BX_LIT("tool.js");
}

/* What the manifest beside OUT says, if there is one. */
static bx_code read_manifest(build *b, bx_error *err)
{
    BX_AUTO(bx_manifest) bx_manifest *m = NULL;
    bx_code rc = bx_manifest_beside(b->out, &m, err);
    if (rc != BX_OK || !m)
        return rc;
    if (m->call == BX_TOOL_TYPED)
        return bx_fail(err, BX_EUNSUPPORTED,
                       "the manifest says call: typed, which a script cannot be");
    b->is_program = b->is_program || m->call == BX_TOOL_ARGV;
    for (size_t i = 0; i < m->n_needs; i++) {
        bx_cap_kind kind = m->needs[i].kind;
        b->host_calls = b->host_calls || kind == BX_CAP_TOOL || kind == BX_CAP_FETCH;
    }
    return BX_OK;
}

static bx_code make(const build *b, bx_buf *to, bx_error *err)
{
    BX_AUTO_BUF text = bx_buf_init(MAX_SCRIPT), carried = bx_buf_init(MAX_SCRIPT + 4096);
    const bx_builtin *js = bx_builtin_find(BX_LIT("js"));
    bx_str name = shown_name(b->script);
    if (!js)
        return bx_fail(err, BX_EUNSUPPORTED, "this program was built without the tool js");
    bx_code rc = bx_file_read_all(AT_FDCWD, b->script, MAX_SCRIPT, &text, err);
    if (rc != BX_OK)
        return rc;
    bx_str source = bx_buf_str(&text);
    if (!bx_utf8_valid(source))
        return bx_fail(err, BX_EINVAL, "%s is no UTF-8", b->script);
    if (bx_str_starts(source, BX_LIT("\xEF\xBB\xBF")))
        source = bx_str_from(source, 3);
    (void)bx_buf_addf(&carried, "%s\n%.*s\n", b->is_program ? "argv" : "json", BX_FMT(name));
    (void)bx_buf_add_str(&carried, source);
    rc = bx_buf_check(&carried, err);
    const bx_wasm_embed e = {
        .mark = {BX_WASM_EMBED_MARK, sizeof BX_WASM_EMBED_MARK},
        .bytes = bx_buf_str(&carried),
        .without = b->host_calls ? BX_LIT("") : BX_LIT("boxagnts"),
        .answer = NOT_HERE,
    };
    return rc == BX_OK ? bx_wasm_embed_in(bx_builtin_module(js).wasm, &e, to, err) : rc;
}

static bx_code build_all(build *b, bx_error *err)
{
    BX_AUTO_BUF module = bx_buf_init(MAX_MODULE);
    bx_code rc = read_manifest(b, err);
    if (rc == BX_OK)
        rc = make(b, &module, err);
    bx_str part = bx_buf_str(&module);
    return rc == BX_OK ? bx_file_write_atomic(AT_FDCWD, b->out, 0644, &part, 1, err) : rc;
}

static int run_build(const bx_args *a)
{
    build b = {.out = bx_flag_last(a, FLAG_OUT),
               .is_program = bx_has_flag(a, FLAG_ARGV),
               .host_calls = bx_has_flag(a, FLAG_HOST_CALLS)};
    bx_error err;
    if (a->n_words != 1 || !b.out) {
        bx_cli_complain("tool build: which script, and where to? boxagnts %s",
                        bx_cmd_tool_build.usage);
        return EXIT_OURS;
    }
    b.script = a->words[0];
    if (build_all(&b, &err) != BX_OK) {
        bx_cli_complain("tool build: %s", err.msg);
        return EXIT_OURS;
    }
    return 0;
}

const bx_command bx_cmd_tool_build = {
    .name = "tool build",
    .usage = "tool build [--argv] [--host-calls] FILE.js|FILE.ts -o OUT.wasm",
    .summary = "make a module of a script in JavaScript or TypeScript",
    .details =
        "The module is the built-in tool js with the script in it, and needs nothing else: it runs "
        "in any\n"
        "WASI preview1 runtime.  As a tool it calls the script's function main with the arguments "
        "and prints\n"
        "what it returns as a result; where the manifest beside OUT says call: argv, or with "
        "--argv, it is a\n"
        "program.  Files that the script imports are not taken into it: they are read when it "
        "runs.\n",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .run = run_build,
};
