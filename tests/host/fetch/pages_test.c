/* What real generators and writers put into pages, each kind once; read the way a strict reader of
 * CommonMark would. */
#include "base/test.h"
#include "fetch/charset.h"
#include "fetch/html_md.h"
#include "fetch/url.h"

#define BASE "http://h/d/p.html"

static bool converts(const char *html, const char *want, bool main_content)
{
    BX_AUTO_BUF out = bx_buf_init(1 << 20);
    wf_html_opts opts = {.base_url = BX_LIT(BASE), .main_content = main_content};
    if (wf_html_to_md(bx_str_of(html), &opts, &out, NULL, NULL) != BX_OK)
        return false;
    if (bx_str_eq(bx_buf_str(&out), bx_str_of(want)))
        return true;
    (void)printf("# html: %s\n# want: %s\n# have: %s\n", html, want, out.p ? out.p : "");
    return false;
}

#define SAME(html, want) CHECK(converts(html, want, false))

static void emphasis(void)
{
    SAME("<p><code>a <i>b</i> <b>c</b></code>", "`a b c`\n");
    SAME("<p>a<b>(b)</b>c", "a(b)c\n");
    SAME("<p>a <b>(b)</b> c", "a **(b)** c\n");
    SAME("<p>a<b>b</b>c", "a**b**c\n");
    SAME("<p><b><i>a</i> b</b>", "***a* b**\n");
    SAME("<p><i>a</i><b>b</b>", "*a***b**\n");
    SAME("<p>x <b>*</b> y", "x **\\*** y\n");
    SAME("<p><b>\xe3\x80\x8c\xe8\xaa\x9e\xe3\x80\x8d</b>\xe3\x81\xa7",
         "\xe3\x80\x8c\xe8\xaa\x9e\xe3\x80\x8d\xe3\x81\xa7\n"); /* a bracket, then a letter */
    SAME("<p>\xe2\x82\xac<b>5</b>", "\xe2\x82\xac**5**\n");
    SAME("<p>a<b>\xe2\x82\xac</b>b", "a\xe2\x82\xac"
                                     "b\n"); /* readers differ on symbols */
    SAME("<p>~<del>x</del>", "~x\n");
    SAME("<p><b>a<br>b</b>", "**a  \nb**\n");
    SAME("<table><tr><th>k<td><b>a</b>b<tr><th>l<td><i>-</i>c</table>",
         "| | |\n| --- | --- |\n| k | **a**b |\n| l | \\-c |\n");
}

static void characters(void)
{
    SAME("<p>__a__ a__b a_ _b", "\\_\\_a\\_\\_ a__b a\\_ \\_b\n");
    SAME("<p>&lt;<span>b</span>&gt;", "\\<b>\n");
    SAME("<p>[a]<span>(b)</span>", "[a]\\(b)\n");
    SAME("<p><span>1</span>. a", "1\\. a\n");
    SAME("<p>a<br>-&nbsp;b", "a  \n\\- b\n");
    SAME("<h2>a #</h2>", "## a \\#\n");
    SAME("<h2>C#</h2>", "## C#\n");
}

static void blocks(void)
{
    SAME("<ul><li>a</ul><ul><li>b</ul>", "- a\n\n* b\n");
    SAME("<ol><li>a</ol><ol><li>b</ol>", "1. a\n\n1) b\n");
    SAME("<ul><li>a<ol start=3><li>b</ol></ul>", "- a\n\n  3. b\n");
    SAME("<ul><li><hr></ul>", "- ___\n");
    SAME("<dl><dt>a<dd>b<dd><ul><li>c</ul></dl>", "a\n: b\n:\n\n  - c\n");
    SAME("<dl><dt>a<dd><dl><dt>b<dd>c<p>d</dl></dl>", "a\n: b\n  : c\n\n  d\n");
    SAME("<dl><dt>a<dd><pre>x</pre></dl>y", "a\n:\n\n  ```\n  x\n  ```\n\ny\n");
    SAME("<dl><dt>a</dl><hr>", "a\n\n---\n");
}

/* What a reader of twenty levels still sees: nine lists, then no more indentation. */
static void depth(void)
{
    BX_AUTO_BUF page = bx_buf_init(4096), want = bx_buf_init(4096);
    for (int i = 0; i < 11; i++)
        (void)bx_buf_addf(&page, "<ul><li>%d", i);
    for (int i = 0; i < 9; i++)
        (void)bx_buf_addf(&want, "%*s- %d\n", 2 * i, "", i);
    (void)bx_buf_addf(&want, "%*s9\n%*s10\n", 18, "", 18, "");
    bool same = converts(page.p, want.p, false);
    CHECK(same);
}

