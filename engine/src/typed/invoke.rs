//! Calling an exported function with arguments from JSON.

use serde_json::Value;
use wasmtime::component::types::{ComponentFunc, ComponentItem};
use wasmtime::component::{Component, ComponentExportIndex, Val};

use super::json;
use crate::abi::error::{Error, Result};
use crate::abi::hooks::Call;
use crate::abi::shown;
use crate::abi::types::{Code, EndKind, EngEnd};
use crate::component::{ComponentCode, with_instance};
use crate::core::ends;
use crate::core::limiter::Limiter;

/// Largest result, as JSON.
const RESULT_MAX: usize = 16 << 20;
/// Characters of a name that are compared, and exports that are looked at, for saying which are near.
const COMPARED: usize = 100;
const LOOKED_AT: usize = 1000;
/// Most exports named in a message.
const NAMED: usize = 8;

/// An exported function.
struct Export {
    /// "func" or "pkg:ns/iface@1.2.3#func".
    name: String,
    index: ComponentExportIndex,
    ty: ComponentFunc,
}

fn exports(c: &Component) -> Vec<Export> {
    let (engine, mut list) = (c.engine(), Vec::new());
    for (name, item) in c.component_type().exports(engine) {
        match item.ty {
            ComponentItem::ComponentFunc(ty) => {
                if let Some(index) = c.get_export_index(None, name) {
                    list.push(Export { name: name.to_string(), index, ty });
                }
            }
            ComponentItem::ComponentInstance(i) => {
                let Some(outer) = c.get_export_index(None, name) else { continue };
                for (func, item) in i.exports(engine) {
                    let ComponentItem::ComponentFunc(ty) = item.ty else { continue };
                    if let Some(index) = c.get_export_index(Some(&outer), func) {
                        list.push(Export { name: format!("{name}#{func}"), index, ty });
                    }
                }
            }
            _ => {}
        }
    }
    list
}

/// The ways a function may be called by: in full, without version, without package, by its bare name.
fn aliases(name: &str) -> [String; 4] {
    let Some((iface, func)) = name.rsplit_once('#') else { return [(); 4].map(|()| name.to_string()) };
    let versionless = iface.split_once('@').map_or(iface, |(i, _)| i);
    let bare = versionless.rsplit_once('/').map_or(versionless, |(_, i)| i);
    [name.to_string(), format!("{versionless}#{func}"), format!("{bare}#{func}"), func.to_string()]
}

/// Edit distance of two short names.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, cb) in b.iter().enumerate() {
            let best = (diagonal + usize::from(ca != *cb)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], best);
        }
    }
    row[b.len()]
}

fn unknown(name: &str, list: &[Export]) -> Error {
    if list.is_empty() {
        return Error::new(Code::Export, format!("no function \"{name}\": the component exports none"));
    }
    // Names can be as long and as many as a file has room for: neither counts beyond what a person would look at.
    let brief = |s: &str| s.chars().take(COMPARED).collect::<String>();
    let wanted = brief(name);
    let nearness = |e: &&Export| {
        aliases(&e.name).iter().map(|a| distance(&wanted, &brief(a))).min().unwrap_or(usize::MAX)
    };
    let mut near: Vec<&Export> = list.iter().take(LOOKED_AT).collect();
    near.sort_by_cached_key(nearness);
    let names = shown::list(near.iter().take(NAMED), |e| shown::name(&e.name));
    let more = if list.len() > NAMED { ", …" } else { "" };
    Error::new(Code::Export, format!("no function \"{name}\"; there are: {names}{more}"))
}

fn find(c: &Component, name: &str) -> Result<Export> {
    let mut list = exports(c);
    for way in 0..4 {
        let hits: Vec<usize> = (0..list.len()).filter(|&i| aliases(&list[i].name)[way] == name).collect();
        match hits[..] {
            [] => {}
            [one] => return Ok(list.swap_remove(one)),
            _ => {
                let names = shown::list(hits.iter(), |&i| shown::name(&list[i].name));
                let msg = format!("\"{name}\" could be any of: {names}");
                return Err(Error::new(Code::Export, msg));
            }
        }
    }
    Err(unknown(name, &list))
}

fn parse(args: &[u8]) -> Result<Value> {
    if args.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(args)
        .map_err(|e| Error::new(Code::Argument, format!("the arguments are not JSON: {e}")))
}

fn to_json(values: &[Val]) -> Result<Vec<u8>> {
    let value = match values {
        [] => Some(Value::Null),
        [one] => json::from_val(one),
        many => many.iter().map(json::from_val).collect::<Option<Vec<_>>>().map(Value::Array),
    };
    let handle = || Error::new(Code::Unsupported, "the result holds a handle, which JSON cannot carry");
    let bytes = shown::json(&value.ok_or_else(handle)?);
    if bytes.len() > RESULT_MAX {
        return Err(Error::new(Code::Limit, format!("the result is over {RESULT_MAX} bytes of JSON")));
    }
    Ok(bytes)
}

/// Call the export `func` with arguments from JSON; the result as JSON.  `end` is filled either way.
///
/// # Safety
/// The pointers are valid as the header says.
pub unsafe fn invoke(
    c: &ComponentCode,
    call: *const Call,
    func: &str,
    args: &[u8],
    end: *mut EngEnd,
) -> Result<Vec<u8>> {
    // SAFETY: promised by the caller.
    unsafe { ends::put_failed(end, "the call did not begin", &Limiter::new(&(*call).limits)) };
    let export = find(&c.component, func)?;
    let args = json::to_args(&parse(args)?, export.ty.params())
        .map_err(|m| Error::new(Code::Argument, m.to_string()))?;
    let mut results = vec![Val::Bool(false); export.ty.results().len()];
    let mut returned = false;
    // SAFETY: promised by the caller.
    let kind = unsafe {
        with_instance(c, call, end, |running, instance, _| {
            let Some(f) = instance.get_func(&mut running.store, export.index) else {
                wasmtime::bail!("the export is gone")
            };
            f.call(&mut running.store, &args, &mut results)?;
            returned = true;
            Ok(0)
        })
    };
    // A guest may also exit in the middle of it.
    if kind != EndKind::Return || !returned {
        return Err(Error::new(Code::Internal, "the function did not return"));
    }
    to_json(&results)
}
