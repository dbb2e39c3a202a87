f() { echo a; echo b; }
f() { a & b; c && d || e; }
f() { a & }
f() { if a; then b; fi; }
f() { if a; b; then c; elif d; then e; else f; fi > x 2>&1; }
f() { for i in a b c; do echo $i; done; }
f() { for i; do echo $i; done; }
f() { for ((i=0; i<10; i++)); do echo $i; done; }
f() { for ((;;)); do echo $i; break; done; }
f() { while read -r x; do echo $x; done < file; }
f() { until false; do :; done; }
f() { case $x in a) b;; c|d) e;; esac; }
f() { case $x in (a) b;& c) ;;& *) echo;; esac; }
f() { select x in a b; do echo; done; }
f() { (a; b); }
f() ( a; b )
f() { { a; b; }; }
f() { { a; b; } > x; }
f() { a; } > x 2>&1
f() (( 1 + 2 ))
f() [[ a == b ]]
f() { [[ -f x && ( a == b || ! c ) ]]; }
f() { [[ x =~ ^(a|b)+$ ]]; }
f() { ((x = 1 + 2)); }
f() { echo "a b" 'c d' $'e\nf' $"g" \h; }
