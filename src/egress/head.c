#include "egress/head.h"

static bx_str trim(bx_str s)
{
    while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
        s = bx_str_from(s, 1);
    while (s.n > 0 && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
        s.n--;
    return s;
}

/* Decimal digits only: "+5" and "0x5" are what smuggling is made of. */
static bool parse_length(bx_str s, uint64_t *ret)
{
    uint64_t v = 0;
    if (s.n == 0 || s.n > 18)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (!bx_is_digit(s.p[i]))
            return false;
        v = v * 10 + (uint64_t)(s.p[i] - '0');
    }
    *ret = v;
    return true;
}

/* ---- requests -------------------------------------------------------------------------------- */

static bool host_agrees(bx_str value, const bx_url *url)
{
    const char *from = strstr(url->text, "://") + 3;
    bx_str authority = {from, (size_t)(url->parts.path.p - from)};
    char port[8];
    int n = snprintf(port, sizeof port, ":%u", url->parts.port);
    if (bx_str_eq_nocase(value, authority))
        return true;
    /* The default port may be written out. */
    return value.n == authority.n + (size_t)n &&
           bx_str_eq_nocase((bx_str){value.p, authority.n}, authority) &&
           memcmp(value.p + authority.n, port, (size_t)n) == 0;
}

static bool length_agrees(bx_str value, uint64_t *body_length)
{
    uint64_t n = 0;
    if (!parse_length(value, &n))
        return false;
    if (*body_length == BX_BODY_NONE)
        return n == 0;
    if (*body_length == BX_BODY_CHUNKED)
        *body_length = n;
    return *body_length == n;
}

static bx_http_error check_syntax(const bx_http_field *f, bx_http_error e, bx_error *err)
{
    if (!bx_is_token(f->name)) {
        bx_fail(err, BX_EINVAL, "'%.*s' is not a header field name", BX_FMT(f->name));
        return e;
    }
    if (!bx_is_field_value(f->value)) {
        bx_fail(err, BX_EINVAL, "the value of header field '%.*s' has a control character",
                BX_FMT(f->name));
        return e;
    }
    if (bx_field_is_connection(f->name)) {
        bx_fail(err, BX_EDENIED, "header field '%.*s' is not for the guest to set: leave it out",
                BX_FMT(f->name));
        return e;
    }
    return BX_HTTP_OK;
}

bx_http_error bx_fields_check(const bx_http_field *f, size_t n, const bx_url *url,
                              bx_field_facts *facts, bx_error *err)
{
    if (n > BX_HTTP_MAX_FIELDS) {
        bx_fail(err, BX_ELIMIT, "more than %d header fields", BX_HTTP_MAX_FIELDS);
        return BX_HTTP_REQUEST_HEADER_SECTION_SIZE;
    }
    facts->bytes = 0;
    for (size_t i = 0; i < n; i++) {
        bx_http_error e = check_syntax(&f[i], BX_HTTP_REQUEST_HEADER_SIZE, err);
        if (e != BX_HTTP_OK)
            return e;
        facts->bytes += f[i].name.n + f[i].value.n + 4;
        if (facts->bytes > BX_HTTP_MAX_HEAD) {
            bx_fail(err, BX_ELIMIT, "more than %d bytes of header fields", BX_HTTP_MAX_HEAD);
            return BX_HTTP_REQUEST_HEADER_SECTION_SIZE;
        }
        bx_str value = trim(f[i].value);
        if (bx_str_eq_nocase(f[i].name, BX_LIT("host")) && !host_agrees(value, url)) {
            bx_fail(err, BX_EDENIED, "header field 'Host' names another host than the URL");
            return BX_HTTP_REQUEST_HEADER_SIZE;
        }
        if (bx_str_eq_nocase(f[i].name, BX_LIT("content-length")) &&
            !length_agrees(value, &facts->body_length)) {
            bx_fail(err, BX_EINVAL, "header field 'Content-Length' does not fit the body");
            return BX_HTTP_REQUEST_BODY_SIZE;
        }
    }
    return BX_HTTP_OK;
}

bx_http_error bx_trailers_check(const bx_http_field *f, size_t n, bx_error *err)
{
    size_t bytes = 0;
    if (n > BX_HTTP_MAX_FIELDS) {
        bx_fail(err, BX_ELIMIT, "more than %d trailer fields", BX_HTTP_MAX_FIELDS);
        return BX_HTTP_REQUEST_TRAILER_SECTION_SIZE;
    }
    for (size_t i = 0; i < n; i++) {
        bx_http_error e = check_syntax(&f[i], BX_HTTP_REQUEST_TRAILER_SIZE, err);
        if (e != BX_HTTP_OK)
            return e;
        if (bx_field_is_implied(f[i].name)) {
            bx_fail(err, BX_EINVAL, "'%.*s' cannot be a trailer field", BX_FMT(f[i].name));
            return BX_HTTP_REQUEST_TRAILER_SIZE;
        }
        bytes += f[i].name.n + f[i].value.n + 4;
    }
    if (bytes > BX_HTTP_MAX_HEAD) {
        bx_fail(err, BX_ELIMIT, "more than %d bytes of trailer fields", BX_HTTP_MAX_HEAD);
        return BX_HTTP_REQUEST_TRAILER_SECTION_SIZE;
    }
    return BX_HTTP_OK;
}

