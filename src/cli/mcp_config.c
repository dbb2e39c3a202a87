/* boxagnts mcp config: the lines with which a client finds this server. */
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/mcp_http.h"
#include "codec/json.h"
#include "codec/near.h"
#include "os/dirs.h"

enum { FLAG_HTTP, FLAG_NO_AUTH, FLAG_WORKSPACE, MAX_TEXT = 1 << 20 };

#define TOKEN_VARIABLE "BOXAGNTS_MCP_TOKEN"

static const bx_flag flags[] = {
    {"http", "[ADDR]",
     "for a server that listens on ADDR (default " BX_MCP_HTTP_ADDRESS
     ") instead of one that the client starts",
     FLAG_HTTP},
    {"no-auth", NULL, "with --http: for a server that asks for no token", FLAG_NO_AUTH},
    {"workspace", "DIR", "serve this directory instead of the project's", FLAG_WORKSPACE},
};

/* `place`: what tells the server which directory is the project's, where the client starts it in
 * another one; "." is the directory this command is run in.
 *
 * In a text, @COMMAND@ is a string, @ARGS@ the strings of a list, @URL@ a string, in the notation
 * that JSON, TOML and YAML have in common.  A line that begins with '?' is there only where a token
 * is needed. */
static const struct client {
    const char *name, *where;
    const char *place, *add; /* add: the client's own command that writes it; or NULL */
    const char *stdio, *http;
} clients[] = {
    {"claude-code", ".mcp.json in the project", NULL, "claude mcp add boxagnts --",
     "{\n"
     "  \"mcpServers\": {\n"
     "    \"boxagnts\": {\n"
     "      \"command\": @COMMAND@,\n"
     "      \"args\": [@ARGS@]\n"
     "    }\n"
     "  }\n"
     "}\n",
     "{\n"
     "  \"mcpServers\": {\n"
     "    \"boxagnts\": {\n"
     "      \"type\": \"http\",\n"
     "?      \"headers\": { \"Authorization\": \"Bearer ${" TOKEN_VARIABLE "}\" },\n"
     "      \"url\": @URL@\n"
     "    }\n"
     "  }\n"
     "}\n"},
    {"codex", "~/.codex/config.toml, or .codex/config.toml in a trusted project", NULL,
     "codex mcp add boxagnts --",
     "[mcp_servers.boxagnts]\n"
     "command = @COMMAND@\n"
     "args = [@ARGS@]\n",
     "[mcp_servers.boxagnts]\n"
     "url = @URL@\n"
     "?bearer_token_env_var = \"" TOKEN_VARIABLE "\"\n"},
    {"cursor", ".cursor/mcp.json in the project", "${workspaceFolder}", NULL,
     "{\n"
     "  \"mcpServers\": {\n"
     "    \"boxagnts\": {\n"
     "      \"command\": @COMMAND@,\n"
     "      \"args\": [@ARGS@]\n"
     "    }\n"
     "  }\n"
     "}\n",
     "{\n"
     "  \"mcpServers\": {\n"
     "    \"boxagnts\": {\n"
     "?      \"headers\": { \"Authorization\": \"Bearer ${env:" TOKEN_VARIABLE "}\" },\n"
     "      \"url\": @URL@\n"
     "    }\n"
     "  }\n"
     "}\n"},
    {"vscode", ".vscode/mcp.json in the project", "${workspaceFolder}", NULL,
     "{\n"
     "  \"servers\": {\n"
     "    \"boxagnts\": {\n"
     "      \"type\": \"stdio\",\n"
     "      \"command\": @COMMAND@,\n"
     "      \"args\": [@ARGS@]\n"
     "    }\n"
     "  }\n"
     "}\n",
     "{\n"
     "?  \"inputs\": [\n"
     "?    {\n"
     "?      \"type\": \"promptString\",\n"
     "?      \"id\": \"boxagnts-token\",\n"
     "?      \"description\": \"token of boxagnts\",\n"
     "?      \"password\": true\n"
     "?    }\n"
     "?  ],\n"
     "  \"servers\": {\n"
     "    \"boxagnts\": {\n"
     "      \"type\": \"http\",\n"
     "?      \"headers\": { \"Authorization\": \"Bearer ${input:boxagnts-token}\" },\n"
     "      \"url\": @URL@\n"
     "    }\n"
     "  }\n"
     "}\n"},
    {"goose", "~/.config/goose/config.yaml", NULL, NULL,
     "extensions:\n"
     "  boxagnts:\n"
     "    name: boxagnts\n"
     "    type: stdio\n"
     "    cmd: @COMMAND@\n"
     "    args: [@ARGS@]\n"
     "    enabled: true\n"
     "    timeout: 300\n",
     "extensions:\n"
     "  boxagnts:\n"
     "    name: boxagnts\n"
     "    type: streamable_http\n"
     "    uri: @URL@\n"
     "?    headers:\n"
     "?      Authorization: \"Bearer ${" TOKEN_VARIABLE "}\"\n"
     "    enabled: true\n"
     "    timeout: 300\n"},
    {"opencode", "opencode.json in the project, or ~/.config/opencode/opencode.json", NULL, NULL,
     "{\n"
     "  \"mcp\": {\n"
     "    \"boxagnts\": {\n"
     "      \"type\": \"local\",\n"
     "      \"command\": [@COMMAND@, @ARGS@],\n"
     "      \"enabled\": true\n"
     "    }\n"
     "  }\n"
     "}\n",
     "{\n"
     "  \"mcp\": {\n"
     "    \"boxagnts\": {\n"
     "      \"type\": \"remote\",\n"
     "      \"url\": @URL@,\n"
     "?      \"headers\": { \"Authorization\": \"Bearer {env:" TOKEN_VARIABLE "}\" },\n"
     "      \"enabled\": true\n"
     "    }\n"
     "  }\n"
     "}\n"},
    {"gemini-cli", "~/.gemini/settings.json, or .gemini/settings.json in the project", NULL, NULL,
     "{\n"
     "  \"mcpServers\": {\n"
     "    \"boxagnts\": {\n"
     "      \"command\": @COMMAND@,\n"
     "      \"args\": [@ARGS@]\n"
     "    }\n"
     "  }\n"
     "}\n",
     "{\n"
     "  \"mcpServers\": {\n"
     "    \"boxagnts\": {\n"
     "?      \"headers\": { \"Authorization\": \"Bearer ${" TOKEN_VARIABLE "}\" },\n"
     "      \"httpUrl\": @URL@\n"
     "    }\n"
     "  }\n"
     "}\n"},
    {"qwen-code", "~/.qwen/settings.json, or .qwen/settings.json in the project", NULL, NULL,
     "{\n"
     "  \"mcpServers\": {\n"
     "    \"boxagnts\": {\n"
     "      \"command\": @COMMAND@,\n"
     "      \"args\": [@ARGS@]\n"
     "    }\n"
     "  }\n"
     "}\n",
     "{\n"
     "  \"mcpServers\": {\n"
     "    \"boxagnts\": {\n"
     "?      \"headers\": { \"Authorization\": \"Bearer ${" TOKEN_VARIABLE "}\" },\n"
     "      \"httpUrl\": @URL@\n"
     "    }\n"
     "  }\n"
     "}\n"},
    {"zed", ".zed/settings.json in the project", ".", NULL,
     "{\n"
     "  \"context_servers\": {\n"
     "    \"boxagnts\": {\n"
     "      \"command\": @COMMAND@,\n"
     "      \"args\": [@ARGS@]\n"
     "    }\n"
     "  }\n"
     "}\n",
     "{\n"
     "  \"context_servers\": {\n"
     "    \"boxagnts\": {\n"
     "?      \"headers\": { \"Authorization\": \"Bearer TOKEN\" },\n"
     "      \"url\": @URL@\n"
     "    }\n"
     "  }\n"
     "}\n"},
};

