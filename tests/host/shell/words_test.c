/* Words of the shell: what expands to what, and what subshells take back. */
#include "tests/host/shell/words_host.h"

#include "base/test.h"

/* Output of `script` equals `want`. */
static bool gives(const char *script, const char *want)
{
    host_begin();
    host_run(script, strlen(script));
    bool same = strcmp(sh_buf_str(&host_out), want) == 0;
    if (!same)
        printf("# %s\n# gave %s# and %s", script, host_out.p, sh_buf_str(&host_err));
    host_end();
    return same;
}

static bool says(const char *script, const char *want)
{
    host_begin();
    host_run(script, strlen(script));
    bool same = strcmp(sh_buf_str(&host_err), want) == 0;
    if (!same)
        printf("# %s\n# said %s", script, host_err.p);
    host_end();
    return same;
}

static void fields(void)
{
    CHECK(gives("x=' a  b '; printf '<%s>' $x \"$x\" z$x\"\"", "<a><b>< a  b ><z><a><b><>"));
    CHECK(gives("IFS=:; x=a::b:; printf '<%s>' $x $x\"\"", "<a><><b><a><><b><>"));
    CHECK(gives("IFS=' :'; x='a : b'; printf '<%s>' $x", "<a><b>"));
    CHECK(gives("set -- a 'b c' ''; printf '<%s>' \"$@\" $@ \"$*\" x\"$@\"y",
                "<a><b c><><a><b><c><a b c ><xa><b c><y>"));
    CHECK(gives("set --; printf '<%s>' \"$@\" \"\"\"$@\"", "<>"));
}

static void parameters(void)
{
    CHECK(gives("x=h\303\251llo; echo ${#x} ${x:1:1} ${x: -2} ${x^^} ${x/\303\251/e}",
                "5 \303\251 lo H\303\211LLO hello\n"));
    CHECK(gives("x=a.b.c; echo ${x#*.} ${x##*.} ${x%.*} ${x%%.*} ${x//./-} ${x/./&&}",
                "b.c c a.b a a-b-c a..b.c\n"));
    CHECK(gives("echo ${u:-d} ${u+s} ${u:=n} $u \"${u:+a  b}\"", "d n n a  b\n"));
    CHECK(gives("a=(x 'y z'); printf '<%s>' \"${a[@]@Q}\" \"${!a[@]}\" \"${a[@]:1}\" ${#a[@]}",
                "<'x'><'y z'><0><1><y z><2>"));
    CHECK(gives("n=x x=5; echo ${!n} ${!n@}", "5 n\n"));
    CHECK(says("echo ${x?}", "x: parameter not set\n"));
    CHECK(says("x=abc; echo ${x:1:-5}", "-5: substring expression < 0\n"));
}

static void arrays(void)
{
    CHECK(gives("a=([5]=x y [1]=z); a[-1]+=q; unset 'a[5]'; declare -p a",
                "declare -a a=([1]=\"z\" [6]=\"yq\")\n"));
    CHECK(gives("declare -A m=([a]=1 [b c]=2); m[z]=3; unset 'm[a]'; declare -p m",
                "declare -A m=([\"b c\"]=\"2\" [z]=\"3\" )\n"));
    CHECK(says("a=(1); a[-3]=x", "a[-3]: bad array subscript\n"));
}

/* Filled from the end, in the middle and taken away at the front: no element is lost. */
static void array_ends(void)
{
    host_begin();
    sh_var *v = sh_array_for_writing("test", "a", false);
    CHECK(v);
    char room[24];
    for (int64_t i = 1000; i-- > 0;)
        sh_indexed_put(v, i * 2, sh_int_text(i, room), strlen(sh_int_text(i, room)), false);
    for (int64_t i = 0; i < 1000; i++)
        sh_indexed_put(v, i * 2 + 1, "x", 1, false);
    CHECK(sh_var_count(v) == 2000 && sh_indexed_last(v) == 1999);
    for (int64_t i = 0; i < 1000; i++) {
        CHECK(strcmp(sh_indexed_get(v, i * 2), sh_int_text(i, room)) == 0);
        sh_indexed_remove(v, i * 2);
    }
    CHECK(sh_var_count(v) == 1000 && !sh_indexed_get(v, 500) && sh_indexed_get(v, 501));
    CHECK(sh_indexed_from(v, 501) == 250);
    host_end();
}

static void subshells(void)
{
    CHECK(gives("x=1 a=(1 2); declare -A m=([k]=v); (x=2 y=3 a[5]=9; unset m; m=5; (x=4; a=()); "
                "echo $x ${a[@]} $m); echo $x ${y-no} ${a[@]} ${m[k]}",
                "2 1 2 9 5\n1 no 1 2 v\n"));
    CHECK(gives("x=g; { local x=1; { unset x; echo ${x-none}; }; }; echo $x", "g\ng\n"));
    CHECK(gives("x=g; { local x=1; (x=2; local y=3; { unset x; echo $x; }); echo $x ${y-no}; }",
                "g\n1 no\n"));
    CHECK(gives("readonly r=1; (declare -i n=1+1; export n; echo $n); n=1+1; echo $n", "2\n1+1\n"));
}

static void references(void)
{
    CHECK(gives("declare -n r=t; r=5; r+=6; echo $t ${!r}; a=(1 2); declare -n e='a[1]'; e=x; echo "
                "${a[1]} $e",
                "56 t\nx x\n"));
    CHECK(says("readonly x=1; x=2", "x: readonly variable\n"));
    CHECK(says("declare -n a=b b=a; echo $a", "warning: a: circular name reference\n"));
}

static void formats(void)
{
    CHECK(gives("printf '%5.2f|%g|%e|%.0f|%a' 3.14159 1e10 12345.678 2.5 1",
                " 3.14|1e+10|1.234568e+04|2|0x8p-3"));
    CHECK(gives("printf '%.20f %.3f %g' 0.1 1e-5 0.0001", "0.10000000000000000000 0.000 0.0001"));
    CHECK(gives("printf '%s-%d|' a 1 b 2 c", "a-1|b-2|c-0|"));
    CHECK(gives("printf '%q %q %b' 'a b' '' 'x\\ty'", "a\\ b '' x\ty"));
    CHECK(gives("printf '%d %x %o' \"'a\" 255 8; printf -v v %03d 7; echo $v", "97 ff 10007\n"));
    CHECK(says("printf %d 3x", "printf: 3x: invalid number\n"));
}

static void quoting(void)
{
    CHECK(gives("x=$'a\\'b\\n'; echo \"${x@Q}\"; declare -p x; printf %q \"$x\"",
                "$'a\\'b\\n'\ndeclare -- x=$'a\\'b\\n'\n$'a\\'b\\n'"));
    CHECK(gives("x=\"a'b\"; echo ${x@Q} ${x@A}", "'a'\\''b' x='a'\\''b'\n"));
}

BXT_MAIN(RUN(fields); RUN(parameters); RUN(arrays); RUN(array_ends); RUN(subshells);
         RUN(references); RUN(formats); RUN(quoting);)
