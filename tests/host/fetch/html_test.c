/* HTML to Markdown: exact results, broken pages included. */
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

static bool all_convert(bool plain, bool main_content, const io *cases, size_t n)
{
    wf_html_opts opts = {.base_url = bx_str_of(BASE), .plain = plain, .main_content = main_content};
    bool good = true;
    for (size_t i = 0; i < n; i++)
        good = converts(&opts, &cases[i]) && good;
    return good;
}

#define GIVES(plain, main_content, ...) \
    do { \
        const io cases_[] = {__VA_ARGS__}; \
        CHECK(all_convert(plain, main_content, cases_, BX_COUNT(cases_))); \
    } while (0)
#define MARKDOWN(...) GIVES(false, false, __VA_ARGS__)

static void text_and_paragraphs(void)
{
    MARKDOWN({"", ""}, {"   \n\t ", ""}, {"hello", "hello\n"}, {"a  b\n\tc", "a b c\n"},
             {"<p>a<p>b", "a\n\nb\n"}, {"<div>a</div><div>b</div>", "a\n\nb\n"},
             {"<p></p><p> </p><p>x", "x\n"}, {"<p>&nbsp;</p><p>x&nbsp;&nbsp;y", "x  y\n"},
             {"a<!-- no -->b<!DOCTYPE x>c<?pi?>d", "abcd\n"},
             {"<html><head></head><body>x</body></html>y", "xy\n"},
             {"a<span> b</span><span>c </span>d", "a bc d\n"}, {"x\x01\x7fy", "xy\n"},
             {"<p>a<div>b</div>c</p>d", "a\n\nb\n\nc\n\nd\n"},
             {"<section>a</section>b<address>c</address>", "a\n\nb\n\nc\n"},
             {"a<hr>b<hr/>", "a\n\n---\n\nb\n\n---\n"});
}

static void breaks(void)
{
    MARKDOWN({"a<br>b", "a  \nb\n"}, {"a<br/>b<br />", "a  \nb\n"}, {"<br>a", "a\n"},
             {"a<br><br>b", "a\n\nb\n"}, {"a<br> <br>\n<br>b", "a\n\nb\n"},
             {"<b>a<br>b</b>", "**a  \nb**\n"}, {"<code>a<br>b</code>", "`a`  \n`b`\n"},
             {"a</br>b", "a  \nb\n"}, {"a<wbr>b", "ab\n"});
}

static void headings(void)
{
    MARKDOWN({"<h1>a</h1>b", "# a\n\nb\n"}, {"<h6>a</h6><h3>b", "###### a\n\n### b\n"},
             {"<h2>a<br>b</h2>", "## a b\n"},
             {"<h2><div>a</div><div>b</div></h2>c", "## a b\n\nc\n"},
             {"<h2><b>a</b> <i>b</i></h2>", "## a *b*\n"}, {"<h1></h1>x", "x\n"},
             {"<h2>T<a href='#t'>\xc2\xb6</a></h2>", "## T\n"},
             {"<h2>T <a href='#t'>#</a></h2>", "## T\n"}, {"<h2>a<h3>b</h3>", "## a\n\n### b\n"},
             {"<h1>a</h2>b", "# a\n\nb\n"});
}

static void marks(void)
{
    MARKDOWN({"<b>a</b> <strong>b</strong> <i>c</i> <em>d</em> <del>e</del> <s>f</s>",
              "**a** **b** *c* *d* ~~e~~ ~~f~~\n"},
             {"x<b> a </b>y", "x **a** y\n"}, {"<b></b>x<i> </i>y", "x y\n"},
             {"<b>a<strong>b</strong>c</b>", "**abc**\n"}, {"<b>a</b><b>b</b>", "**ab**\n"},
             {"<b><i>a</i></b>", "***a***\n"}, {"un<em>be</em>lievable", "un*be*lievable\n"},
             {"x<sup>2</sup> y<sub>1</sub>", "x<sup>2</sup> y<sub>1</sub>\n"},
             {"a<sup><a href=#n>[1]</a></sup>", "a[[1]](https://ex.org/d/p.html#n)\n"},
             {"<q>a</q>", "\"a\"\n"}, {"<var>n</var> <cite>B</cite>", "*n* *B*\n"},
             {"<b>a<p>b</p>c</b>d", "**a**\n\n**b**\n\n**c**d\n"}, {"<p><b>x<p>y", "**x**\n\ny\n"},
             {"<i><b>a</i>b</b>c", "***a*****b**c\n"}, {"<b>&nbsp;a</b>", "**a**\n"},
             {"a</b>b</i></span></div>c", "abc\n"});
}

