//! A component's interface: its WIT, and a JSON Schema (2020-12) for each exported function.

use serde_json::{Map, Value, json};
use wit_component::WitPrinter;
use wit_parser::decoding::{DecodedWasm, decode};
use wit_parser::{Docs, Function, Handle, Resolve, Type, TypeDefKind, TypeId, WorldId, WorldItem};

use crate::error::{Code, Error, Result};

/// Describe a validated component.
pub fn describe(wasm: &[u8]) -> Result<Value> {
    let decoded = decode(wasm).map_err(|e| Error::new(Code::Invalid, format!("{e:#}")))?;
    let DecodedWasm::Component(resolve, world) = decoded else {
        return Err(Error::new(Code::Unsupported, "this is a WIT package, not a component that runs"));
    };
    let names = |items: &mut dyn Iterator<Item = String>| items.collect::<Vec<_>>();
    let w = &resolve.worlds[world];
    let imports = names(&mut w.imports.iter().filter(not_type).map(|(k, _)| resolve.name_world_key(k)));
    let exports = names(&mut w.exports.keys().map(|k| resolve.name_world_key(k)));
    let command = exports.iter().any(|n| n.starts_with("wasi:cli/run@0.2."));
    Ok(json!({
        "kind": "component",
        "wasi": if command { json!("0.2 command") } else { Value::Null },
        "imports": imports,
        "exports": exports,
        "functions": functions(&resolve, world),
        "wit": print(&resolve, world),
    }))
}

fn not_type(item: &(&wit_parser::WorldKey, &WorldItem)) -> bool {
    !matches!(item.1, WorldItem::Type { .. })
}

/// The whole interface as WIT text; what cannot be printed is left out.
fn print(resolve: &Resolve, world: WorldId) -> Option<String> {
    let main = resolve.worlds[world].package?;
    let others: Vec<_> = resolve.packages.iter().map(|(id, _)| id).filter(|id| *id != main).collect();
    let mut printer = WitPrinter::default();
    printer.print(resolve, main, &others).ok()?;
    Some(printer.output.to_string())
}

fn functions(resolve: &Resolve, world: WorldId) -> Vec<Value> {
    let mut list = Vec::new();
    for (key, item) in &resolve.worlds[world].exports {
        match item {
            WorldItem::Function(f) => list.push(function(resolve, f.name.clone(), f)),
            WorldItem::Interface { id, .. } => {
                let iface = resolve.name_world_key(key);
                if iface.starts_with("wasi:") {
                    continue;
                }
                for (name, f) in &resolve.interfaces[*id].functions {
                    list.push(function(resolve, format!("{iface}#{name}"), f));
                }
            }
            WorldItem::Type { .. } => {}
        }
    }
    list
}

