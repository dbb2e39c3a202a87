//! A JSON Schema (2020-12) for the arguments and the result of an exported function.
//!
//! Made from the types Wasmtime has checked.  The tool-chain crates that decode WIT out of a component would say
//! a little more, but they trust their input: a hostile file could end the process.

use serde_json::{Map, Value, json};
use wasmtime::component::Type;
use wasmtime::component::types::ComponentFunc;

/// Nodes of all schemas of a component together: a few nested types can stand for millions.
pub const BUDGET: u32 = 200_000;

/// Add what callers need to know about `f` to `v`; `budget` is what is left of [`BUDGET`].
pub fn function(f: &ComponentFunc, v: &mut Value, budget: &mut u32) {
    let fields: Option<Vec<_>> = f.params().map(|(name, ty)| field(name, &ty, budget)).collect();
    let results: Option<Vec<_>> = f.results().map(|ty| schema(&ty, budget)).collect();
    if *budget == 0 {
        v["callable"] = true.into();
        v["note"] = "the types are too large to be printed".into();
        return;
    }
    v["callable"] = (fields.is_some() && results.is_some()).into();
    if let (Some(fields), Some(mut results)) = (fields, results) {
        let mut input = object(fields);
        input["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
        v["input_schema"] = input;
        v["result_schema"] = match results.len() {
            0 => json!({"type": "null"}),
            1 => results.remove(0),
            _ => tuple(results),
        };
    }
}

fn field(name: &str, ty: &Type, b: &mut u32) -> Option<(String, Value, bool)> {
    Some((name.to_string(), schema(ty, b)?, matches!(ty, Type::Option(_))))
}

/// An object of (name, schema, optional).
fn object(fields: Vec<(String, Value, bool)>) -> Value {
    let required: Vec<String> = fields.iter().filter(|f| !f.2).map(|f| f.0.clone()).collect();
    let properties: Map<String, Value> = fields.into_iter().map(|(n, s, _)| (n, s)).collect();
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

/// An object with this one field.
fn single(name: &str, value: Value) -> Value {
    object(vec![(name.to_string(), value, false)])
}

/// `items` in order, no more and no fewer.
fn tuple(items: Vec<Value>) -> Value {
    let n = items.len();
    json!({"type": "array", "prefixItems": items, "items": false, "minItems": n, "maxItems": n})
}

fn payload(name: &str, ty: Option<Type>, b: &mut u32) -> Option<Value> {
    Some(single(name, ty.map_or(Some(json!({"type": "null"})), |t| schema(&t, b))?))
}

fn int(min: i64, max: u64) -> Value {
    json!({"type": "integer", "minimum": min, "maximum": max})
}

/// Schema of a value; `None` when it holds a handle or the budget `b` is used up.
fn schema(ty: &Type, b: &mut u32) -> Option<Value> {
    *b = b.saturating_sub(1);
    if *b == 0 {
        return None;
    }
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
        Type::Float32 | Type::Float64 => {
            json!({"anyOf": [{"type": "number"}, {"enum": ["nan", "inf", "-inf"]}]})
        }
        Type::Char => json!({"type": "string", "minLength": 1, "maxLength": 1}),
        Type::String => json!({"type": "string"}),
        Type::List(t) => json!({"type": "array", "items": schema(&t.ty(), b)?}),
        Type::FixedLengthList(t) => {
            json!({"type": "array", "items": schema(&t.ty(), b)?, "minItems": t.len(), "maxItems": t.len()})
        }
        Type::Map(t) => {
            json!({"type": "array", "items": tuple(vec![schema(&t.key(), b)?, schema(&t.value(), b)?])})
        }
        Type::Record(t) => object(t.fields().map(|f| field(f.name, &f.ty, b)).collect::<Option<_>>()?),
        Type::Tuple(t) => tuple(t.types().map(|t| schema(&t, b)).collect::<Option<_>>()?),
        Type::Enum(t) => json!({"enum": t.names().collect::<Vec<_>>()}),
        Type::Flags(t) => {
            json!({"type": "array", "items": {"enum": t.names().collect::<Vec<_>>()}, "uniqueItems": true})
        }
        Type::Variant(t) => {
            let cases = t.cases().map(|c| match c.ty {
                None => Some(json!({"const": c.name})),
                ty => payload(c.name, ty, b),
            });
            json!({"oneOf": cases.collect::<Option<Vec<_>>>()?})
        }
        Type::Option(t) => match t.ty() {
            inner @ Type::Option(_) => {
                json!({"anyOf": [{"type": "null"}, single("some", schema(&inner, b)?)]})
            }
            inner => json!({"anyOf": [{"type": "null"}, schema(&inner, b)?]}),
        },
        Type::Result(t) => json!({"oneOf": [payload("ok", t.ok(), b)?, payload("err", t.err(), b)?]}),
        Type::Own(_) | Type::Borrow(_) | Type::Future(_) | Type::Stream(_) | Type::ErrorContext => {
            return None;
        }
    })
}
