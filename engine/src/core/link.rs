//! Resolving a core module's imports once, against host functions in C.

use std::collections::HashMap;
use std::mem::MaybeUninit;

use wasmtime::{Caller, ExternType, FuncType, InstancePre, Linker, Module, ModuleExport, ValRaw, ValType};

use super::ends::{Cause, Unwind, without_backtrace};
use super::state::{CallState, memory};
use crate::abi::access::{list, text};
use crate::abi::error::{Error, Result};
use crate::abi::shown;
use crate::abi::types::{Code, HOST_TABLES, HostFn, HostTable};

/// Most parameters a host function can have.
const MAX_PARAMS: usize = 16;

/// A core module, ready to be linked or linked.
pub struct CoreCode {
    /// The code.
    pub module: Module,
    /// Imports resolved, once linked.
    pub pre: Option<InstancePre<CallState>>,
    /// The exported memory host functions see.
    pub memory: Option<ModuleExport>,
    /// Tables of host functions it was linked against.
    pub tables: usize,
    /// Whether it counts fuel.
    pub fuel: bool,
}

/// A host function somebody provides.
struct Offer<'a> {
    table: usize,
    sig: &'a str,
    func: HostFn,
}

/// What `tables` provide, by module and name.
///
/// # Safety
/// As [`CoreCode::link`].
unsafe fn by_name<'a>(tables: &'a [HostTable]) -> Result<HashMap<(&'a str, &'a str), Offer<'a>>> {
    let internal = |msg: &str| Err(Error::new(Code::Internal, msg));
    if tables.len() > HOST_TABLES as usize {
        return internal("more tables of host functions than a call has contexts");
    }
    let mut by_name = HashMap::new();
    for (table, t) in tables.iter().enumerate() {
        // SAFETY: promised by the caller.
        let (module, defs) = unsafe { (text(t.module), list(t.defs, t.n)) };
        let Some(module) = module else { return internal("a table of host functions without a name") };
        if by_name.keys().any(|&(other, _)| other == module) {
            return internal("two tables of host functions with the same name");
        }
        for def in defs {
            // SAFETY: promised by the caller.
            let (name, sig) = unsafe { (text(def.name), text(def.sig)) };
            let (Some(name), Some(sig), Some(func)) = (name, sig, def.r#fn) else {
                return internal("a host function without name, signature or address");
            };
            by_name.insert((module, name), Offer { table, sig, func });
        }
    }
    Ok(by_name)
}

impl CoreCode {
    /// Whether `name` is exported with type [] -> [].
    pub fn has_command(&self, name: &str) -> bool {
        let ty = self.module.get_export(name);
        ty.as_ref().and_then(|t| t.func()).is_some_and(|f| f.params().len() == 0 && f.results().len() == 0)
    }

    /// Resolve the imports against `tables`.  `traps`: a function nobody provides ends the guest once it calls it.
    ///
    /// # Safety
    /// The strings of `tables` are valid, and each function does what its signature says.
    pub unsafe fn link(&mut self, tables: &[HostTable], traps: bool) -> Result<()> {
        let engine = self.module.engine().clone();
        // SAFETY: promised by the caller.
        let by_name = unsafe { by_name(tables)? };
        let mut linker: Linker<CallState> = Linker::new(&engine);
        let mut unknown = Vec::new();
        let mut done = std::collections::HashSet::new();
        for import in self.module.imports() {
            let key = (import.module(), import.name());
            if !done.insert(key) {
                continue;
            }
            let is_func = matches!(import.ty(), ExternType::Func(_));
            let Some(&Offer { table, sig, func }) = by_name.get(&key) else {
                if traps && is_func {
                    continue;
                }
                unknown.push(Unknown { name: key, how: "", kind: describe_type(&import.ty()) });
                continue;
            };
            let (params, results) = parse_sig(sig)
                .ok_or_else(|| Error::new(Code::Internal, format!("bad signature \"{sig}\" of {}", key.1)))?;
            let host = Host {
                func,
                table,
                params: params.len(),
                wide: params
                    .iter()
                    .enumerate()
                    .fold(0, |w, (i, t)| w | u32::from(matches!(t, ValType::I64 | ValType::F64)) << i),
                result: results.first().cloned(),
            };
            let ty = FuncType::new(&engine, params, results);
            match import.ty() {
                ExternType::Func(want) if want.matches(&ty) => {}
                _ if traps && is_func => continue,
                other => {
                    let how = "wanted as another ";
                    unknown.push(Unknown { name: key, how, kind: describe_type(&other) });
                    continue;
                }
            }
            // SAFETY: `Host::call` reads as many slots as `ty` has parameters and writes as many as it has results.
            unsafe {
                linker.func_new_unchecked(key.0, key.1, ty, move |caller, slots| host.call(caller, slots))
            }
            .map_err(|e| Error::from_wasmtime(Code::Internal, &e))?;
        }
        unknown_imports(unknown)?;
        if traps {
            linker
                .define_unknown_imports_as_traps(&self.module)
                .map_err(|e| Error::from_wasmtime(Code::Import, &e))?;
        }
        let pre = linker.instantiate_pre(&self.module).map_err(|e| Error::from_wasmtime(Code::Import, &e))?;
        self.tables = tables.len();
        self.pre = Some(pre);
        Ok(())
    }
}

