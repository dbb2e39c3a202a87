f() { x=1 y=2 z; }
f() { x=(1 2 3); y+=(a); z[1]=2; }
f() { local x=(1 2); declare -A m=([a]=1 [b]=2); }
f() { a | b | c; }
f() { a |& b; }
f() { ! a | b; }
f() { time a | b; }
f() { time -p a; }
f() { ! a; }
f() { g() { echo; }; g; }
f() { function g { echo; }; }
f() { g() ( echo ); }
function f { echo; }
function f() { echo; }
f() { cat <<E; }
body
E

f() { cat <<E
body $x
E
echo after; }
f() { cat <<'E' > x
body $x
E
echo after; }
f() { cat <<-E | grep x
	body $x
	E
echo after; }
f() { cat <<A <<B
a
A
b
B
}
f() { if cat <<E; then
body
E
x; fi; }
f() { while cat <<E; do
body
E
x; done; }
f() { { cat <<E
body
E
}; }
f() { cat <<E && x
body
E
y; }
f() { cat <<E & 
body
E
y; }
f() { cat <<< "abc"; }
