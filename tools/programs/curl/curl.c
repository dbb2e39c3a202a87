#include "fetch/url.h"
#include "programs/common/prog_text.h"
#include "programs/curl/web.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static const char curl_help_text[] =
    "Usage: curl [OPTION]... URL...\n"
    "Fetch URLs over http and https.  Where requests may go is the sandbox's choice.\n"
    "\n"
    "  -o, --output FILE       write to FILE, not to standard output\n"
    "  -O, --remote-name       write to a file called as the URL ends\n"
    "      --output-dir DIR    in DIR; --create-dirs: make it\n"
    "  -i, --include           the response's head too\n"
    "  -I, --head              the head only\n"
    "  -D, --dump-header FILE  the head to FILE\n"
    "  -X, --request METHOD    the method\n"
    "  -H, --header LINE       a header (\"Name: value\"; @FILE: a line each)\n"
    "  -d, --data DATA         POST DATA (@FILE: what is in it, without line ends)\n"
    "      --data-raw DATA, --data-binary DATA, --data-urlencode DATA\n"
    "      --json DATA         POST JSON\n"
    "  -F, --form NAME=VALUE   POST a form (NAME=@FILE uploads)\n"
    "  -G, --get               data go to the query of the URL\n"
    "  -T, --upload-file FILE  PUT FILE\n"
    "  -u, --user NAME:PASS    basic authentication\n"
    "  -A, --user-agent NAME   -e, --referer URL   -b, --cookie DATA\n"
    "  -r, --range RANGE       a part; -C, --continue-at OFFSET (-: behind what is there)\n"
    "  -L, --location          follow redirects; --max-redirs N (50)\n"
    "  -f, --fail              errors of the server are errors (22)\n"
    "      --fail-with-body    the same, with the body\n"
    "  -m, --max-time SECONDS  --connect-timeout SECONDS  --retry N\n"
    "  -s, --silent            no messages; -S, --show-error: but errors\n"
    "  -v, --verbose           tell both heads\n"
    "  -w, --write-out FORMAT  afterwards: %{http_code} %{url_effective} %{size_download} ...\n"
    "      --compressed, -k    accepted: bodies are not compressed, certificates are checked\n"
    "\n"
    "Exit status: 0; 3 URL; 6 name; 7 connection, or it is not allowed; 22 with -f; 23 write;\n"
    "28 time; 35, 60 TLS; 47 redirects; 56 receiving.\n"
    "\n"
    "Examples:\n"
    "  $ curl ftp://example.org/; echo $?\n"
    "  1\n"
    "  curl: (1) Protocol \"ftp\" not supported or disabled in libcurl\n";
const char *const curl_help = curl_help_text;

enum {
    OUTPUT_DIR = 256,
    CREATE_DIRS,
    DATA_RAW,
    DATA_BINARY,
    DATA_URLENCODE,
    JSON,
    MAX_REDIRS,
    FAIL_BODY,
    CONNECT_TIMEOUT,
    RETRY,
    COMPRESSED,
    URL,
    PROXY,
    IGNORED,
    IGNORED_ARG,
    FORM_STRING,
};

typedef struct target {
    const char *url, *output;
    bool remote;
} target;

static struct {
    web_request req;
    target *targets;
    size_t n, cap, outputs; /* outputs: of how many it was said where they go */
    bool include, head, get, fail, fail_body, silent, show_error, create_dirs, form, json, typed;
    const char *dir, *write_out, *user, *range, *upload, *dump;
    const char *resume;
    char boundary[48];
    prog_buf data;
} c;

static void complain(int code, const char *format, ...) BX_PRINTF(2, 3);

static void complain(int code, const char *format, ...)
{
    if (c.silent && !c.show_error)
        return;
    char text[1200];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    (void)prog_flush(&prog_out);
    fprintf(stderr, "curl: (%d) %s\n", code, text);
}

BX_NORETURN static void usage(const char *what, const char *option)
{
    fprintf(stderr, "curl: option %s: %s\ncurl: try 'curl --help' for more information\n", option,
            what);
    prog_exit(2);
}

/* A whole file, "-" is standard input. */
static prog_buf slurp(const char *name)
{
    prog_buf b = {0};
    prog_reader r = {.fd = 0, .name = "-"};
    if (strcmp(name, "-") != 0) {
        int fd = open(name, O_RDONLY);
        if (fd < 0) {
            fprintf(stderr, "curl: Failed to open %s\n", name);
            prog_exit(WEB_READ);
        }
        r = (prog_reader){.fd = fd, .name = name};
    }
    prog_read_rest(&r, &b);
    (void)prog_close(&r);
    return b;
}

