/* Which certificate authorities count: the system's, and those of one grant. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ascii.h"
#include "codec/base64.h"
#include "egress/internal.h"
#include "os/fd.h"

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define END   "-----END CERTIFICATE-----"

static const char *find(bx_str s, const char *what)
{
    return s.n ? memmem(s.p, s.n, what, strlen(what)) : NULL;
}

/* RFC 7468 section 5: base64 of a DER SEQUENCE. */
static bool is_certificate(bx_str text)
{
    BX_AUTO_BUF lines = bx_buf_init(BX_EGRESS_MAX_CA), der = bx_buf_init(BX_EGRESS_MAX_CA);
    for (size_t i = 0; i < text.n; i++)
        if (!bx_is_space(text.p[i]))
            bx_buf_add_c(&lines, text.p[i]);
    return lines.fail == BX_OK && bx_base64_decode(bx_buf_str(&lines), &der, NULL) == BX_OK &&
           der.n > 2 && der.p[0] == 0x30;
}

static bx_code check_pem(bx_str pem, const char *path, bx_error *err)
{
    size_t n = 0;
    for (bx_str rest = pem;; n++) {
        const char *begin = find(rest, BEGIN);
        if (!begin)
            break;
        rest = bx_str_from(rest, (size_t)(begin - rest.p) + sizeof BEGIN - 1);
        const char *end = find(rest, END);
        if (!end || !is_certificate((bx_str){rest.p, (size_t)(end - rest.p)}))
            return bx_fail(err, BX_EINVAL, "'%s': certificate %zu in it is damaged", path, n + 1);
        rest = bx_str_from(rest, (size_t)(end - rest.p) + sizeof END - 1);
    }
    return n > 0
               ? BX_OK
               : bx_fail(err, BX_EINVAL,
                         "'%s' holds no certificate: a file in PEM form is needed, with lines '%s'",
                         path, BEGIN);
}

/* The whole of a regular file; what a FIFO would give is not waited for. */
static bx_code read_pem(const char *path, bx_buf *b, bx_error *err)
{
    BX_AUTOCLOSE int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0)
        return bx_fail_errno(err, errno, "open '%s'", path);
    if (!S_ISREG(st.st_mode))
        return bx_fail(err, BX_EINVAL, "'%s' is not a regular file", path);
    if (st.st_size > BX_EGRESS_MAX_CA)
        return bx_fail(err, BX_ELIMIT, "'%s' is larger than %d bytes", path, BX_EGRESS_MAX_CA);
    for (size_t left = BX_EGRESS_MAX_CA; left > 0;) {
        char *at = NULL;
        bx_code rc = bx_buf_reserve(b, 8192, &at);
        ssize_t n = rc == BX_OK ? read(fd, at, left < 8192 ? left : 8192) : 0;
        if (rc != BX_OK)
            return bx_fail(err, rc, "read '%s'", path);
        if (n < 0 && errno != EINTR)
            return bx_fail_errno(err, errno, "read '%s'", path);
        if (n == 0)
            return BX_OK;
        b->n += n > 0 ? (size_t)n : 0;
        left -= n > 0 ? (size_t)n : 0;
    }
    return bx_fail(err, BX_ELIMIT, "'%s' is larger than %d bytes", path, BX_EGRESS_MAX_CA);
}

bx_code bx_egress_read_ca(const char *path, bx_buf *ret, bx_error *err)
{
    BX_AUTO_BUF b = bx_buf_init(BX_EGRESS_MAX_CA + 8192);
    bx_code rc = read_pem(path, &b, err);
    if (rc == BX_OK)
        rc = check_pem(bx_buf_str(&b), path, err);
    if (rc != BX_OK)
        return rc;
    (void)bx_buf_add_str(ret, bx_buf_str(&b));
    (void)bx_buf_add_c(ret, '\n');
    return bx_buf_check(ret, err);
}

bool bx_trust_ready(bx_egress_scope *s)
{
    if (s->ca.n == 0 || s->trust.n > 0)
        return true;
    const char *system = s->eg->ca_file;
    if (!system)
        system = curl_version_info(CURLVERSION_NOW)->cainfo;
    s->trust = bx_buf_init(BX_EGRESS_MAX_CA * 4 + s->ca.n);
    bx_error err;
    if (system && read_pem(system, &s->trust, &err) != BX_OK)
        bx_buf_clear(&s->trust); /* then those of the grant alone */
    (void)bx_buf_add_c(&s->trust, '\n');
    (void)bx_buf_add_str(&s->trust, s->ca);
    return s->trust.fail == BX_OK;
}