static void code_spans(void)
{
    MARKDOWN({"<code>a</code>", "`a`\n"}, {"<code>a`b</code>", "``a`b``\n"},
             {"<code>`a</code>", "`` `a ``\n"},
             {"<code>a  *b* _c_ &lt;d&gt;</code>", "`a *b* _c_ <d>`\n"},
             {"<code>a</code><code>b</code>", "`ab`\n"}, {"<kbd>a</kbd> <tt>b</tt>", "`a` `b`\n"},
             {"<code>`</code><code>``</code>", "```` ``` ````\n"},
             {"<code>V<<a href=/T>T</a>></code>", "`V<`[`T`](https://ex.org/T)`>`\n"},
             {"<a href=/x><code>c</code></a>", "[`c`](https://ex.org/x)\n"},
             {"<b>a <code>b</code></b>", "**a `b`**\n"});
}

static void links(void)
{
    MARKDOWN({"<a href=x>a</a>", "[a](https://ex.org/d/x)\n"},
             {"<a href='/x y'>a</a>", "[a](https://ex.org/x%20y)\n"},
             {"<a href='//h/p?q=1&amp;r=2#f'>a</a>", "[a](https://h/p?q=1&r=2#f)\n"},
             {"<a href='?q'>a</a>", "[a](https://ex.org/d/p.html?q)\n"},
             {"<a href='/W_(x)'>a</a>", "[a](https://ex.org/W_(x))\n"},
             {"<a href='/W_(x'>a</a>", "[a](<https://ex.org/W_(x>)\n"},
             {"<a>a</a><a name=x>b</a>", "ab\n"}, {"<a href='javascript:f()'>a</a>", "a\n"},
             {"<a href=' JavaScript:f()'>a</a>", "a\n"}, {"<a href='data:x'>a</a>", "a\n"},
             {"<a href='mailto:x@y.z'>m</a>", "[m](mailto:x@y.z)\n"}, {"<a href=/x></a>b", "b\n"},
             {"<a href=/x aria-label='Home'><svg></svg></a>", "[Home](https://ex.org/x)\n"},
             {"<a href='https://h/p'>https://h/p</a>", "<https://h/p>\n"},
             {"<a href='https://h/a_b'>https://h/a_b</a>", "<https://h/a_b>\n"},
             {"a!<a href=/x>b</a>", "a\\![b](https://ex.org/x)\n"},
             {"<a href=/x><h3>a</h3><p>b</p></a>",
              "### [a](https://ex.org/x)\n\n[b](https://ex.org/x)\n"},
             {"<a href=/1>a<a href=/2>b</a>", "[a](https://ex.org/1)[b](https://ex.org/2)\n"},
             {"<a href=/x>a]</a>", "[a\\]](https://ex.org/x)\n"},
             {"<base href='https://b.org/q/'><a href=x>a</a>", "[a](https://b.org/q/x)\n"},
             {"<base href='/r/'><base href='/s/'><a href=x>a</a>", "[a](https://ex.org/r/x)\n"});
}

