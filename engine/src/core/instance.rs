//! The core path: one store with one core module, host functions in C, nothing asynchronous.

use wasmtime::{Func, FuncType, Instance, Memory, Store, UpdateDeadline, Val};

use super::ends::{self, Cause, Unwind};
use super::limiter::{Ctl, Limiter};
use super::link::CoreCode;
use super::state::{CallState, Contexts, fuel_used};
use crate::abi::error::chain;
use crate::abi::types::{BxCtl, EndKind, EngEnd, EngineLimits};

/// `bx_einstance`.
pub struct BxInstance {
    store: Store<CallState>,
    instance: Instance,
}

impl BxInstance {
    fn exported_memory(&mut self) -> Option<Memory> {
        if self.store.data().memory.is_none() {
            let export = self.store.data().memory_export?;
            let memory = self.instance.get_module_export(&mut self.store, &export)?.into_memory();
            self.store.data_mut().memory = memory;
        }
        self.store.data().memory
    }

    /// A fresh instance, its start function run; or how that ended, with `end` filled.  `end` is filled either way.
    ///
    /// # Safety
    /// `ctl` outlives the instance, `end` is writable, and the host functions `core` was linked with can use `ctxs`.
    pub unsafe fn new(
        core: &CoreCode,
        ctxs: Contexts,
        ctl: *const BxCtl,
        lim: &EngineLimits,
        end: *mut EngEnd,
    ) -> Result<BxInstance, EndKind> {
        let Some(pre) = &core.pre else {
            // SAFETY: promised by the caller.
            return Err(unsafe { ends::put_failed(end, "the module was not linked", &Limiter::new(lim)) });
        };
        let state = CallState {
            ctxs,
            ctl: Ctl::new(ctl),
            limiter: Limiter::new(lim),
            memory_export: core.memory,
            memory: None,
            cause: None,
            fuel: if core.fuel { lim.fuel } else { 0 },
        };
        let mut store = match Store::try_new(core.module.engine(), state) {
            Ok(store) => store,
            // SAFETY: as above.
            Err(e) => return Err(unsafe { ends::put_failed(end, &chain(&e), &Limiter::new(lim)) }),
        };
        store.limiter(|s| &mut s.limiter);
        if core.fuel {
            // Cannot fail: the engine counts fuel.
            let _ = store.set_fuel(lim.fuel);
        }
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|mut cx| {
            let Some(stop) = cx.data().ctl.check() else { return Ok(UpdateDeadline::Continue(1)) };
            cx.data_mut().cause = Some(Cause::Stop(stop));
            Err(Unwind.into())
        });
        let r = pre.instantiate(&mut store);
        let s = store.data();
        // SAFETY: as above.
        unsafe {
            match r {
                Ok(_) if s.limiter.over() => {
                    let kept = Some(Cause::Kept);
                    Err(ends::put_error(end, &Unwind.into(), kept, 0, &s.limiter, EndKind::Kept))
                }
                Ok(instance) => {
                    ends::put(end, EndKind::Return, 0, fuel_used(&store), &s.limiter);
                    Ok(BxInstance { store, instance })
                }
                Err(e) => {
                    let fuel = fuel_used(&store);
                    Err(ends::put_error(end, &e, s.cause, fuel, &s.limiter, EndKind::Failed))
                }
            }
        }
    }

    /// Call the export `name` of type [] -> [].
    ///
    /// # Safety
    /// `end` is writable.
    pub unsafe fn run(&mut self, name: &str, end: *mut EngEnd) -> EndKind {
        let func = self.instance.get_func(&mut self.store, name);
        let func = func.filter(|f| f.typed::<(), ()>(&self.store).is_ok());
        let Some(func) = func else {
            let words = format!("the module exports no function \"{name}\" without parameters and results");
            // SAFETY: promised by the caller.
            return unsafe { ends::put_failed(end, &words, &self.store.data().limiter) };
        };
        // SAFETY: the type was checked; there are no parameters or results to pass.
        let r = unsafe {
            func.call_unchecked(&mut self.store, std::ptr::slice_from_raw_parts_mut(std::ptr::null_mut(), 0))
        };
        // SAFETY: as above.
        unsafe { self.finish(r, end) }
    }

    /// The exported function `name`, or the names of those there are.
    pub fn func(&mut self, name: &str) -> std::result::Result<(Func, FuncType), Vec<String>> {
        match self.instance.get_func(&mut self.store, name) {
            Some(f) => {
                let ty = f.ty(&self.store);
                Ok((f, ty))
            }
            None => Err(self
                .instance
                .exports(&mut self.store)
                .filter_map(|e| {
                    let name = e.name().to_string();
                    e.into_func().map(|_| name)
                })
                .collect()),
        }
    }

    /// Call `func` with `args` of its type; what it returns goes to `results`.
    ///
    /// # Safety
    /// `end` is writable.
    pub unsafe fn call(
        &mut self,
        func: Func,
        args: &[Val],
        results: &mut [Val],
        end: *mut EngEnd,
    ) -> EndKind {
        let r = func.call(&mut self.store, args, results);
        // SAFETY: promised by the caller.
        unsafe { self.finish(r, end) }
    }

    /// Fill `end` without a call: the function could not be called.
    ///
    /// # Safety
    /// `end` is writable.
    pub unsafe fn no_call(&self, end: *mut EngEnd) {
        // SAFETY: promised by the caller.
        unsafe { ends::put(end, EndKind::Return, 0, fuel_used(&self.store), &self.store.data().limiter) };
    }

    /// Fill `end` for `r`.
    ///
    /// # Safety
    /// `end` is writable.
    unsafe fn finish(&self, r: wasmtime::Result<()>, end: *mut EngEnd) -> EndKind {
        let (s, fuel) = (self.store.data(), fuel_used(&self.store));
        // SAFETY: promised by the caller.
        unsafe {
            match r {
                Ok(()) => ends::put(end, EndKind::Return, 0, fuel, &s.limiter),
                Err(e) => ends::put_error(end, &e, s.cause, fuel, &s.limiter, EndKind::Failed),
            }
        }
    }

    /// Address and length of the exported memory as it is now; NULL and 0 without one.
    pub fn memory(&mut self) -> (*mut u8, usize) {
        match self.exported_memory() {
            Some(m) => (m.data_ptr(&self.store), m.data_size(&self.store)),
            None => (std::ptr::null_mut(), 0),
        }
    }
}
