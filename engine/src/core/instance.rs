//! The core path: one store with one core module, host functions in C, nothing asynchronous.

use std::collections::HashMap;
use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

use wasmtime::{
    Caller, ExternType, FuncType, Instance, Linker, Memory, ModuleExport, Store, UpdateDeadline, ValRaw,
    ValType,
};

use crate::abi::error::{Code, Error, Result, finish};
use crate::abi::types::{EndKind, EngEnd, EngError, EngineCtl, EngineLimits, HostDef, HostFn, text};
use crate::core::ends::{self, Cause, Unwind};
use crate::core::limiter::{Ctl, Limiter};
use crate::file::code::{BxModule, CoreCode, Loaded};

/// Most parameters a host function can have.
const MAX_PARAMS: usize = 16;

/// What the store of a core instance carries.
pub struct CallState {
    ctx: *mut c_void,
    ctl: Ctl,
    limiter: Limiter,
    /// Where the exported memory is found, until somebody asked for it.
    memory_export: Option<ModuleExport>,
    memory: Option<Memory>,
    cause: Option<Cause>,
    /// Fuel the call began with; 0 without fuel.
    fuel: u64,
}

// SAFETY: an instance belongs to one thread at a time, and `ctx` is only handed back to the C functions that
// came with it.
unsafe impl Send for CallState {}
// SAFETY: as above; nothing reads `ctx` through a shared reference.
unsafe impl Sync for CallState {}

/// `bx_einstance`.
pub struct BxInstance {
    store: Store<CallState>,
    instance: Instance,
}

/// A host function as the linker keeps it.
#[derive(Clone)]
struct Host {
    func: HostFn,
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
        let ctx = caller.data().ctx;
        // SAFETY: the C function keeps to `bx_host_fn`: it writes only within `mem` and `args`.
        let code = unsafe { (self.func)(ctx, mem, len, args.as_mut_ptr()) };
        if code != 0 {
            caller.data_mut().cause = Some(Cause::Host(code));
            return Err(Unwind.into());
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

/// The exported memory, looked up once per instance (it may first be asked for while a start function runs).
fn memory(caller: &mut Caller<'_, CallState>) -> Option<Memory> {
    if let Some(m) = caller.data().memory {
        return Some(m);
    }
    let export = caller.data().memory_export?;
    let m = caller.get_module_export(&export)?.into_memory()?;
    caller.data_mut().memory = Some(m);
    Some(m)
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

/// Resolve the module's imports against `defs`.
///
/// # Safety
/// The strings of `defs` are valid, and each function does what its signature says.
unsafe fn link(core: &mut CoreCode, defs: &[HostDef]) -> Result<()> {
    let engine = core.module.engine().clone();
    let mut by_name = HashMap::with_capacity(defs.len());
    for def in defs {
        // SAFETY: promised by the caller.
        let (module, name, sig) = unsafe { (text(def.module), text(def.name), text(def.sig)) };
        if let (Some(module), Some(name), Some(sig), Some(func)) = (module, name, sig, def.func) {
            by_name.insert((module, name), (sig, func));
        } else {
            return Err(Error::new(Code::Internal, "a host function without name, signature or address"));
        }
    }
    let mut linker: Linker<CallState> = Linker::new(&engine);
    let mut unknown = Vec::new();
    let mut done = std::collections::HashSet::new();
    for import in core.module.imports() {
        let key = (import.module(), import.name());
        if !done.insert(key) {
            continue;
        }
        let Some(&(sig, func)) = by_name.get(&key) else {
            unknown.push(format!("{}::{} ({})", key.0, key.1, describe_type(&import.ty())));
            continue;
        };
        let (params, results) = parse_sig(sig)
            .ok_or_else(|| Error::new(Code::Internal, format!("bad signature \"{sig}\" of {}", key.1)))?;
        let host = Host {
            func,
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
            other => {
                unknown.push(format!("{}::{} (wanted as another {})", key.0, key.1, describe_type(&other)));
                continue;
            }
        }
        // SAFETY: `Host::call` reads as many slots as `ty` has parameters and writes as many as it has results.
        unsafe { linker.func_new_unchecked(key.0, key.1, ty, move |caller, slots| host.call(caller, slots)) }
            .map_err(|e| Error::from_wasmtime(Code::Internal, &e))?;
    }
    if !unknown.is_empty() {
        return Err(Error::new(Code::Import, format!("imports nobody provides: {}", unknown.join(", "))));
    }
    let pre = linker.instantiate_pre(&core.module).map_err(|e| Error::from_wasmtime(Code::Import, &e))?;
    core.pre = Some(pre);
    Ok(())
}

impl BxInstance {
    fn fuel_used(&self) -> u64 {
        fuel_used(&self.store)
    }

    fn memory(&mut self) -> Option<Memory> {
        if self.store.data().memory.is_none() {
            let export = self.store.data().memory_export?;
            let memory = self.instance.get_module_export(&mut self.store, &export)?.into_memory();
            self.store.data_mut().memory = memory;
        }
        self.store.data().memory
    }
}

fn fuel_used(store: &Store<CallState>) -> u64 {
    match store.data().fuel {
        0 => 0,
        start => start.saturating_sub(store.get_fuel().unwrap_or(0)),
    }
}

/// See `bx_engine.h`.
///
/// # Safety
/// The pointers are valid as the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_emodule_link(
    m: *mut BxModule,
    defs: *const HostDef,
    n: usize,
    err: *mut EngError,
) -> Code {
    // SAFETY: the header asks for valid pointers.
    unsafe {
        let r = match &mut (*m).loaded {
            Loaded::Core(core) => {
                let defs = if n == 0 { &[] } else { std::slice::from_raw_parts(defs, n) };
                link(core, defs)
            }
            Loaded::Component(_) => {
                Err(Error::new(Code::Unsupported, "this is a component, not a core module"))
            }
        };
        finish(r, err, |()| ())
    }
}

/// See `bx_engine.h`.
///
/// # Safety
/// The pointers are valid as the header says, and `ctl` outlives the instance.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_einstance_new(
    m: *const BxModule,
    ctx: *mut c_void,
    ctl: *const EngineCtl,
    lim: *const EngineLimits,
    ret: *mut *mut BxInstance,
    end: *mut EngEnd,
) -> EndKind {
    // SAFETY: the header asks for valid pointers.
    let (m, lim) = unsafe {
        *ret = std::ptr::null_mut();
        (&*m, &*lim)
    };
    let limiter = Limiter::new(lim);
    let Loaded::Core(core) = &m.loaded else {
        // SAFETY: as above.
        return unsafe { ends::put_failed(end, "this is a component, not a core module", &limiter) };
    };
    let Some(pre) = &core.pre else {
        // SAFETY: as above.
        return unsafe { ends::put_failed(end, "the module was not linked", &limiter) };
    };
    let state = CallState {
        ctx,
        ctl: Ctl::new(ctl),
        limiter,
        memory_export: core.memory,
        memory: None,
        cause: None,
        fuel: if m.fuel { lim.fuel } else { 0 },
    };
    let mut store = match Store::try_new(core.module.engine(), state) {
        Ok(store) => store,
        // SAFETY: as above.
        Err(e) => return unsafe { ends::put_failed(end, &crate::abi::error::chain(&e), &Limiter::new(lim)) },
    };
    store.limiter(|s| &mut s.limiter);
    if m.fuel {
        // Cannot fail: the engine counts fuel.
        let _ = store.set_fuel(lim.fuel);
    }
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|mut cx| {
        let Some(stop) = cx.data().ctl.check() else { return Ok(UpdateDeadline::Continue(1)) };
        cx.data_mut().cause = Some(Cause::Stop(stop));
        Err(Unwind.into())
    });
    match pre.instantiate(&mut store) {
        Ok(instance) => {
            // SAFETY: as above.
            unsafe {
                *ret = Box::into_raw(Box::new(BxInstance { store, instance }));
                let i = &**ret;
                ends::put(end, EndKind::Return, 0, i.fuel_used(), &i.store.data().limiter)
            }
        }
        Err(e) => {
            let s = store.data();
            // SAFETY: as above.
            unsafe { ends::put_error(end, &e, s.cause, fuel_used(&store), &s.limiter, EndKind::Failed) }
        }
    }
}

