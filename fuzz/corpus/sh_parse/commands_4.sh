f() { time ! a; }
f() { ! time a; }
f() { ! ! a; }
f() { echo $x$'a'"b"; }
f() { for x in "$@"; do { a; } & done; wait; }
f() { cat <<E
$(a; b) `c`
E
}
f() { a <<E1; b <<E2
x
E1
y
E2
}
f() { a; cat <<E
x
E

b; c; }
f() { for i in a; do cat <<E
x
E
done; }
f() { ( cat <<E
x
E
) ; }
f() { case x in a) cat <<E
x
E
;; esac; }
f() { [[ ! -f x || -d y ]]; [[ ! ( a ) ]]; }
f() { [[ $x == a* && $y != "b" ]]; }
f() { a=1; b=2 c=3; }
f() { echo 'it'\''s' $'it\'s'; }
f() { echo $[1+2]; }
f() { (( a )); ((b)); (( c > 1 )) ; }
f() { for (( i = 0 ; i < 1 ; i++ )) { echo; } }
f() { for i in a b; { echo; } }
for x in a b c; do echo $x; done
for x
do echo; done
for x; do :; done
for x in; do :; done
for ((i=0;i<3;i++)); do echo $i; done
for ((i=0,j=1;i<3;i++,j--)) { echo; }
