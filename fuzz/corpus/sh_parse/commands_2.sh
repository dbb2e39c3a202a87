f() { echo > a >> b < c <> d >| e; }
f() { echo 2> a 1>&2 2>&1 >&- 3<&0 <&- 0<&-; }
f() { echo &> a; echo &>> b; echo >& c; echo 2>&1-; }
f() { exec {fd}> x; exec {fd}>&-; }
f() { echo $(a; b) $(for i in x; do y; done); }
f() { echo $(cat <<E
body
E
); }
f() { echo $( (a) ) $((1+2)) `a;b`; }
f() { echo <(a;b) >(c); }
f() { coproc a; coproc X { a; }; coproc { b; }; }
f() { a; b & c; d & }
f() { a && b & c; }
f() { if a; then b & fi; }
f() { while a; do b & done; }
f() { for i in; do :; done; }
f() { echo a\
b; }
f() { [[ a < b ]]; [[ a > b ]]; [[ a = b ]]; [[ -z $x ]]; [[ $x ]]; }
f() { a; } 2>/dev/null
f() { if (a); then (b); fi; }
f() { if { a; }; then { b; }; fi; }
f() { case x in a) if b; then c; fi;; d) for i in 1 2; do e; done;; esac; }
f() { echo ${x:-a b} "${x:-"a b"}" ${x//a/b}; }
f() { while :; do if a; then break; fi; done; }
f() { if a; then b; else c; fi; }
f() { if a; then if b; then c; fi; else d; fi; }
f() { echo {1..3} {a,b}; }
