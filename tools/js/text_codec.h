/* js/text_codec.h - bytes to text and back: UTF-8 (with the replacement of the Encoding standard),
 * hexadecimal, base64 (RFC 4648, read as leniently as Node reads it), and finding bytes in bytes.
 * Pure; every function takes time linear in its input. */
#ifndef BX_JS_TEXT_CODEC_H
#define BX_JS_TEXT_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The sequence that begins at p, of n > 0 bytes: its length, with *ok whether it is a character.  A
 * wrong one is as long as what one U+FFFD stands for ("maximal subpart"). */
size_t js_utf8_step(const uint8_t *p, size_t n, bool *ok);
/* How many bytes at the beginning are valid UTF-8: n when all are. */
size_t js_utf8_valid(const uint8_t *p, size_t n);
/* How many bytes at the end begin a character that more bytes may finish: 0 to 3. */
size_t js_utf8_unfinished(const uint8_t *p, size_t n);
/* `in` with each wrong sequence as U+FFFD: the size; bytes only where `out` is not NULL. */
size_t js_utf8_repair(const uint8_t *in, size_t n, uint8_t *out);
/* Bytes that are UTF-8 but for encoded surrogates, which become U+FFFD of the same size. */
void js_utf8_replace_surrogates(uint8_t *p, size_t n);
bool js_is_ascii(const uint8_t *p, size_t n);
/* ISO 8859-1 as UTF-8: the size; bytes only where `out` is not NULL. */
size_t js_latin1_to_utf8(const uint8_t *in, size_t n, uint8_t *out);

/* Up to n / 2 bytes, up to the first two characters that are no digits. */
size_t js_hex_decode(const uint8_t *in, size_t n, uint8_t *out, size_t most);
void js_hex_encode(const uint8_t *in, size_t n, char *out);
/* Both alphabets, skipping what is in neither, up to the first '='. At most n / 4 * 3 + 2 bytes. */
size_t js_base64_decode(const uint8_t *in, size_t n, uint8_t *out, size_t most);
/* The size; with is_url the other alphabet and no '='. out: (n + 2) / 3 * 4 bytes. */
size_t js_base64_encode(const uint8_t *in, size_t n, bool is_url, char *out);

/* Where `needle` (at least one unit) stands in `hay`, both of `unit` bytes (1, 2) a unit, at the
 * first position >= from, or with `last` the last one <= from: in units; -1: nowhere, -2: no
 * memory. */
ptrdiff_t js_find(const uint8_t *hay, size_t n, const uint8_t *needle, size_t m, size_t unit,
                  size_t from, bool last);

#endif
