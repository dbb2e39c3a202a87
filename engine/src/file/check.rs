//! What can be said of a file before the minutes that compiling it may take.

use std::collections::{HashMap, HashSet};

use wasmparser::types::TypesRef;
use wasmparser::{CompositeInnerType, ExternalKind, FuncType, TypeRef, ValType};

use super::shape;
use super::survey::{Depth, Survey, survey};
use crate::abi::access::{list, text};
use crate::abi::error::{Error, Result};
use crate::abi::types::{Code, CodeKind, Facts, HostTable};
use crate::component::{self, Wanted};
use crate::core::link::{Unknown, unknown_imports};

/// See `bx_engine_check`.
///
/// # Safety
/// As [`signatures`].
pub unsafe fn check(wasm: &[u8], tables: &[HostTable], traps: bool, entry: &str) -> Result<Facts> {
    let s = survey(wasm, Depth::Sections)?;
    shape::refuse(wasm, Depth::Sections)?;
    if let Some(words) = s.complaint() {
        return Err(Error::new(Code::Unsupported, words));
    }
    let component = s.kind == CodeKind::COMPONENT;
    let has_entry = if component {
        component::refuse_imports(imports_of(&s), traps)?;
        s.sections.component_exports.iter().any(|name| component::is_run(name))
    } else {
        // SAFETY: promised by the caller.
        refuse_imports(&s, &unsafe { signatures(tables) }, traps)?;
        has_entry(&s, entry)
    };
    // The instances of a component have memories and tables of their own: only the engine can tell how many.
    let (memory_bytes, table_elements) =
        if component { (0, 0) } else { (s.memory_bytes(), s.table_elements()) };
    Ok(Facts { memory_bytes, table_elements, has_entry: has_entry.into(), pad: 0 })
}

/// Names of a component's imports, and what each is; types need nobody to provide them.
fn imports_of<'a>(s: &Survey<'a>) -> impl Iterator<Item = (&'a str, Wanted)> {
    use wasmparser::component_types::ComponentEntityType as Entity;
    s.sections.component_imports.iter().filter_map(|name| {
        match s.types.as_ref().component_item_for_import(name)?.ty {
            Entity::Type { .. } => None,
            Entity::Instance(_) => Some((*name, Wanted::Interface)),
            Entity::Func(_) => Some((*name, Wanted::Function)),
            _ => Some((*name, Wanted::Other)),
        }
    })
}

/// Signatures by module and name.
///
/// # Safety
/// The definitions and strings of `tables` are valid.
unsafe fn signatures(tables: &[HostTable]) -> HashMap<(&str, &str), &str> {
    let mut all = HashMap::new();
    for t in tables {
        // SAFETY: promised by the caller.
        let (Some(module), defs) = (unsafe { (text(t.module), list(t.defs, t.n)) }) else { continue };
        // SAFETY: promised by the caller.
        all.extend(defs.iter().filter_map(|d| unsafe { Some(((module, text(d.name)?), text(d.sig)?)) }));
    }
    all
}

fn func<'a>(types: TypesRef<'a>, id: wasmparser::types::CoreTypeId) -> Option<&'a FuncType> {
    match &types.get(id)?.composite_type.inner {
        CompositeInnerType::Func(f) => Some(f),
        _ => None,
    }
}

/// A function's type as `bx_host_def` has it; `None` when it has values that no host function takes.
fn sig_of(f: &FuncType) -> Option<String> {
    let letters = |list: &[ValType]| {
        let letter = |t: &ValType| match t {
            ValType::I32 => Some('i'),
            ValType::I64 => Some('I'),
            ValType::F32 => Some('f'),
            ValType::F64 => Some('F'),
            _ => None,
        };
        list.iter().map(letter).collect::<Option<String>>()
    };
    Some(format!("{}:{}", letters(f.params())?, letters(f.results())?))
}

fn refuse_imports(s: &Survey<'_>, known: &HashMap<(&str, &str), &str>, traps: bool) -> Result<()> {
    let (mut unknown, mut done) = (Vec::new(), HashSet::new());
    for import in &s.sections.imports {
        let name = (import.module, import.name);
        if !done.insert(name) {
            continue;
        }
        let kind = match import.ty {
            TypeRef::Func(_) | TypeRef::FuncExact(_) => "function",
            TypeRef::Global(_) => "global",
            TypeRef::Table(_) => "table",
            TypeRef::Memory(_) => "memory",
            TypeRef::Tag(_) => "tag",
        };
        let traps = traps && kind == "function";
        let Some(sig) = known.get(&name) else {
            if traps {
                continue;
            }
            unknown.push(Unknown { name, how: "", kind });
            continue;
        };
        let fits = match import.ty {
            TypeRef::Func(i) | TypeRef::FuncExact(i) => {
                let types = s.types.as_ref();
                func(types, types.core_type_at_in_module(i)).and_then(sig_of).is_some_and(|have| have == *sig)
            }
            _ => false,
        };
        if !fits && !traps {
            unknown.push(Unknown { name, how: "wanted as another ", kind });
        }
    }
    unknown_imports(unknown)
}

fn has_entry(s: &Survey<'_>, entry: &str) -> bool {
    let types = s.types.as_ref();
    s.sections.exports.iter().any(|e| {
        e.name == entry
            && matches!(e.kind, ExternalKind::Func | ExternalKind::FuncExact)
            && func(types, types.core_function_at(e.index))
                .is_some_and(|f| f.params().is_empty() && f.results().is_empty())
    })
}
