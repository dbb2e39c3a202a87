/* files/file_binary.c - formats with a mark, and what their heads say. */
#include "file.h"

#include "programs/common/prog_text.h"
#include "programs/date/date_format.h"

#include <string.h>

static uint32_t le16(const uint8_t *p) { return p[0] | (uint32_t)p[1] << 8; }
static uint32_t le32(const uint8_t *p) { return le16(p) | le16(p + 2) << 16; }
static uint32_t be16(const uint8_t *p) { return (uint32_t)p[0] << 8 | p[1]; }
static uint32_t be32(const uint8_t *p) { return be16(p) << 16 | be16(p + 2); }

static bool has(const uint8_t *p, size_t n, size_t at, const char *mark, size_t len)
{
    return at <= n && len <= n - at && memcmp(p + at, mark, len) == 0;
}
#define HAS(at, mark) has(p, n, at, mark, sizeof(mark) - 1)

static bool is(file_kind *k, const char *mime, const char *text)
{
    k->mime = mime;
    file_say(k, "%s", text);
    return true;
}

static bool pictures(const uint8_t *p, size_t n, file_kind *k)
{
    if (HAS(0, "\x89PNG\r\n\x1a\n") && n >= 29) {
        static const char *const colors[] = {" grayscale",  "", "/color RGB", " colormap",
                                             " gray+alpha", "", "/color RGBA"};
        file_say(k, "PNG image data, %u x %u, %u-bit%s, %sinterlaced", (unsigned)be32(p + 16),
                 (unsigned)be32(p + 20), (unsigned)p[24], p[25] < 7 ? colors[p[25]] : "",
                 p[28] ? "" : "non-");
        return k->mime = "image/png", true;
    }
    if ((HAS(0, "GIF89a") || HAS(0, "GIF87a")) && n >= 10) {
        file_say(k, "GIF image data, version %.3s, %u x %u", (const char *)p + 3,
                 (unsigned)le16(p + 6), (unsigned)le16(p + 8));
        return k->mime = "image/gif", true;
    }
    if (HAS(0, "BM") && n >= 54 && le32(p + 14) == 40) {
        file_say(k,
                 "PC bitmap, Windows 3.x format, %d x %d x %u, image size %u, cbSize %u, bits "
                 "offset %u",
                 (int)le32(p + 18), (int)le32(p + 22), (unsigned)le16(p + 28),
                 (unsigned)le32(p + 34), (unsigned)le32(p + 2), (unsigned)le32(p + 10));
        return k->mime = "image/bmp", true;
    }
    if (HAS(0, "\0\0\1\0") && n >= 22 && p[4] > 0 && p[5] == 0 && p[9] == 0 && le16(p + 10) <= 1) {
        file_say(k, "MS Windows icon resource - %u icon%s, %ux%u", (unsigned)p[4],
                 p[4] == 1 ? "" : "s", (unsigned)p[6], (unsigned)p[7]);
        return k->mime = "image/vnd.microsoft.icon", true;
    }
    if (HAS(0, "8BPS") && n >= 26) {
        file_say(k, "Adobe Photoshop Image, %u x %u, RGB, %ux %u-bit channels",
                 (unsigned)be32(p + 18), (unsigned)be32(p + 14), (unsigned)be16(p + 12),
                 (unsigned)be16(p + 22));
        return k->mime = "image/vnd.adobe.photoshop", true;
    }
    return false;
}

/* The size in the first start-of-frame segment. */
static void jpeg(const uint8_t *p, size_t n, file_kind *k)
{
    k->mime = "image/jpeg";
    file_say(k, "JPEG image data");
    if (HAS(6, "JFIF\0") && n >= 18) {
        static const char *const units[] = {"aspect ratio", "resolution (DPI)",
                                            "resolution (DPCM)"};
        file_say(k, ", JFIF standard %u.%02u, %s, density %ux%u, segment length %u",
                 (unsigned)p[11], (unsigned)p[12], p[13] < 3 ? units[p[13]] : "resolution",
                 (unsigned)be16(p + 14), (unsigned)be16(p + 16), (unsigned)be16(p + 4));
    } else if (HAS(6, "Exif\0")) {
        file_say(k, ", Exif standard: [TIFF image data, %s]",
                 HAS(12, "MM") ? "big-endian" : "little-endian");
    }
    for (size_t at = 2; at + 9 < n && p[at] == 0xff;) {
        unsigned type = p[at + 1];
        if (type >= 0xc0 && type <= 0xcf && type != 0xc4 && type != 0xc8 && type != 0xcc) {
            file_say(k, ", %s, precision %u, %ux%u, components %u",
                     type == 0xc0   ? "baseline"
                     : type == 0xc2 ? "progressive"
                                    : "extended sequential",
                     (unsigned)p[at + 4], (unsigned)be16(p + at + 7), (unsigned)be16(p + at + 5),
                     (unsigned)p[at + 9]);
            return;
        }
        if (type == 0xda || type == 0xd9)
            return;
        at += 2 + be16(p + at + 2);
    }
}

