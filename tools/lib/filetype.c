#include "lib/filetype.h"

#include <string.h>

typedef struct magic {
    size_t offset;
    const char *bytes;
    size_t n;
    bool is_weak; /* a text may well begin so: counts only where the bytes are no text */
    bx_file_format type;
} magic;

#define MAGIC(offset, bytes, name, mime) \
    { \
        offset, bytes, sizeof(bytes) - 1, false, { name, mime } \
    }
#define WEAK(offset, bytes, name) \
    { \
        offset, bytes, sizeof(bytes) - 1, true, { name, NULL } \
    }

/* The first match counts. */
static const magic table[] = {
    MAGIC(0, "\x89PNG\r\n\x1a\n", "PNG image", "image/png"),
    MAGIC(0, "\xff\xd8\xff", "JPEG image", "image/jpeg"),
    MAGIC(0, "GIF87a", "GIF image", "image/gif"),
    MAGIC(0, "GIF89a", "GIF image", "image/gif"),
    MAGIC(8, "WEBP", "WebP image", "image/webp"),
    MAGIC(0, "\177ELF", "ELF executable or library", NULL),
    MAGIC(0, "\0asm\x01\0\0\0", "WebAssembly module", NULL),
    MAGIC(0, "\0asm\x0d\0\x01\0", "WebAssembly component", NULL),
    MAGIC(0, "%PDF-", "PDF document", NULL),
    MAGIC(0, "PK\x03\x04", "zip archive (also docx, xlsx, jar, epub …)", NULL),
    MAGIC(0, "PK\x05\x06", "empty zip archive", NULL),
    MAGIC(0, "\x1f\x8b\x08", "gzip data", NULL),
    WEAK(0, "BZh", "bzip2 data"),
    MAGIC(0, "\3757zXZ\0", "xz data", NULL),
    MAGIC(0, "\x28\xb5\x2f\xfd", "zstd data", NULL),
    MAGIC(0, "7z\xbc\xaf\x27\x1c", "7-zip archive", NULL),
    MAGIC(0, "Rar!\x1a\x07", "RAR archive", NULL),
    MAGIC(257, "ustar", "tar archive", NULL),
    MAGIC(0, "SQLite format 3\0", "SQLite database", NULL),
    WEAK(0, "MZ", "Windows executable"),
    MAGIC(0, "\xca\xfe\xba\xbe", "Java class file", NULL),
    MAGIC(0, "!<arch>\n", "ar archive (static library or Debian package)", NULL),
    MAGIC(0, "II*\0", "TIFF image", NULL),
    MAGIC(0, "MM\0*", "TIFF image", NULL),
    WEAK(0, "BM", "BMP image"),
    WEAK(4, "ftyp", "MP4 or related media"),
    WEAK(0, "ID3", "MP3 audio"),
    MAGIC(0, "OggS\0", "Ogg media", NULL),
    MAGIC(0, "fLaC", "FLAC audio", NULL),
    MAGIC(8, "WAVE", "WAV audio", NULL),
    MAGIC(0, "wOF2", "WOFF2 font", NULL),
    MAGIC(0, "\xff\xfe\0\0", "UTF-32 text", NULL),
    MAGIC(0, "\0\0\xfe\xff", "UTF-32 text", NULL),
};

const bx_file_format *bx_file_format_of(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        const magic *m = &table[i];
        if (m->offset + m->n > n || memcmp(p + m->offset, m->bytes, m->n) != 0)
            continue;
        if (m->offset == 8 && memcmp(p, "RIFF", 4) != 0)
            continue;
        if (m->is_weak && bx_looks_like_text(p, n))
            continue;
        return &m->type;
    }
    return NULL;
}

bool bx_looks_like_text(const uint8_t *p, size_t n)
{
    size_t odd = 0;
    if (n == 0)
        return true;
    if (memchr(p, 0, n))
        return false;
    for (size_t i = 0; i < n; i++)
        odd += p[i] < 0x20 && !(p[i] >= '\b' && p[i] <= '\r') && p[i] != 0x1b;
    return odd < (n + 9) / 10;
}
