//! A component's interface as text in the manner of WIT, and as JSON, from the types the parser has checked.
//!
//! The tool-chain crates that decode WIT out of a component would say a little more, but they trust their input: a
//! hostile file could end the process.  Each type is described once, under the name the component gives it; what has
//! none is spelled out where it is used, within a budget.

use std::collections::HashMap;

use serde_json::{Value, json};
use wasmparser::PrimitiveValType as P;
use wasmparser::component_types::{
    AliasableResourceId, ComponentAnyTypeId as Any, ComponentDefinedType as D, ComponentDefinedTypeId,
    ComponentEntityType as Entity, ComponentFuncType, ComponentInstanceTypeId, ComponentValType, ResourceId,
};
use wasmparser::types::TypesRef;

use super::schema::{DEPTH, Schemas};

/// Types printed at most: a few nested ones can stand for millions.
const BUDGET: u32 = 200_000;
/// Bytes of text; what is beyond is left out, with a "…" in its place.
const ROOM: usize = 16 << 20;
/// Names a type had before it got the one it is used by.
const ALIASES: u32 = 64;

/// What is printed, and what may still be.
struct Text<'a> {
    types: TypesRef<'a>,
    names: HashMap<ComponentDefinedTypeId, &'a str>,
    resources: HashMap<ResourceId, &'a str>,
    out: String,
    room: usize,
    left: u32,
    depth: u32,
}

fn primitive(p: P) -> &'static str {
    match p {
        P::Bool => "bool",
        P::S8 => "s8",
        P::U8 => "u8",
        P::S16 => "s16",
        P::U16 => "u16",
        P::S32 => "s32",
        P::U32 => "u32",
        P::S64 => "s64",
        P::U64 => "u64",
        P::F32 => "f32",
        P::F64 => "f64",
        P::Char => "char",
        P::String => "string",
        P::ErrorContext => "error-context",
    }
}

impl<'a> Text<'a> {
    fn new(types: TypesRef<'a>) -> Self {
        Text {
            types,
            names: HashMap::new(),
            resources: HashMap::new(),
            out: String::new(),
            room: ROOM,
            left: BUDGET,
            depth: 0,
        }
    }

    /// Remember what `name` stands for, if it is a type that needs a definition; the rest is as short as a name.
    fn add(&mut self, name: &'a str, item: &Entity) {
        let Entity::Type { referenced, created } = item else { return };
        match (referenced, created) {
            (Any::Defined(from), Any::Defined(to)) => {
                if matches!(
                    self.types.get(*to),
                    Some(D::Record(_) | D::Variant(_) | D::Enum(_) | D::Flags(_))
                ) {
                    self.names.entry(*from).or_insert(name);
                    self.names.entry(*to).or_insert(name);
                }
            }
            (_, Any::Resource(r)) => {
                self.resources.entry(r.resource()).or_insert(name);
            }
            _ => {}
        }
    }

