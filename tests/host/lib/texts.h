/* Pairs of texts for tests of diff and patch: by number, so that a failure can be repeated. */
#ifndef BX_TESTS_TEXTS_H
#define BX_TESTS_TEXTS_H

#include <stdio.h>

#include "base/buf.h"

typedef struct texts {
    bx_buf of_a, of_b;
    bx_str a, b;
} texts;

typedef struct dice {
    uint32_t seed;
} dice;

static inline uint32_t roll(dice *d, uint32_t n)
{
    d->seed = d->seed * UINT32_C(1664525) + UINT32_C(1013904223);
    return (d->seed >> 8) % n;
}

/* A line of few kinds, so that lines repeat; some empty, some with CRLF. */
static inline void add_line(dice *d, bx_buf *to, uint32_t kinds)
{
    static const char *const shapes[] = {"}\n",       "\n",           "    return x%u;\n",
                                         "line %u\n", "\tcase %u:\n", "%u\r\n"};
    char line[40];
    uint32_t kind = roll(d, kinds);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    int n = snprintf(line, sizeof line, shapes[kind % 6], (unsigned)(kind / 6));
#pragma GCC diagnostic pop
    (void)bx_buf_add(to, line, (size_t)n);
}

/* `from` with some of its lines left out, replaced, or others put before them. */
static inline void change(dice *d, bx_str from, bx_buf *to, uint32_t one_of, uint32_t kinds)
{
    for (size_t at = 0; at < from.n;) {
        const char *lf = memchr(from.p + at, '\n', from.n - at);
        size_t n = lf ? (size_t)(lf - from.p) + 1 - at : from.n - at;
        uint32_t what = roll(d, one_of);
        if (what == 0 || what == 1)
            add_line(d, to, kinds);
        if (what != 1 && what != 2)
            (void)bx_buf_add(to, from.p + at, n);
        at += n;
    }
    if (roll(d, one_of) == 0)
        add_line(d, to, kinds);
}

static inline void drop_end(dice *d, bx_buf *b)
{
    if (b->n > 0 && roll(d, 4) == 0) {
        b->n -= b->p[b->n - 1] == '\n';
        b->p[b->n] = '\0';
    }
}

static inline texts texts_of(uint32_t number)
{
    dice d = {number * UINT32_C(2654435761) + 1};
    texts t = {.of_a = bx_buf_init(1 << 20), .of_b = bx_buf_init(1 << 20)};
    uint32_t kinds = 2 + roll(&d, 60), n = roll(&d, roll(&d, 4) ? 40 : 3);
    for (uint32_t i = 0; i < n; i++)
        add_line(&d, &t.of_a, kinds);
    change(&d, bx_buf_str(&t.of_a), &t.of_b, 2 + roll(&d, 30), kinds);
    drop_end(&d, &t.of_a);
    drop_end(&d, &t.of_b);
    t.a = bx_buf_str(&t.of_a);
    t.b = bx_buf_str(&t.of_b);
    return t;
}

static inline void texts_done(texts *t)
{
    bx_buf_done(&t->of_a);
    bx_buf_done(&t->of_b);
}

#endif
