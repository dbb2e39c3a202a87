#include "programs/curl/web.h"

#include <fcntl.h>
#include <stdio.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static const char wget_help_text[] =
    "Usage: wget [OPTION]... URL...\n"
    "Fetch URLs over http and https into files.  Where requests may go is the sandbox's choice.\n"
    "\n"
    "  -O, --output-document=FILE  all into FILE; - is standard output\n"
    "  -P, --directory-prefix=DIR  files into DIR\n"
    "  -i, --input-file=FILE       more URLs, one a line\n"
    "  -q, --quiet                 say nothing; -nv, --no-verbose: little\n"
    "  -S, --server-response       tell the head of responses\n"
    "  -nc, --no-clobber           no files that are there\n"
    "  -c, --continue              go on behind what is there\n"
    "      --spider                only look whether it is there\n"
    "      --content-disposition   the name that the server gives\n"
    "      --header=LINE           a header\n"
    "  -U, --user-agent=NAME       --referer=URL  --user=NAME --password=PASS\n"
    "      --post-data=DATA        --post-file=FILE\n"
    "      --method=METHOD         --body-data=DATA  --body-file=FILE\n"
    "  -T, --timeout=SECONDS       -t, --tries=N (3)  --max-redirect=N (20)\n"
    "      --no-check-certificate  accepted: certificates are checked\n"
    "\n"
    "Exit status: 0; 1; 3 file; 4 network; 5 TLS; 8 the server answered with an error.\n"
    "\n"
    "Examples:\n"
    "  $ wget -q ftp://example.org/; echo $?\n"
    "  1\n";
const char *const wget_help = wget_help_text;

enum {
    SPIDER = 256,
    DISPOSITION,
    HEADER,
    REFERER,
    USER,
    PASSWORD,
    POST_DATA,
    POST_FILE,
    METHOD,
    BODY_FILE,
    MAX_REDIRECT,
    NO_VERBOSE,
    NO_CLOBBER,
    NO_CHECK,
    IGNORED
};

static const prog_long longs[] = {
    {"output-document", PROG_ARG, 'O'},
    {"directory-prefix", PROG_ARG, 'P'},
    {"input-file", PROG_ARG, 'i'},
    {"quiet", PROG_NO_ARG, 'q'},
    {"verbose", PROG_NO_ARG, IGNORED},
    {"no-verbose", PROG_NO_ARG, NO_VERBOSE},
    {"server-response", PROG_NO_ARG, 'S'},
    {"no-clobber", PROG_NO_ARG, NO_CLOBBER},
    {"continue", PROG_NO_ARG, 'c'},
    {"spider", PROG_NO_ARG, SPIDER},
    {"content-disposition", PROG_NO_ARG, DISPOSITION},
    {"header", PROG_ARG, HEADER},
    {"user-agent", PROG_ARG, 'U'},
    {"referer", PROG_ARG, REFERER},
    {"user", PROG_ARG, USER},
    {"password", PROG_ARG, PASSWORD},
    {"post-data", PROG_ARG, POST_DATA},
    {"post-file", PROG_ARG, POST_FILE},
    {"method", PROG_ARG, METHOD},
    {"body-data", PROG_ARG, POST_DATA},
    {"body-file", PROG_ARG, POST_FILE},
    {"timeout", PROG_ARG, 'T'},
    {"tries", PROG_ARG, 't'},
    {"max-redirect", PROG_ARG, MAX_REDIRECT},
    {"no-check-certificate", PROG_NO_ARG, NO_CHECK},
    {"show-progress", PROG_NO_ARG, IGNORED},
    {"no-cache", PROG_NO_ARG, IGNORED},
    {0},
};

static struct {
    web_request req;
    const char *output, *dir, *list, *method, *body;
    int quiet; /* 1: -nv, 2: -q */
    bool heads, no_clobber, resume, spider, disposition, typed;
    prog_writer document; /* -O */
    int status;
} w;

static void worse(int status)
{
    if (w.status == 0 || status < w.status)
        w.status = status;
}

static prog_buf slurp(const char *name)
{
    prog_buf b = {0};
    prog_reader r;
    if (!prog_open(&r, name))
        prog_exit(3);
    prog_read_rest(&r, &b);
    (void)prog_close(&r);
    return b;
}

static void header(const char *s)
{
    size_t n = strcspn(s, ":");
    if (!s[n])
        prog_die(0, "Invalid header %s.", prog_quote(s));
    char *name = prog_strndup(s, n);
    web_add_header(&w.req.headers, name, s + n + 1 + strspn(s + n + 1, " \t"));
    free(name);
}