/// See `bx_engine.h`.
///
/// # Safety
/// The pointers are valid as the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_einstance_run(
    i: *mut BxInstance,
    name: *const c_char,
    end: *mut EngEnd,
) -> EndKind {
    // SAFETY: the header asks for valid pointers.
    let (i, name) = unsafe { (&mut *i, text(name).unwrap_or("")) };
    let func = i.instance.get_func(&mut i.store, name).filter(|f| f.typed::<(), ()>(&i.store).is_ok());
    let Some(func) = func else {
        let words = format!("the module exports no function \"{name}\" without parameters and results");
        // SAFETY: as above.
        return unsafe { ends::put_failed(end, &words, &i.store.data().limiter) };
    };
    // SAFETY: the type was checked; there are no parameters or results to pass.
    let r = unsafe {
        func.call_unchecked(&mut i.store, std::ptr::slice_from_raw_parts_mut(std::ptr::null_mut(), 0))
    };
    let s = i.store.data();
    // SAFETY: as above.
    unsafe {
        match r {
            Ok(()) => ends::put(end, EndKind::Return, 0, i.fuel_used(), &s.limiter),
            Err(e) => ends::put_error(end, &e, s.cause, i.fuel_used(), &s.limiter, EndKind::Failed),
        }
    }
}

/// See `bx_engine.h`.
///
/// # Safety
/// The pointers are valid as the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_emodule_has_command(m: *const BxModule, name: *const c_char) -> i32 {
    // SAFETY: the header asks for valid pointers.
    let (m, name) = unsafe { (&*m, text(name).unwrap_or("")) };
    let Loaded::Core(core) = &m.loaded else { return 0 };
    let ty = core.module.get_export(name);
    let is_command =
        ty.as_ref().and_then(|t| t.func()).is_some_and(|f| f.params().len() == 0 && f.results().len() == 0);
    is_command.into()
}

/// See `bx_engine.h`.
///
/// # Safety
/// The pointers are valid as the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_einstance_memory(i: *mut BxInstance, len: *mut usize) -> *mut u8 {
    // SAFETY: the header asks for valid pointers.
    unsafe {
        let i = &mut *i;
        let (p, n) = match i.memory() {
            Some(m) => (m.data_ptr(&i.store), m.data_size(&i.store)),
            None => (std::ptr::null_mut(), 0),
        };
        *len = n;
        p
    }
}

/// See `bx_engine.h`.
///
/// # Safety
/// `i` is NULL or came from `bx_einstance_new` and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_einstance_free(i: *mut BxInstance) {
    if !i.is_null() {
        // SAFETY: it came out of `Box::into_raw`.
        drop(unsafe { Box::from_raw(i) });
    }
}
