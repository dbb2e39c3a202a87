#include "codec/wasm_command.h"

#include "base/test.h"

static const bx_wasm_command how = {
    .entry = {"run", 3},
    .from = {{"host", 4}, {"call", 4}},
    .to = {{"boxagnts", 8}, {"absent", 6}},
};

/* (type () -> i32) (type i32 -> ()), two imports, run = 7, an export, a custom section. */
#define HEAD  "\0asm\1\0\0\0"
#define TYPES "\1\x09\2\x60\0\1\x7F\x60\1\x7F\0"
#define IMPORTS \
    "\2\x30\2\4host\4call\0\0" \
    "\x16wasi_snapshot_preview1\x09proc_exit\0\1"
#define FUNCTIONS   "\3\2\1\0"
#define EXPORTS     "\7\7\1\3run\0\2"
#define CODE        "\x0A\6\1\4\0\x41\7\x0B"
#define CUSTOM      "\0\5\4name"

#define MODULE(...) ((bx_str){(const char[]){__VA_ARGS__}, sizeof(__VA_ARGS__) - 1})

static bx_code make(bx_str wasm, bx_buf *out, bx_error *err)
{
    *out = bx_buf_init(4096);
    return bx_wasm_as_command(wasm, &how, out, err);
}

static void becomes_a_command(void)
{
    static const char want[] = HEAD "\1\x0C\3\x60\0\1\x7F\x60\1\x7F\0\x60\0\0"
                                    "\2\x36\2\x08"
                                    "boxagnts\6absent\0\0"
                                    "\x16wasi_snapshot_preview1\x09proc_exit\0\1"
                                    "\3\3\2\0\2"
                                    "\7\x10\2\3run\0\2\6_start\0\3"
                                    "\x0A\x0D\2\4\0\x41\7\x0B\6\0\x10\2\x10\1\x0B";
    BX_AUTO_BUF out = bx_buf_init(0);
    bx_error err = {.msg = ""};
    bx_str wasm = MODULE(HEAD TYPES IMPORTS FUNCTIONS EXPORTS CODE CUSTOM);
    CHECK(make(wasm, &out, &err) == BX_OK);
    CHECK(bx_str_eq(bx_buf_str(&out), (bx_str){want, sizeof want - 1}));
}

static void others_are_refused(void)
{
    static const struct {
        bx_str wasm;
        const char *says;
    } cases[] = {
        {{"", 0}, "no WebAssembly"},
        {{HEAD, 7}, "no WebAssembly"},
        {{HEAD, 8}, "exports no function 'run'"},
        {{HEAD TYPES IMPORTS FUNCTIONS EXPORTS, sizeof(HEAD TYPES IMPORTS FUNCTIONS EXPORTS) - 1},
         "no code"},
        {{HEAD TYPES FUNCTIONS EXPORTS CODE, sizeof(HEAD TYPES FUNCTIONS EXPORTS CODE) - 1},
         "proc_exit"},
        {{HEAD TYPES TYPES IMPORTS FUNCTIONS EXPORTS CODE,
          sizeof(HEAD TYPES TYPES IMPORTS FUNCTIONS EXPORTS CODE) - 1},
         "exports no function"},
        {{HEAD TYPES IMPORTS FUNCTIONS EXPORTS CODE EXPORTS,
          sizeof(HEAD TYPES IMPORTS FUNCTIONS EXPORTS CODE EXPORTS) - 1},
         "well-formed"},
        {{HEAD TYPES IMPORTS FUNCTIONS "\7\x0A\1\6_start\0\2" CODE,
          sizeof(HEAD TYPES IMPORTS FUNCTIONS "\7\x0A\1\6_start\0\2" CODE) - 1},
         "a command already"},
    };
    for (size_t i = 0; i < BX_COUNT(cases); i++) {
        BX_AUTO_BUF out = bx_buf_init(0);
        bx_error err = {.msg = ""};
        CHECK(make(cases[i].wasm, &out, &err) == BX_EINVAL);
        CHECK(strstr(err.msg, cases[i].says));
    }
}

/* A module cut short anywhere is refused, or lacks only what was cut off. */
static void cut_short(void)
{
    static const char text[] = HEAD TYPES IMPORTS FUNCTIONS EXPORTS CODE;
    for (size_t n = 0; n + 1 < sizeof text; n++) {
        BX_AUTO_BUF out = bx_buf_init(0);
        bx_error err = {.msg = ""};
        CHECK(make((bx_str){text, n}, &out, &err) == BX_EINVAL);
    }
}

static void room_and_memory(void)
{
    bx_str wasm = MODULE(HEAD TYPES IMPORTS FUNCTIONS EXPORTS CODE);
    bx_error err = {.msg = ""};
    BX_AUTO_BUF small = bx_buf_init(20);
    CHECK(bx_wasm_as_command(wasm, &how, &small, &err) == BX_ELIMIT);
}

BXT_MAIN(RUN(becomes_a_command); RUN(others_are_refused); RUN(cut_short); RUN(room_and_memory);)