static void images(void)
{
    MARKDOWN({"<img src=i.png alt='A b'>", "![A b](https://ex.org/d/i.png)\n"},
             {"<img src=/i>", "![](https://ex.org/i)\n"}, {"<img src=/i alt=''>x", "x\n"},
             {"<img src='data:image/png;base64,xx' alt='pic'>", "pic\n"},
             {"<img src='data:x' data-src=/real alt=a>", "![a](https://ex.org/real)\n"},
             {"<img src=/i width=1 height=1>x", "x\n"},
             {"<img src=/i alt='a]b'>", "![a\\]b](https://ex.org/i)\n"},
             {"<a href=/x><img src=/i alt=a></a>", "[![a](https://ex.org/i)](https://ex.org/x)\n"},
             {"a<img src=/i alt=b>c", "a![b](https://ex.org/i)c\n"});
}

static void lists(void)
{
    MARKDOWN({"<ul><li>a<li>b</ul>c", "- a\n- b\n\nc\n"},
             {"<ol><li>a</li><li>b</li></ol>", "1. a\n2. b\n"},
             {"<ol start=9><li>a<li>b<li value=20>c<li>d</ol>", "9. a\n10. b\n20. c\n21. d\n"},
             {"<ul><li>a<ul><li>b<li>c</ul><li>d</ul>", "- a\n  - b\n  - c\n- d\n"},
             {"<ul><li>a</li><ul><li>b</li></ul><li>c</li></ul>", "- a\n  - b\n- c\n"},
             {"<ol><li>a<ul><li>b</ul></ol>", "1. a\n   - b\n"},
             {"<ul><li><p>a</p><p>b</p></li><li>c</ul>", "- a\n\n  b\n- c\n"},
             {"<ul><li>a<ul><li>b</ul>c</ul>", "- a\n  - b\n\n  c\n"},
             {"<ul><li></li><li>b</li></ul>", "- b\n"}, {"<ul></ul>x", "x\n"},
             {"<ul><li>a<br>b</ul>", "- a  \n  b\n"},
             {"<ul><li>a<pre>x\ny</pre></ul>", "- a\n\n  ```\n  x\n  y\n  ```\n"},
             {"x<ul><li>a</ul>", "x\n\n- a\n"},
             {"<ul><li><input type=checkbox checked> a<li><input type=checkbox>b</ul>",
              "- [x] a\n- [ ] b\n"},
             {"<select><option>a<option>b</select>c", "- a\n- b\n\nc\n"}, {"<li>a", "- a\n"},
             {"<ul><li><blockquote>q</blockquote></ul>", "- > q\n"});
}

static void quotes_and_definitions(void)
{
    MARKDOWN({"<blockquote>a</blockquote>b", "> a\n\nb\n"},
             {"<blockquote><p>a<p>b</blockquote>", "> a\n>\n> b\n"},
             {"<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n>\n> > b\n"},
             {"<blockquote><ul><li>a</ul></blockquote>", "> - a\n"},
             {"<blockquote><pre>a\n\nb</pre></blockquote>", "> ```\n> a\n>\n> b\n> ```\n"},
             {"<dl><dt>a<dd>b<dd>c<dt>d<dd>e</dl>f", "a\n: b\n: c\n\nd\n: e\n\nf\n"},
             {"<dl><dt>a<dt>b<dd><p>c</p><p>d</p></dl>", "a\nb\n: c\n\n  d\n"},
             {"<details><summary>s</summary>b</details>", "**s**\n\nb\n"});
}

static void code_blocks(void)
{
    MARKDOWN(
        {"<pre>a\n  b\n\n c</pre>", "```\na\n  b\n\n c\n```\n"},
        {"<pre>\na\n</pre>", "```\na\n```\n"}, {"<pre>a\n\n</pre>", "```\na\n\n```\n"},
        {"<pre><code class='x language-c++'>a &lt; b &amp;&amp; *c</code></pre>",
         "```c++\na < b && *c\n```\n"},
        {"<pre class=lang-py>a</pre>", "```py\na\n```\n"},
        {"<div class='highlight highlight-source-js'><pre>a</pre></div><pre>b</pre>",
         "```js\na\n```\n\n```\nb\n```\n"},
        {"<div class='sourceCode'><pre class='sourceCode rust'>a</pre></div>", "```rust\na\n```\n"},
        {"<div class='highlight-default notranslate'><pre>a</pre></div>", "```\na\n```\n"},
        {"<pre><code class='language-\"x y'>a</code></pre>", "```\na\n```\n"},
        {"<pre>``` x</pre>", "````\n``` x\n````\n"},
        {"<pre><b>a</b> <a href=x>b</a><br>c</pre>", "```\na b\nc\n```\n"},
        {"<pre><div>a</div><div>b</div></pre>", "```\na\nb\n```\n"},
        {"<pre>a\r\nb\rc\td</pre>", "```\na\nb\nc\td\n```\n"}, {"<pre></pre>x", "x\n"},
        {"<pre>a&nbsp;b</pre>", "```\na b\n```\n"}, {"<xmp><b>a</xmp>", "```\n<b>a\n```\n"},
        {"a<pre>b", "a\n\n```\nb\n```\n"});
}

