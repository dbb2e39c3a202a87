/* files/find_parse.c - the grammar of find's expression: lists of "," of lists of -o of lists of
 * -a.
 */
#include "find.h"

#include <string.h>

typedef struct parser {
    find *f;
    char **argv;
    size_t at, n;
    unsigned depth;
} parser;

static find_node *list(parser *p, bool nested);

static find_node *node_new(find_kind kind)
{
    find_node *t = prog_zalloc(1, sizeof *t);
    t->kind = kind;
    return t;
}

static void add(find_node *to, find_node *kid)
{
    to->kids = prog_grow(to->kids, &to->cap, to->n, sizeof(find_node *));
    to->kids[to->n++] = kid;
}

/* A list of one is that one. */
static find_node *single(find_node *t)
{
    if (t->n != 1)
        return t;
    find_node *only = t->kids[0];
    free(t->kids);
    free(t);
    return only;
}

static bool is(const parser *p, const char *a, const char *b)
{
    if (p->at >= p->n)
        return false;
    const char *word = p->argv[p->at];
    return strcmp(word, a) == 0 || (b && strcmp(word, b) == 0);
}

static bool is_end(const parser *p)
{
    return p->at >= p->n || is(p, ")", NULL) || is(p, ",", NULL) || is(p, "-o", "-or");
}

static find_node *factor(parser *p)
{
    if (++p->depth > FIND_NEST_MAX)
        prog_die(0, "the expression is nested too deeply");
    find_node *t;
    if (is(p, "!", "-not")) {
        const char *word = p->argv[p->at++];
        t = node_new(FIND_NOT);
        if (is_end(p))
            prog_die(0, "expected an expression after '%s'", word);
        add(t, factor(p));
    } else if (is(p, "(", NULL)) {
        p->at++;
        if (is(p, ")", NULL))
            prog_die(0, "invalid expression; empty parentheses are not allowed.");
        if (p->at >= p->n)
            prog_die(0, "invalid expression; expected to find a ')' but didn't see one. Perhaps "
                        "you need an extra predicate after '('");
        t = list(p, true);
        if (!is(p, ")", NULL))
            prog_die(0, "invalid expression; I was expecting to find a ')' somewhere but did not "
                        "see one.");
        p->at++;
    } else {
        t = node_new(FIND_TEST);
        t->name = p->argv[p->at++];
        p->at += find_primary(p->f, t, p->argv + p->at, p->n - p->at);
    }
    p->depth--;
    return t;
}

static find_node *conjunction(parser *p)
{
    find_node *t = node_new(FIND_AND);
    if (is(p, "-a", "-and"))
        prog_die(0,
                 "invalid expression; you have used a binary operator '%s' with nothing before "
                 "it.",
                 p->argv[p->at]);
    while (!is_end(p)) {
        add(t, factor(p));
        if (is(p, "-a", "-and")) {
            const char *word = p->argv[p->at++];
            if (is_end(p))
                prog_die(0, "expected an expression after '%s'", word);
        }
    }
    return single(t);
}

static void nothing_before(const parser *p)
{
    if (is(p, "-o", "-or") || is(p, ",", NULL))
        prog_die(0,
                 "invalid expression; you have used a binary operator '%s' with nothing before "
                 "it.",
                 p->argv[p->at]);
}

static find_node *disjunction(parser *p)
{
    find_node *t = node_new(FIND_OR);
    nothing_before(p);
    add(t, conjunction(p));
    while (is(p, "-o", "-or")) {
        const char *word = p->argv[p->at++];
        if (is_end(p))
            prog_die(0, "expected an expression after '%s'", word);
        add(t, conjunction(p));
    }
    return single(t);
}

static find_node *list(parser *p, bool nested)
{
    find_node *t = node_new(FIND_LIST);
    add(t, disjunction(p));
    while (is(p, ",", NULL)) {
        p->at++;
        if (is_end(p))
            prog_die(0, "expected an expression after ','");
        add(t, disjunction(p));
    }
    if (!nested && is(p, ")", NULL))
        prog_die(0, "you have too many ')'");
    return single(t);
}

static bool has_action(const find_node *t)
{
    if (t->is_action)
        return true;
    for (size_t i = 0; i < t->n; i++)
        if (has_action(t->kids[i]))
            return true;
    return false;
}

find_node *find_parse(find *f, char **argv, size_t n)
{
    parser p = {.f = f, .argv = argv, .n = n};
    find_node *t = n ? list(&p, false) : NULL;
    if (t && has_action(t))
        return t;
    find_node *both = node_new(FIND_AND), *print = node_new(FIND_TEST);
    print->test = find_print;
    print->is_action = true;
    if (t)
        add(both, t);
    add(both, print);
    return both;
}

bool find_eval(find *f, find_node *t, walk_entry *e)
{
    bool result = true;
    switch (t->kind) {
    case FIND_TEST:
        if (t->needs_stat && !walk_stat(f->walk, e)) {
            prog_warn(errno, "'%s'", e->path);
            f->status = 1;
            return false;
        }
        return t->test(f, t, e);
    case FIND_NOT:
        return !find_eval(f, t->kids[0], e);
    case FIND_AND:
        for (size_t i = 0; i < t->n && !f->stop; i++)
            if (!find_eval(f, t->kids[i], e))
                return false;
        return true;
    case FIND_OR:
        for (size_t i = 0; i < t->n && !f->stop; i++)
            if (find_eval(f, t->kids[i], e))
                return true;
        return false;
    case FIND_LIST:
        for (size_t i = 0; i < t->n && !f->stop; i++)
            result = find_eval(f, t->kids[i], e);
        return result;
    }
    return result;
}
