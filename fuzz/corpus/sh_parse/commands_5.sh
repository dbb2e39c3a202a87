case $x in a|b) echo;; (c) ;; *) d;; esac
case x in esac
case in in in) echo in;; esac
if a; then b; elif c; then d; else e; fi
while read -r l; do echo "$l"; done < <(cmd a | b)
until [ -f x ]; do sleep 1; done
select x in 1 2; do break; done
{ a; b; } > f 2>&1 &
( a; b ) | c
f() { local a=1; return $a; }
function g { echo; }
function h() ( echo )
a=(1 2 [5]=6 "x y" $(z) [k]+=v)
declare -A m=([a]=1 ["b c"]=2)
a[1]=2 b[x+1]+=3 c+=4
echo ${x:-a} ${x:=b} ${x:?c} ${x:+d} ${x-e} ${#x} ${!x} ${!x@} ${!x*} ${a[@]} ${a[*]} ${#a[@]} ${!a[@]}
echo ${x#a} ${x##a} ${x%a} ${x%%a} ${x/a/b} ${x//a/b} ${x/#a/b} ${x/%a/b} ${x^} ${x^^} ${x,} ${x,,} ${x:1} ${x:1:2} ${x: -1} ${x@Q}
echo "a $b ${c} $(d "e") `f` $((1+2)) \" \$ \\ "
echo 'a' $'b\n' $"c" \d
echo $((1+(2*3))) $[4] $(( (1) ))
((a=1, b=2)); (( a < b )) && echo
((echo a) | b)
$((echo a) | b)
echo $( (a) ; b )
[[ -f a && -d b || ! ( c == d ) ]]