static void tables(void)
{
    MARKDOWN({"<table><tr><th>a<th>b<tr><td>c<td>d</table>x",
              "| a | b |\n| --- | --- |\n| c | d |\n\nx\n"},
             {"<table><thead><tr><th>a</th></tr></thead><tbody><tr><td>c</td></tr></tbody></table>",
              "| a |\n| --- |\n| c |\n"},
             {"<table><tr><td>a<td>b</table>", "| | |\n| --- | --- |\n| a | b |\n"},
             {"<table><tr><th>a<td>b</table>", "| | |\n| --- | --- |\n| a | b |\n"},
             {"<table><tr><th>a<th>b<th>c<tr><td>d<tr><td>e<td>f<td>g<td>h</table>",
              "| a | b | c | |\n| --- | --- | --- | --- |\n| d | | | |\n| e | f | g | h |\n"},
             {"<table><tr><th colspan=2>a<th>b<tr><td>c<td>d<td>e</table>",
              "| a | | b |\n| --- | --- | --- |\n| c | d | e |\n"},
             {"<table><tr><th>a<th>b<tr><td rowspan=2>c<td>d<tr><td>e</table>",
              "| a | b |\n| --- | --- |\n| c | d |\n| | e |\n"},
             {"<table><tr><th>a|b<td><code>c|d</code></table>",
              "| | |\n| --- | --- |\n| a\\|b | `c\\|d` |\n"},
             {"<table><tr><th>a<tr><td>x<br>y<tr><td><p>x<p>y<tr><td><ul><li>x<li>y</ul></table>",
              "| a |\n| --- |\n| x<br>y |\n| x<br>y |\n| x<br>y |\n"},
             {"<table><caption>C</caption><tr><th>a<tr><td><b>x</table>",
              "C\n\n| a |\n| --- |\n| **x** |\n"},
             {"<table><tr><td>a<table><tr><td>b<td>c</table><td>d</table>",
              "a\n\n| | |\n| --- | --- |\n| b | c |\n\nd\n"},
             {"<table><tr><td>one</table>", "one\n"},
             {"<table role=presentation><tr><td>a<td>b</table>", "a\n\nb\n"},
             {"<table><tr><td><h2>a</h2><td>b</table>", "## a\n\nb\n"},
             {"<table>x<tr><th>a</table>y", "x\n\n| a |\n| --- |\n\ny\n"},
             {"<table><tr><th>a<th>b", "| a | b |\n| --- | --- |\n"},
             {"<ul><li>x<table><tr><th>a</table></ul>", "- x\n\n  | a |\n  | --- |\n"},
             {"<td>a</td>b<tr>c", "abc\n"},
             {"<table><tr><th>a</div></p>b</table></table>c", "| a<br>b |\n| --- |\n\nc\n"});
}