/* ---- responses ------------------------------------------------------------------------------- */

void bx_head_free(bx_head *h)
{
    if (!h)
        return;
    free(h->fields);
    free(h->bytes);
    free(h);
}

void bx_head_begin(bx_head_builder *b, bool trailer)
{
    bx_buf_done(&b->bytes);
    b->bytes = bx_buf_init(BX_HTTP_MAX_HEAD + 1);
    b->n = 0;
    b->total = 0;
    b->status = 0;
    b->trailer = trailer;
}

void bx_head_done(bx_head_builder *b)
{
    bx_buf_done(&b->bytes);
    b->n = 0;
}

/* "HTTP/1.1 200 OK" (RFC 9112 section 4), and the client's rendering "HTTP/2 200 " of RFC 9113. */
static bx_http_error status_line(bx_head_builder *b, bx_str line, bx_error *err)
{
    if (!bx_str_starts(line, BX_LIT("HTTP/")))
        goto bad;
    bx_str s = bx_str_from(line, 5);
    if (bx_str_starts(s, BX_LIT("2 "))) {
        b->major = 2;
        b->minor = 0;
        s = bx_str_from(s, 2);
    } else if (bx_str_starts(s, BX_LIT("1.0 ")) || bx_str_starts(s, BX_LIT("1.1 "))) {
        b->major = 1;
        b->minor = (uint8_t)(s.p[2] - '0');
        s = bx_str_from(s, 4);
    } else {
        goto bad;
    }
    if (s.n < 3 || s.p[0] < '1' || s.p[0] > '9' || s.p[1] < '0' || s.p[1] > '9' || s.p[2] < '0' ||
        s.p[2] > '9' || (s.n > 3 && s.p[3] != ' ') || !bx_is_field_value(s))
        goto bad;
    b->status = (uint16_t)((s.p[0] - '0') * 100 + (s.p[1] - '0') * 10 + (s.p[2] - '0'));
    return BX_HTTP_OK;
bad:
    bx_fail(err, BX_EIO, "malformed status line");
    return BX_HTTP_PROTOCOL_ERROR;
}

static bx_http_error add_field(bx_head_builder *b, bx_str name, bx_str value, bx_error *err)
{
    if (b->n == BX_HTTP_MAX_FIELDS) {
        bx_fail(err, BX_ELIMIT, "more than %d header fields", BX_HTTP_MAX_FIELDS);
        return b->trailer ? BX_HTTP_RESPONSE_TRAILER_SECTION_SIZE
                          : BX_HTTP_RESPONSE_HEADER_SECTION_SIZE;
    }
    uint32_t at = (uint32_t)b->bytes.n;
    bx_buf_add_str(&b->bytes, name);
    bx_buf_add_str(&b->bytes, value);
    if (b->bytes.fail != BX_OK) {
        bx_fail(err, b->bytes.fail, "header section");
        return BX_HTTP_INTERNAL_ERROR;
    }
    b->at[b->n].name = at;
    b->at[b->n].name_n = (uint32_t)name.n;
    b->at[b->n].value = at + (uint32_t)name.n;
    b->at[b->n].value_n = (uint32_t)value.n;
    b->n++;
    return BX_HTTP_OK;
}

/* RFC 9112 section 5.2: a folded line continues the value before it. */
static bx_http_error fold(bx_head_builder *b, bx_str more, bx_error *err)
{
    if (b->n == 0 || !bx_is_field_value(more)) {
        bx_fail(err, BX_EIO, "malformed header field");
        return BX_HTTP_PROTOCOL_ERROR;
    }
    bx_buf_add_c(&b->bytes, ' ');
    bx_buf_add_str(&b->bytes, more);
    if (b->bytes.fail != BX_OK) {
        bx_fail(err, b->bytes.fail, "header section");
        return BX_HTTP_INTERNAL_ERROR;
    }
    b->at[b->n - 1].value_n += (uint32_t)more.n + 1;
    return BX_HTTP_OK;
}

