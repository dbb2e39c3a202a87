//! That C and Rust mean the same at the border.
//!
//! The definitions of `src/abi` and the list of `src/doors/functions.rs` are part of this build script, too.  From what
//! rustc makes of them (offsets, sizes and types of fields, numbers of enumerators, types of functions) it writes a C
//! file of static assertions, and the C compiler judges that beside the headers.  What only a header has, a type, field
//! or function, is found in the header's text.
//!
//! Then the check shows that it can fail: each control changes a copy of the headers in one place and must be refused.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use crate::describe::Item;
use crate::tables::Number;
use crate::{abi, functions};

const HEADERS: [&str; 3] = ["bx_str.h", "bx_types.h", "bx_engine.h"];
const TABLES: [&str; 2] = ["bx_errno.def", "bx_http_errors.def"];

/// Mistakes that have to be found: what is replaced in the headers' text by what.
const CONTROLS: [(&str, &str); 8] = [
    // Two fields of one type change places.
    ("uint64_t dev, ino;", "uint64_t ino, dev;"),
    // A field of the same size has another type.
    ("uint64_t fuel_used;", "int64_t fuel_used;"),
    // A field fits into padding, so that no size and no other offset changes.
    ("    bool secret;", "    bool quite; bool secret;"),
    ("    bool (*is_same)(", "    bool (*is_alike)(const bx_file *a); bool (*is_same)("),
    // An enumerator more in the middle.
    ("BX_POLL_READY,", "BX_POLL_ALMOST, BX_POLL_READY,"),
    // A parameter of a hook is narrower.
    (
        "int (*check)(void *ctx, bx_esock_use use, const uint8_t *addr, size_t n,",
        "int (*check)(void *ctx, bx_esock_use use, const uint8_t *addr, uint32_t n,",
    ),
    // A function takes its parameters in another order.
    (
        "bx_einstance_memory(bx_einstance *i, size_t *len)",
        "bx_einstance_memory(size_t *len, bx_einstance *i)",
    ),
    // A function that no door is for.
    ("void bx_engine_free(", "void bx_engine_forget(bx_engine *e);\nvoid bx_engine_free("),
];

/// Compare `include` with Rust, `numbers` being those of the tables; `out` takes what is made for that.
pub fn check(include: &Path, out: &Path, numbers: &[Number]) -> Result<(), String> {
    let items: Vec<Item> = abi::types::items().into_iter().chain(abi::hooks::items()).collect();
    let source = out.join("border.c");
    fs::write(&source, assertions(&items, numbers)).map_err(|e| e.to_string())?;
    let mut texts = Vec::new();
    for name in HEADERS {
        texts.push(fs::read_to_string(include.join(name)).map_err(|e| format!("{name}: {e}"))?);
    }
    judge(&items, &texts, include, &source)?;

    let wrong = out.join("wrong");
    fs::create_dir_all(&wrong).map_err(|e| e.to_string())?;
    for name in TABLES {
        fs::copy(include.join(name), wrong.join(name)).map_err(|e| format!("{name}: {e}"))?;
    }
    for (right, mistake) in CONTROLS {
        let changed: Vec<String> = texts.iter().map(|t| t.replacen(right, mistake, 1)).collect();
        if changed == texts {
            return Err(format!("the control \"{right}\" of engine/build/border.rs fits no header any more"));
        }
        for (name, text) in HEADERS.iter().zip(&changed) {
            fs::write(wrong.join(name), text).map_err(|e| e.to_string())?;
        }
        if judge(&items, &changed, &wrong, &source).is_ok() {
            return Err(format!("the check does not see \"{mistake}\" in place of \"{right}\""));
        }
    }
    Ok(())
}

fn judge(items: &[Item], texts: &[String], include: &Path, source: &Path) -> Result<(), String> {
    let text: String = texts.iter().map(|t| without_comments(t)).collect();
    complete(items, &text)?;
    let cc = env::var_os("CC").unwrap_or_else(|| "cc".into());
    let r = Command::new(&cc)
        .args(["-std=gnu17", "-fsyntax-only", "-Wall", "-Werror", "-I"])
        .args([include, source])
        .output()
        .map_err(|e| format!("{}: {e}", cc.display()))?;
    if r.status.success() { Ok(()) } else { Err(format!("\n{}", String::from_utf8_lossy(&r.stderr))) }
}