static void code(void)
{
    SAME("<div class=fragment><div class=line><span class=lineno>1</span>&#160;a</div>\n"
         "<div class=line></div>\n<div class=line><span class=lineno>3</span>&#160; b</div></div>",
         "```\na\n\n b\n```\n");
    SAME("<table class=listing><tr><td "
         "class=listing_lines><pre>1\n2</pre><td><pre>a\nb</pre></table>",
         "```\na\nb\n```\n");
    SAME("<table><tr><td class=blob-num>1<td>a<tr><td class=blob-num>2<td> b</table>",
         "```\na\n b\n```\n");
    SAME("<pre><a href=x>x</a> 1\n<a href=y>y</a> 2</pre>",
         "```\nx 1\ny 2\n```\n\n- [x](http://h/d/x)\n- [y](http://h/d/y)\n");
    SAME("<pre class=code><a href=x>x</a> 1</pre>", "```\nx 1\n```\n");
    SAME("<pre>int f(int a,\n      <a href=x>T</a> b)</pre>",
         "```\nint f(int a,\n      T b)\n```\n");
    SAME("<table><tr><th>a<td><pre>x\n\ny</pre><tr><th>b<td>z</table>",
         "| | |\n| --- | --- |\n| a | `x`<br>`y` |\n| b | z |\n");
}

static void tables(void)
{
    SAME("<table><tr><th>a<th>b<tr><td "
         "colspan=2><hr><tr><td>1<td><blockquote>2</blockquote></table>",
         "| a | b |\n| --- | --- |\n| 1 | 2 |\n");
    SAME("<div class='summary-table two'><div class='table-header col-first'>T</div>"
         "<div class='table-header col-last'>D</div><div class='col-constructor-name'>c</div>"
         "<div class='col-last'>d</div></div>",
         "| T | D |\n| --- | --- |\n| c | d |\n");
}

static void targets(void)
{
    SAME("<p>a<a href='#x' title='Permalink to this'>\xc2\xb6</a>", "a\n");
    SAME("<dl><dt>f()<a class=headerlink href='#f'>#</a></dl>", "f()\n");
    SAME("<p><a href='#i'>i</a>", "[i](http://h/d/p.html#i)\n");
    SAME("<p><a href='jav\nascript:x'>a</a><a href='\x01"
         "data:x'>b</a><a href='VBScript:x'>c</a>",
         "abc\n");
    SAME("<frameset><frame src=a.html title=A><noframes><p>n</noframes></frameset>",
         "[A](http://h/d/a.html)\n\nn\n");
    SAME("<img alt=i src='' srcset='a.png 2x, b.png'>", "![i](http://h/d/a.png)\n");
    SAME("<picture><source srcset='a.webp 1x'><img alt=i></picture>", "![i](http://h/d/a.webp)\n");
    SAME("<a href='http://h/%20'>http://h/%20</a>", "[http://h/%20](http://h/%20)\n");
    SAME("<div><template shadowrootmode=open><p>s</template></div>", "s\n");
}

static void formulas(void)
{
    SAME("<p>a <math><msub><mi>x</mi><mn>1</mn></msub><mo>+</mo><mfrac><mi>a</mi><mi>b</mi></mfrac>"
         "</math> b",
         "a x_1+a/b b\n");
    SAME("<p><math><semantics><mi>y</mi><annotation encoding='application/x-tex'>y^2</annotation>"
         "</semantics></math><span class=katex-html aria-hidden=true>y2</span>",
         "$y^2$\n");
    SAME("<p>a <script type='math/tex'>z</script>", "a $z$\n");
}

static void index_pages(void)
{
    /* An index is nothing but links: none of its lists is a menu. */
    BX_AUTO_BUF page = bx_buf_init(8192), want = bx_buf_init(8192);
    (void)bx_buf_add_z(&page, "<div id=c>");
    for (int list = 0; list < 3; list++) {
        (void)bx_buf_addf(&page, "<h2>Part %d</h2><ul>", list);
        (void)bx_buf_addf(&want, "%s## Part %d\n\n", list ? "\n" : "", list);
        for (int i = 0; i < 8; i++) {
            (void)bx_buf_addf(&page, "<li><a href=e%d>entry %d</a>", i, i);
            (void)bx_buf_addf(&want, "- [entry %d](http://h/d/e%d)\n", i, i);
        }
        (void)bx_buf_add_z(&page, "</ul>");
    }
    (void)bx_buf_add_z(&page, "</div>");
    bool kept = converts(page.p, want.p, true);
    CHECK(kept);
}