    fn name_of(&self, id: ComponentDefinedTypeId) -> Option<&'a str> {
        let mut id = Some(id);
        for _ in 0..ALIASES {
            let at = id?;
            if let Some(name) = self.names.get(&at) {
                return Some(name);
            }
            id = self.types.peel_alias(at);
        }
        None
    }

    /// Text of a component; nothing any more once the room is used up.
    fn say(&mut self, text: &str) {
        if self.room == 0 {
            return;
        }
        if text.len() > self.room {
            self.room = 0;
            return self.out.push('…');
        }
        self.room -= text.len();
        self.out.push_str(text);
    }

    fn line(&mut self, parts: &[&str]) {
        for part in parts {
            self.say(part);
        }
        self.say("\n");
    }

    /// Give back what was said since `begin`.
    fn take(&mut self, begin: usize) -> String {
        self.out.split_off(begin)
    }

    /// A type where it is used.
    fn put(&mut self, ty: &ComponentValType) {
        self.left = self.left.saturating_sub(1);
        let id = match ty {
            ComponentValType::Primitive(p) => return self.say(primitive(*p)),
            ComponentValType::Type(id) => *id,
        };
        if self.left == 0 || self.depth == DEPTH {
            return self.say("…");
        }
        match self.name_of(id) {
            Some(name) => self.say(name),
            None => self.put_whole(id),
        }
    }

    fn put_list<'n>(
        &mut self,
        open: &str,
        items: impl Iterator<Item = (&'n str, Option<&'n ComponentValType>)>,
    ) {
        self.say(open);
        for (i, (name, ty)) in items.enumerate() {
            if self.room == 0 {
                return;
            }
            self.say(if i > 0 { ", " } else { "" });
            self.say(name);
            if let Some(ty) = ty {
                self.say(if name.is_empty() { "" } else { ": " });
                self.put(ty);
            }
        }
    }

    fn put_of(&mut self, word: &str, ty: Option<&ComponentValType>) {
        self.say(word);
        if let Some(ty) = ty {
            self.say("<");
            self.put(ty);
            self.say(">");
        }
    }

    /// A type spelled out.
    fn put_whole(&mut self, id: ComponentDefinedTypeId) {
        let Some(ty) = self.types.get(id) else { return self.say("?") };
        self.depth += 1;
        match ty {
            D::Primitive(p) => self.say(primitive(*p)),
            D::List { element, .. } => self.put_of("list", Some(element)),
            D::Option { ty, .. } => self.put_of("option", Some(ty)),
            D::Future { ty, .. } => self.put_of("future", ty.as_ref()),
            D::Stream { ty, .. } => self.put_of("stream", ty.as_ref()),
            D::FixedLengthList { element, length, .. } => {
                self.put_list("list<", [("", Some(element))].into_iter());
                self.say(&format!(", {length}>"));
            }
            D::Map { key, value, .. } => {
                self.put_list("map<", [("", Some(key)), ("", Some(value))].into_iter());
                self.say(">");
            }
            D::Tuple(t) => {
                self.put_list("tuple<", t.types.iter().map(|t| ("", Some(t))));
                self.say(">");
            }
            D::Result { ok: None, err: None, .. } => self.say("result"),
            D::Result { ok, err: None, .. } => self.put_of("result", ok.as_ref()),
            D::Result { ok, err, .. } => {
                let ok = (if ok.is_none() { "_" } else { "" }, ok.as_ref());
                self.put_list("result<", [ok, ("", err.as_ref())].into_iter());
                self.say(">");
            }
            D::Record(r) => {
                self.put_list("{ ", r.fields.iter().map(|(n, ty)| (n.as_str(), Some(ty))));
                self.say(" }");
            }
            D::Variant(v) => {
                for (i, (name, case)) in v.cases.iter().enumerate() {
                    self.say(if i > 0 { ", " } else { "{ " });
                    self.say(name.as_str());
                    if let Some(ty) = &case.ty {
                        self.say("(");
                        self.put(ty);
                        self.say(")");
                    }
                }
                self.say(" }");
            }
            D::Enum(names) | D::Flags(names) => {
                self.put_list("{ ", names.iter().map(|n| (n.as_str(), None)));
                self.say(" }");
            }
            D::Own(r) => {
                let name = self.resource(r);
                self.say(name);
            }
            D::Borrow(r) => {
                let name = self.resource(r);
                self.say_all(&["borrow<", name, ">"]);
            }
        }
        self.depth -= 1;
    }

    fn say_all(&mut self, parts: &[&str]) {
        for part in parts {
            self.say(part);
        }
    }

    fn resource(&self, r: &AliasableResourceId) -> &'a str {
        self.resources.get(&r.resource()).copied().unwrap_or("resource")
    }

    fn signature(&mut self, f: &ComponentFuncType) {
        self.say(if f.async_ { "async func(" } else { "func(" });
        self.put_list("", f.params.iter().map(|(n, ty)| (n.as_str(), Some(ty))));
        self.say(")");
        if let Some(ty) = &f.result {
            self.say(" -> ");
            self.put(ty);
        }
    }

    /// One line for `item`; false when it has none.
    fn definition(&mut self, before: &str, name: &str, item: &Entity) -> bool {
        match item {
            Entity::Func(id) => {
                let Some(f) = self.types.get(*id) else { return false };
                self.say_all(&[before, name, ": "]);
                self.signature(f);
                self.say(";\n");
            }
            Entity::Type { created: Any::Resource(_), .. } => self.line(&[before, "resource ", name, ";"]),
            Entity::Type { created: Any::Defined(id), .. } => {
                let (word, eq, end) = match self.types.get(*id) {
                    Some(D::Record(_)) => ("record ", " ", "\n"),
                    Some(D::Variant(_)) => ("variant ", " ", "\n"),
                    Some(D::Enum(_)) => ("enum ", " ", "\n"),
                    Some(D::Flags(_)) => ("flags ", " ", "\n"),
                    _ => ("type ", " = ", ";\n"),
                };
                self.say_all(&[before, word, name, eq]);
                self.put_whole(*id);
                self.say(end);
            }
            _ => return false,
        }
        true
    }

    fn interface(&mut self, name: &str, id: ComponentInstanceTypeId) {
        let Some(i) = self.types.get(id) else { return };
        self.line(&["interface ", name, " {"]);
        for (name, item) in &i.exports {
            self.definition("  ", name, &item.ty);
        }
        self.line(&["}"]);
    }
}