fn function(resolve: &Resolve, name: String, f: &Function) -> Value {
    let fields: Option<Vec<_>> = f
        .params
        .iter()
        .map(|p| Some((p.name.as_str(), schema(resolve, &p.ty)?, is_option(resolve, &p.ty))))
        .collect();
    let result = match &f.result {
        None => Some(json!({"type": "null"})),
        Some(ty) => schema(resolve, ty),
    };
    let mut v = json!({"name": name, "callable": fields.is_some() && result.is_some()});
    if let Some(docs) = docs(&f.docs) {
        v["description"] = docs;
    }
    if let (Some(fields), Some(result)) = (fields, result) {
        let mut input = object(fields);
        input["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
        v["input_schema"] = input;
        v["result_schema"] = result;
    }
    v
}

fn docs(d: &Docs) -> Option<Value> {
    d.contents.as_ref().map(|t| json!(t.trim()))
}

fn object(fields: Vec<(&str, Value, bool)>) -> Value {
    let required: Vec<&str> = fields.iter().filter(|f| !f.2).map(|f| f.0).collect();
    let properties: Map<String, Value> = fields.into_iter().map(|(n, s, _)| (n.to_string(), s)).collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

/// An object with this one field.
fn single(name: &str, value: Value) -> Value {
    object(vec![(name, value, false)])
}

fn is_option(resolve: &Resolve, ty: &Type) -> bool {
    let Type::Id(id) = ty else { return false };
    match &resolve.types[*id].kind {
        TypeDefKind::Option(_) => true,
        TypeDefKind::Type(t) => is_option(resolve, t),
        _ => false,
    }
}

fn int(min: i64, max: u64) -> Value {
    json!({"type": "integer", "minimum": min, "maximum": max})
}

/// Schema of a value; `None` when it holds a handle.
fn schema(resolve: &Resolve, ty: &Type) -> Option<Value> {
    Some(match ty {
        Type::Bool => json!({"type": "boolean"}),
        Type::U8 => int(0, u8::MAX.into()),
        Type::U16 => int(0, u16::MAX.into()),
        Type::U32 => int(0, u32::MAX.into()),
        Type::U64 => int(0, u64::MAX),
        Type::S8 => int(i8::MIN.into(), i8::MAX as u64),
        Type::S16 => int(i16::MIN.into(), i16::MAX as u64),
        Type::S32 => int(i32::MIN.into(), i32::MAX as u64),
        Type::S64 => int(i64::MIN, i64::MAX as u64),
        Type::F32 | Type::F64 => json!({"anyOf": [{"type": "number"}, {"enum": ["nan", "inf", "-inf"]}]}),
        Type::Char => json!({"type": "string", "minLength": 1, "maxLength": 1}),
        Type::String => json!({"type": "string"}),
        Type::ErrorContext => return None,
        Type::Id(id) => {
            let mut s = defined(resolve, *id)?;
            if let Some(docs) = docs(&resolve.types[*id].docs) {
                s["description"] = docs;
            }
            s
        }
    })
}

/// `items` in order, no more and no fewer.
fn tuple(items: Vec<Value>) -> Value {
    let n = items.len();
    json!({"type": "array", "prefixItems": items, "items": false, "minItems": n, "maxItems": n})
}

fn payload(resolve: &Resolve, name: &str, ty: &Option<Type>) -> Option<Value> {
    Some(single(name, ty.as_ref().map_or(Some(json!({"type": "null"})), |t| schema(resolve, t))?))
}

fn defined(resolve: &Resolve, id: TypeId) -> Option<Value> {
    let of = |t: &Type| schema(resolve, t);
    Some(match &resolve.types[id].kind {
        TypeDefKind::Type(t) => of(t)?,
        TypeDefKind::List(t) => json!({"type": "array", "items": of(t)?}),
        TypeDefKind::FixedLengthList(t, n) => {
            json!({"type": "array", "items": of(t)?, "minItems": n, "maxItems": n})
        }
        TypeDefKind::Map(k, v) => json!({"type": "array", "items": tuple(vec![of(k)?, of(v)?])}),
        TypeDefKind::Record(r) => {
            let fields = r.fields.iter().map(|f| {
                let mut s = of(&f.ty)?;
                if let Some(docs) = docs(&f.docs) {
                    s["description"] = docs;
                }
                Some((f.name.as_str(), s, is_option(resolve, &f.ty)))
            });
            object(fields.collect::<Option<_>>()?)
        }
        TypeDefKind::Tuple(t) => tuple(t.types.iter().map(of).collect::<Option<_>>()?),
        TypeDefKind::Enum(e) => json!({"enum": e.cases.iter().map(|c| &c.name).collect::<Vec<_>>()}),
        TypeDefKind::Flags(f) => {
            let names: Vec<_> = f.flags.iter().map(|f| &f.name).collect();
            json!({"type": "array", "items": {"enum": names}, "uniqueItems": true})
        }
        TypeDefKind::Variant(v) => {
            let cases = v.cases.iter().map(|c| match &c.ty {
                None => Some(json!({"const": c.name})),
                Some(_) => payload(resolve, &c.name, &c.ty),
            });
            json!({"oneOf": cases.collect::<Option<Vec<_>>>()?})
        }
        TypeDefKind::Option(t) if is_option(resolve, t) => {
            json!({"anyOf": [{"type": "null"}, single("some", of(t)?)]})
        }
        TypeDefKind::Option(t) => json!({"anyOf": [{"type": "null"}, of(t)?]}),
        TypeDefKind::Result(r) => {
            json!({"oneOf": [payload(resolve, "ok", &r.ok)?, payload(resolve, "err", &r.err)?]})
        }
        TypeDefKind::Handle(Handle::Own(_) | Handle::Borrow(_))
        | TypeDefKind::Resource
        | TypeDefKind::Future(_)
        | TypeDefKind::Stream(_)
        | TypeDefKind::Unknown => return None,
    })
}