static const char *client_name(size_t i) { return i < BX_COUNT(clients) ? clients[i].name : NULL; }

static const struct client *find_client(const char *name)
{
    for (size_t i = 0; i < BX_COUNT(clients); i++) {
        if (strcmp(name, clients[i].name) == 0)
            return &clients[i];
    }
    return NULL;
}

/* ---- what stands in the text ------------------------------------------------------------------
 */

typedef struct values {
    bx_buf command, args, url;
    bx_buf line; /* command and arguments, for a shell */
    bool token;
} values;

static void add_string(bx_buf *out, const char *text)
{
    bx_json_out o = bx_json_out_on(out);
    bx_json_out_string(&o, bx_str_of(text));
}

/* A word of a shell's line. */
static void add_word(bx_buf *to, const char *text)
{
    static const char plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=:";
    bool quote = text[strspn(text, plain)] != '\0' || !*text;
    (void)bx_buf_add_z(to, quote ? " '" : " ");
    for (; *text; text++)
        (void)bx_buf_add_z(to, *text == '\'' ? "'\\''" : (char[]){*text, '\0'});
    (void)bx_buf_add_z(to, quote ? "'" : "");
}

static void add_arg(values *v, const char *text)
{
    if (v->args.n)
        (void)bx_buf_add_z(&v->args, ", ");
    add_string(&v->args, text);
    add_word(&v->line, text);
}

