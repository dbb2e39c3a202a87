//! WIT values to JSON and back, as docs/wit-json.md says.

use serde_json::{Map, Number, Value};
use wasmtime::component::{Type, Val};

use super::number::{Whole, whole};
use crate::abi::error::{Error, Result as OurResult};
use crate::abi::shown;
use crate::abi::types::Code;

/// Where in the arguments something does not fit, and why.
pub struct Misfit {
    path: String,
    words: String,
}

impl Misfit {
    pub fn new(words: impl Into<String>) -> Misfit {
        Misfit { path: String::new(), words: words.into() }
    }

    /// The same, seen from one level further out.
    pub fn within(mut self, step: impl std::fmt::Display) -> Misfit {
        self.path.insert_str(0, &step.to_string());
        self
    }
}

impl std::fmt::Display for Misfit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "${}: {}", self.path, self.words)
    }
}

/// What fits, or why it does not.
pub type Fit<T> = Result<T, Misfit>;

/// The arguments of a call; nothing at all is null.
pub fn parse(args: &[u8]) -> OurResult<Value> {
    if args.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(args)
        .map_err(|e| Error::new(Code::Argument, format!("the arguments are not JSON: {e}")))
}

fn kind(v: &Value) -> &'static str {
    match v {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn expected<T>(what: impl std::fmt::Display, got: &Value) -> Fit<T> {
    Err(Misfit::new(format!("expected {what}, got {}", kind(got))))
}

/// A number as it is written, cut to what a message can bear.
fn cut(text: &str) -> &str {
    text.get(..40).unwrap_or(text)
}

/// An integer of any width: a number that JSON Schema calls an integer (`1`, `1.0`, `1e3`), or decimal digits as a string.
pub fn integer<T: TryFrom<i128>>(v: &Value, name: &str) -> Fit<T> {
    let misfit = |n: &str| Misfit::new(format!("{} does not fit {name}", cut(n)));
    let what = format_args!("an integer ({name})");
    match v {
        Value::Number(n) => match whole(n.as_str()) {
            Whole::Integer(w) => T::try_from(w).map_err(|_| misfit(n.as_str())),
            Whole::TooLarge => Err(misfit(n.as_str())),
            Whole::Fraction => Err(Misfit::new(format!("expected {what}, got a fraction"))),
        },
        Value::String(s) => match s.parse() {
            Ok(w) => T::try_from(w).map_err(|_| misfit(s)),
            Err(_) => expected(what, v),
        },
        _ => expected(what, v),
    }
}

/// A number; `limit` is the largest finite one of its type, `name` that type.
pub fn float(v: &Value, limit: f64, name: &str) -> Fit<f64> {
    match v {
        Value::Number(n) => match n.as_f64() {
            Some(f) if f.abs() <= limit => Ok(f),
            _ => Err(Misfit::new(format!("{} is out of range of {name}", cut(n.as_str())))),
        },
        Value::String(s) if s == "nan" => Ok(f64::NAN),
        Value::String(s) if s == "inf" => Ok(f64::INFINITY),
        Value::String(s) if s == "-inf" => Ok(f64::NEG_INFINITY),
        _ => expected("a number, \"nan\", \"inf\" or \"-inf\"", v),
    }
}

fn character(v: &Value) -> Fit<char> {
    let Value::String(s) = v else { return expected("a string of one character", v) };
    let mut chars = s.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => Ok(c),
        _ => Err(Misfit::new("expected exactly one character")),
    }
}

fn array(v: &Value) -> Fit<&Vec<Value>> {
    match v {
        Value::Array(a) => Ok(a),
        _ => expected("an array", v),
    }
}

fn items(v: &Value, ty: &Type) -> Fit<Vec<Val>> {
    let each = array(v)?.iter().enumerate();
    each.map(|(i, v)| to_val(v, ty).map_err(|m| m.within(format_args!("[{i}]")))).collect()
}

