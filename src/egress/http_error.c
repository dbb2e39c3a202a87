#include <errno.h>

#include "egress/internal.h"

static const struct {
    const char *name, *text;
} ERRORS[] = {
    {"none", "no error"},
#define BX_HTTP_ERROR(field, name, text) {name, text},
#include "bx_http_errors.def"
#undef BX_HTTP_ERROR
};

const char *bx_http_error_name(bx_http_error e)
{
    return (size_t)e < BX_COUNT(ERRORS) ? ERRORS[e].name : "internal-error";
}

const char *bx_http_error_text(bx_http_error e)
{
    return (size_t)e < BX_COUNT(ERRORS) ? ERRORS[e].text : "unknown error";
}

bx_http_error bx_http_error_of_url(bx_code rc)
{
    switch (rc) {
    case BX_ELIMIT:
        return BX_HTTP_REQUEST_URI_TOO_LONG;
    case BX_ENOMEM:
        return BX_HTTP_INTERNAL_ERROR;
    case BX_EUNSUPPORTED:
        return BX_HTTP_CONFIGURATION_ERROR;
    default:
        return BX_HTTP_REQUEST_URI_INVALID;
    }
}

bx_code bx_http_error_code(bx_http_error e)
{
    switch (e) {
    case BX_HTTP_OK:
        return BX_OK;
    case BX_HTTP_REQUEST_DENIED:
    case BX_HTTP_DESTINATION_IP_PROHIBITED:
        return BX_EDENIED;
    case BX_HTTP_DESTINATION_NOT_FOUND:
        return BX_ENOENT;
    case BX_HTTP_DNS_TIMEOUT:
    case BX_HTTP_CONNECTION_TIMEOUT:
    case BX_HTTP_CONNECTION_READ_TIMEOUT:
    case BX_HTTP_CONNECTION_WRITE_TIMEOUT:
    case BX_HTTP_RESPONSE_TIMEOUT:
        return BX_ETIMEOUT;
    case BX_HTTP_CONNECTION_LIMIT_REACHED:
    case BX_HTTP_REQUEST_BODY_SIZE:
    case BX_HTTP_RESPONSE_BODY_SIZE:
    case BX_HTTP_REQUEST_URI_TOO_LONG:
    case BX_HTTP_REQUEST_HEADER_SECTION_SIZE:
    case BX_HTTP_REQUEST_TRAILER_SECTION_SIZE:
    case BX_HTTP_RESPONSE_HEADER_SECTION_SIZE:
    case BX_HTTP_RESPONSE_HEADER_SIZE:
    case BX_HTTP_RESPONSE_TRAILER_SECTION_SIZE:
    case BX_HTTP_RESPONSE_TRAILER_SIZE:
    case BX_HTTP_LOOP_DETECTED:
        return BX_ELIMIT;
    case BX_HTTP_REQUEST_METHOD_INVALID:
    case BX_HTTP_REQUEST_URI_INVALID:
    case BX_HTTP_REQUEST_HEADER_SIZE:
    case BX_HTTP_REQUEST_TRAILER_SIZE:
        return BX_EINVAL;
    case BX_HTTP_INTERNAL_ERROR:
        return BX_EINTERNAL;
    default:
        return BX_EIO;
    }
}

static bx_http_error of_connect_errno(long sys)
{
    switch (sys) {
    case ENETUNREACH:
    case EHOSTUNREACH:
    case EAFNOSUPPORT:
    case EADDRNOTAVAIL:
        return BX_HTTP_DESTINATION_IP_UNROUTABLE;
    case ETIMEDOUT:
        return BX_HTTP_CONNECTION_TIMEOUT;
    case ECONNREFUSED:
        return BX_HTTP_CONNECTION_REFUSED;
    default:
        return BX_HTTP_DESTINATION_UNAVAILABLE;
    }
}

/* The text holds OpenSSL's "error:0A000458:" and more: in its lower bits a reason, and reasons from
 * 1000 on are alerts that the other side sent (SSL_AD_REASON_OFFSET). */
static bool is_alert(const char *text)
{
    const char *at = strstr(text, "error:");
    unsigned long reason = at ? strtoul(at + 6, NULL, 16) & 0x7fffff : 0;
    return reason >= 1000 && reason < 1256;
}

const char *bx_certificate_fault(long verify_result, const char *text)
{
    /* The name is compared apart from the rest, and leaves no result. */
    if (strstr(text, "subject name") && strstr(text, "match"))
        return "it is for another name";
    switch (verify_result) { /* X509_V_ERR_… of <openssl/x509_vfy.h>, which never change */
    case 62:
    case 64:
        return "it is for another name";
    case 9:
        return "it is not yet valid";
    case 10:
        return "it has expired";
    case 18:
        return "it is self-signed";
    case 19:
        return "its issuer is unknown: the chain ends in a self-signed certificate that nobody "
               "here trusts";
    case 2:
    case 20:
    case 21:
        return "its issuer is unknown";
    case 23:
        return "it was revoked";
    default:
        return NULL;
    }
}

bx_http_error bx_http_error_of_curl(CURLcode rc, long os_errno, bx_phase phase, const char *text)
{
    switch (rc) {
    case CURLE_OK:
        return BX_HTTP_OK;
    case CURLE_COULDNT_CONNECT:
        return of_connect_errno(os_errno);
    case CURLE_COULDNT_RESOLVE_HOST:
        return BX_HTTP_DNS_ERROR;
    case CURLE_OPERATION_TIMEDOUT:
        return phase <= BX_PHASE_CONNECT ? BX_HTTP_CONNECTION_TIMEOUT : BX_HTTP_RESPONSE_TIMEOUT;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
        return BX_HTTP_TLS_CERTIFICATE_ERROR;
    case CURLE_SSL_CONNECT_ERROR:
        return is_alert(text) ? BX_HTTP_TLS_ALERT_RECEIVED : BX_HTTP_TLS_PROTOCOL_ERROR;
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_SHUTDOWN_FAILED:
        return BX_HTTP_TLS_PROTOCOL_ERROR;
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ENGINE_NOTFOUND:
        return BX_HTTP_CONFIGURATION_ERROR;
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
    case CURLE_SEND_FAIL_REWIND:
        return phase == BX_PHASE_BODY ? BX_HTTP_RESPONSE_INCOMPLETE : BX_HTTP_CONNECTION_TERMINATED;
    case CURLE_PARTIAL_FILE:
        return BX_HTTP_RESPONSE_INCOMPLETE;
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return BX_HTTP_PROTOCOL_ERROR;
    default:
        return BX_HTTP_INTERNAL_ERROR;
    }
}
