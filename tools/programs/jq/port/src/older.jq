# What jq 1.6 and 1.7 had and 1.8.2 has not: their manuals are still read.
def leaf_paths: paths(scalars);
def toarray: if type == "array" then . else [.] end;
def ascii: [.] | implode;
def date: todate;
def dateadd(u; n): . + n;
def datesub(u; n): . - n;
def recurse_down: recurse;
