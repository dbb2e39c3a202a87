//! A component's interface as text in the manner of WIT, and as JSON.

use std::cell::Cell;
use std::fmt::Write;

use serde_json::{Value, json};
use wasmtime::component::types::{ComponentFunc, ComponentInstance, ComponentItem, ResourceType};
use wasmtime::component::{Component, Type};

use super::schema;

/// Types printed at most: a few nested ones can stand for millions.
const BUDGET: u32 = 200_000;

/// Names a component gives to types.
struct Names {
    left: Cell<u32>,
    types: Vec<(Type, String)>,
    resources: Vec<(ResourceType, String)>,
}

impl Names {
    fn add(&mut self, name: &str, item: &ComponentItem) {
        match item {
            // Only types that need a definition; the rest is as short as a name.
            ComponentItem::Type(
                ty @ (Type::Record(_) | Type::Variant(_) | Type::Enum(_) | Type::Flags(_)),
            ) if !self.types.iter().any(|(t, _)| t == ty) => {
                self.types.push((ty.clone(), name.to_string()));
            }
            ComponentItem::Resource(r) if !self.resources.iter().any(|(t, _)| t == r) => {
                self.resources.push((*r, name.to_string()));
            }
            _ => {}
        }
    }

    fn resource(&self, r: &ResourceType) -> &str {
        self.resources.iter().find(|(t, _)| t == r).map_or("resource", |(_, n)| n)
    }

    /// A type where it is used.
    fn put(&self, out: &mut String, ty: &Type) {
        self.left.set(self.left.get().saturating_sub(1));
        if self.left.get() == 0 {
            return out.push('…');
        }
        if let Some((_, name)) = self.types.iter().find(|(t, _)| t == ty) {
            return out.push_str(name);
        }
        self.put_whole(out, ty);
    }

    fn put_list<'a>(
        &self,
        out: &mut String,
        open: &str,
        items: impl Iterator<Item = (&'a str, Option<Type>)>,
    ) {
        out.push_str(open);
        for (i, (name, ty)) in items.enumerate() {
            out.push_str(if i > 0 { ", " } else { "" });
            out.push_str(name);
            if let Some(ty) = ty {
                out.push_str(if name.is_empty() { "" } else { ": " });
                self.put(out, &ty);
            }
        }
    }

    /// A type spelled out.
    fn put_whole(&self, out: &mut String, ty: &Type) {
        let of = |out: &mut String, word: &str, ty: Option<Type>| {
            out.push_str(word);
            if let Some(ty) = ty {
                out.push('<');
                self.put(out, &ty);
                out.push('>');
            }
        };
        match ty {
            Type::Bool => out.push_str("bool"),
            Type::S8 => out.push_str("s8"),
            Type::U8 => out.push_str("u8"),
            Type::S16 => out.push_str("s16"),
            Type::U16 => out.push_str("u16"),
            Type::S32 => out.push_str("s32"),
            Type::U32 => out.push_str("u32"),
            Type::S64 => out.push_str("s64"),
            Type::U64 => out.push_str("u64"),
            Type::Float32 => out.push_str("f32"),
            Type::Float64 => out.push_str("f64"),
            Type::Char => out.push_str("char"),
            Type::String => out.push_str("string"),
            Type::ErrorContext => out.push_str("error-context"),
            Type::List(t) => of(out, "list", Some(t.ty())),
            Type::Option(t) => of(out, "option", Some(t.ty())),
            Type::Future(t) => of(out, "future", t.ty()),
            Type::Stream(t) => of(out, "stream", t.ty()),
            Type::FixedLengthList(t) => {
                out.push_str("list<");
                self.put(out, &t.ty());
                let _ = write!(out, ", {}>", t.len());
            }
            Type::Map(t) => {
                self.put_list(out, "map<", [("", Some(t.key())), ("", Some(t.value()))].into_iter());
                out.push('>');
            }
            Type::Tuple(t) => {
                self.put_list(out, "tuple<", t.types().map(|t| ("", Some(t))));
                out.push('>');
            }
            Type::Result(t) => match (t.ok(), t.err()) {
                (None, None) => out.push_str("result"),
                (ok, None) => of(out, "result", ok),
                (ok, err) => {
                    let ok = (if ok.is_none() { "_" } else { "" }, ok);
                    self.put_list(out, "result<", [ok, ("", err)].into_iter());
                    out.push('>');
                }
            },
            Type::Record(t) => {
                self.put_list(out, "{ ", t.fields().map(|f| (f.name, Some(f.ty))));
                out.push_str(" }");
            }
            Type::Variant(t) => {
                for (i, c) in t.cases().enumerate() {
                    out.push_str(if i > 0 { ", " } else { "{ " });
                    out.push_str(c.name);
                    if let Some(ty) = c.ty {
                        out.push('(');
                        self.put(out, &ty);
                        out.push(')');
                    }
                }
                out.push_str(" }");
            }
            Type::Enum(t) => {
                self.put_list(out, "{ ", t.names().map(|n| (n, None)));
                out.push_str(" }");
            }
            Type::Flags(t) => {
                self.put_list(out, "{ ", t.names().map(|n| (n, None)));
                out.push_str(" }");
            }
            Type::Own(r) => out.push_str(self.resource(r)),
            Type::Borrow(r) => {
                let _ = write!(out, "borrow<{}>", self.resource(r));
            }
        }
    }

