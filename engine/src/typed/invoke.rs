//! Calling an exported function with arguments from JSON.

use wasmtime::component::types::{ComponentFunc, ComponentItem};
use wasmtime::component::{Component, ComponentExportIndex, Val};

use super::{json, names};
use crate::abi::error::{Error, Result};
use crate::abi::hooks::Call;
use crate::abi::shown;
use crate::abi::types::{Code, EndKind, EngEnd};
use crate::component::{ComponentCode, with_instance};
use crate::core::ends;
use crate::core::limiter::Limiter;

/// Largest result, as JSON.
const RESULT_MAX: usize = 16 << 20;

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

fn find(c: &Component, name: &str) -> Result<Export> {
    let mut list = exports(c);
    for way in 0..4 {
        let hits: Vec<usize> =
            (0..list.len()).filter(|&i| names::aliases(&list[i].name)[way] == name).collect();
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
    let names: Vec<String> = list.into_iter().map(|e| e.name).collect();
    Err(names::unknown(name, &names, "component"))
}

fn to_json(values: &[Val]) -> Result<Vec<u8>> {
    let mut out = json::Text::new(RESULT_MAX);
    let written = match values {
        [] => out.null(),
        [one] => out.value(one),
        many => out.list(many),
    };
    match written {
        Ok(()) => Ok(out.into_bytes()),
        Err(json::Unfit::Handle) => {
            Err(Error::new(Code::Unsupported, "the result holds a handle, which JSON cannot carry"))
        }
        Err(json::Unfit::Long) => {
            Err(Error::new(Code::Limit, format!("the result is over {RESULT_MAX} bytes of JSON")))
        }
    }
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
    let args = json::to_args(&json::parse(args)?, export.ty.params())
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
