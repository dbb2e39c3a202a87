//! What a wasm file is and needs, as one JSON object (docs/inspect.md).

use serde_json::{Value, json};
use wasmparser::types::{CoreTypeId, Types};
use wasmparser::{CompositeInnerType, ExternalKind, MemoryType, TypeRef, ValType};

use super::survey::{Depth, Survey, survey};
use crate::abi::error::Result;
use crate::abi::shown;
use crate::abi::types::CodeKind;
use crate::core::proposals;
use crate::typed;

/// Bytes of names and types in a description; what is beyond is counted.
const ROOM: usize = 16 << 20;
/// What an entry takes besides its texts.
const ENTRY: usize = 64;

/// See `bx_engine_describe`.
pub fn describe(wasm: &[u8]) -> Result<Vec<u8>> {
    let s = survey(wasm, Depth::Bodies)?;
    let mut v = match s.kind {
        CodeKind::COMPONENT => {
            let names = (&s.sections.component_imports[..], &s.sections.component_exports[..]);
            typed::describe(s.types.as_ref(), names.0, names.1)
        }
        _ => core(&s),
    };
    v["tool"] = s.sections.tool.map_or(Value::Null, |t| json!(t));
    v["proposals"] = proposals::rows(s.needs)
        .map(|p| {
            if p.on {
                json!({"name": p.name, "on": true})
            } else {
                json!({"name": p.name, "on": false, "hint": p.hint})
            }
        })
        .collect();
    v["refused"] = s.complaint().map_or(Value::Null, |words| json!(words));
    Ok(shown::json(&v))
}

/// A list that ends where the room does.
struct List {
    entries: Vec<Value>,
    omitted: usize,
}

impl List {
    fn of<T>(items: &[T], room: &mut usize, entry: impl Fn(&T) -> (usize, Value)) -> List {
        let mut list = List { entries: Vec::new(), omitted: 0 };
        for item in items {
            if *room == 0 {
                list.omitted += 1;
                continue;
            }
            let (size, value) = entry(item);
            *room = room.saturating_sub(size + ENTRY);
            list.entries.push(value);
        }
        list
    }

    fn put(self, v: &mut Value, key: &str) {
        v[key] = Value::Array(self.entries);
        if self.omitted > 0 {
            v[format!("{key}_omitted")] = json!(self.omitted);
        }
    }
}

fn core(s: &Survey<'_>) -> Value {
    let (sections, types) = (&s.sections, &s.types);
    let mut v = json!({"kind": "core", "wasi": wasi(s)});
    let mut room = ROOM;
    let imports = List::of(&sections.imports, &mut room, |i| {
        let (kind, ty) = import_type(types, &i.ty);
        let size = i.module.len() + i.name.len() + ty.len();
        (size, json!({"module": i.module, "name": i.name, "kind": kind, "type": ty}))
    });
    imports.put(&mut v, "imports");
    let exports = List::of(&sections.exports, &mut room, |e| {
        let mut v = json!({"name": e.name, "kind": export_kind(e.kind)});
        let mut size = e.name.len();
        if matches!(e.kind, ExternalKind::Func | ExternalKind::FuncExact) {
            let ty = signature(types, types.as_ref().core_function_at(e.index));
            size += ty.len();
            v["type"] = json!(ty);
        }
        (size, v)
    });
    exports.put(&mut v, "exports");
    let memories = List::of(&sections.memories, &mut room, |(m, imported)| (0, memory(m, *imported)));
    memories.put(&mut v, "memories");
    let custom =
        List::of(&sections.custom, &mut room, |(name, n)| (name.len(), json!({"name": name, "bytes": n})));
    custom.put(&mut v, "custom_sections");
    v
}

fn wasi(s: &Survey<'_>) -> Value {
    let has = |name: &str| s.sections.exports.iter().any(|e| e.name == name);
    match (has("_start"), has("_initialize")) {
        (true, _) => json!("preview1 command"),
        (_, true) => json!("preview1 reactor"),
        _ if s.sections.imports.iter().any(|i| i.module == "wasi_snapshot_preview1") => json!("preview1"),
        _ => Value::Null,
    }
}

fn import_type(types: &Types, ty: &TypeRef) -> (&'static str, String) {
    let by_index = |i: u32| signature(types, types.as_ref().core_type_at_in_module(i));
    match ty {
        TypeRef::Func(i) | TypeRef::FuncExact(i) => ("function", by_index(*i)),
        TypeRef::Memory(m) => ("memory", pages(m)),
        TypeRef::Table(t) => ("table", format!("{} elements", t.initial)),
        TypeRef::Global(g) => ("global", g.content_type.to_string()),
        TypeRef::Tag(t) => ("tag", by_index(t.func_type_idx)),
    }
}

fn export_kind(kind: ExternalKind) -> &'static str {
    match kind {
        ExternalKind::Func | ExternalKind::FuncExact => "function",
        ExternalKind::Table => "table",
        ExternalKind::Memory => "memory",
        ExternalKind::Global => "global",
        ExternalKind::Tag => "tag",
    }
}

fn memory(m: &MemoryType, imported: bool) -> Value {
    let mut v = json!({"min": m.initial, "max": m.maximum, "imported": imported, "shared": m.shared});
    if let Some(log2) = m.page_size_log2 {
        v["page_bytes"] = json!(1u64 << log2);
    }
    v
}

fn pages(m: &MemoryType) -> String {
    match m.maximum {
        Some(max) => format!("{} to {max} pages", m.initial),
        None => format!("{} pages or more", m.initial),
    }
}

fn signature(types: &Types, id: CoreTypeId) -> String {
    let Some(CompositeInnerType::Func(f)) = types.as_ref().get(id).map(|t| &t.composite_type.inner) else {
        return "?".into();
    };
    let list = |l: &[ValType]| l.iter().map(ValType::to_string).collect::<Vec<_>>().join(", ");
    match f.results() {
        [] => format!("({})", list(f.params())),
        [one] => format!("({}) -> {one}", list(f.params())),
        many => format!("({}) -> ({})", list(f.params()), list(many)),
    }
}