static unsigned number(const char *s)
{
    uint64_t n;
    if (prog_uint(s, "", &n) != PROG_NUM_OK || n > 1000000)
        prog_usage("Invalid number %s.", prog_quote(s));
    return (unsigned)n;
}

static void body(const char *p, size_t n)
{
    w.req.body.n = 0;
    prog_buf_put(&w.req.body, p, n);
    w.req.has_body = true;
    if (!web_has_header(&w.req.headers, "content-type"))
        web_add_header(&w.req.headers, "Content-Type", "application/x-www-form-urlencoded");
}

static void option(int c, char *arg)
{
    switch (c) {
    case 'O':
        w.output = arg;
        break;
    case 'P':
        w.dir = arg;
        break;
    case 'i':
        w.list = arg;
        break;
    case 'q':
        w.quiet = 2;
        break;
    case NO_VERBOSE:
        w.quiet = 1;
        break;
    case 'S':
        w.heads = true;
        break;
    case NO_CLOBBER:
        w.no_clobber = true;
        break;
    case 'c':
        w.resume = true;
        break;
    case SPIDER:
        w.spider = true;
        break;
    case DISPOSITION:
        w.disposition = true;
        break;
    case HEADER:
        header(arg);
        break;
    case 'U':
        web_add_header(&w.req.headers, "User-Agent", arg);
        break;
    case REFERER:
        web_add_header(&w.req.headers, "Referer", arg);
        break;
    case POST_DATA:
        body(arg, strlen(arg));
        break;
    case POST_FILE: {
        prog_buf b = slurp(arg);
        body(b.n ? b.p : "", b.n);
        break;
    }
    case METHOD:
        w.req.method = arg;
        w.req.keep_method = true;
        break;
    case 'T':
        w.req.timeout_ms = (uint64_t)number(arg) * 1000;
        break;
    case 't':
        w.req.retries = number(arg) - (number(arg) > 0);
        break;
    case MAX_REDIRECT:
        w.req.max_redirects = number(arg);
        break;
    case NO_CHECK:
        fputs("wget: certificates are always checked\n", stderr);
        break;
    default:
        break;
    }
}

/* ---- one URL -----------------------------------------------------------------------------------
 */

/* filename="..." of a Content-Disposition, its last part. */
static char *given_name(const wf_response *r)
{
    bx_str v = wf_http_find(r, "content-disposition");
    char *s = prog_strndup(v.n ? v.p : "", v.n), *ret = NULL;
    char *at = strstr(s, "filename=");
    if (at) {
        at += 9;
        size_t n = *at == '"' ? strcspn(++at, "\"") : strcspn(at, "; ");
        at[n] = '\0';
        char *slash = strrchr(at, '/');
        at = slash ? slash + 1 : at;
        if (*at && strcmp(at, "..") != 0 && strcmp(at, ".") != 0)
            ret = prog_strndup(at, strlen(at));
    }
    free(s);
    return ret;
}

/* Where the body goes: a name that is not there yet, unless it goes on behind what is. */
static char *file_of(const wf_response *r, const char *url)
{
    prog_buf b = {0};
    char *name = w.disposition && r ? given_name(r) : NULL;
    if (!name)
        name = web_file_name((bx_str){url, strlen(url)});
    if (w.dir) {
        prog_buf_put(&b, w.dir, strlen(w.dir));
        prog_buf_putc(&b, '/');
        (void)mkdir(w.dir, 0777);
    }
    const char *last = *name ? name : "index.html";
    prog_buf_put(&b, last, strlen(last));
    free(name);
    size_t n = b.n;
    for (unsigned i = 1; !w.resume && !w.no_clobber && access(prog_buf_z(&b), F_OK) == 0; i++) {
        char more[16];
        b.n = n;
        prog_buf_put(&b, more, (size_t)snprintf(more, sizeof(more), ".%u", i));
    }
    return prog_buf_z(&b);
}

static void tell_failure(const web_result *r)
{
    if (w.quiet < 2)
        fprintf(stderr, "wget: %s\n", r->why);
    worse(r->code == WEB_WRITE                               ? 3
          : r->code == WEB_TLS || r->code == WEB_CERTIFICATE ? 5
          : r->code == WEB_REDIRECTED                        ? 8
                                                             : 4);
}

