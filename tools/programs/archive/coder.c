#include "programs/archive/coder.h"

arc_coder arc_decoder(arc_kind kind)
{
    switch (kind) {
    case ARC_BZIP2:
        return arc_bzip2_decoder();
    case ARC_XZ:
        return arc_xz_decoder(false);
    case ARC_LZMA:
        return arc_xz_decoder(true);
    case ARC_ZSTD:
        return arc_zstd_decoder();
    default:
        return arc_gzip_decoder(kind == ARC_DEFLATE);
    }
}

arc_coder arc_encoder(arc_kind kind, const arc_settings *s)
{
    switch (kind) {
    case ARC_BZIP2:
        return arc_bzip2_encoder(s);
    case ARC_XZ:
        return arc_xz_encoder(s, false);
    case ARC_LZMA:
        return arc_xz_encoder(s, true);
    case ARC_ZSTD:
        return arc_zstd_encoder(s);
    default:
        return arc_gzip_encoder(s, kind == ARC_DEFLATE);
    }
}

arc_kind arc_sniff(const uint8_t *p, size_t n)
{
    if (n >= 2 && p[0] == 0x1f && p[1] == 0x8b)
        return ARC_GZIP;
    if (n >= 4 && memcmp(p, "BZh", 3) == 0 && p[3] >= '1' && p[3] <= '9')
        return ARC_BZIP2;
    if (n >= 6 && memcmp(p,
                         "\xfd"
                         "7zXZ",
                         6) == 0)
        return ARC_XZ;
    if (n >= 4 && (memcmp(p, "\x28\xb5\x2f\xfd", 4) == 0 ||
                   ((p[0] & 0xf0) == 0x50 && memcmp(p + 1, "\x2a\x4d\x18", 3) == 0)))
        return ARC_ZSTD;
    if (n >= 13 && p[0] == 0x5d && p[1] == 0 && p[2] == 0 && (p[12] == 0 || p[12] == 0xff))
        return ARC_LZMA;
    return ARC_PLAIN;
}

static size_t read_plain(prog_reader *r, uint8_t *p, size_t n)
{
    size_t got = 0;
    while (got < n && (r->at < r->end || prog_more(r))) {
        size_t k = r->end - r->at < n - got ? r->end - r->at : n - got;
        memcpy(p + got, r->p + r->at, k);
        r->at += k;
        got += k;
    }
    return got;
}

/* At least `n` bytes ahead, where there are so many. */
static size_t look_ahead(prog_reader *r, size_t n)
{
    while (r->end - r->at < n && prog_more(r))
        ;
    return r->end - r->at;
}

/* Between members: another one begins, or the stream ends, maybe with what is none. */
static bool next_member(arc_in *in)
{
    size_t n = look_ahead(in->from, 16);
    if (in->from->error || (n == 0 && in->begun))
        return false;
    const uint8_t *p = in->from->p + in->from->at;
    bool is = arc_sniff(p, n) == in->kind || (in->kind == ARC_LZMA && !in->begun && n >= 13);
    if (!is) {
        bool zeros = in->begun; /* padding is no garbage */
        for (size_t i = 0; i < n && zeros; i++)
            zeros = p[i] == 0;
        if (!in->begun)
            in->error = ARC_NOT_IT;
        else
            in->garbage = !zeros;
        return false;
    }
    in->coder = arc_decoder(in->kind);
    in->begun = true;
    in->members++;
    return true;
}

size_t arc_read(arc_in *in, void *p, size_t n)
{
    if (in->kind == ARC_PLAIN)
        return read_plain(in->from, p, n);
    arc_flow f = {.out = p, .n_out = n};
    while (f.n_out > 0 && !in->ended) {
        if (!in->coder.state && !next_member(in)) {
            in->ended = true;
            break;
        }
        prog_reader *r = in->from;
        bool last = r->at == r->end && !prog_more(r);
        if (r->error) {
            in->ended = true;
            break;
        }
        size_t room = f.n_out, had = r->end - r->at;
        f.in = r->p + r->at;
        f.n_in = had;
        arc_result result = arc_step(&in->coder, &f, last);
        r->at = r->end - f.n_in;
        in->bytes_in += had - f.n_in;
        if (result == ARC_END) {
            arc_end(&in->coder);
        } else if (result != ARC_OK) {
            in->error = result;
            in->ended = true;
        } else if (last && f.n_out == room) {
            in->cut = true;
            in->ended = true;
        }
    }
    return n - f.n_out;
}

void arc_in_done(arc_in *in) { arc_end(&in->coder); }

void arc_out_begin(arc_out *out, prog_writer *to, arc_kind kind, const arc_settings *s)
{
    *out = (arc_out){.to = to, .kind = kind};
    if (kind != ARC_PLAIN)
        out->coder = arc_encoder(kind, s);
}

static void push(arc_out *out, const void *p, size_t n, bool finish)
{
    arc_flow f = {.in = p, .n_in = n};
    for (;;) {
        uint8_t *room = prog_room(out->to, PROG_BLOCK / 2);
        f.out = room;
        f.n_out = PROG_BLOCK / 2;
        arc_result result = arc_step(&out->coder, &f, finish);
        size_t made = PROG_BLOCK / 2 - f.n_out;
        out->to->n += made;
        out->bytes_out += made;
        if (result == ARC_END || (!finish && f.n_in == 0 && f.n_out > 0))
            return;
        if (result != ARC_OK)
            prog_die(0, "internal error of the compressor");
    }
}

void arc_write(arc_out *out, const void *p, size_t n)
{
    out->bytes_in += n;
    if (out->kind == ARC_PLAIN) {
        prog_write(out->to, p, n);
        out->bytes_out += n;
    } else if (n > 0) {
        push(out, p, n, false);
    }
}

void arc_out_end(arc_out *out)
{
    if (out->kind != ARC_PLAIN)
        push(out, "", 0, true);
    arc_end(&out->coder);
}

const char *arc_why(const arc_in *in)
{
    if (in->cut)
        return "unexpected end of file";
    switch (in->error) {
    case ARC_NOT_IT:
        return "not in the expected format";
    case ARC_BAD_CHECK:
        return "invalid compressed data--crc error";
    case ARC_BAD_SIZE:
        return "invalid compressed data--length error";
    case ARC_UNKNOWN:
        return "unknown method -- not supported";
    case ARC_TOO_LARGE:
        return "needs a larger window than is allowed";
    default:
        return "invalid compressed data--format violated";
    }
}
