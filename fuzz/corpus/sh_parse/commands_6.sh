[[ $x =~ ^[a-z]+(b|c)*$ ]]
[[ $x == *.txt ]]
[[ a < b && c > d ]]
[[ -n $x
&& -z $y ]]
cat <<EOF2
a $x
EOF2
cat <<'E' <<-F
a
E
	b
	F
cat <<< "x y"
a && b || c; d & e
! a | b
time a | b
time -p a
coproc X { a; }
coproc a b
exec 3<>f {fd}>g 4>&3 5<&- >|h &>>i
echo a # comment ) ( "
echo a#b
x=$(case y in y) echo;; esac)
x=$(cat <<E
a
E
)
echo {1..3} {a,b}
echo @(a|b) !(c) *(d) +(e|f) ?(g)
trap 'echo "x"' EXIT
if [[ a ]]; then (( 1 )) || { b; }; fi
while :; do if a; then break; else continue; fi; done
for f in *.c "$@"; do case $f in *.h) ;; *) cp "$f" "${f%.c}.o" ;; esac; done
echo "${x:-"a b"}" "${x:-'a'}" "${x:-${y:-z}}" "${x/"a"/'b'}"