/// Fields of an object in the order of `fields`; an absent optional one is none.
fn fields<'a>(
    o: &Map<String, Value>,
    fields: impl Iterator<Item = (&'a str, Type)>,
) -> Fit<Vec<(String, Val)>> {
    let (mut out, mut names) = (Vec::new(), Vec::new());
    for (name, ty) in fields {
        let v = match (o.get(name), &ty) {
            (Some(v), ty) => to_val(v, ty).map_err(|m| m.within(format_args!(".{name}")))?,
            (None, Type::Option(_)) => Val::Option(None),
            (None, _) => return Err(Misfit::new("this field is missing").within(format_args!(".{name}"))),
        };
        names.push(name);
        out.push((name.to_string(), v));
    }
    match o.keys().find(|k| !names.contains(&k.as_str())) {
        Some(extra) => Err(Misfit::new(format!("no such field; there are: {}", names.join(", ")))
            .within(format_args!(".{extra}"))),
        None => Ok(out),
    }
}

/// `{"case": payload}` or "case".
fn case(v: &Value) -> Fit<(&str, Option<&Value>)> {
    match v {
        Value::String(s) => Ok((s, None)),
        Value::Object(o) if o.len() == 1 => {
            Ok(o.iter().next().map(|(k, v)| (k.as_str(), Some(v))).unwrap_or(("", None)))
        }
        _ => expected("a case name or an object with one case", v),
    }
}

fn payload(name: &str, ty: Option<Type>, v: Option<&Value>) -> Fit<Option<Box<Val>>> {
    match (ty, v) {
        (None, None | Some(Value::Null)) => Ok(None),
        (None, Some(_)) => Err(Misfit::new("this case carries no value").within(format_args!(".{name}"))),
        (Some(Type::Option(_)), None) => Ok(Some(Box::new(Val::Option(None)))),
        (Some(_), None) => Err(Misfit::new(format!("case \"{name}\" needs a value: {{\"{name}\": …}}"))),
        (Some(ty), Some(v)) => {
            let val = to_val(v, &ty).map_err(|m| m.within(format_args!(".{name}")))?;
            Ok(Some(Box::new(val)))
        }
    }
}

fn one_of<'a>(name: &str, mut names: impl Iterator<Item = &'a str> + Clone) -> Fit<()> {
    if names.clone().any(|n| n == name) {
        return Ok(());
    }
    let all = names.by_ref().collect::<Vec<_>>().join(", ");
    Err(Misfit::new(format!("\"{name}\" is none of: {all}")))
}