/* `boxagnts mcp` as the client starts it: by its path, since a client's PATH is its own. */
static bx_code collect(const struct client *c, const bx_args *a, values *v, bx_error *err)
{
    char self[PATH_MAX], dir[PATH_MAX], url[128];
    const char *named = bx_flag_last(a, FLAG_WORKSPACE), *workspace = named ? named : c->place;
    bool later = !named && c->place && c->place[0] == '$'; /* the client puts it in */
    const char *at = bx_flag_last(a, FLAG_HTTP);
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    if (n <= 0)
        return bx_fail(err, BX_EIO, "where this program is: %m");
    self[n] = '\0';
    add_string(&v->command, self);
    add_word(&v->line, self);
    add_arg(v, "mcp");
    if (workspace && !later && !realpath(workspace, dir))
        return bx_fail(err, BX_ENOENT, "--workspace %s: %m", workspace);
    if (workspace) {
        add_arg(v, "--workspace");
        add_arg(v, later ? workspace : dir);
    }
    for (size_t i = 0; i < a->n_rest; i++)
        add_arg(v, a->rest[i]);
    bx_code rc = bx_mcp_http_url(at ? at : BX_MCP_HTTP_ADDRESS, url, sizeof url, err);
    if (rc == BX_OK)
        add_string(&v->url, url);
    return rc;
}

static void add_line(const values *v, bx_str line, bx_buf *out)
{
    static const char *const names[] = {"@COMMAND@", "@ARGS@", "@URL@"};
    const bx_buf *const texts[] = {&v->command, &v->args, &v->url};
    while (line.n) {
        size_t i = 0;
        while (i < BX_COUNT(names) && !bx_str_starts(line, bx_str_of(names[i])))
            i++;
        if (i < BX_COUNT(names))
            (void)bx_buf_add_str(out, bx_buf_str(texts[i]));
        else
            (void)bx_buf_add_c(out, line.p[0]);
        line = bx_str_from(line, i < BX_COUNT(names) ? strlen(names[i]) : 1);
    }
}

static void fill_in(const values *v, const char *text, bx_buf *out)
{
    while (*text) {
        size_t n = strcspn(text, "\n") + 1;
        bool only_with_token = *text == '?';
        bx_str line = bx_str_from((bx_str){text, n}, only_with_token ? 1 : 0);
        if (!only_with_token || v->token)
            add_line(v, line, out);
        text += n;
    }
}

/* ---- the command ------------------------------------------------------------------------------
 */

