//! A JSON Schema (2020-12) for the arguments and the result of an exported function.

use serde_json::{Map, Value, json};
use wasmparser::PrimitiveValType as P;
use wasmparser::component_types::{ComponentDefinedType as D, ComponentFuncType, ComponentValType};
use wasmparser::types::TypesRef;

/// Nodes of all schemas of a component together: a few nested types can stand for millions.
pub const BUDGET: u32 = 200_000;
/// Types inside types; the engine compiles no more than this.
pub const DEPTH: u32 = 100;

/// What schemas are made from.
pub struct Schemas<'a> {
    types: TypesRef<'a>,
    left: u32,
    depth: u32,
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

fn int(min: i64, max: u64) -> Value {
    json!({"type": "integer", "minimum": min, "maximum": max})
}

fn primitive(ty: P) -> Option<Value> {
    Some(match ty {
        P::Bool => json!({"type": "boolean"}),
        P::U8 => int(0, u8::MAX.into()),
        P::U16 => int(0, u16::MAX.into()),
        P::U32 => int(0, u32::MAX.into()),
        P::U64 => int(0, u64::MAX),
        P::S8 => int(i8::MIN.into(), i8::MAX as u64),
        P::S16 => int(i16::MIN.into(), i16::MAX as u64),
        P::S32 => int(i32::MIN.into(), i32::MAX as u64),
        P::S64 => int(i64::MIN, i64::MAX as u64),
        P::F32 | P::F64 => json!({"anyOf": [{"type": "number"}, {"enum": ["nan", "inf", "-inf"]}]}),
        P::Char => json!({"type": "string", "minLength": 1, "maxLength": 1}),
        P::String => json!({"type": "string"}),
        P::ErrorContext => return None,
    })
}

impl<'a> Schemas<'a> {
    /// For the functions of one component.
    pub fn new(types: TypesRef<'a>) -> Self {
        Schemas { types, left: BUDGET, depth: 0 }
    }

    /// Add what callers need to know about `f` to `v`.
    pub fn function(&mut self, f: &ComponentFuncType, v: &mut Value) {
        let fields: Option<Vec<_>> =
            f.params.iter().map(|(name, ty)| self.field(name.as_str(), ty)).collect();
        let result = match &f.result {
            None => Some(json!({"type": "null"})),
            Some(ty) => self.schema(ty),
        };
        if self.left == 0 {
            v["callable"] = (!f.async_).into();
            v["note"] = "the types are too large to be printed".into();
            return;
        }
        v["callable"] = (fields.is_some() && result.is_some() && !f.async_).into();
        if let (Some(fields), Some(result)) = (fields, result) {
            let mut input = object(fields);
            input["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
            v["input_schema"] = input;
            v["result_schema"] = result;
        }
    }

    /// What `ty` is defined as; `None` for a primitive type.
    fn defined(&self, ty: &ComponentValType) -> Option<&'a D> {
        match ty {
            ComponentValType::Primitive(_) => None,
            ComponentValType::Type(id) => self.types.get(*id),
        }
    }

    fn field(&mut self, name: &str, ty: &ComponentValType) -> Option<(String, Value, bool)> {
        let optional = matches!(self.defined(ty), Some(D::Option { .. }));
        Some((name.to_string(), self.schema(ty)?, optional))
    }

    fn payload(&mut self, name: &str, ty: &Option<ComponentValType>) -> Option<Value> {
        let value = match ty {
            None => json!({"type": "null"}),
            Some(ty) => self.schema(ty)?,
        };
        Some(single(name, value))
    }

    /// Schema of a value; `None` when it holds a handle, is nested too deeply or the budget is used up.
    fn schema(&mut self, ty: &ComponentValType) -> Option<Value> {
        self.left = self.left.saturating_sub(1);
        if self.left == 0 || self.depth == DEPTH {
            return None;
        }
        self.depth += 1;
        let v = match ty {
            ComponentValType::Primitive(p) => primitive(*p),
            ComponentValType::Type(id) => self.types.get(*id).and_then(|d| self.of_defined(d)),
        };
        self.depth -= 1;
        v
    }

    fn of_defined(&mut self, d: &D) -> Option<Value> {
        Some(match d {
            D::Primitive(p) => primitive(*p)?,
            D::List { element, .. } => json!({"type": "array", "items": self.schema(element)?}),
            D::FixedLengthList { element, length, .. } => {
                json!({"type": "array", "items": self.schema(element)?, "minItems": length, "maxItems": length})
            }
            D::Map { key, value, .. } => {
                json!({"type": "array", "items": tuple(vec![self.schema(key)?, self.schema(value)?])})
            }
            D::Record(r) => {
                object(r.fields.iter().map(|(n, ty)| self.field(n.as_str(), ty)).collect::<Option<_>>()?)
            }
            D::Tuple(t) => tuple(t.types.iter().map(|ty| self.schema(ty)).collect::<Option<_>>()?),
            D::Enum(names) => json!({"enum": self.names(names.iter().map(|n| n.as_str()))?}),
            D::Flags(names) => {
                let names = self.names(names.iter().map(|n| n.as_str()))?;
                json!({"type": "array", "items": {"enum": names}, "uniqueItems": true})
            }
            D::Variant(cases) => {
                let one =
                    |(name, case): (&_, &wasmparser::component_types::VariantCase)| self.case(name, &case.ty);
                json!({"oneOf": cases.cases.iter().map(one).collect::<Option<Vec<_>>>()?})
            }
            D::Option { ty, .. } => {
                let inner = self.schema(ty)?;
                let nested = matches!(self.defined(ty), Some(D::Option { .. }));
                json!({"anyOf": [{"type": "null"}, if nested { single("some", inner) } else { inner }]})
            }
            D::Result { ok, err, .. } => {
                json!({"oneOf": [self.payload("ok", ok)?, self.payload("err", err)?]})
            }
            D::Own(_) | D::Borrow(_) | D::Future { .. } | D::Stream { .. } => return None,
        })
    }

    fn case(
        &mut self,
        name: &wasmparser::names::KebabString,
        ty: &Option<ComponentValType>,
    ) -> Option<Value> {
        match ty {
            None => Some(json!({"const": name.as_str()})),
            ty => self.payload(name.as_str(), ty),
        }
    }

    /// Names count as what they are: many of them can be said in few bytes, many times.
    fn names<'n>(&mut self, names: impl ExactSizeIterator<Item = &'n str>) -> Option<Vec<&'n str>> {
        self.left = self.left.saturating_sub(u32::try_from(names.len()).unwrap_or(u32::MAX));
        (self.left > 0).then(|| names.collect())
    }
}
