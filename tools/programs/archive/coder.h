/* archive/coder.h - the codecs of gzip, bzip2, xz and zstd behind one interface: streams in both
 * directions in bounded memory.  The codecs themselves are zlib, libbzip2, liblzma and libzstd
 * (third-party.txt).  One thread; without memory the program ends. */
#ifndef BX_ARCHIVE_CODER_H
#define BX_ARCHIVE_CODER_H

#include "programs/common/prog_io.h"

typedef enum arc_kind {
    ARC_PLAIN,
    ARC_GZIP,
    ARC_BZIP2,
    ARC_XZ,
    ARC_LZMA, /* the older form of xz */
    ARC_ZSTD,
    ARC_DEFLATE, /* without a frame, as within zip files */
} arc_kind;

typedef enum arc_result {
    ARC_OK,        /* go on with more input or more room */
    ARC_END,       /* the stream, or this member of it, is complete */
    ARC_NOT_IT,    /* no stream of this kind begins here */
    ARC_CORRUPT,   /* what it says cannot be */
    ARC_BAD_CHECK, /* the checksum is another one */
    ARC_BAD_SIZE,  /* the length is another one */
    ARC_UNKNOWN,   /* a method or check that is not there */
    ARC_TOO_LARGE, /* its window is larger than what is allowed */
} arc_result;

typedef struct arc_flow { /* what is left of the input and of the room */
    const uint8_t *in;
    size_t n_in;
    uint8_t *out;
    size_t n_out;
} arc_flow;

typedef struct arc_coder { /* begun by one of the functions below, ended by arc_end */
    arc_result (*step)(void *state, arc_flow *f, bool finish);
    void (*end)(void *state);
    void *state;
} arc_coder;

static inline arc_result arc_step(arc_coder *c, arc_flow *f, bool finish)
{
    return c->step(c->state, f, finish);
}

static inline void arc_end(arc_coder *c)
{
    if (c->state)
        c->end(c->state);
    *c = (arc_coder){0};
}

/* Decode one member; `finish`: the input ends with f->in.  ARC_PLAIN is not among the kinds. */
arc_coder arc_decoder(arc_kind kind);

typedef struct arc_settings {
    int level;        /* of the kind; -1: its usual one */
    bool extreme;     /* xz -e */
    const char *name; /* gzip: the name in the header, or NULL */
    uint32_t time;    /* gzip: the time in the header */
    uint64_t size;    /* zstd: of the input; UINT64_MAX unknown */
} arc_settings;

/* Encode; `finish`: end the stream behind f->in. */
arc_coder arc_encoder(arc_kind kind, const arc_settings *s);

/* The kind that begins with these bytes; ARC_PLAIN: none. */
arc_kind arc_sniff(const uint8_t *p, size_t n);

/* What the header of the last gzip member said; valid until the next is begun. */
typedef struct arc_gzip_header {
    char name[1024];
    uint32_t time;
} arc_gzip_header;
extern arc_gzip_header arc_last_header;

/* Private to the codecs. */
arc_coder arc_gzip_decoder(bool raw);
arc_coder arc_gzip_encoder(const arc_settings *s, bool raw);
arc_coder arc_bzip2_decoder(void);
arc_coder arc_bzip2_encoder(const arc_settings *s);
arc_coder arc_xz_decoder(bool lzma);
arc_coder arc_xz_encoder(const arc_settings *s, bool lzma);
arc_coder arc_zstd_decoder(void);
arc_coder arc_zstd_encoder(const arc_settings *s);

/* ---- whole streams ---------------------------------------------------------------------------
 */

typedef struct arc_in { /* reads a compressed stream of any number of members */
    prog_reader *from;
    arc_kind kind; /* ARC_PLAIN: as it is */
    arc_coder coder;
    arc_result error;
    bool cut;     /* it ended within a member */
    bool garbage; /* what follows the last member is none */
    bool begun, ended;
    uint64_t members, bytes_in;
} arc_in;

/* How many of n bytes; fewer only at the end or after an error. */
size_t arc_read(arc_in *in, void *p, size_t n);
void arc_in_done(arc_in *in);

typedef struct arc_out {
    prog_writer *to;
    arc_kind kind;
    arc_coder coder;
    uint64_t bytes_in, bytes_out;
} arc_out;

void arc_out_begin(arc_out *out, prog_writer *to, arc_kind kind, const arc_settings *s);
void arc_write(arc_out *out, const void *p, size_t n);
void arc_out_end(arc_out *out); /* the stream is complete; `to` is not flushed */

/* "unexpected end of file" and the like, for messages. */
const char *arc_why(const arc_in *in);

#endif