static void save(web_result *r, const char *url)
{
    bool to_one = w.output != NULL;
    char *path = to_one ? NULL : file_of(r->response, url);
    prog_writer file = {.fd = -1};
    prog_writer *to = to_one ? &w.document : &file;
    if (!to_one) {
        bool more = w.resume && wf_http_status(r->response) == 206;
        file.fd = open(path, O_WRONLY | O_CREAT | (more ? O_APPEND : O_TRUNC), 0666);
        if (file.fd < 0) {
            if (w.quiet < 2)
                fprintf(stderr, "%s: %s\n\nCannot write to %s (%s).\n", path, prog_strerror(errno),
                        prog_quote(path), prog_strerror(errno));
            worse(3);
            free(path);
            return;
        }
    }
    web_fetch_body(r, to);
    int error = to_one ? prog_flush(to) : prog_writer_close(&file);
    if (error && r->code == WEB_OK) {
        r->code = WEB_WRITE;
        (void)snprintf(r->why, sizeof(r->why), "%s", prog_strerror(error));
    }
    if (r->code != WEB_OK)
        tell_failure(r);
    else if (w.quiet < 2)
        fprintf(stderr, "%s saved [%llu]\n", prog_quote(to_one ? w.output : path),
                (unsigned long long)r->size);
    free(path);
}

static void fetch(const char *url)
{
    if (!web_url(url, &w.req.url)) {
        if (w.quiet < 2)
            fprintf(stderr, "%s: Unsupported scheme or invalid host name.\n", url);
        worse(1);
        return;
    }
    if (w.no_clobber && !w.output) {
        char *path = file_of(NULL, url);
        bool there = access(path, F_OK) == 0;
        if (there && w.quiet < 2)
            fprintf(stderr, "File %s already there; not retrieving.\n", prog_quote(path));
        free(path);
        if (there)
            return;
    }
    struct stat st;
    size_t headers = w.req.headers.n;
    if (w.resume && !w.output) {
        char *path = file_of(NULL, url), range[64];
        if (stat(path, &st) == 0 && st.st_size > 0) {
            (void)snprintf(range, sizeof(range), "bytes=%lld-", (long long)st.st_size);
            web_add_header(&w.req.headers, "Range", range);
        }
        free(path);
    }
    if (w.spider && !w.req.keep_method)
        w.req.method = "HEAD";
    web_result r;
    web_fetch_head(&w.req, &r);
    w.req.headers.n = headers;
    unsigned status = r.response ? wf_http_status(r.response) : 0;
    if (r.response && w.heads) {
        prog_writer err = {.fd = 2};
        web_put_head(&err, r.response);
        (void)prog_flush(&err);
        free(err.p);
    }
    if (!r.response) {
        tell_failure(&r);
    } else if (status >= 400 && !(w.resume && status == 416)) {
        if (w.quiet < 2)
            fprintf(stderr, "%s:\nERROR %u: %s.\n", prog_quote(url), status, web_reason(status));
        worse(8);
    } else if (w.spider) {
        if (w.quiet < 2)
            fputs("Remote file exists.\n", stderr);
    } else if (status < 400) {
        save(&r, url);
    }
    web_result_done(&r);
}

/* -nv and -nc, which are written like two letters. */
static void two_letters(char **argv, int argc)
{
    for (int i = 1; i < argc; i++) {
        static char no_verbose[] = "--no-verbose", no_clobber[] = "--no-clobber";
        if (strcmp(argv[i], "-nv") == 0)
            argv[i] = no_verbose;
        else if (strcmp(argv[i], "-nc") == 0)
            argv[i] = no_clobber;
    }
}

int wget_run(int argc, char **argv)
{
    prog_usage_status = 2;
    w.req.follow = true;
    w.req.max_redirects = 20;
    w.req.retries = 2;
    w.req.timeout_ms = WEB_TIMEOUT_MS;
    two_letters(argv, argc);
    prog_opts o = {.argc = argc, .argv = argv, .shorts = "cdi:nO:P:qSt:T:U:v", .longs = longs};
    for (int c; (c = prog_opt(&o)) != -1;)
        option(c, o.arg);
    if (o.next == argc && !w.list)
        prog_usage("missing URL");
    if (!web_has_header(&w.req.headers, "user-agent"))
        web_add_header(&w.req.headers, "User-Agent", "Wget/1.21 (BoxAgnts)");
    web_add_header(&w.req.headers, "Accept", "*/*");
    if (w.output) {
        bool out = strcmp(w.output, "-") == 0;
        w.document.fd = out ? 1 : open(w.output, O_WRONLY | O_CREAT | O_TRUNC, 0666);
        if (w.document.fd < 0) {
            prog_warn_file(errno, w.output);
            return 3;
        }
    }
    for (int i = o.next; i < argc; i++)
        fetch(argv[i]);
    if (w.list) {
        prog_buf b = slurp(w.list);
        for (char *p = prog_buf_z(&b); *p;) {
            size_t n = strcspn(p, "\r\n");
            char *url = prog_strndup(p, n);
            if (n > 0)
                fetch(url);
            free(url);
            p += n + strspn(p + n, "\r\n");
        }
    }
    return w.status;
}
