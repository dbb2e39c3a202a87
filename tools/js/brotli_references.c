/* The part of brotli's encoder that looks for matches, for the hash tables brotli_encode.c chooses.
 */
#include <enc/hash.h>

#undef FOR_GENERIC_HASHERS
#define FOR_GENERIC_HASHERS(H) H(5)
#include <enc/backward_references.c>