static void not_shown(void)
{
    MARKDOWN({"a<script>if (a</b) '<p>'</script>b", "ab\n"}, {"a<style>x{}</style>b", "ab\n"},
             {"a<script><!-- <script> </script> --> x</script>b", "ab\n"},
             {"a<noscript><p>x</noscript>b", "ab\n"}, {"a<template><p>x</template>b", "ab\n"},
             {"a<svg><text>x</text><title/>y</svg>b", "ab\n"}, {"a<svg><p>b", "a\n\nb\n"},
             {"<head><title>t</title></head>b", "b\n"}, {"a<p hidden>x<p>b", "a\n\nb\n"},
             {"a<div style='color:red; display : none'>x<div>y</div></div>b", "a\n\nb\n"},
             {"a<span hidden>x</span>b", "ab\n"}, {"a<iframe>x</iframe>b", "ab\n"},
             {"a<video>x</video><audio>y</audio><canvas>z</canvas>b", "ab\n"},
             {"a<dialog>x</dialog><dialog open>y</dialog>", "a\n\ny\n"},
             {"<math alttext='x^2'><mi>x</mi></math>", "$x^2$\n"},
             {"<math alttext=' a\n&#9;b&#27;'>", "$a b$\n"},
             {"<table><tr><th><math alttext='|x|'></math><th><img alt='a|b' src=/i></table>",
              "| $\\|x\\|$ | ![a\\|b](https://ex.org/i) |\n| --- | --- |\n"},
             {"a<script>x", "a\n"}, {"<textarea><b>x</textarea>", "\\<b>x\n"}, {"a<!-- x", "a\n"},
             {"a<!--> b", "a b\n"}, {"a<!---> b", "a b\n"}, {"a<!-- x --!>b", "ab\n"},
             {"a<!x>b</>c</ d>e", "abce\n"});
}

static void escapes(void)
{
    MARKDOWN({"1*2*3", "1\\*2\\*3\n"}, {"a * b", "a * b\n"}, {"a_b _c_", "a_b \\_c\\_\n"},
             {"# x", "\\# x\n"}, {"#x", "#x\n"}, {"- x", "\\- x\n"}, {"-x", "-x\n"},
             {"+ x", "\\+ x\n"}, {"* x", "\\* x\n"}, {"1. x", "1\\. x\n"}, {"1) x", "1\\) x\n"},
             {"1.5 x", "1.5 x\n"}, {"2020.", "2020\\.\n"}, {"> x", "\\> x\n"}, {"a > b", "a > b\n"},
             {"---", "\\---\n"}, {"a<br>===", "a  \n\\===\n"}, {"~~x~~", "\\~\\~x\\~\\~\n"},
             {"~5", "~5\n"}, {"`x`", "\\`x\\`\n"}, {"[x](y)", "[x\\](y)\n"}, {"[x]", "[x]\n"},
             {"[x]: y", "[x\\]: y\n"}, {"a \\ b \\*", "a \\ b \\\\\\*\n"}, {"&lt;b&gt;", "\\<b>\n"},
             {"1 &lt; 2", "1 < 2\n"}, {"&amp;lt;", "\\&lt;\n"}, {"a &amp; b", "a & b\n"},
             {"<p>a</p>1.", "a\n\n1\\.\n"});
}

static void references(void)
{
    MARKDOWN(
        {"&lt &copy &eacute;&notit; &notin;", "< \xc2\xa9 \xc3\xa9\xc2\xacit; \xe2\x88\x89\n"},
        {"&#65;&#x42;&#X43 &#0;&#x110000;&#xD800;", "ABC \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\n"},
        {"&#128;&#x99;", "\xe2\x82\xac\xe2\x84\xa2\n"},
        {"&bogus; &; &#; &#x;", "\\&bogus; &; &#; \\&#x;\n"},
        {"<a href='?a=1&copy=2&lt;'>x</a>", "[x](https://ex.org/d/p.html?a=1&copy=2%3C)\n"},
        {"&hellip;&mdash;&ldquo;&rarr;&nbsp;&#x1F600;",
         "\xe2\x80\xa6\xe2\x80\x94\xe2\x80\x9c\xe2\x86\x92 \xf0\x9f\x98\x80\n"},
        {"&#99999999999999999999;", "\xef\xbf\xbd\n"});
}