/* ---- request bodies ----------------------------------------------------------------------------
 */

static void add_data(const char *p, size_t n)
{
    if (c.req.has_body && !c.json)
        prog_buf_putc(&c.data, '&');
    prog_buf_put(&c.data, p, n);
    c.req.has_body = true;
}

static void data(const char *s, int kind)
{
    prog_buf b = {0};
    if (*s == '@' && kind != DATA_RAW) {
        b = slurp(s + 1);
        size_t n = 0;
        for (size_t i = 0; kind == 'd' && i < b.n; i++)
            if (b.p[i] != '\n' && b.p[i] != '\r' && b.p[i] != '\0')
                b.p[n++] = b.p[i];
        if (kind == 'd')
            b.n = n;
        add_data(b.n ? b.p : "", b.n);
        prog_buf_free(&b);
        return;
    }
    add_data(s, strlen(s));
}

/* content, =content, name=content, @file, name@file */
static void data_urlencode(const char *s)
{
    size_t n = strcspn(s, "=@");
    prog_buf b = {0}, value = {0};
    if (s[n] == '@') {
        value = slurp(s + n + 1);
    } else {
        const char *from = s[n] == '=' ? s + n + 1 : s;
        prog_buf_put(&value, from, strlen(from));
    }
    if (s[n] && n > 0) {
        prog_buf_put(&b, s, n);
        prog_buf_putc(&b, '=');
    }
    web_percent(&b, value.p, value.n);
    add_data(b.n ? b.p : "", b.n);
    prog_buf_free(&b);
    prog_buf_free(&value);
}

static void put(const char *z) { prog_buf_put(&c.data, z, strlen(z)); }

/* NAME=VALUE, NAME=@FILE, NAME=<FILE, with ;type= and ;filename= */
static void form(char *s, bool plain)
{
    char *equal = strchr(s, '=');
    if (!equal)
        usage("illegally formatted input field", "-F");
    *equal++ = '\0';
    if (!c.form)
        (void)snprintf(c.boundary, sizeof(c.boundary), "------------------------%016llx",
                       (unsigned long long)(wf_http_now_ms() * 0x9E3779B97F4A7C15u));
    c.form = c.req.has_body = true;
    const char *type = NULL, *file_name = NULL;
    for (char *p = plain ? NULL : strchr(equal, ';'); p; p = strchr(p, ';')) {
        *p++ = '\0';
        if (strncmp(p, "type=", 5) == 0)
            type = p + 5;
        else if (strncmp(p, "filename=", 9) == 0)
            file_name = p + 9;
    }
    bool upload = !plain && *equal == '@';
    put("--");
    put(c.boundary);
    put("\r\nContent-Disposition: form-data; name=\"");
    put(s);
    put("\"");
    if (upload && !file_name) {
        const char *slash = strrchr(equal + 1, '/');
        file_name = slash ? slash + 1 : equal + 1;
    }
    if (file_name) {
        put("; filename=\"");
        put(file_name);
        put("\"");
    }
    if (upload && !type)
        type = "application/octet-stream";
    if (type) {
        put("\r\nContent-Type: ");
        put(type);
    }
    put("\r\n\r\n");
    if (upload || (!plain && *equal == '<')) {
        prog_buf b = slurp(equal + 1);
        prog_buf_put(&c.data, b.n ? b.p : "", b.n);
        prog_buf_free(&b);
    } else {
        put(equal);
    }
    put("\r\n");
}

static void header(const char *s)
{
    if (*s == '@') {
        prog_buf b = slurp(s + 1);
        for (char *p = prog_buf_z(&b); *p;) {
            size_t n = strcspn(p, "\r\n");
            char *line = prog_strndup(p, n);
            if (n > 0)
                header(line);
            free(line);
            p += n + strspn(p + n, "\r\n");
        }
        return;
    }
    size_t n = strcspn(s, ":;");
    if (!s[n])
        return;
    char *name = prog_strndup(s, n);
    const char *value = s + n + 1;
    value += strspn(value, " \t");
    if (*value || s[n] == ';')
        web_add_header(&c.req.headers, name, value);
    free(name);
}

