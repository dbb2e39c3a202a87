/* Files as streams of UTF-8: pieces, encodings, lines that are skipped. */
#include "lib/source.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/test.h"

static bx_source s;
static int fd = -1;

static void begin(const void *p, size_t n)
{
    (void)close(fd);
    fd = memfd_create("source", MFD_CLOEXEC);
    BX_ASSERT(write(fd, p, n) == (ssize_t)n && lseek(fd, 0, SEEK_SET) == 0);
    bx_source_open(&s, fd);
}

/* Is exactly this left? */
static bool rest_is(const char *want)
{
    size_t at = 0, n = strlen(want);
    while (bx_source_more(&s)) {
        size_t k = s.n - s.at;
        if (k > n - at || memcmp(s.p + s.at, want + at, k) != 0)
            return false;
        at += k;
        s.at = s.n;
    }
    return at == n && s.error == 0;
}

static void encodings(void)
{
    begin("ab", 2);
    bx_source_as_text(&s);
    CHECK(s.encoding == BX_UTF8 && rest_is("ab"));
    begin("\xef\xbb\xbf"
          "ab",
          5);
    bx_source_as_text(&s);
    CHECK(s.encoding == BX_UTF8_BOM && rest_is("ab"));
    begin("\xff\xfe\x61\0\x3d\xd8\x00\xde", 8);
    bx_source_as_text(&s);
    CHECK(s.encoding == BX_UTF16LE && rest_is("a\xf0\x9f\x98\x80"));
    begin("\xfe\xff\x20\xac\xd8\x3d", 6); /* ends within a pair */
    bx_source_as_text(&s);
    CHECK(s.encoding == BX_UTF16BE && rest_is("\xe2\x82\xac\xff"));
    begin("", 0);
    bx_source_as_text(&s);
    CHECK(!bx_source_more(&s));
}

/* However the lines lie to the buffers, they are counted right. */
static void skipped_lines(void)
{
    static char text[3 * BX_SOURCE_RAW];
    static const size_t widths[] = {1, 99, BX_SOURCE_RAW - 1, BX_SOURCE_RAW, BX_SOURCE_RAW + 1};
    for (size_t i = 0; i < BX_COUNT(widths); i++)
        for (int feed = 0; feed < 2; feed++) { /* at the end of the last line? */
            uint64_t lines = 0;
            size_t n = 0;
            bool rest = true;
            for (; n + widths[i] + 1 <= sizeof text; lines++) {
                memset(text + n, 'y', widths[i]);
                n += widths[i];
                text[n++] = '\n';
            }
            begin(text, n - !feed);
            bx_source_as_text(&s);
            uint64_t feeds = lines - !feed;
            CHECK(bx_source_skip_lines(&s, lines, &rest) == feeds && rest == !feed);
            CHECK(!bx_source_more(&s));
            begin(text, n - !feed);
            bx_source_as_text(&s);
            CHECK(bx_source_skip_lines(&s, lines + 5, &rest) == feeds && rest == !feed);
            begin(text, n);
            bx_source_as_text(&s);
            CHECK(bx_source_skip_lines(&s, lines - 1, &rest) == lines - 1 && bx_source_more(&s));
            CHECK(s.p[s.at] == 'y');
        }
}

static void unreadable(void)
{
    bx_source_open(&s, -1);
    CHECK(s.error != 0 && !bx_source_more(&s));
}

BXT_MAIN(RUN(encodings); RUN(skipped_lines); RUN(unreadable);)