static void broken(void)
{
    MARKDOWN({"a < b", "a < b\n"}, {"a<", "a\\<\n"}, {"a</", "a\\</\n"}, {"a<b", "a\n"},
             {"a<b x='", "a\n"}, {"a<b =x y = 'z>' w>c</b>", "a**c**\n"},
             {"<<b>x</b>", "\\<**x**\n"}, {"<p/>a<div/>b", "a\n\nb\n"},
             {"<P>A<STRONG>B</Strong>", "A**B**\n"}, {"<b a=1 a='>'>x</b>", "**x**\n"},
             {"</li></table></h1>a", "a\n"}, {"<ul><li>a</div></ul>b", "- a\n\nb\n"},
             {"<form><p>a</form>b", "a\n\nb\n"}, {"<p><span><div>a</span>b</div>c", "ab\n\nc\n"},
             {"<x-y><p>a</x-y>b", "ab\n"});
}

static void plain_text(void)
{
    GIVES(true, false, {"<h1>a</h1><p><b>b</b> *c* <a href=x>d</a>", "a\n\nb *c* d\n"},
          {"<ul><li>a<li>b</ul>", "- a\n- b\n"}, {"<pre>a\n b</pre>", "a\n b\n"},
          {"<table><tr><th>a<th>b<tr><td>c<td>d</table>", "a\tb\nc\td\n"},
          {"<img src=x alt=pic> <code>`x`</code>", "pic `x`\n"}, {"a<br>b", "a\nb\n"},
          {"<dl><dt>a<dd>b</dl>", "a\nb\n"});
}

#define LOREM   "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor. "
#define LOREM_4 LOREM LOREM LOREM LOREM

static void main_content(void)
{
    GIVES(false, true,
          {"<nav>n</nav><header>h</header><main><header><h1>t</h1></header><p>" LOREM_4
           "</p><aside>s</aside></main><footer>f</footer>",
           "# t\n\n" LOREM LOREM LOREM
           "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor.\n"},
          {"<div>x</div><article><p>" LOREM_4 "</article><div>y</div>", LOREM LOREM LOREM
           "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor.\n"},
          {"<div role=main><p>" LOREM LOREM "<div role=navigation>m</div></div>z", LOREM
           "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor.\n"},
          {"<div>x</div><div><ul><li><a href=1>a</a><li><a href=2>b</a><li><a href=3>c</a><li>"
           "<a href=4>d</a></ul><p>" LOREM_4 "</div><div>y</div>",
           LOREM LOREM LOREM
           "Lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor.\n"},
          {"<p>short<nav>n</nav><form><input>f</form>", "short\n"},
          {"<article>a</article><article>b</article>", "a\n\nb\n"});
    /* the control: without the option everything is there */
    MARKDOWN({"<nav>n</nav><main>m</main><footer>f</footer>", "n\n\nm\n\nf\n"});
}

static void title_is_reported(void)
{
    BX_AUTO_BUF out = bx_buf_init(1000);
    wf_html_page page;
    wf_html_page_init(&page, 100);
    wf_html_opts opts = {.base_url = bx_str_of(BASE)};
    CHECK(wf_html_to_md(BX_LIT("<title> A &amp;\n <b>B </title><svg><title>n</title></svg>x"),
                        &opts, &out, &page, NULL) == BX_OK);
    CHECK(bx_str_eq(bx_buf_str(&page.title), BX_LIT("A & <b>B")));
    CHECK(bx_str_eq(bx_buf_str(&out), BX_LIT("x\n")));
    opts.main_content = true;
    bx_buf_clear(&page.title);
    CHECK(wf_html_to_md(BX_LIT("<title>T</title>x"), &opts, &out, &page, NULL) == BX_OK);
    CHECK(bx_str_eq(bx_buf_str(&page.title), BX_LIT("T")));
    wf_html_page_done(&page);
}

static void repeat(bx_buf *b, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        (void)bx_buf_add_z(b, s);
}

