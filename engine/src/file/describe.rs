//! What a wasm file is and needs, as one JSON object.

use serde_json::{Value, json};
use wasmparser::{ExternalKind, Parser, Payload, TypeRef, ValType};

use crate::abi::error::{Error, Result};
use crate::abi::types::{Code, CodeKind};

/// Custom section that holds a tool's manifest.
const TOOL_SECTION: &str = "boxagnts.tool";
/// Largest manifest repeated in a description.
const TOOL_MAX: usize = 1 << 20;

/// What can only be known from the bytes: everything about a core module, the manifest of a component.
pub fn describe(kind: CodeKind, wasm: &[u8]) -> Result<Value> {
    let v = if kind == CodeKind::CORE {
        core(wasm)
    } else {
        outer_manifest(wasm).map(|tool| json!({"tool": tool}))
    };
    v.map_err(|e| Error::new(Code::Invalid, e.to_string()))
}

/// The manifest section of a component itself, not of what it contains.
fn outer_manifest(wasm: &[u8]) -> std::result::Result<Value, wasmparser::BinaryReaderError> {
    let mut depth = 0;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth -= 1,
            Payload::CustomSection(s) if depth == 0 => {
                if let Some(text) = manifest(&s) {
                    return Ok(text);
                }
            }
            _ => {}
        }
    }
    Ok(Value::Null)
}

/// The text of the manifest section, if there is one of sane size.
fn manifest(section: &wasmparser::CustomSectionReader<'_>) -> Option<Value> {
    let data = section.data();
    (section.name() == TOOL_SECTION && data.len() <= TOOL_MAX)
        .then(|| std::str::from_utf8(data).ok().map(|t| json!(t)))
        .flatten()
}

fn core(wasm: &[u8]) -> std::result::Result<Value, wasmparser::BinaryReaderError> {
    let (mut imports, mut exports, mut memories, mut sections) = (vec![], vec![], vec![], vec![]);
    let mut types = Vec::new();
    let mut funcs: Vec<u32> = Vec::new();
    let mut tool = Value::Null;
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::TypeSection(s) => {
                for ty in s.into_iter_err_on_gc_types() {
                    types.push(ty?);
                }
            }
            Payload::ImportSection(s) => {
                for import in s.into_imports() {
                    let import = import?;
                    let (kind, ty) = match import.ty {
                        TypeRef::Func(i) | TypeRef::FuncExact(i) => {
                            funcs.push(i);
                            ("function", signature(&types, i))
                        }
                        TypeRef::Memory(m) => {
                            memories.push(memory(&m, true));
                            ("memory", pages(&m))
                        }
                        TypeRef::Table(t) => ("table", format!("{} elements", t.initial)),
                        TypeRef::Global(g) => ("global", val_type(g.content_type)),
                        TypeRef::Tag(t) => ("tag", signature(&types, t.func_type_idx)),
                    };
                    imports.push(
                        json!({"module": import.module, "name": import.name, "kind": kind, "type": ty}),
                    );
                }
            }
            Payload::FunctionSection(s) => {
                for f in s {
                    funcs.push(f?);
                }
            }
            Payload::MemorySection(s) => {
                for m in s {
                    memories.push(memory(&m?, false));
                }
            }
            Payload::ExportSection(s) => {
                for e in s {
                    let e = e?;
                    let mut v = json!({"name": e.name, "kind": export_kind(e.kind)});
                    if let (ExternalKind::Func, Some(&ty)) = (e.kind, funcs.get(e.index as usize)) {
                        v["type"] = json!(signature(&types, ty));
                    }
                    exports.push(v);
                }
            }
            Payload::CustomSection(s) => {
                sections.push(json!({"name": s.name(), "bytes": s.data().len()}));
                if let Some(text) = manifest(&s) {
                    tool = text;
                }
            }
            _ => {}
        }
    }
    let has = |name: &str| exports.iter().any(|e| e["name"] == name);
    let preview1 = imports.iter().any(|i| i["module"] == "wasi_snapshot_preview1");
    let wasi = match (has("_start"), has("_initialize")) {
        (true, _) => json!("preview1 command"),
        (_, true) => json!("preview1 reactor"),
        _ if preview1 => json!("preview1"),
        _ => Value::Null,
    };
    Ok(json!({
        "kind": "core", "wasi": wasi, "imports": imports, "exports": exports, "memories": memories,
        "custom_sections": sections, "tool": tool,
    }))
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

fn memory(m: &wasmparser::MemoryType, imported: bool) -> Value {
    json!({"min": m.initial, "max": m.maximum, "imported": imported, "shared": m.shared})
}

fn pages(m: &wasmparser::MemoryType) -> String {
    match m.maximum {
        Some(max) => format!("{} to {max} pages", m.initial),
        None => format!("{} pages or more", m.initial),
    }
}

fn val_type(t: ValType) -> String {
    t.to_string()
}

fn signature(types: &[wasmparser::FuncType], index: u32) -> String {
    let Some(f) = types.get(index as usize) else { return "?".into() };
    let list = |l: &[ValType]| l.iter().map(|t| val_type(*t)).collect::<Vec<_>>().join(", ");
    match f.results() {
        [] => format!("({})", list(f.params())),
        [one] => format!("({}) -> {}", list(f.params()), val_type(*one)),
        many => format!("({}) -> ({})", list(f.params()), list(many)),
    }
}