static void complain_unknown(const char *name)
{
    BX_AUTO_BUF list = bx_buf_init(4096);
    const char *near = NULL;
    size_t least = SIZE_MAX;
    for (size_t i = 0; i < BX_COUNT(clients); i++) {
        size_t far = bx_near(bx_str_of(name), bx_str_of(clients[i].name));
        near = far < least ? clients[i].name : near;
        least = far < least ? far : least;
        (void)bx_buf_addf(&list, "%s%s", i ? ", " : "", clients[i].name);
    }
    if (near)
        bx_cli_complain("mcp config: no client '%s'; did you mean %s? There is %s", name, near,
                        list.p);
    else if (name)
        bx_cli_complain("mcp config: no client '%s'; there is %s", name, list.p);
    else
        bx_cli_complain("mcp config: which client? there is %s", list.p);
}

/* What is not to be copied goes to standard error. */
static void say_where(const struct client *c, const values *v, bool http)
{
    char home[PATH_MAX];
    bool token = http && v->token;
    (void)fprintf(stderr, "# %s\n", c->where);
    if (c->add && !http)
        (void)fprintf(stderr, "# or: %s%s\n", c->add, v->line.p ? v->line.p : "");
    if (!token)
        return;
    if (bx_home_dir(home, sizeof home, NULL) != BX_OK)
        (void)snprintf(home, sizeof home, "~/.local/share/boxagnts");
    (void)fprintf(stderr, "# the token is in %s/mcp-token", home);
    if (strstr(c->http, TOKEN_VARIABLE))
        (void)fprintf(stderr, ": export " TOKEN_VARIABLE "=\"$(cat '%s/mcp-token')\"", home);
    (void)fputc('\n', stderr);
}

static int run(const bx_args *a)
{
    const struct client *c = a->n_words == 1 ? find_client(a->words[0]) : NULL;
    bool http = bx_has_flag(a, FLAG_HTTP);
    if (!c || (bx_has_flag(a, FLAG_NO_AUTH) && !http)) {
        if (c)
            bx_cli_complain("mcp config: --no-auth is for --http");
        else if (a->n_words > 1)
            bx_cli_complain("mcp config: one client only, and not '%.200s' as well; an ADDR of "
                            "--http is HOST:PORT",
                            a->words[1]);
        else
            complain_unknown(a->n_words ? a->words[0] : NULL);
        return EXIT_OURS;
    }
    BX_AUTO_BUF text = bx_buf_init(MAX_TEXT);
    values v = {bx_buf_init(MAX_TEXT), bx_buf_init(MAX_TEXT), bx_buf_init(MAX_TEXT),
                bx_buf_init(MAX_TEXT), http && !bx_has_flag(a, FLAG_NO_AUTH)};
    bx_error err;
    bx_code rc = collect(c, a, &v, &err);
    if (rc == BX_OK) {
        fill_in(&v, http ? c->http : c->stdio, &text);
        rc = bx_buf_check(&text, &err);
    }
    bx_buf_done(&v.command);
    bx_buf_done(&v.args);
    bx_buf_done(&v.url);
    if (rc == BX_OK) {
        say_where(c, &v, http);
        (void)fwrite(text.p, 1, text.n, stdout);
    } else {
        bx_cli_complain("mcp config: %s", err.msg);
    }
    bx_buf_done(&v.line);
    return rc == BX_OK ? 0 : EXIT_OURS;
}

const bx_command bx_cmd_mcp_config = {
    .name = "mcp config",
    .usage = "mcp config CLIENT [--http [ADDR] [--no-auth]] [--workspace DIR] [-- FLAG…]",
    .summary = "print what a client needs in its settings to use this server",
    .details =
        "CLIENT is claude-code, codex, cursor, vscode, goose, opencode, gemini-cli, qwen-code or\n"
        "zed.  What follows -- is passed on to boxagnts mcp.  The text goes to standard output,\n"
        "where it belongs to standard error.\n",
    .flags = flags,
    .n_flags = BX_COUNT(flags),
    .first_word = client_name,
    .takes_rest = true,
    .run = run,
};