/* Nesting, width and length that an attacker chooses: bounded, and no text lost. */
static void hostile_sizes(void)
{
    static const char *const parts[] = {"<div>",
                                        "<blockquote>",
                                        "<ul><li>",
                                        "<b>",
                                        "<a href=x>",
                                        "<table><tr><td>",
                                        "<i><b>",
                                        "<span>",
                                        "<dl><dd>",
                                        "<svg>",
                                        "<p><table>",
                                        "<h1>",
                                        "<sup><a href=/>",
                                        "</div>",
                                        "<!--",
                                        "<code>`",
                                        "<td colspan=9999>",
                                        "<form>",
                                        "<pre>",
                                        "<"};
    for (size_t i = 0; i < BX_COUNT(parts); i++) {
        BX_AUTO_BUF in = bx_buf_init(1 << 20), out = bx_buf_init(1 << 22);
        repeat(&in, parts[i], 20000);
        (void)bx_buf_add_z(&in, "x</p></b>end");
        wf_html_opts opts = {.base_url = bx_str_of(BASE), .main_content = i % 2};
        bx_code rc = wf_html_to_md(bx_buf_str(&in), &opts, &out, NULL, NULL);
        CHECK(rc == BX_OK || rc == BX_ELIMIT);
        CHECK(out.n <= out.max);
    }
    BX_AUTO_BUF in = bx_buf_init(1 << 20), out = bx_buf_init(1 << 20);
    repeat(&in, "<div>", 600);
    (void)bx_buf_add_z(&in, "deep");
    repeat(&in, "</div>", 600);
    (void)bx_buf_add_z(&in, "after");
    wf_html_opts opts = {.base_url = bx_str_of(BASE)};
    CHECK(wf_html_to_md(bx_buf_str(&in), &opts, &out, NULL, NULL) == BX_OK);
    CHECK(bx_str_eq(bx_buf_str(&out), BX_LIT("deep\n\nafter\n")));
}

static void output_is_bounded(void)
{
    wf_html_opts opts = {.base_url = bx_str_of(BASE)};
    BX_AUTO_BUF out = bx_buf_init(8);
    bx_error err;
    CHECK(wf_html_to_md(BX_LIT("<p>abc<p>def"), &opts, &out, NULL, &err) == BX_ELIMIT);
    CHECK(bx_str_eq(bx_buf_str(&out), BX_LIT("abc\n\ndef")) ||
          bx_str_eq(bx_buf_str(&out), BX_LIT("abc\n\n")));
    bx_buf_clear(&out);
    CHECK(wf_html_to_md(BX_LIT("<p>abc<p>de"), &opts, &out, NULL, &err) == BX_OK);
    CHECK(bx_str_eq(bx_buf_str(&out), BX_LIT("abc\n\nde\n")));
}

static bx_code convert_once(bool main_content)
{
    static const char page[] =
        "<title>t</title><h1>a</h1><p>b <b>c</b> <a href=x>d</a> <code>`</code>&amp;<pre>x\n</pre>"
        "<ul><li>a</ul><table><tr><th>a<tr><td>b</table><img src=i alt=j><form>f</form>";
    BX_AUTO_BUF out = bx_buf_init(10000);
    wf_html_page said;
    wf_html_page_init(&said, 100);
    wf_html_opts opts = {.base_url = bx_str_of(BASE), .main_content = main_content};
    bx_code rc = wf_html_to_md(bx_str_of(page), &opts, &out, &said, NULL);
    wf_html_page_done(&said);
    return rc;
}

static void every_allocation_may_fail(void)
{
    EACH_ALLOC_FAILS(rc, { rc = convert_once(false); });
    EACH_ALLOC_FAILS(rc, { rc = convert_once(true); });
}

BXT_MAIN(RUN(text_and_paragraphs); RUN(breaks); RUN(headings); RUN(marks); RUN(code_spans);
         RUN(links); RUN(images); RUN(lists); RUN(quotes_and_definitions); RUN(code_blocks);
         RUN(tables); RUN(not_shown); RUN(escapes); RUN(references); RUN(broken); RUN(plain_text);
         RUN(main_content); RUN(title_is_reported); RUN(hostile_sizes); RUN(output_is_bounded);
         RUN(every_allocation_may_fail);)