/// The C file that compiles only where everything agrees.
fn assertions(items: &[Item], numbers: &[Number]) -> String {
    let mut c = String::from(
        "#include \"bx_engine.h\"\n\
         #define SAME(t, f, o, s, ...) _Static_assert(offsetof(t, f) == o && sizeof(((t *)0)->f) == s && \\\n    \
         __builtin_types_compatible_p(__typeof__(((t *)0)->f), __VA_ARGS__), \\\n    \
         #t \".\" #f \": engine/src/abi has offset \" #o \", size \" #s \", type \" #__VA_ARGS__)\n\
         #define IS(a, b) _Static_assert(a == b, #a \" is \" #b \" in engine/src/abi\")\n",
    );
    for item in items {
        match item {
            Item::Struct { name, size, align, fields } => {
                for (field, offset, size, ty) in fields {
                    let _ = writeln!(c, "SAME({name}, {field}, {offset}, {size}, {ty});");
                }
                let _ = writeln!(c, "IS(sizeof({name}), {size});\nIS(_Alignof({name}), {align});");
            }
            Item::Opaque { name } => {
                let _ = writeln!(c, "extern {name} *const opaque_{name};");
            }
            Item::Number { name, values } => {
                let _ = writeln!(c, "IS(sizeof({name}), 4);");
                for (value, n) in values {
                    let _ = writeln!(c, "IS((uint32_t){value}, {n}u);");
                }
            }
            Item::Const { name, value } => {
                let _ = writeln!(c, "IS((uint64_t){name}, {value}u);");
            }
        }
    }
    for (name, _, n) in numbers {
        let _ = writeln!(c, "IS({name}, {n});");
    }
    for (name, ty) in functions::all() {
        let _ = writeln!(
            c,
            "_Static_assert(__builtin_types_compatible_p(__typeof__(&{name}), {ty}),\n    \
             \"{name} is {ty} in engine/src/doors\");"
        );
    }
    c
}

/// Whether the headers have no type, field, enumerator or function that Rust does not know.
fn complete(items: &[Item], text: &str) -> Result<(), String> {
    let mut structs: BTreeMap<&str, Vec<String>> = bodies(text, "typedef struct ").collect();
    let mut enums: BTreeMap<&str, Vec<String>> = bodies(text, "typedef enum ").collect();
    for item in items {
        let (name, theirs, ours) = match item {
            Item::Struct { name, fields, .. } => {
                let ours: Vec<&str> = fields.iter().map(|f| f.0).collect();
                (name, structs.remove(name).map(|body| body.iter().flat_map(|d| declared(d)).collect()), ours)
            }
            Item::Number { name, values } => {
                let body = enums.remove(name);
                if body.as_ref().is_some_and(|b| b.iter().any(|line| line.contains("#include"))) {
                    continue; // made from a table
                }
                let theirs = body.map(|body| enumerators(&body));
                (name, theirs, values.iter().map(|v| v.0).collect())
            }
            Item::Opaque { .. } | Item::Const { .. } => continue,
        };
        let theirs: Vec<String> = theirs.ok_or_else(|| format!("no header defines {name}"))?;
        if theirs != ours {
            return Err(format!("{name} has {theirs:?} in C and {ours:?} in Rust"));
        }
    }
    if let Some((name, _)) = structs.iter().chain(&enums).next() {
        return Err(format!("Rust does not know {name}"));
    }
    let known: Vec<&str> = functions::all().iter().map(|f| f.0).collect();
    let outside =
        text.split('\n').filter(|line| !line.starts_with([' ', '#', '}']) && !line.starts_with("typedef"));
    for line in outside {
        let name = line.split('(').next().unwrap_or("").rsplit([' ', '*']).next().unwrap_or("");
        if line.contains('(') && !known.contains(&name) {
            return Err(format!("Rust does not know {name}"));
        }
    }
    Ok(())
}

/// The definitions that begin with `head`: name, and what stands between the braces, cut at semicolons.
fn bodies<'a>(text: &'a str, head: &str) -> impl Iterator<Item = (&'a str, Vec<String>)> {
    text.split(head).skip(1).filter_map(|rest| {
        let (name, rest) = rest.split_once(" {")?;
        let (body, _) = rest.split_once(&format!("}} {name};"))?;
        (!name.contains(['\n', ';'])).then(|| (name, body.split(';').map(|d| d.trim().to_string()).collect()))
    })
}

/// The names that one declaration of a field declares.
fn declared(declaration: &str) -> Vec<String> {
    if let Some((_, rest)) = declaration.split_once("(*") {
        return rest.split(')').next().map(str::to_string).into_iter().collect();
    }
    let names = declaration.split(',').filter_map(|d| d.split('[').next()?.rsplit([' ', '*', '\n']).next());
    names.filter(|n| !n.is_empty()).map(str::to_string).collect()
}

/// The enumerators of a body.
fn enumerators(body: &[String]) -> Vec<String> {
    let lines = body.iter().flat_map(|b| b.split(['\n', ','])).map(str::trim);
    let names = lines.filter(|l| l.starts_with("BX_")).filter_map(|l| l.split([' ', '=']).next());
    names.map(str::to_string).collect()
}

fn without_comments(text: &str) -> String {
    let mut parts = text.split("/*");
    let first = parts.next().unwrap_or("").to_string();
    parts.fold(first, |all, part| all + part.split_once("*/").map_or("", |(_, rest)| rest))
}