static char *base64(const char *s)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = strlen(s);
    prog_buf b = {0};
    for (size_t i = 0; i < n; i += 3) {
        uint32_t v = (uint32_t)(unsigned char)s[i] << 16;
        v |= i + 1 < n ? (uint32_t)(unsigned char)s[i + 1] << 8 : 0;
        v |= i + 2 < n ? (unsigned char)s[i + 2] : 0;
        for (size_t k = 0; k < 4; k++)
            prog_buf_putc(&b, i + k > n ? '=' : digits[v >> (18 - 6 * k) & 63]);
    }
    return prog_buf_z(&b);
}

/* ---- options -----------------------------------------------------------------------------------
 */

static const prog_long longs[] = {
    {"output", PROG_ARG, 'o'},
    {"remote-name", PROG_NO_ARG, 'O'},
    {"output-dir", PROG_ARG, OUTPUT_DIR},
    {"create-dirs", PROG_NO_ARG, CREATE_DIRS},
    {"include", PROG_NO_ARG, 'i'},
    {"head", PROG_NO_ARG, 'I'},
    {"dump-header", PROG_ARG, 'D'},
    {"request", PROG_ARG, 'X'},
    {"header", PROG_ARG, 'H'},
    {"data", PROG_ARG, 'd'},
    {"data-ascii", PROG_ARG, 'd'},
    {"data-raw", PROG_ARG, DATA_RAW},
    {"data-binary", PROG_ARG, DATA_BINARY},
    {"data-urlencode", PROG_ARG, DATA_URLENCODE},
    {"json", PROG_ARG, JSON},
    {"form", PROG_ARG, 'F'},
    {"form-string", PROG_ARG, FORM_STRING},
    {"get", PROG_NO_ARG, 'G'},
    {"upload-file", PROG_ARG, 'T'},
    {"user", PROG_ARG, 'u'},
    {"user-agent", PROG_ARG, 'A'},
    {"referer", PROG_ARG, 'e'},
    {"cookie", PROG_ARG, 'b'},
    {"cookie-jar", PROG_ARG, IGNORED_ARG},
    {"range", PROG_ARG, 'r'},
    {"continue-at", PROG_ARG, 'C'},
    {"location", PROG_NO_ARG, 'L'},
    {"max-redirs", PROG_ARG, MAX_REDIRS},
    {"fail", PROG_NO_ARG, 'f'},
    {"fail-with-body", PROG_NO_ARG, FAIL_BODY},
    {"max-time", PROG_ARG, 'm'},
    {"connect-timeout", PROG_ARG, CONNECT_TIMEOUT},
    {"retry", PROG_ARG, RETRY},
    {"retry-delay", PROG_ARG, IGNORED_ARG},
    {"retry-all-errors", PROG_NO_ARG, IGNORED},
    {"retry-connrefused", PROG_NO_ARG, IGNORED},
    {"silent", PROG_NO_ARG, 's'},
    {"show-error", PROG_NO_ARG, 'S'},
    {"verbose", PROG_NO_ARG, 'v'},
    {"write-out", PROG_ARG, 'w'},
    {"compressed", PROG_NO_ARG, COMPRESSED},
    {"insecure", PROG_NO_ARG, 'k'},
    {"proxy", PROG_ARG, PROXY},
    {"url", PROG_ARG, URL},
    {"progress-bar", PROG_NO_ARG, IGNORED},
    {"no-progress-meter", PROG_NO_ARG, IGNORED},
    {"globoff", PROG_NO_ARG, IGNORED},
    {"no-buffer", PROG_NO_ARG, IGNORED},
    {"http1.1", PROG_NO_ARG, IGNORED},
    {"http2", PROG_NO_ARG, IGNORED},
    {"parallel", PROG_NO_ARG, IGNORED},
    {"disable", PROG_NO_ARG, IGNORED},
    {"ipv4", PROG_NO_ARG, IGNORED},
    {"ipv6", PROG_NO_ARG, IGNORED},
    {"basic", PROG_NO_ARG, IGNORED},
    {"proto", PROG_ARG, IGNORED_ARG},
    {"tlsv1.2", PROG_NO_ARG, IGNORED},
    {0},
};

static uint64_t seconds(const char *s)
{
    char *end;
    double v = strtod(s, &end);
    if (*end || !(v >= 0) || v > 1e6)
        usage("expected a proper numerical parameter", "-m");
    return (uint64_t)(v * 1000);
}

static unsigned small(const char *s)
{
    uint64_t n;
    if (prog_uint(s, "", &n) != PROG_NUM_OK || n > 1000)
        usage("expected a proper numerical parameter", s);
    return (unsigned)n;
}

