#include "base/test.h"
#include "fetch/html_md.h"

static const char *const BASE = "https://ex.org/d/p.html";

typedef struct io {
    const char *html, *want;
} io;

static bool converts(const wf_html_opts *opts, const io *c)
{
    BX_AUTO_BUF out = bx_buf_init(1 << 20);
    bx_error err;
    if (wf_html_to_md(bx_str_of(c->html), opts, &out, NULL, &err) != BX_OK)
        return false;
    if (bx_str_eq(bx_buf_str(&out), bx_str_of(c->want)))
        return true;
    printf("# html: %s\n# want: %s\n# have: %.*s\n", c->html, c->want, (int)out.n,
           out.p ? out.p : "");
    return false;
}

#define CONVERTS(o, ...)                                             \
    do {                                                             \
        wf_html_opts opts_ = {.base_url = bx_str_of(BASE)};          \
        o;                                                           \
        const io cases_[] = {__VA_ARGS__};                           \
        for (size_t i_ = 0; i_ < BX_COUNT(cases_); i_++)             \
            CHECK(converts(&opts_, &cases_[i_]));                    \
    } while (0)
#define MARKDOWN(...) CONVERTS((void)0, __VA_ARGS__)

static void empty_and_text(void)
{
    MARKDOWN({"", ""}, {"   \n\t ", ""}, {"hello", "hello\n"}, {"a  b\n\tc", "a b c\n"},
             {"<p>a<p>b", "a\n\nb\n"}, {"<div>a</div><div>b</div>", "a\n\nb\n"},
             {"<p></p><p> </p><p>x", "x\n"}, {"<p>&nbsp;</p><p>x&nbsp;&nbsp;y", "x  y\n"},
             {"a<!-- no -->b<!DOCTYPE x>c<?pi?>d", "abcd\n"}, {"<html><head></head><body>x</body></html>y", "xy\n"},
             {"a<span> b</span><span>c </span>d", "a bc d\n"}, {"x\x01\x7fy", "xy\n"});
}

static void headings(void)
{
    MARKDOWN({"<h1>a</h1>b", "# a\n\nb\n"}, {"<h6>a</h6><h3>b", "###### a\n\n### b\n"},
             {"<h2>a<br>b</h2>", "## a b\n"}, {"<h2><div>a</div><div>b</div></h2>c", "## a b\n\nc\n"},
             {"<h2><b>a</b> <i>b</i></h2>", "## a *b*\n"}, {"<h1></h1>x", "x\n"},
             {"<h2>T<a href='#t'>\xc2\xb6</a></h2>", "## T\n"},
             {"<h2>T <a href='#t'>#</a></h2>", "## T\n"},
             {"<h2>a<h3>b</h3>", "## a\n\n### b\n"}, {"<h1>a</h2>b", "# a\n\nb\n"});
}

static void inline_marks(void)
{
    MARKDOWN({"<b>a</b> <strong>b</strong> <i>c</i> <em>d</em> <del>e</del> <s>f</s>",
              "**a** **b** *c* *d* ~~e~~ ~~f~~\n"},
             {"x<b> a </b>y", "x **a** y\n"}, {"<b></b>x<i> </i>y", "x y\n"},
             {"<b>a<strong>b</strong>c</b>", "**abc**\n"}, {"<b>a</b><b>b</b>", "**ab**\n"},
             {"<b><i>a</i></b>", "***a***\n"}, {"un<em>be</em>lievable", "un*be*lievable\n"},
             {"x<sup>2</sup> y<sub>1</sub>", "x<sup>2</sup> y<sub>1</sub>\n"},
             {"a<sup><a href=#n>[1]</a></sup>", "a[[1]](https://ex.org/d/p.html#n)\n"},
             {"<q>a</q>", "\"a\"\n"}, {"<var>n</var> <cite>B</cite>", "*n* *B*\n"},
             {"<b>a<p>b</p>c</b>d", "**a**\n\n**b**\n\n**c**d\n"},
             {"<b>a<i>b</b>c</i>d", "**a*b***\\*c\\*d\n" + 0 * sizeof(char)});
}

int bx_unused_;
