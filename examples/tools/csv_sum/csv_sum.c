/* The tool: the sum of a column of a CSV file (RFC 4180), which is read as a stream. */
#include <errno.h>
#include <math.h>

#include "json_args.h"

enum { MAX_FIELD = 4096, MAX_COLUMNS = 10000 };

struct csv {
    FILE *in;
    char separator, field[MAX_FIELD + 1];
    int column;    /* of the field, from 0 */
    bool last;     /* it ends its row */
    bool too_long; /* the field was cut */
};

struct sums {
    double sum;
    long long rows, skipped;
};

/* The next field; false at the end. */
static bool next_field(struct csv *c)
{
    size_t n = 0;
    int ch = getc(c->in);
    if (ch == EOF)
        return false;
    bool quoted = ch == '"', is_end = false;
    c->column = c->last ? 0 : c->column + 1;
    if (quoted)
        ch = getc(c->in);
    for (; ch != EOF && !is_end; ch = is_end ? ch : getc(c->in)) {
        if (quoted && ch == '"') {
            ch = getc(c->in);
            if (ch != '"')
                quoted = false;
        }
        is_end = !quoted && (ch == c->separator || ch == '\n' || ch == EOF);
        if (is_end)
            break;
        if (n < MAX_FIELD)
            c->field[n++] = (char)ch;
        else
            c->too_long = true;
    }
    if (ch != c->separator && n && c->field[n - 1] == '\r')
        n--;
    c->field[n] = '\0';
    c->last = ch != c->separator;
    return true;
}

static int find_column(struct csv *c, const char *name)
{
    int found = -1;
    do {
        if (!next_field(c) || c->column >= MAX_COLUMNS)
            return found;
        if (found < 0 && strcmp(c->field, name) == 0)
            found = c->column;
    } while (!c->last);
    return found;
}

/* A decimal number and nothing else. */
static bool number_of(const char *s, double *ret)
{
    char *end;
    if (!*s || strspn(s, "0123456789+-.eE ") != strlen(s))
        return false;
    *ret = strtod(s, &end);
    return end != s && end[strspn(end, " ")] == '\0' && isfinite(*ret);
}

static struct sums add_up(struct csv *c, int column)
{
    struct sums s = {0};
    double number;
    bool had = false;
    while (next_field(c)) {
        if (c->column == column) {
            had = number_of(c->field, &number);
            s.sum += had ? number : 0;
        }
        if (c->last) {
            s.rows++;
            s.skipped += !had;
            had = false;
        }
    }
    return s;
}

static char *text_argument(const struct json *args, const char *name, const char *other)
{
    size_t n;
    char *text = json_text(json_member(args, name), &n);
    if (!text && other && !json_member(args, name).p)
        return strdup(other);
    if (!text) {
        char why[100];
        (void)snprintf(why, sizeof why, "%s: expected a string", name);
        result_error(why);
    }
    return text;
}

static void run(const struct json *args)
{
    char *path = text_argument(args, "path", NULL), *name = text_argument(args, "column", NULL);
    char *separator = text_argument(args, "separator", ","), full[4096], why[8192];
    if (strlen(separator) != 1 || strchr("\"\r\n", *separator))
        result_error("separator: expected one character, no quote and no end of line");
    (void)snprintf(full, sizeof full, "%s%s", path[0] == '/' ? "" : "/workspace/", path);

    struct csv c = {.in = fopen(full, "r"), .separator = *separator, .last = true};
    if (!c.in) {
        (void)snprintf(why, sizeof why, "%s: %s", full, strerror(errno));
        result_error(why);
    }
    int column = find_column(&c, name);
    if (column < 0) {
        (void)snprintf(why, sizeof why, "%s: no column '%.100s' in its first row", full, name);
        result_error(why);
    }
    struct sums s = add_up(&c, column);
    if (ferror(c.in) || c.too_long || !isfinite(s.sum))
        result_error(c.too_long ? "a field has more than 4096 bytes" : "it cannot be added up");

    result_begin();
    printf("%.15g in %lld rows", s.sum, s.rows);
    if (s.skipped)
        printf("; %lld have no number there", s.skipped);
    result_facts();
    printf("\"sum\":%.15g,\"rows\":%lld,\"skipped\":%lld", s.sum, s.rows, s.skipped);
    result_end();
}

int main(void)
{
    struct json args = json_read_arguments();
    run(&args);
    return 0;
}
