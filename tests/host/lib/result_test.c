/* Results and the JSON printer beneath them: exact bytes, whatever goes in. */
#include "lib/result.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/test.h"

static bx_result r;
static int fd = -1;

static bx_result *begin(void)
{
    (void)close(fd);
    fd = memfd_create("result", MFD_CLOEXEC);
    bx_result_init(&r, fd);
    return &r;
}

/* Has exactly this been printed, and a line feed? */
static bool printed(const char *want)
{
    static char have[1 << 17];
    ssize_t n = pread(fd, have, sizeof have - 1, 0);
    have[n < 0 ? 0 : n] = '\0';
    if ((size_t)n == strlen(want) + 1 && memcmp(have, want, strlen(want)) == 0 &&
        have[n - 1] == '\n')
        return true;
    printf("# want %s\n# have %.2000s\n", want, have);
    return false;
}

static void texts(void)
{
    begin();
    bx_text_begin(&r);
    bx_text_puts(&r, "a\"\\\n\t\x01\x7f\xc3\xa4");
    bx_text_put(&r, "\xf0\x9f", 2); /* a character split between two puts */
    bx_text_put(&r, "\x98\x80", 2);
    bx_text_put(&r, "\xff", 1);
    bx_text_put(&r, "\xc3", 1); /* cut off */
    bx_text_end(&r);
    bx_text_begin(&r);
    bx_text_int(&r, INT64_MIN);
    bx_text_end(&r);
    CHECK(bx_result_end(&r, false) == 0);
    CHECK(
        printed("{\"content\":[{\"type\":\"text\",\"text\":\"a\\\"\\\\\\n\\t\\u0001\\u007f\xc3\xa4"
                "\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd\"},{\"type\":\"text\",\"text\":"
                "\"-9223372036854775808\"}],\"isError\":false}"));
}

static void images(void)
{
    static const char *const want[] = {"",         "Zg==",     "Zm8=",    "Zm9v",
                                       "Zm9vYg==", "Zm9vYmE=", "Zm9vYmFy"};
    for (size_t n = 0; n < BX_COUNT(want); n++) { /* RFC 4648 section 10, a byte at a time */
        char line[200];
        begin();
        bx_image_begin(&r, "image/png");
        for (size_t i = 0; i < n; i++)
            bx_image_put(&r, &"foobar"[i], 1);
        bx_image_end(&r);
        CHECK(bx_result_end(&r, false) == 0);
        (void)snprintf(
            line, sizeof line,
            "{\"content\":[{\"type\":\"image\",\"mimeType\":\"image/png\",\"data\":\"%s\"}],"
            "\"isError\":false}",
            want[n]);
        CHECK(printed(line));
    }
}

static void structured(void)
{
    begin();
    bx_out *o = bx_structured_begin(&r);
    bx_out_open(o, '{');
    bx_out_key(o, "a");
    bx_out_open(o, '[');
    bx_out_int(o, 1);
    bx_out_null(o);
    bx_out_bool(o, true);
    bx_out_close(o, ']');
    bx_out_key(o, "b");
    bx_out_str(o, BX_LIT(""));
    bx_out_close(o, '}');
    CHECK(bx_result_end(&r, false) == 0);
    CHECK(printed("{\"content\":[],\"structuredContent\":{\"a\":[1,null,true],\"b\":\"\"},"
                  "\"isError\":false}"));
}

static void failures(void)
{
    CHECK(bx_result_fail(begin(), "a ", "b", NULL) == 0);
    CHECK(printed("{\"content\":[{\"type\":\"text\",\"text\":\"a b\"}],\"isError\":true}"));
    CHECK(bx_result_fail_file(begin(), "read", "/x", ENOENT) == 0);
    CHECK(
        printed("{\"content\":[{\"type\":\"text\",\"text\":\"no such file: /x; this call is granted"
                " no files at all\"}],\"isError\":true}"));
    CHECK(bx_result_fail_file(begin(), "read", "/x", EACCES) == 0);
    CHECK(
        printed("{\"content\":[{\"type\":\"text\",\"text\":\"not permitted to read /x; this call is"
                " granted no files at all\"}],\"isError\":true}"));
    CHECK(bx_result_fail_file(begin(), "read", "/x", EIO) == 0);
    CHECK(printed(
        "{\"content\":[{\"type\":\"text\",\"text\":\"cannot read /x: Input/output error\"}],"
        "\"isError\":true}"));
}

static void longer_than_the_buffer(void)
{
    static char want[40000];
    size_t n = (size_t)snprintf(want, sizeof want, "{\"content\":[{\"type\":\"text\",\"text\":\"");
    begin();
    bx_text_begin(&r);
    for (size_t i = 0; i < 3 * BX_OUT_BUF; i++, n++) {
        want[n] = (char)('a' + i % 26);
        bx_text_put(&r, want + n, 1);
    }
    bx_text_end(&r);
    CHECK(bx_result_end(&r, false) == 0);
    (void)snprintf(want + n, sizeof want - n, "\"}],\"isError\":false}");
    CHECK(printed(want));
}

static void a_write_that_fails_is_told(void)
{
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    CHECK(full >= 0);
    bx_result_init(&r, full);
    CHECK(bx_result_fail(&r, "x", NULL) == BX_EXIT_NO_OUTPUT && r.out.error == ENOSPC);
    (void)close(full);
}

BXT_MAIN(RUN(texts); RUN(images); RUN(structured); RUN(failures); RUN(longer_than_the_buffer);
         RUN(a_write_that_fails_is_told);)
