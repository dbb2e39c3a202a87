/* args_*, environ_*: what was given, no more, in order. */
#include "guest.h"

int main(void)
{
    __wasi_size_t n, bytes;
    OK(__wasi_args_sizes_get(&n, &bytes));
    EQ(n, 4);
    uint8_t *argv[5], *text = malloc(bytes + 1);
    argv[4] = (uint8_t *)1;
    text[bytes] = 0x5a;
    OK(__wasi_args_get(argv, text));
    EQ(text[bytes], 0x5a);
    EQ((uintptr_t)argv[4], 1);
    EQ((uintptr_t)argv[0], (uintptr_t)text);
    EQ(strcmp((char *)argv[1], "one two"), 0);
    EQ(strcmp((char *)argv[2], ""), 0);
    EQ(strcmp((char *)argv[3], "h\xc3\xa9"), 0);
    EQ(bytes, strlen((char *)argv[0]) + 1 + 8 + 1 + 4);

    OK(__wasi_environ_sizes_get(&n, &bytes));
    EQ(n, 2);
    OK(__wasi_environ_get(argv, realloc(text, bytes)));
    EQ(strcmp(getenv("NAME"), "value=with=equals"), 0);
    EQ(strcmp(getenv("EMPTY"), ""), 0);
    YES(getenv("PATH") == NULL);

    EQ(raw_args_sizes_get(memory_end() - 3, at(&n)), E(FAULT));
    EQ(raw_args_sizes_get(at(&n), memory_end()), E(FAULT));
    EQ(raw_args_get(memory_end() - 15, at(argv)), E(FAULT));
    EQ(raw_environ_sizes_get(UINT32_MAX, at(&n)), E(FAULT));
    EQ(raw_environ_get(at(argv), memory_end() - 1), E(FAULT));
    return 0;
}