bx_http_error bx_head_line(bx_head_builder *b, bx_str line, bx_error *err)
{
    b->total += line.n + 2;
    if (b->total > BX_HTTP_MAX_HEAD) {
        bx_fail(err, BX_ELIMIT, "more than %d bytes of header fields", BX_HTTP_MAX_HEAD);
        return b->trailer ? BX_HTTP_RESPONSE_TRAILER_SECTION_SIZE
                          : BX_HTTP_RESPONSE_HEADER_SECTION_SIZE;
    }
    if (!b->trailer && b->status == 0)
        return status_line(b, line, err);
    if (line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t'))
        return fold(b, trim(line), err);
    const char *colon = memchr(line.p, ':', line.n);
    bx_str name = {line.p, colon ? (size_t)(colon - line.p) : 0};
    bx_str value = colon ? trim(bx_str_from(line, name.n + 1)) : BX_LIT("");
    /* A name with a space before the colon is one field to us and another to the next reader. */
    if (!bx_is_token(name) || !bx_is_field_value(value)) {
        bx_fail(err, BX_EIO, "malformed header field");
        return BX_HTTP_PROTOCOL_ERROR;
    }
    return add_field(b, name, value, err);
}

static bx_str field_name(const bx_head_builder *b, size_t i)
{
    return (bx_str){b->bytes.p + b->at[i].name, b->at[i].name_n};
}

static bx_str field_value(const bx_head_builder *b, size_t i)
{
    return (bx_str){b->bytes.p + b->at[i].value, b->at[i].value_n};
}

/* RFC 9110 section 8.6: the same length said several times, in one field as well, is that length;
 * the field then says it once. */
static bool one_length(bx_head_builder *b, size_t i, uint64_t *ret)
{
    bx_str rest = field_value(b, i), first = {rest.p, 0};
    for (bool more = true; more;) {
        const char *comma = rest.n ? memchr(rest.p, ',', rest.n) : NULL;
        bx_str one = trim((bx_str){rest.p, comma ? (size_t)(comma - rest.p) : rest.n});
        uint64_t v = 0;
        if (!parse_length(one, &v) || (first.n > 0 && v != *ret))
            return false;
        first = first.n > 0 ? first : one;
        *ret = v;
        more = comma != NULL;
        if (more)
            rest = bx_str_from(rest, (size_t)(comma - rest.p) + 1);
    }
    b->at[i].value_n = (uint32_t)first.n;
    return true;
}

/* RFC 9112 section 6.3: where two readers could disagree on where the message ends, there is no
 * message. */
static bx_http_error check_framing(bx_head_builder *b, bx_error *err)
{
    size_t n_length = 0, n_coding = 0;
    uint64_t length = 0;
    for (size_t i = 0; i < b->n; i++) {
        bx_str name = field_name(b, i), value = field_value(b, i);
        if (bx_str_eq_nocase(name, BX_LIT("content-length"))) {
            uint64_t v = 0;
            if (!one_length(b, i, &v) || (n_length++ > 0 && v != length)) {
                bx_fail(err, BX_EIO, "malformed or contradictory Content-Length");
                return BX_HTTP_PROTOCOL_ERROR;
            }
            length = v;
        } else if (bx_str_eq_nocase(name, BX_LIT("transfer-encoding"))) {
            n_coding++;
            if (!bx_str_eq_nocase(value, BX_LIT("chunked")) || n_coding > 1) {
                bx_fail(err, BX_EIO, "unusable Transfer-Encoding");
                return BX_HTTP_RESPONSE_TRANSFER_CODING;
            }
        }
    }
    if (n_coding > 0 && (n_length > 0 || b->major != 1 || b->minor == 0)) {
        bx_fail(err, BX_EIO,
                n_length > 0 ? "both Transfer-Encoding and Content-Length"
                             : "Transfer-Encoding outside HTTP/1.1");
        return BX_HTTP_PROTOCOL_ERROR;
    }
    return BX_HTTP_OK;
}

bx_http_error bx_head_finish(bx_head_builder *b, bx_head **ret, bx_error *err)
{
    if (!b->trailer) {
        bx_http_error e = check_framing(b, err);
        if (e != BX_HTTP_OK)
            return e;
    }
    bx_head *h = bx_calloc(1, sizeof *h);
    bx_http_field *fields = bx_calloc(b->n > 0 ? b->n : 1, sizeof *fields);
    if (!h || !fields) {
        free(h);
        free(fields);
        bx_fail(err, BX_ENOMEM, "header section");
        return BX_HTTP_INTERNAL_ERROR;
    }
    for (size_t i = 0; i < b->n; i++)
        fields[i] = (bx_http_field){.name = field_name(b, i), .value = field_value(b, i)};
    h->fields = fields;
    h->bytes = BX_TAKE(b->bytes.p);
    h->pub = (bx_http_head){.status = b->status, .fields = fields, .n_fields = b->n};
    bx_head_done(b);
    *ret = h;
    return BX_HTTP_OK;
}