/// JSON to a value of `ty`.
pub fn to_val(v: &Value, ty: &Type) -> Fit<Val> {
    Ok(match ty {
        Type::Bool => Val::Bool(v.as_bool().map_or_else(|| expected("true or false", v), Ok)?),
        Type::S8 => Val::S8(integer(v, "s8")?),
        Type::U8 => Val::U8(integer(v, "u8")?),
        Type::S16 => Val::S16(integer(v, "s16")?),
        Type::U16 => Val::U16(integer(v, "u16")?),
        Type::S32 => Val::S32(integer(v, "s32")?),
        Type::U32 => Val::U32(integer(v, "u32")?),
        Type::S64 => Val::S64(integer(v, "s64")?),
        Type::U64 => Val::U64(integer(v, "u64")?),
        Type::Float32 => Val::Float32(float(v, f32::MAX.into(), "f32")? as f32),
        Type::Float64 => Val::Float64(float(v, f64::MAX, "f64")?),
        Type::Char => Val::Char(character(v)?),
        Type::String => Val::String(v.as_str().map_or_else(|| expected("a string", v), Ok)?.to_string()),
        Type::List(t) => Val::List(items(v, &t.ty())?),
        Type::FixedLengthList(t) => {
            let list = items(v, &t.ty())?;
            if list.len() != t.len() as usize {
                return Err(Misfit::new(format!("expected {} items, got {}", t.len(), list.len())));
            }
            Val::FixedLengthList(list)
        }
        Type::Map(t) => {
            let pairs = array(v)?.iter().enumerate().map(|(i, pair)| {
                match pair.as_array().map(Vec::as_slice) {
                    Some([k, v]) => Ok((to_val(k, &t.key())?, to_val(v, &t.value())?)),
                    _ => expected("an array [key, value]", pair),
                }
                .map_err(|m: Misfit| m.within(format_args!("[{i}]")))
            });
            Val::Map(pairs.collect::<Fit<_>>()?)
        }
        Type::Record(t) => {
            let Value::Object(o) = v else { return expected("an object", v) };
            Val::Record(fields(o, t.fields().map(|f| (f.name, f.ty)))?)
        }
        Type::Tuple(t) => {
            let (list, types) = (array(v)?, t.types());
            if list.len() != types.len() {
                return Err(Misfit::new(format!("expected {} items, got {}", types.len(), list.len())));
            }
            let each = list.iter().zip(types).enumerate();
            Val::Tuple(
                each.map(|(i, (v, ty))| to_val(v, &ty).map_err(|m| m.within(format_args!("[{i}]"))))
                    .collect::<Fit<_>>()?,
            )
        }
        Type::Variant(t) => {
            let (name, value) = case(v)?;
            one_of(name, t.cases().map(|c| c.name).collect::<Vec<_>>().into_iter())?;
            let ty = t.cases().find(|c| c.name == name).and_then(|c| c.ty);
            Val::Variant(name.to_string(), payload(name, ty, value)?)
        }
        Type::Enum(t) => {
            let Value::String(s) = v else { return expected("a string", v) };
            one_of(s, t.names().collect::<Vec<_>>().into_iter())?;
            Val::Enum(s.clone())
        }
        Type::Option(t) => match (v, t.ty()) {
            (Value::Null, _) => Val::Option(None),
            // An option in an option needs a wrapper, or some(none) could not be told from none.
            (Value::Object(o), inner @ Type::Option(_)) if o.len() == 1 && o.contains_key("some") => {
                let val = to_val(&o["some"], &inner).map_err(|m| m.within(".some"))?;
                Val::Option(Some(Box::new(val)))
            }
            (_, Type::Option(_)) => return expected("null or {\"some\": …}", v),
            (_, inner) => Val::Option(Some(Box::new(to_val(v, &inner)?))),
        },
        Type::Result(t) => match case(v)? {
            ("ok", value) => Val::Result(Ok(payload("ok", t.ok(), value)?)),
            ("err", value) => Val::Result(Err(payload("err", t.err(), value)?)),
            _ => return expected("{\"ok\": …} or {\"err\": …}", v),
        },
        Type::Flags(t) => {
            let mut set = Vec::new();
            for (i, v) in array(v)?.iter().enumerate() {
                let Value::String(s) = v else { return expected("a string", v) };
                one_of(s, t.names().collect::<Vec<_>>().into_iter())
                    .map_err(|m| m.within(format_args!("[{i}]")))?;
                set.push(s.clone());
            }
            Val::Flags(set)
        }
        Type::Own(_) | Type::Borrow(_) | Type::Future(_) | Type::Stream(_) | Type::ErrorContext => {
            return Err(Misfit::new("handles cannot be given as JSON"));
        }
    })
}

/// Arguments in the order of `params`; those of type option at the end may be left out.
fn in_order(args: &[Value], params: Vec<(&str, Type)>) -> Fit<Vec<Val>> {
    let last = params.iter().rposition(|(_, ty)| !matches!(ty, Type::Option(_)));
    let (least, most) = (last.map_or(0, |i| i + 1), params.len());
    if args.len() < least || args.len() > most {
        let range = if least == most { most.to_string() } else { format!("{least} to {most}") };
        return Err(Misfit::new(format!("expected {range} arguments, got {}", args.len())));
    }
    let each = params.iter().enumerate().map(|(i, (_, ty))| match args.get(i) {
        Some(v) => to_val(v, ty).map_err(|m| m.within(format_args!("[{i}]"))),
        None => Ok(Val::Option(None)),
    });
    each.collect()
}

/// The arguments of a function: an object by parameter name, or an array in their order.
pub fn to_args<'a>(args: &Value, params: impl ExactSizeIterator<Item = (&'a str, Type)>) -> Fit<Vec<Val>> {
    match args {
        Value::Object(o) => Ok(fields(o, params)?.into_iter().map(|(_, v)| v).collect()),
        Value::Array(a) => in_order(a, params.collect()),
        Value::Null if params.len() == 0 => Ok(Vec::new()),
        _ => expected("an object by parameter name or an array", args),
    }
}

/// A float to JSON; what JSON numbers cannot say as a string.
pub fn from_float(f: f64) -> Value {
    match Number::from_f64(f) {
        Some(n) => Value::Number(n),
        None if f.is_nan() => "nan".into(),
        None if f > 0.0 => "inf".into(),
        None => "-inf".into(),
    }
}

