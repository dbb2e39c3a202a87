/* Every codec there and back, whole and cut, with members behind each other. */
#include "base/test.h"
#include "programs/archive/coder.h"

#include <fcntl.h>
#include <unistd.h>

static const arc_kind kinds[] = {ARC_GZIP, ARC_BZIP2, ARC_XZ, ARC_LZMA, ARC_ZSTD};

/* Compress to a buffer: the writer is never flushed, it has room for all of it. */
static prog_buf packed(arc_kind kind, const char *p, size_t n)
{
    prog_writer w = {.fd = open("/dev/null", O_WRONLY)};
    const arc_settings how = {.level = 1, .size = UINT64_MAX};
    arc_out out;
    prog_buf b = {0};
    arc_out_begin(&out, &w, kind, &how);
    arc_write(&out, p, n);
    arc_out_end(&out);
    prog_buf_put(&b, w.p, w.n);
    close(w.fd);
    free(w.p);
    return b;
}

static prog_buf unpacked(arc_kind kind, const prog_buf *b, size_t n, arc_in *ret)
{
    prog_reader r = {.p = prog_alloc(n + 1), .end = n, .cap = n + 1, .fd = -1, .eof = true};
    if (n > 0)
        memcpy(r.p, b->p, n);
    *ret = (arc_in){.from = &r, .kind = kind};
    prog_buf out = {0};
    char room[100];
    for (size_t k; (k = arc_read(ret, room, sizeof(room))) > 0;)
        prog_buf_put(&out, room, k);
    arc_in_done(ret);
    ret->from = NULL;
    free(r.p);
    return out;
}

static void there_and_back(void)
{
    char text[5000];
    for (size_t i = 0; i < sizeof(text); i++)
        text[i] = (char)('a' + i * i % 17);
    for (size_t i = 0; i < BX_COUNT(kinds); i++)
        for (size_t n = 0; n <= sizeof(text); n = n * 3 + 1) {
            prog_buf b = packed(kinds[i], text, n);
            CHECK(arc_sniff((const uint8_t *)b.p, b.n) == kinds[i]);
            arc_in in;
            prog_buf out = unpacked(kinds[i], &b, b.n, &in);
            CHECK(!in.error && !in.cut && !in.garbage);
            CHECK(out.n == n && (n == 0 || memcmp(out.p, text, n) == 0));
            prog_buf_free(&out);
            prog_buf_free(&b);
        }
}

static void cut_short(void)
{
    static const char text[] = "some text that is compressed, and then cut somewhere in its middle";
    for (size_t i = 0; i < BX_COUNT(kinds); i++) {
        prog_buf b = packed(kinds[i], text, sizeof(text));
        for (size_t n = 14; n < b.n; n++) {
            arc_in in;
            prog_buf out = unpacked(kinds[i], &b, n, &in);
            CHECK(in.error || in.cut);
            prog_buf_free(&out);
        }
        prog_buf_free(&b);
    }
}

static void members(void)
{
    for (size_t i = 0; i < BX_COUNT(kinds); i++) {
        if (kinds[i] == ARC_LZMA)
            continue; /* has none */
        prog_buf b = packed(kinds[i], "ab", 2), c = packed(kinds[i], "cd", 2);
        prog_buf_put(&b, c.p, c.n);
        arc_in in;
        prog_buf out = unpacked(kinds[i], &b, b.n, &in);
        CHECK(out.n == 4 && memcmp(out.p, "abcd", 4) == 0 && in.members == 2 && !in.garbage);
        prog_buf_free(&out);
        prog_buf_put(&b, "junk", 4);
        out = unpacked(kinds[i], &b, b.n, &in);
        CHECK(out.n == 4 && in.garbage && !in.error);
        prog_buf_free(&out);
        prog_buf_free(&b);
        prog_buf_free(&c);
    }
}

static void refused(void)
{
    prog_buf b = packed(ARC_GZIP, "hello", 5);
    b.p[b.n - 8] ^= 1; /* the checksum */
    arc_in in;
    prog_buf out = unpacked(ARC_GZIP, &b, b.n, &in);
    CHECK(in.error == ARC_BAD_CHECK);
    b.p[b.n - 8] ^= 1;
    b.p[b.n - 1] ^= 1; /* the length */
    prog_buf_free(&out);
    out = unpacked(ARC_GZIP, &b, b.n, &in);
    CHECK(in.error == ARC_BAD_SIZE);
    prog_buf_free(&out);
    b.p[2] = 7; /* the method */
    out = unpacked(ARC_GZIP, &b, b.n, &in);
    CHECK(in.error == ARC_UNKNOWN);
    prog_buf_free(&out);
    b.p[0] = 'x';
    out = unpacked(ARC_GZIP, &b, b.n, &in);
    CHECK(in.error == ARC_NOT_IT && strcmp(arc_why(&in), "not in the expected format") == 0);
    prog_buf_free(&out);
    prog_buf_free(&b);
}

BXT_MAIN(RUN(there_and_back); RUN(cut_short); RUN(members); RUN(refused);)