static target *new_target(bool output)
{
    /* -o and -O are of the first URL that has none yet, before or behind it */
    for (size_t i = 0; i < c.n; i++)
        if (output ? !c.targets[i].output && !c.targets[i].remote : !c.targets[i].url)
            return &c.targets[i];
    c.targets = prog_grow(c.targets, &c.cap, c.n, sizeof(*c.targets));
    c.targets[c.n] = (target){0};
    return &c.targets[c.n++];
}

/* Where it goes and what is sent; false: another option. */
static bool request_option(int o, char *arg)
{
    web_request *r = &c.req;
    switch (o) {
    case 1:
    case URL:
        new_target(false)->url = arg;
        break;
    case 'o':
        new_target(true)->output = arg;
        break;
    case 'O':
        new_target(true)->remote = true;
        break;
    case OUTPUT_DIR:
        c.dir = arg;
        break;
    case CREATE_DIRS:
        c.create_dirs = true;
        break;
    case 'i':
        c.include = true;
        break;
    case 'I':
        c.head = true;
        break;
    case 'D':
        c.dump = arg;
        break;
    case 'X':
        r->method = arg;
        r->keep_method = true;
        break;
    case 'H':
        header(arg);
        break;
    case 'd':
    case DATA_RAW:
    case DATA_BINARY:
        data(arg, o);
        break;
    case DATA_URLENCODE:
        data_urlencode(arg);
        break;
    case JSON:
        c.json = true;
        data(arg, DATA_BINARY);
        break;
    case 'F':
        form(arg, false);
        break;
    case FORM_STRING:
        form(arg, true);
        break;
    case 'G':
        c.get = true;
        break;
    case 'T':
        c.upload = arg;
        break;
    case 'u':
        c.user = arg;
        break;
    case 'A':
        web_add_header(&r->headers, "User-Agent", arg);
        break;
    case 'e':
        web_add_header(&r->headers, "Referer", arg);
        break;
    case 'b':
        if (strchr(arg, '='))
            web_add_header(&r->headers, "Cookie", arg);
        break;
    default:
        return false;
    }
    return true;
}

static void option(int o, char *arg)
{
    web_request *r = &c.req;
    if (request_option(o, arg))
        return;
    switch (o) {
    case 'r':
        c.range = arg;
        break;
    case 'C':
        c.resume = arg;
        break;
    case 'L':
        r->follow = true;
        break;
    case MAX_REDIRS:
        r->max_redirects = small(arg);
        break;
    case 'f':
        c.fail = true;
        break;
    case FAIL_BODY:
        c.fail = c.fail_body = true;
        break;
    case 'm':
        r->timeout_ms = seconds(arg);
        break;
    case CONNECT_TIMEOUT:
        (void)seconds(arg);
        break;
    case RETRY:
        r->retries = small(arg);
        break;
    case 's':
        c.silent = true;
        break;
    case 'S':
        c.show_error = true;
        break;
    case 'v':
        r->verbose = true;
        break;
    case 'w':
        c.write_out = arg;
        break;
    case 'k':
        fputs("curl: warning: certificates are always checked, -k has no effect\n", stderr);
        break;
    case 'x':
    case PROXY:
        usage("proxies are not possible here", "-x");
        break;
    default:
        break;
    }
}

/* What all requests have. */
static void finish_request(void)
{
    web_request *r = &c.req;
    if (c.form) {
        put("--");
        put(c.boundary);
        put("--\r\n");
        char type[120];
        (void)snprintf(type, sizeof(type), "multipart/form-data; boundary=%s", c.boundary);
        web_add_header(&r->headers, "Content-Type", type);
    }
    if (c.upload) {
        c.data = slurp(c.upload);
        r->has_body = true;
        if (!r->method)
            r->method = "PUT";
    }
    if (c.get)
        r->has_body = false;
    if (c.head && !r->method)
        r->method = "HEAD";
    if (r->has_body && !c.upload && !web_has_header(&r->headers, "content-type"))
        web_add_header(&r->headers, "Content-Type",
                       c.json ? "application/json" : "application/x-www-form-urlencoded");
    if (c.json && !web_has_header(&r->headers, "accept"))
        web_add_header(&r->headers, "Accept", "application/json");
    if (c.user) {
        prog_buf b = {0};
        prog_buf_put(&b, "Basic ", 6);
        char *code = base64(c.user);
        prog_buf_put(&b, code, strlen(code));
        web_add_header(&r->headers, "Authorization", prog_buf_z(&b));
        free(code);
        prog_buf_free(&b);
    }
    if (!web_has_header(&r->headers, "user-agent"))
        web_add_header(&r->headers, "User-Agent", "curl/8.0 (BoxAgnts)");
    if (!web_has_header(&r->headers, "accept"))
        web_add_header(&r->headers, "Accept", "*/*");
    if (c.range) {
        char range[200];
        (void)snprintf(range, sizeof(range), "bytes=%.180s", c.range);
        web_add_header(&r->headers, "Range", range);
    }
}