/// An import that is not provided.
pub struct Unknown<'a> {
    /// Its module and name.
    pub name: (&'a str, &'a str),
    /// What is wrong with it, if it is not merely unknown.
    pub how: &'static str,
    /// "function" and so on.
    pub kind: &'static str,
}

/// Nothing, or an error that names them.
pub fn unknown_imports(unknown: Vec<Unknown<'_>>) -> Result<()> {
    if unknown.is_empty() {
        return Ok(());
    }
    let show = |u: Unknown<'_>| {
        format!("{}::{} ({}{})", shown::name(u.name.0), shown::name(u.name.1), u.how, u.kind)
    };
    let names = shown::list(unknown.into_iter(), show);
    Err(Error::new(Code::Import, format!("imports nobody provides: {names}")))
}

/// A host function as the linker keeps it.
#[derive(Clone)]
struct Host {
    func: HostFn,
    /// Whose context it gets.
    table: usize,
    params: usize,
    /// Bit i: parameter i is 64 bits wide.
    wide: u32,
    result: Option<ValType>,
}

fn parse_sig(sig: &str) -> Option<(Vec<ValType>, Vec<ValType>)> {
    let types = |s: &str| {
        s.chars()
            .map(|c| match c {
                'i' => Some(ValType::I32),
                'I' => Some(ValType::I64),
                'f' => Some(ValType::F32),
                'F' => Some(ValType::F64),
                _ => None,
            })
            .collect::<Option<Vec<_>>>()
    };
    let (params, results) = sig.split_once(':')?;
    let (params, results) = (types(params)?, types(results)?);
    (params.len() <= MAX_PARAMS && results.len() <= 1).then_some((params, results))
}

impl Host {
    fn call(
        &self,
        mut caller: Caller<'_, CallState>,
        slots: &mut [MaybeUninit<ValRaw>],
    ) -> wasmtime::Result<()> {
        let mut args = [0u64; MAX_PARAMS];
        for (i, (arg, slot)) in args.iter_mut().zip(slots.iter()).take(self.params).enumerate() {
            // SAFETY: Wasmtime has initialised the first `params` slots.
            let raw = unsafe { slot.assume_init() };
            *arg = if self.wide >> i & 1 == 1 { raw.get_u64() } else { raw.get_u32().into() };
        }
        // Base and length are read afresh: the memory may have grown since the last call.
        let (mem, len) = match memory(&mut caller) {
            Some(m) => (m.data_ptr(&caller), m.data_size(&caller)),
            None => (std::ptr::null_mut(), 0),
        };
        let ctx = caller.data().ctxs[self.table];
        // SAFETY: the C function keeps to `bx_host_fn`: it writes only within `mem` and `args`.
        let code = unsafe { (self.func)(ctx, mem, len, args.as_mut_ptr()) };
        if code != 0 {
            caller.data_mut().cause = Some(Cause::Host(code));
            return Err(without_backtrace(Unwind.into()));
        }
        if let Some(ty) = &self.result {
            let raw = match ty {
                ValType::I64 => ValRaw::u64(args[0]),
                ValType::F32 => ValRaw::f32(args[0] as u32),
                ValType::F64 => ValRaw::f64(args[0]),
                _ => ValRaw::u32(args[0] as u32),
            };
            slots[0].write(raw);
        }
        Ok(())
    }
}

fn describe_type(ty: &ExternType) -> &'static str {
    match ty {
        ExternType::Func(_) => "function",
        ExternType::Global(_) => "global",
        ExternType::Table(_) => "table",
        ExternType::Memory(_) => "memory",
        ExternType::Tag(_) => "tag",
    }
}