static bool riff(const uint8_t *p, size_t n, file_kind *k)
{
    if (!HAS(0, "RIFF") || n < 12)
        return false;
    file_say(k, "RIFF (little-endian) data");
    k->mime = "application/octet-stream";
    if (HAS(8, "WEBP")) {
        k->mime = "image/webp";
        file_say(k, ", Web/P image");
        if (HAS(12, "VP8 ") && n >= 30)
            file_say(k,
                     ", VP8 encoding, %ux%u, Scaling: [none]x[none], YUV color, decoders should "
                     "clamp",
                     (unsigned)(le16(p + 26) & 0x3fff), (unsigned)(le16(p + 28) & 0x3fff));
        else if (HAS(12, "VP8L"))
            file_say(k, ", VP8 lossless");
    } else if (HAS(8, "WAVE")) {
        k->mime = "audio/x-wav";
        file_say(k, ", WAVE audio");
        if (HAS(12, "fmt ") && n >= 36) {
            unsigned channels = le16(p + 22);
            file_say(k, le16(p + 20) == 1 ? ", Microsoft PCM, %u bit" : ", %u bit",
                     (unsigned)le16(p + 34));
            if (channels <= 2)
                file_say(k, ", %s %u Hz", channels == 1 ? "mono" : "stereo",
                         (unsigned)le32(p + 24));
            else
                file_say(k, ", %u channels %u Hz", channels, (unsigned)le32(p + 24));
        }
    } else if (HAS(8, "AVI ")) {
        k->mime = "video/x-msvideo";
        file_say(k, ", AVI");
    }
    return true;
}

static bool media(const uint8_t *p, size_t n, file_kind *k)
{
    static const struct {
        char brand[5];
        const char *text, *mime;
    } brands[] = {{"isom", "MP4 Base Media v1 [ISO 14496-12:2003]", "video/mp4"},
                  {"mp41", "MP4 v1 [ISO 14496-1:ch13]", "video/mp4"},
                  {"mp42", "MP4 v2 [ISO 14496-14]", "video/mp4"},
                  {"iso2", "MP4 Base Media v2 [ISO 14496-12:2005]", "video/mp4"},
                  {"qt  ", "Apple QuickTime movie, Apple QuickTime (.MOV/QT)", "video/quicktime"},
                  {"heic", "HEIF Image HEVC Main or Main Still Picture Profile", "image/heic"},
                  {"mif1", "HEIF Image", "image/heif"},
                  {"avif", "AVIF Image", "image/avif"},
                  {"M4A ", "Apple iTunes ALAC/AAC-LC (.M4A) Audio", "audio/x-m4a"},
                  {"M4V ", "Apple iTunes Video (.M4V) Video", "video/x-m4v"},
                  {"3gp4", "MPEG v4 system, 3GPP", "video/3gpp"}};
    if (HAS(4, "ftyp") && n >= 12) {
        file_say(k, "ISO Media");
        k->mime = "video/mp4";
        for (size_t i = 0; i < BX_COUNT(brands); i++)
            if (has(p, n, 8, brands[i].brand, 4)) {
                file_say(k, ", %s", brands[i].text);
                k->mime = brands[i].mime;
            }
        return true;
    }
    if (HAS(0, "\x1a\x45\xdf\xa3")) {
        bool webm = n > 8 && memmem(p, n < 64 ? n : 64, "webm", 4) != NULL;
        return is(k, webm ? "video/webm" : "video/x-matroska", webm ? "WebM" : "Matroska data");
    }
    if (HAS(0, "OggS")) {
        file_say(k, "Ogg data");
        k->mime = "audio/ogg";
        if (HAS(28, "\1vorbis") && n >= 44)
            file_say(k, ", Vorbis audio, %s, %u Hz",
                     p[39] == 1   ? "mono"
                     : p[39] == 2 ? "stereo"
                                  : "multichannel",
                     (unsigned)le32(p + 40));
        else if (HAS(28, "OpusHead"))
            file_say(k, ", Opus audio");
        return true;
    }
    return riff(p, n, k);
}

