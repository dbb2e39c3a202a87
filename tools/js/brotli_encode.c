/* brotli's encoder with two of its ways to look for matches instead of fifteen, for size: the hash
 * table with chains (H5) for qualities 2 to 9, the tree (H10) for 10 and 11.  Any decoder reads
 * what it makes. Qualities 0 and 1, which have encoders of their own, are never asked for
 * (codec.c). */
#include <stdlib.h>

#include <enc/quality.h>

static void js_choose_hasher(const BrotliEncoderParams *params, BrotliHasherParams *ret)
{
    int q = params->quality;
    ret->type = q > 9 ? 10 : 5;
    ret->block_bits = q - 1;
    ret->bucket_bits = q < 7 ? 14 : 15;
    ret->num_last_distances_to_check = q < 7 ? 4 : q < 9 ? 10 : 16;
}

#define ChooseHasher js_choose_hasher
#include <enc/encode.c>

void BrotliCompressFragmentFast(BrotliOnePassArena *s, const uint8_t *input, size_t input_size,
                                BROTLI_BOOL is_last, int *table, size_t table_size,
                                size_t *storage_ix, uint8_t *storage)
{
    (void)s, (void)input, (void)input_size, (void)is_last, (void)table, (void)table_size;
    (void)storage_ix, (void)storage;
    abort();
}

void BrotliCompressFragmentTwoPass(BrotliTwoPassArena *s, const uint8_t *input, size_t input_size,
                                   BROTLI_BOOL is_last, uint32_t *command_buf, uint8_t *literal_buf,
                                   int *table, size_t table_size, size_t *storage_ix,
                                   uint8_t *storage)
{
    (void)s, (void)input, (void)input_size, (void)is_last, (void)command_buf, (void)literal_buf;
    (void)table, (void)table_size, (void)storage_ix, (void)storage;
    abort();
}