/* ---- one URL -----------------------------------------------------------------------------------
 */

static void put_absolute(bx_str to)
{
    BX_AUTO_BUF url = bx_buf_init(WF_MAX_URL);
    if (to.n > 0 && wf_url_resolve((bx_str){c.req.url.p, c.req.url.n}, to, &url) == BX_OK)
        prog_write(&prog_out, url.p, url.n);
}

static void write_out(const web_result *r, const char *file)
{
    for (const char *p = c.write_out; *p; p++) {
        if (*p == '\\' && p[1]) {
            p++;
            prog_putc(&prog_out, *p == 'n' ? '\n' : *p == 't' ? '\t' : *p == 'r' ? '\r' : *p);
            continue;
        }
        if (*p != '%' || p[1] != '{') {
            prog_putc(&prog_out, *p);
            p += *p == '%' && p[1] == '%';
            continue;
        }
        const char *end = strchr(p, '}');
        if (!end) {
            prog_puts(&prog_out, p);
            return;
        }
        bx_str name = {p + 2, (size_t)(end - p - 2)};
        unsigned status = r->response ? wf_http_status(r->response) : 0;
        bx_str type = r->response ? wf_http_find(r->response, "content-type") : (bx_str){0};
        bx_str to = r->response ? wf_http_find(r->response, "location") : (bx_str){0};
        if (bx_str_eq(name, bx_str_of("http_code")) || bx_str_eq(name, bx_str_of("response_code")))
            prog_printf(&prog_out, "%03u", status);
        else if (bx_str_eq(name, bx_str_of("size_download")))
            prog_put_uint(&prog_out, r->size, 0, ' ');
        else if (bx_str_eq(name, bx_str_of("url_effective")) || bx_str_eq(name, bx_str_of("url")))
            prog_write(&prog_out, c.req.url.p, c.req.url.n);
        else if (bx_str_eq(name, bx_str_of("content_type")))
            prog_write(&prog_out, type.p, type.n);
        else if (bx_str_eq(name, bx_str_of("redirect_url")))
            put_absolute(to);
        else if (bx_str_eq(name, bx_str_of("num_redirects")))
            prog_printf(&prog_out, "%u", r->redirects);
        else if (bx_str_eq(name, bx_str_of("exitcode")))
            prog_printf(&prog_out, "%d", r->code);
        else if (bx_str_eq(name, bx_str_of("errormsg")))
            prog_puts(&prog_out, r->code ? r->why : "");
        else if (bx_str_eq(name, bx_str_of("filename_effective")))
            prog_puts(&prog_out, file ? file : "");
        else if (bx_str_eq(name, bx_str_of("time_total"))) {
            uint64_t ms = wf_http_now_ms() - r->began_ms;
            prog_printf(&prog_out, "%u.%03u000", (unsigned)(ms / 1000), (unsigned)(ms % 1000));
        }
        p = end;
    }
}

/* The file a body goes to; NULL: standard output, or `ret_code` says what is wrong. */
static char *output_of(const target *t, int *ret_code)
{
    const char *name = t->output;
    char *remote = NULL;
    if (t->remote) {
        name = remote = web_file_name((bx_str){c.req.url.p, c.req.url.n});
        if (!*name) {
            complain(WEB_WRITE, "Remote file name has no length");
            *ret_code = WEB_WRITE;
            free(remote);
            return NULL;
        }
    }
    if (!name || strcmp(name, "-") == 0)
        return NULL;
    prog_buf b = {0};
    if (c.dir) {
        prog_buf_put(&b, c.dir, strlen(c.dir));
        prog_buf_putc(&b, '/');
    }
    prog_buf_put(&b, name, strlen(name));
    free(remote);
    char *path = prog_buf_z(&b);
    for (char *p = path + 1; c.create_dirs && (p = strchr(p, '/')) != NULL; *p++ = '/') {
        *p = '\0';
        (void)mkdir(path, 0777);
    }
    return path;
}