    fn signature(&self, f: &ComponentFunc) -> String {
        let mut out = String::new();
        let params: Vec<(&str, Type)> = f.params().collect();
        self.put_list(&mut out, "func(", params.into_iter().map(|(n, t)| (n, Some(t))));
        out.push(')');
        for ty in f.results() {
            out.push_str(" -> ");
            self.put(&mut out, &ty);
        }
        out
    }

    fn definition(&self, name: &str, item: &ComponentItem) -> Option<String> {
        let mut out = String::new();
        match item {
            ComponentItem::ComponentFunc(f) => {
                let _ = write!(out, "{name}: {};", self.signature(f));
            }
            ComponentItem::Resource(_) => {
                let _ = write!(out, "resource {name};");
            }
            ComponentItem::Type(ty) => {
                let (word, end) = match ty {
                    Type::Record(_) => ("record", ""),
                    Type::Variant(_) => ("variant", ""),
                    Type::Enum(_) => ("enum", ""),
                    Type::Flags(_) => ("flags", ""),
                    _ => ("type", ";"),
                };
                let _ = write!(out, "{word} {name} {}", if end.is_empty() { "" } else { "= " });
                self.put_whole(&mut out, ty);
                out.push_str(end);
            }
            _ => return None,
        }
        Some(out)
    }
}

fn put_interface(
    out: &mut String,
    names: &Names,
    engine: &wasmtime::Engine,
    name: &str,
    i: &ComponentInstance,
) {
    let _ = writeln!(out, "interface {name} {{");
    for (name, item) in i.exports(engine) {
        if let Some(line) = names.definition(name, &item.ty) {
            let _ = writeln!(out, "  {line}");
        }
    }
    out.push_str("}\n");
}

fn kind(item: &ComponentItem) -> &'static str {
    match item {
        ComponentItem::ComponentFunc(_) => "function",
        ComponentItem::ComponentInstance(_) => "interface",
        ComponentItem::Type(_) | ComponentItem::Resource(_) => "type",
        ComponentItem::CoreFunc(_) | ComponentItem::Module(_) => "core module",
        ComponentItem::Component(_) => "component",
    }
}

/// Describe a component: what it imports and exports, and how its functions are called.
pub fn describe(c: &Component) -> Value {
    let (engine, ty) = (c.engine(), c.component_type());
    let mut names = Names { left: Cell::new(BUDGET), types: Vec::new(), resources: Vec::new() };
    let items = || ty.imports(engine).chain(ty.exports(engine));
    for (name, item) in items() {
        names.add(name, &item.ty);
        if let ComponentItem::ComponentInstance(i) = &item.ty {
            i.exports(engine).for_each(|(name, item)| names.add(name, &item.ty));
        }
    }
    let mut text = String::from("world root {\n");
    for (word, list) in [
        ("import", ty.imports(engine).map(|(n, i)| (n, i.ty)).collect::<Vec<_>>()),
        ("export", ty.exports(engine).map(|(n, i)| (n, i.ty)).collect()),
    ] {
        for (name, item) in list {
            let line = names.definition(name, &item).unwrap_or_else(|| format!("{name};"));
            let _ = writeln!(text, "  {word} {line}");
        }
    }
    text.push_str("}\n");
    let (mut functions, mut budget) = (Vec::new(), schema::BUDGET);
    let mut function = |name: String, f: &ComponentFunc| {
        let mut v = json!({"name": name, "signature": names.signature(f)});
        schema::function(f, &mut v, &mut budget);
        functions.push(v);
    };
    for (name, item) in ty.exports(engine) {
        match &item.ty {
            ComponentItem::ComponentFunc(f) => function(name.to_string(), f),
            ComponentItem::ComponentInstance(i) if !name.starts_with("wasi:") => {
                for (func, item) in i.exports(engine) {
                    if let ComponentItem::ComponentFunc(f) = &item.ty {
                        function(format!("{name}#{func}"), f);
                    }
                }
            }
            _ => {}
        }
    }
    // What WASI says everybody can read elsewhere.
    for (name, item) in items().filter(|(name, _)| !name.starts_with("wasi:")) {
        if let ComponentItem::ComponentInstance(i) = &item.ty {
            put_interface(&mut text, &names, engine, name, i);
        }
    }
    let imports: Vec<Value> = ty
        .imports(engine)
        .filter(|(_, i)| !matches!(i.ty, ComponentItem::Type(_)))
        .map(|(name, i)| json!({"name": name, "kind": kind(&i.ty)}))
        .collect();
    let exports: Vec<Value> =
        ty.exports(engine).map(|(name, i)| json!({"name": name, "kind": kind(&i.ty)})).collect();
    let command = ty.exports(engine).any(|(name, _)| name.starts_with("wasi:cli/run@0.2."));
    json!({
        "kind": "component",
        "wasi": if command { json!("0.2 command") } else { Value::Null },
        "imports": imports,
        "exports": exports,
        "functions": functions,
        "wit": text,
    })
}