static bool zip(const uint8_t *p, size_t n, file_kind *k)
{
    if (HAS(0, "PK\5\6"))
        return is(k, "application/zip", "Zip archive data (empty)");
    if (!HAS(0, "PK\3\4") || n < 30)
        return false;
    static const struct {
        const char *type, *text;
    } types[] = {{"application/vnd.oasis.opendocument.text", "OpenDocument Text"},
                 {"application/vnd.oasis.opendocument.spreadsheet", "OpenDocument Spreadsheet"},
                 {"application/vnd.oasis.opendocument.presentation", "OpenDocument Presentation"},
                 {"application/vnd.oasis.opendocument.graphics", "OpenDocument Drawing"},
                 {"application/epub+zip", "EPUB document"}};
    if (HAS(30, "mimetype"))
        for (size_t i = 0; i < BX_COUNT(types); i++)
            if (has(p, n, 38, types[i].type, strlen(types[i].type)))
                return is(k, types[i].type, types[i].text);
    if (HAS(30, "[Content_Types].xml") || HAS(30, "_rels/.rels") || HAS(30, "docProps")) {
        size_t look = n < 65536 ? n : 65536;
        if (memmem(p, look, "word/", 5))
            return is(k, "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                      "Microsoft Word 2007+");
        if (memmem(p, look, "ppt/", 4))
            return is(k,
                      "application/vnd.openxmlformats-officedocument.presentationml.presentation",
                      "Microsoft PowerPoint 2007+");
        if (memmem(p, look, "xl/", 3))
            return is(k, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                      "Microsoft Excel 2007+");
        return is(k, "application/octet-stream", "Microsoft OOXML");
    }
    unsigned method = le16(p + 8), version = p[4];
    file_say(k, "Zip archive data, at least v%u.%u to extract, compression method=%s", version / 10,
             version % 10,
             method == 0    ? "store"
             : method == 8  ? "deflate"
             : method == 12 ? "bzip2"
             : method == 14 ? "lzma"
                            : "unknown");
    k->mime = "application/zip";
    return true;
}

static bool gzip(const uint8_t *p, size_t n, file_kind *k)
{
    static const char *const systems[] = {"FAT filesystem (MS-DOS, OS/2, NT)", "Amiga", "VMS",
                                          "Unix"};
    if (!HAS(0, "\x1f\x8b") || n < 10)
        return false;
    file_say(k, "gzip compressed data");
    k->mime = "application/gzip";
    if (p[3] & 8) {
        size_t at = 10 + (p[3] & 4 && n > 12 ? 2 + le16(p + 10) : 0);
        if (at < n)
            file_say(k, ", was \"%.*s\"",
                     (int)strnlen((const char *)p + at, n - at < 256 ? n - at : 256),
                     (const char *)p + at);
    }
    if (le32(p + 4)) {
        prog_buf date = {0};
        tz utc;
        tz_fixed(0, "UTC", &utc);
        date_format(&date, BX_LIT("%a %b %e %H:%M:%S %Y"), &utc,
                    (struct timespec){.tv_sec = (time_t)le32(p + 4)});
        file_say(k, ", last modified: %s", prog_buf_z(&date));
        prog_buf_free(&date);
    }
    if (p[8] == 2)
        file_say(k, ", max compression");
    else if (p[8] == 4)
        file_say(k, ", max speed");
    if (p[9] < 4)
        file_say(k, ", from %s", systems[p[9]]);
    return true;
}

static bool elf(const uint8_t *p, size_t n, file_kind *k)
{
    if (!HAS(0, "\x7f"
                "ELF") ||
        n < 20)
        return false;
    static const struct {
        unsigned id;
        const char *name;
    } machines[] = {{3, "Intel 80386"},
                    {62, "x86-64"},
                    {40, "ARM"},
                    {183, "ARM aarch64"},
                    {243, "UCB RISC-V"},
                    {8, "MIPS"},
                    {21, "64-bit PowerPC or cisco 7500"},
                    {22, "IBM S/390"},
                    {258, "LoongArch"},
                    {247, "eBPF"}};
    static const char *const kinds[] = {"no file type", "relocatable", "executable",
                                        "shared object", "core file"};
    bool big = p[5] == 2, wide = p[4] == 2;
    unsigned type = big ? be16(p + 16) : le16(p + 16), machine = big ? be16(p + 18) : le16(p + 18);
    bool dynamic = false, interpreter = false;
    prog_buf path = {0};
    if (wide && !big && n >= 64) {
        uint64_t at = le32(p + 32);
        unsigned count = le16(p + 56), size = le16(p + 54);
        for (unsigned i = 0; i < count && size >= 56 && at + 56 <= n; i++, at += size) {
            unsigned what = le32(p + at);
            dynamic |= what == 2;
            if (what == 3) {
                uint64_t from = le32(p + at + 8), len = le32(p + at + 32);
                interpreter = true;
                if (from < n && len <= n - from)
                    prog_buf_put(&path, p + from, strnlen((const char *)p + from, (size_t)len));
            }
        }
    }
    const char *name = "unknown arch";
    for (size_t i = 0; i < BX_COUNT(machines); i++)
        if (machines[i].id == machine)
            name = machines[i].name;
    bool pie = type == 3 && interpreter;
    file_say(k, "ELF %s-bit %s %s, %s, version 1 (%s)", wide ? "64" : "32", big ? "MSB" : "LSB",
             pie        ? "pie executable"
             : type < 5 ? kinds[type]
                        : "unknown type",
             name, p[7] == 3 ? "GNU/Linux" : "SYSV");
    if (type == 2 || type == 3)
        file_say(k, ", %s linked", dynamic ? "dynamically" : "statically");
    if (path.n)
        file_say(k, ", interpreter %s", prog_buf_z(&path));
    prog_buf_free(&path);
    k->mime = type == 1   ? "application/x-object"
              : pie       ? "application/x-pie-executable"
              : type == 3 ? "application/x-sharedlib"
              : type == 4 ? "application/x-coredump"
                          : "application/x-executable";
    return true;
}

static bool pe(const uint8_t *p, size_t n, file_kind *k)
{
    if (!HAS(0, "MZ"))
        return false;
    size_t at = n >= 64 ? le32(p + 60) : 0;
    if (at == 0 || !has(p, n, at, "PE\0\0", 4) || at + 26 > n) {
        return is(k, "application/x-dosexec", "MS-DOS executable");
    }
    const uint8_t *h = p + at + 4;
    bool plus = le16(h + 20) == 0x20b, dll = (le16(h + 18) & 0x2000) != 0;
    unsigned machine = le16(h), system = at + 4 + 20 + 70 <= n ? le16(h + 20 + 68) : 0;
    file_say(k, "PE32%s executable (%s) %s, for MS Windows, %u section%s", plus ? "+" : "",
             dll           ? "DLL"
             : system == 2 ? "GUI"
             : system == 3 ? "console"
                           : "native",
             machine == 0x8664   ? "x86-64"
             : machine == 0x14c  ? "Intel 80386"
             : machine == 0xaa64 ? "Aarch64"
                                 : "unknown",
             (unsigned)le16(h + 2), le16(h + 2) == 1 ? "" : "s");
    k->mime = "application/vnd.microsoft.portable-executable";
    return true;
}

static bool tar(const uint8_t *p, size_t n, file_kind *k)
{
    if (n < 512 || (!HAS(257, "ustar")))
        return false;
    uint64_t sum = 0, want = 0;
    for (size_t i = 0; i < 512; i++)
        sum += i >= 148 && i < 156 ? ' ' : p[i];
    for (size_t i = 148; i < 156; i++)
        if (p[i] >= '0' && p[i] <= '7')
            want = want * 8 + (p[i] - '0');
    if (sum != want)
        return false;
    return is(k, "application/x-tar",
              HAS(257, "ustar  \0") ? "POSIX tar archive (GNU)" : "POSIX tar archive");
}

static bool programs(const uint8_t *p, size_t n, file_kind *k)
{
    if (HAS(0, "\0asm") && n >= 8) {
        file_say(k, "WebAssembly (wasm) binary module version 0x%x%s", (unsigned)le32(p + 4),
                 le32(p + 4) == 1 ? " (MVP)" : "");
        return k->mime = "application/wasm", true;
    }
    if (HAS(0, "\xca\xfe\xba\xbe") && n >= 8 && be16(p + 6) >= 43 && be16(p + 6) < 100) {
        unsigned major = be16(p + 6);
        file_say(k, "compiled Java class data, version %u.%u", major, (unsigned)be16(p + 4));
        if (major >= 45)
            file_say(k,
                     major <= 48   ? " (Java 1.%u)"
                     : major <= 52 ? " (Java 1.%u)"
                                   : " (Java SE %u)",
                     major - 44);
        return k->mime = "application/x-java-applet", true;
    }
    if (HAS(2, "\r\n") && n >= 16 && be16(p) != 0 && p[1] == 0x0d) {
        unsigned minor = p[0] >= 0xcb   ? 12
                         : p[0] >= 0xa7 ? 11
                         : p[0] >= 0x6f ? 10
                         : p[0] >= 0x61 ? 9
                                        : 8;
        file_say(k, "Byte-compiled Python module for CPython 3.%u", minor);
        return k->mime = "application/x-bytecode.python", true;
    }
    return elf(p, n, k) || pe(p, n, k);
}

static void sqlite(const uint8_t *p, size_t n, file_kind *k)
{
    if (n < 100)
        return;
    unsigned encoding = be32(p + 56);
    file_say(k, ", last written using SQLite version %u, file counter %u, database pages %u, ",
             (unsigned)be32(p + 96), (unsigned)be32(p + 24), (unsigned)be32(p + 28));
    if (be32(p + 16) > 0 && be32(p + 40))
        file_say(k, "cookie 0x%x, ", (unsigned)be32(p + 40));
    else
        file_say(k, "cookie 0x%x, ", (unsigned)be32(p + 40));
    file_say(k, "schema %u, %s, version-valid-for %u", (unsigned)be32(p + 44),
             encoding == 1   ? "UTF-8"
             : encoding == 2 ? "UTF-16 little endian"
                             : "UTF-16 big endian",
             (unsigned)be32(p + 92));
}

/* What more the head of a format of the table says. */
static void more(const uint8_t *p, size_t n, file_kind *k)
{
    if (HAS(0, "SQLite format 3"))
        sqlite(p, n, k);
    else if (HAS(0, "BZh") && n > 3)
        file_say(k, ", block size = %c00k", p[3]);
    else if (HAS(0, "7z\xbc\xaf") && n > 7)
        file_say(k, ", version %u.%u", (unsigned)p[6], (unsigned)p[7]);
    else if (HAS(0, "\x1f\x9d") && n > 2)
        file_say(k, " %u bits", (unsigned)(p[2] & 31));
    else if (HAS(0, "Cr24") && n > 8)
        file_say(k, ", version %u", (unsigned)le32(p + 4));
    else if (HAS(0, "\xfd"
                    "7zXZ") &&
             n > 7)
        file_say(k, ", checksum %s",
                 p[7] == 1    ? "CRC32"
                 : p[7] == 4  ? "CRC64"
                 : p[7] == 10 ? "SHA-256"
                              : "NONE");
    else if (HAS(0, "wOF") && n > 12)
        file_say(k, ", %s, length %u", HAS(4, "OTTO") ? "CFF" : "TrueType", (unsigned)be32(p + 8));
    else if (HAS(0, "\x93NUMPY") && n > 10)
        file_say(k, ", version %u.%u, header length %u", (unsigned)p[6], (unsigned)p[7],
                 (unsigned)le16(p + 8));
    else if (HAS(0, "%!PS-Adobe-") && n > 14)
        file_say(k, "%.3s", (const char *)p + 11);
    else if (HAS(0, "MThd") && n > 13)
        file_say(k, " (format %u) using %u track%s at 1/%u", (unsigned)be16(p + 8),
                 (unsigned)be16(p + 10), be16(p + 10) == 1 ? "" : "s", (unsigned)be16(p + 12));
    else if ((HAS(0, "II*") || HAS(0, "MM\0*")) && n > 9) {
        bool big = p[0] == 'M';
        size_t at = big ? be32(p + 4) : le32(p + 4);
        if (at + 2 <= n)
            file_say(k, ", direntries=%u", (unsigned)(big ? be16(p + at) : le16(p + at)));
    } else if (HAS(0, "PACK") && n > 11)
        file_say(k, ", version %u, %u objects", (unsigned)be32(p + 4), (unsigned)be32(p + 8));
}

bool file_binary(const uint8_t *p, size_t n, file_kind *k)
{
    static const struct {
        size_t at;
        const char *mark;
        size_t len;
        const char *text, *mime;
    } table[] = {
#define MAGIC(at, mark, text, mime) {at, mark, sizeof(mark) - 1, text, mime},
#include "magic.def"
#undef MAGIC
    };
    if (HAS(0, "\xff\xd8\xff")) {
        jpeg(p, n, k);
        return true;
    }
    if (pictures(p, n, k) || zip(p, n, k) || gzip(p, n, k) || programs(p, n, k) || media(p, n, k) ||
        tar(p, n, k))
        return true;
    if (HAS(0, "%PDF-") && n >= 8) {
        file_say(k, "PDF document, version %.3s", (const char *)p + 5);
        return k->mime = "application/pdf", true;
    }
    if (HAS(0, "PACK") && n >= 12) {
        (void)is(k, "application/x-git", "Git pack");
        more(p, n, k);
        return true;
    }
    for (size_t i = 0; i < BX_COUNT(table); i++)
        if (has(p, n, table[i].at, table[i].mark, table[i].len)) {
            (void)is(k, table[i].mime, table[i].text);
            more(p, n, k);
            return true;
        }
    return false;
}
