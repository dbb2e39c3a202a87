echo "$(echo "$(echo "a")")"
a=b c=d e f > g < h
> f
a |& b
echo `a \`b\` c`
let x=1+2 "y = 3"
export A=1 B="c d"
readonly x=(1 2)
a() { b; }; c
a()
{
  b
}
{ { { a; }; }; }
((1)) && ((2))
echo a;echo b;
echo a\
b
a \
  && b
if a
then b
fi | c > d
echo <(a) >(b) "<(c)"
eval "a" 'b'
test a = b -a c = d
[ "$a" = b ] && [ c ]
printf '%s\n' "$a" | while read x; do echo; done
echo ${a[$i]} ${a[i+1]} ${a["k"]} ${a[-1]}
x="a'b" y='a"b' z="a\"b"
echo $# $? $$ $! $- $@ $* $0 $1 ${10}