/// The shortest decimal that names this f32, not the f64 next to it.
pub fn from_f32(f: f32) -> Value {
    match f.to_string().parse::<f64>() {
        Ok(near) if f.is_finite() => from_float(near),
        _ => from_float(f.into()),
    }
}

/// Why a value does not become text.
pub enum Unfit {
    /// It holds a handle.
    Handle,
    /// It is longer than was allowed.
    Long,
}

type Written = Result<(), Unfit>;

/// Values as JSON, written as they come: a second tree of them would be several times their size.
pub struct Text {
    out: Vec<u8>,
    max: usize,
}

impl Text {
    /// No text yet, and never more than `max` bytes.
    pub fn new(max: usize) -> Text {
        Text { out: Vec::new(), max }
    }

    /// What was written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    fn raw(&mut self, text: &str) -> Written {
        if text.len() > self.max - self.out.len() {
            return Err(Unfit::Long);
        }
        self.out.extend_from_slice(text.as_bytes());
        Ok(())
    }

    fn number(&mut self, n: impl std::fmt::Display) -> Written {
        self.raw(&n.to_string())
    }

    /// A text that JSON writes at least as long as it is.
    fn string(&mut self, s: &str) -> Written {
        if s.len() > self.max - self.out.len() {
            return Err(Unfit::Long);
        }
        let text = shown::json(&s.into());
        if text.len() > self.max - self.out.len() {
            return Err(Unfit::Long);
        }
        self.out.extend_from_slice(&text);
        Ok(())
    }

    /// `null`.
    pub fn null(&mut self) -> Written {
        self.raw("null")
    }

    fn leaf(&mut self, v: &Value) -> Written {
        self.raw(&v.to_string())
    }

    fn single(&mut self, open: &str, v: Option<&Val>) -> Written {
        self.raw("{")?;
        self.string(open)?;
        self.raw(":")?;
        match v {
            Some(v) => self.value(v)?,
            None => self.null()?,
        }
        self.raw("}")
    }

    fn each<T>(
        &mut self,
        ends: [&str; 2],
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Text, T) -> Written,
    ) -> Written {
        self.raw(ends[0])?;
        for (i, item) in items.into_iter().enumerate() {
            if i > 0 {
                self.raw(",")?;
            }
            write(self, item)?;
        }
        self.raw(ends[1])
    }

    /// An array.
    pub fn list(&mut self, l: &[Val]) -> Written {
        self.each(["[", "]"], l, Text::value)
    }

    /// A value.
    pub fn value(&mut self, v: &Val) -> Written {
        match v {
            Val::Bool(b) => self.number(b),
            Val::S8(n) => self.number(n),
            Val::U8(n) => self.number(n),
            Val::S16(n) => self.number(n),
            Val::U16(n) => self.number(n),
            Val::S32(n) => self.number(n),
            Val::U32(n) => self.number(n),
            Val::S64(n) => self.number(n),
            Val::U64(n) => self.number(n),
            Val::Float32(f) => self.leaf(&from_f32(*f)),
            Val::Float64(f) => self.leaf(&from_float(*f)),
            Val::Char(c) => self.string(c.encode_utf8(&mut [0; 4])),
            Val::String(s) | Val::Variant(s, None) | Val::Enum(s) => self.string(s),
            Val::List(l) | Val::Tuple(l) | Val::FixedLengthList(l) => self.list(l),
            Val::Map(pairs) => self.each(["[", "]"], pairs, |text, (k, v)| {
                text.each(["[", "]"], [k, v], Text::value)
            }),
            Val::Record(fields) => self.each(["{", "}"], fields, |text, (k, v)| {
                text.string(k)?;
                text.raw(":")?;
                text.value(v)
            }),
            Val::Variant(name, v) => self.single(name, v.as_deref()),
            Val::Option(None) => self.null(),
            Val::Option(Some(v)) if matches!(**v, Val::Option(_)) => self.single("some", Some(v)),
            Val::Option(Some(v)) => self.value(v),
            Val::Result(Ok(v)) => self.single("ok", v.as_deref()),
            Val::Result(Err(v)) => self.single("err", v.as_deref()),
            Val::Flags(names) => self.each(["[", "]"], names, |text, n| text.string(n)),
            Val::Resource(_) | Val::Future(_) | Val::Stream(_) | Val::ErrorContext(_) => Err(Unfit::Handle),
        }
    }
}
