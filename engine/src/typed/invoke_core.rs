//! Calling an exported function of a core module with numbers from JSON.

use serde_json::Value;
use wasmtime::{FuncType, Val, ValType};

use super::json::{self, Fit, Misfit};
use super::names;
use crate::abi::error::{Error, Result};
use crate::abi::types::{Code, EndKind, EngEnd};
use crate::core::instance::BxInstance;

/// An integer of 32 or 64 bits: it has no sign of its own, so both readings of its bits may be written.
fn to_val(v: &Value, ty: &ValType) -> Fit<Val> {
    Ok(match ty {
        ValType::I32 => Val::I32(match json::integer::<i32>(v, "i32") {
            Ok(n) => n,
            Err(_) => json::integer::<u32>(v, "i32")? as i32,
        }),
        ValType::I64 => Val::I64(match json::integer::<i64>(v, "i64") {
            Ok(n) => n,
            Err(_) => json::integer::<u64>(v, "i64")? as i64,
        }),
        ValType::F32 => Val::F32((json::float(v, f32::MAX.into(), "f32")? as f32).to_bits()),
        ValType::F64 => Val::F64(json::float(v, f64::MAX, "f64")?.to_bits()),
        _ => return Err(Misfit::new("only numbers (i32, i64, f32, f64) can be given to a core module")),
    })
}

fn to_args(args: &Value, ty: &FuncType) -> Fit<Vec<Val>> {
    let list: &[Value] = match args {
        Value::Array(list) => list,
        Value::Null => &[],
        Value::Object(o) if o.is_empty() => &[],
        _ => return Err(Misfit::new("expected an array: the parameters of a core module have no names")),
    };
    let n = ty.params().len();
    if list.len() != n {
        return Err(Misfit::new(format!("expected {n} arguments, got {}", list.len())));
    }
    let each = list.iter().zip(ty.params()).enumerate();
    each.map(|(i, (v, ty))| to_val(v, &ty).map_err(|m| m.within(format_args!("[{i}]")))).collect()
}

fn from_val(v: &Val) -> Option<Value> {
    Some(match v {
        Val::I32(n) => (*n).into(),
        Val::I64(n) => (*n).into(),
        Val::F32(bits) => json::from_f32(f32::from_bits(*bits)),
        Val::F64(bits) => json::from_float(f64::from_bits(*bits)),
        _ => return None,
    })
}

fn to_json(results: &[Val]) -> Result<Vec<u8>> {
    let values = results.iter().map(from_val).collect::<Option<Vec<_>>>();
    let mut values = values
        .ok_or_else(|| Error::new(Code::Unsupported, "the result is no number, which JSON cannot carry"))?;
    let value = match values.len() {
        0 => Value::Null,
        1 => values.remove(0),
        _ => Value::Array(values),
    };
    Ok(value.to_string().into_bytes())
}

/// Call the export `func` with numbers from JSON; the result as JSON.  `end` is filled either way.
///
/// # Safety
/// `end` is writable.
pub unsafe fn invoke_core(i: &mut BxInstance, func: &str, args: &[u8], end: *mut EngEnd) -> Result<Vec<u8>> {
    // SAFETY: promised by the caller.
    unsafe { i.no_call(end) };
    let (f, ty) = i.func(func).map_err(|exports| names::unknown(func, &exports, "module"))?;
    let args = to_args(&json::parse(args)?, &ty).map_err(|m| Error::new(Code::Argument, m.to_string()))?;
    if ty.results().any(|t| !matches!(t, ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64)) {
        return Err(Error::new(Code::Unsupported, "the function returns what is no number"));
    }
    let mut results = vec![Val::I32(0); ty.results().len()];
    // SAFETY: promised by the caller.
    if unsafe { i.call(f, &args, &mut results, end) } != EndKind::Return {
        return Err(Error::new(Code::Internal, "the function did not return"));
    }
    to_json(&results)
}
