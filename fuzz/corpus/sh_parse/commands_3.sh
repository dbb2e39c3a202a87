f() { # comment
echo a # c

echo b
}
f() { a; 

 b; 
}
f() { for i in 1 2 3
do
echo
done
}
f() { select i; do echo; done; }
f() { ! { a; }; }
f() { a | while read x; do y; done; }
f() { a | { b; c; } | (d); }
f() { x=$(a) y; }
f() { x=`a`; }
f() { echo "$(echo "a")" "`b "c"`"; }
f() { let a=1; }
f() { ((a++)) && b; }
f() { [[ a ]] && [[ -n b ]] || c; }
f() { ( ( a ) ); }
f() { until a; do b; done | c; }
f() { case "$1" in
start)
 echo start
 ;;
*) echo usage ; exit 1 ;;
esac
}
f() { function g() { echo; } > x; }
f() { 2>&1 a; }
f() { >x; }
f() { <<<x cat; }
f() { a 10>&2 3>x 0<y; }
f() { a <&3 >&4; }
f() { a >&$x <&$y 2>&"$z"; }
f() { time; }
f() { time { a; b; }; }