/* Data of -G, and a range behind what is there. */
static void finish_url(const char *path)
{
    if (c.get && c.data.n > 0) {
        prog_buf_putc(&c.req.url, memchr(c.req.url.p, '?', c.req.url.n) ? '&' : '?');
        prog_buf_put(&c.req.url, c.data.p, c.data.n);
    }
    c.req.body.n = 0;
    if (c.req.has_body)
        prog_buf_put(&c.req.body, c.data.n ? c.data.p : "", c.data.n);
    struct stat st;
    if (!c.resume)
        return;
    char range[64];
    if (strcmp(c.resume, "-") != 0)
        (void)snprintf(range, sizeof(range), "bytes=%.40s-", c.resume);
    else if (path && stat(path, &st) == 0)
        (void)snprintf(range, sizeof(range), "bytes=%lld-", (long long)st.st_size);
    else
        return;
    web_add_header(&c.req.headers, "Range", range);
}

static void receive(web_result *r, prog_writer *w)
{
    unsigned status = wf_http_status(r->response);
    bool failed = c.fail && status >= 400;
    if (c.dump) {
        prog_writer d = {
            .fd = strcmp(c.dump, "-") == 0 ? 1 : open(c.dump, O_WRONLY | O_CREAT | O_TRUNC, 0666)};
        web_put_head(&d, r->response);
        (void)prog_writer_close(&d);
    }
    if (c.include || c.head)
        web_put_head(w, r->response);
    if (!c.head && (!failed || c.fail_body))
        web_fetch_body(r, w);
    if (failed && r->code == WEB_OK) {
        r->code = WEB_HTTP;
        (void)snprintf(r->why, sizeof(r->why), "The requested URL returned error: %u", status);
    }
}

static int fetch(const target *t)
{
    int code = WEB_OK;
    if (!web_url(t->url, &c.req.url)) {
        const char *scheme = strstr(t->url, "://");
        if (scheme && scheme != t->url && (size_t)(scheme - t->url) < 20 && scheme[3])
            complain(code = WEB_PROTOCOL, "Protocol \"%.*s\" not supported or disabled in libcurl",
                     (int)(scheme - t->url), t->url);
        else
            complain(code = WEB_MALFORMED, "URL using bad/illegal format or missing URL");
        return code;
    }
    char *path = output_of(t, &code);
    if (code != WEB_OK)
        return code;
    finish_url(path);
    web_result r;
    web_fetch_head(&c.req, &r);
    prog_writer file = {.fd = -1};
    if (r.response && path && (!c.fail || c.fail_body || wf_http_status(r.response) < 400)) {
        bool more = c.resume && wf_http_status(r.response) == 206;
        file.fd = open(path, O_WRONLY | O_CREAT | (more ? O_APPEND : O_TRUNC), 0666);
        if (file.fd < 0) {
            r.code = WEB_WRITE;
            (void)snprintf(r.why, sizeof(r.why), "Failure writing output to destination");
        }
    }
    if (r.response && r.code == WEB_OK)
        receive(&r, file.fd >= 0 ? &file : &prog_out);
    if (file.fd >= 0 && prog_writer_close(&file) != 0 && r.code == WEB_OK) {
        r.code = WEB_WRITE;
        (void)snprintf(r.why, sizeof(r.why), "Failure writing output to destination");
    }
    if (r.code != WEB_OK)
        complain(r.code, "%s", r.why);
    if (c.write_out)
        write_out(&r, path);
    code = r.code;
    web_result_done(&r);
    free(path);
    return code;
}

int curl_run(int argc, char **argv)
{
    prog_status = WEB_WRITE;
    prog_usage_status = 2;
    c.req.max_redirects = WEB_REDIRECTS;
    c.req.timeout_ms = WEB_TIMEOUT_MS;
    prog_opts o = {.argc = argc,
                   .argv = argv,
                   .shorts = "-A:b:C:c:d:D:e:fF:gGH:iIkLm:No:Oqr:RsST:u:vw:x:X:Z#046",
                   .longs = longs};
    for (int k; (k = prog_opt(&o)) != -1;)
        option(k, o.arg);
    for (int i = o.next; i < argc; i++)
        new_target(false)->url = argv[i];
    size_t urls = 0;
    for (size_t i = 0; i < c.n; i++)
        urls += c.targets[i].url != NULL;
    if (urls == 0) {
        fputs("curl: no URL specified!\ncurl: try 'curl --help' for more information\n", stderr);
        return 2;
    }
    finish_request();
    int status = 0;
    for (size_t i = 0; i < c.n; i++)
        if (c.targets[i].url) {
            int code = fetch(&c.targets[i]);
            status = code ? code : status;
        }
    return status;
}