static void main_content(void)
{
    BX_AUTO_BUF html = bx_buf_init(1 << 16), out = bx_buf_init(1 << 16);
    wf_html_page page;
    wf_html_page_init(&page, 100);
    wf_html_opts opts = {.base_url = BX_LIT(BASE), .main_content = true};
    (void)bx_buf_add_z(&html, "<div class=sidebar><p>");
    for (int i = 0; i < 15; i++)
        (void)bx_buf_add_z(&html, "beside the point ");
    (void)bx_buf_add_z(&html, "</div><div id=c>");
    for (int i = 0; i < 10; i++)
        (void)bx_buf_addf(
            &html, "<div><h2>H%d</h2><div><p>Some words of part %d, not many.</div></div>", i, i);
    (void)bx_buf_add_z(&html, "</div><div class=footer>made today</div>");
    CHECK(wf_html_to_md(bx_buf_str(&html), &opts, &out, &page, NULL) == BX_OK);
    CHECK(strstr(out.p, "## H0") && strstr(out.p, "words of part 9"));
    CHECK(!strstr(out.p, "beside the point") && !strstr(out.p, "made today"));
    CHECK(page.left_out > 30 && page.left_out < 90);
    wf_html_page_done(&page);
}

static bool decodes(wf_charset cs, bx_str bytes, const char *want)
{
    BX_AUTO_BUF scratch = bx_buf_init(1000);
    bx_str text;
    return wf_charset_to_utf8(cs, bytes, false, &scratch, &text) == BX_OK &&
           bx_str_eq(text, bx_str_of(want));
}

static void legacy(void)
{
    CHECK(decodes(CS_SHIFT_JIS, BX_LIT("\x87\x40\xfb\xfc\xb1\\"),
                  "\xe2\x91\xa0\xe9\xab\x99\xef\xbd\xb1\\"));
    CHECK(decodes(CS_EUC_JP, BX_LIT("\xad\xa1\x8f\xb0\xa1\x8e\xb1\xa4\x41"),
                  "\xe2\x91\xa0\xe4\xb8\x82\xef\xbd\xb1\xef\xbf\xbd"
                  "A"));
    CHECK(decodes(CS_GB18030,
                  BX_LIT("\x94\x39\xfc\x36\x80\x81\x30\x81\x30\x81"
                         "0"),
                  "\xf0\x9f\x98\x80\xe2\x82\xac\xc2\x80\xef\xbf\xbd"
                  "0"));
    CHECK(decodes(CS_BIG5, BX_LIT("\x88\x62\xa4\x40"), "\xc3\x8a\xcc\x84\xe4\xb8\x80"));
    CHECK(
        decodes(CS_EUC_KR, BX_LIT("\xb0\xa1\x81\x41\x81"), "\xea\xb0\x80\xea\xb0\x82\xef\xbf\xbd"));
    CHECK(decodes(CS_ISO_2022_JP, BX_LIT("a\x1b$B$\"\x1b(J\\\x1b(B\\"), "a\xe3\x81\x82\xc2\xa5\\"));
}

static void hosts(void)
{
    BX_AUTO_BUF url = bx_buf_init(WF_MAX_URL);
    CHECK(wf_url_resolve(BX_LIT("http://a/"), BX_LIT("//M\xc3\x9cnchen.de:8/x"), &url) == BX_OK);
    CHECK(bx_str_eq(bx_buf_str(&url), BX_LIT("http://xn--mnchen-3ya.de:8/x")));
    CHECK(wf_url_resolve(BX_LIT("http://a/"), BX_LIT("//\xc3\xbc\x03/"), &url) == BX_OK);
    CHECK(bx_str_eq(bx_buf_str(&url), BX_LIT("http://%C3%BC%03/"))); /* no host */
    CHECK(wf_url_resolve(BX_LIT("http://a/"), BX_LIT("http://u:p@h/a%b%20#f"), &url) == BX_OK);
    CHECK(wf_url_for_request(&url) == BX_OK);
    CHECK(bx_str_eq(bx_buf_str(&url), BX_LIT("http://h/a%25b%20")));
    CHECK(wf_url_resolve(BX_LIT("http://h/"), BX_LIT("50%off%u1?100%"), &url) == BX_OK);
    CHECK(wf_url_for_request(&url) == BX_OK);
    CHECK(bx_str_eq(bx_buf_str(&url), BX_LIT("http://h/50%off%25u1?100%")));
}

BXT_MAIN(RUN(emphasis); RUN(characters); RUN(blocks); RUN(depth); RUN(code); RUN(tables);
         RUN(targets); RUN(formulas); RUN(main_content); RUN(index_pages); RUN(legacy); RUN(hosts);)