fn kind(item: &Entity) -> &'static str {
    match item {
        Entity::Func(_) => "function",
        Entity::Instance(_) => "interface",
        Entity::Type { .. } => "type",
        Entity::Value(_) => "value",
        Entity::Module(_) => "core module",
        Entity::Component(_) => "component",
    }
}

/// A component's items by name: its imports or its exports.
type Items<'a> = Vec<(&'a str, Entity)>;

/// Callable functions: those the component exports itself, and those of its own interfaces.
fn functions<'a>(types: TypesRef<'a>, exports: &Items<'a>) -> Vec<(String, &'a ComponentFuncType)> {
    let mut all = Vec::new();
    for (name, item) in exports {
        match item {
            Entity::Func(id) => all.extend(types.get(*id).map(|f| ((*name).to_string(), f))),
            Entity::Instance(id) if !name.starts_with("wasi:") => {
                for (func, item) in types.get(*id).into_iter().flat_map(|i| &i.exports) {
                    if let Entity::Func(id) = &item.ty {
                        all.extend(types.get(*id).map(|f| (format!("{name}#{func}"), f)));
                    }
                }
            }
            _ => {}
        }
    }
    all
}

/// The world, and whatever it mentions that WASI does not say elsewhere.
fn world(text: &mut Text<'_>, imports: &Items<'_>, exports: &Items<'_>) {
    text.line(&["world root {"]);
    for (word, list) in [("  import ", imports), ("  export ", exports)] {
        for (name, item) in list {
            if !text.definition(word, name, item) {
                text.line(&[word, name, ";"]);
            }
        }
    }
    text.line(&["}"]);
    for (name, item) in imports.iter().chain(exports).filter(|(name, _)| !name.starts_with("wasi:")) {
        if let Entity::Instance(id) = item {
            text.interface(name, *id);
        }
    }
}

/// Describe a component with these imports and exports: what they are, and how its functions are called.
pub fn describe<'a>(types: TypesRef<'a>, imports: &[&'a str], exports: &[&'a str]) -> Value {
    let imports: Items<'a> =
        imports.iter().filter_map(|n| Some((*n, types.component_item_for_import(n)?.ty))).collect();
    let exports: Items<'a> =
        exports.iter().filter_map(|n| Some((*n, types.component_item_for_export(n)?.ty))).collect();
    let mut text = Text::new(types);
    for (name, item) in imports.iter().chain(&exports) {
        text.add(name, item);
        if let Entity::Instance(id) = item {
            for (name, item) in types.get(*id).into_iter().flat_map(|i| &i.exports) {
                text.add(name, &item.ty);
            }
        }
    }
    let (mut schemas, mut listed, mut omitted) = (Schemas::new(types), Vec::new(), 0);
    for (name, f) in functions(types, &exports) {
        if text.room == 0 {
            omitted += 1;
            continue;
        }
        let begin = text.out.len();
        text.room = text.room.saturating_sub(name.len());
        text.signature(f);
        let mut v = json!({"name": name, "signature": text.take(begin)});
        schemas.function(f, &mut v);
        listed.push(v);
    }
    world(&mut text, &imports, &exports);
    let mut room = ROOM;
    let mut list = |items: &Items<'_>| -> Vec<Value> {
        let mut fits = |name: &str| {
            room = room.saturating_sub(name.len() + 64);
            room > 0
        };
        items.iter().filter(|i| fits(i.0)).map(|(name, i)| json!({"name": name, "kind": kind(i)})).collect()
    };
    let provided: Items<'_> =
        imports.iter().filter(|(_, i)| !matches!(i, Entity::Type { .. })).copied().collect();
    let command = exports.iter().any(|(name, _)| name.starts_with("wasi:cli/run@0.2."));
    let mut v = json!({
        "kind": "component",
        "wasi": if command { json!("0.2 command") } else { Value::Null },
        "imports": list(&provided),
        "exports": list(&exports),
        "functions": listed,
        "wit": text.out,
    });
    if omitted > 0 {
        v["functions_omitted"] = json!(omitted);
    }
    v
}
