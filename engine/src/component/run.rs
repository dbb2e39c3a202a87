//! Running a component: instance, call, teardown, and how it ended.

use std::sync::Arc;

use tokio::runtime::Handle;
use wasmtime::component::{Func, Instance};
use wasmtime::{Store, UpdateDeadline};
use wasmtime_wasi::I32Exit;

use super::link::{ComponentCode, Linked};
use super::state::{Shared, runtime};
use super::store::State;
use crate::abi::error::chain;
use crate::abi::hooks::Call;
use crate::abi::types::{EndKind, EngEnd};
use crate::core::ends::{self, Cause};
use crate::core::limiter::Limiter;

/// A call under way.
pub struct Running {
    /// The store with all of the call.
    pub store: Store<State>,
    fuel: u64,
}

impl Running {
    fn new(engine: &wasmtime::Engine, c: &ComponentCode, shared: Arc<Shared>) -> wasmtime::Result<Running> {
        let fuel = if c.fuel { shared.call().limits.fuel } else { 0 };
        let mut store = Store::try_new(engine, State::new(shared, c.weight))?;
        let values = store.data().limiter.values();
        store.set_hostcall_fuel(values);
        store.limiter(|s| &mut s.limiter);
        if fuel != 0 {
            store.set_fuel(fuel)?;
        }
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(|cx| cx.data().shared.check().map(|()| UpdateDeadline::Continue(1)));
        Ok(Running { store, fuel })
    }

    fn fuel_used(&self) -> u64 {
        match self.fuel {
            0 => 0,
            start => start.saturating_sub(self.store.get_fuel().unwrap_or(0)),
        }
    }

    /// Fill `end` for `r`, and tear the call down.  `other` is what an error without a type of its own means.
    ///
    /// # Safety
    /// `end` points to a writable `bx_eng_end`.
    unsafe fn finish(mut self, r: wasmtime::Result<i32>, other: EndKind, end: *mut EngEnd) -> EndKind {
        let fuel = self.fuel_used();
        let state = self.store.data_mut();
        let shared = state.shared.clone();
        state.release_requests();
        let r = match r {
            Err(e) if shared.cause().is_none() => match e.downcast_ref::<I32Exit>() {
                Some(exit) => Ok(exit.0),
                None => Err(e),
            },
            r => r,
        };
        // SAFETY: promised by the caller.
        let kind = unsafe {
            let kind = match r {
                Ok(code) => ends::put(end, EndKind::Return, code, fuel, &state.limiter),
                Err(e) => ends::put_error(end, &e, shared.cause(), fuel, &state.limiter, other),
            };
            (&raw mut (*end).host_ns).write(shared.host_ns());
            kind
        };
        drop(self);
        shared.settle();
        kind
    }
}

/// What a call cannot begin without, in words.
fn missing(linked: &Linked, call: &Call) -> Option<&'static str> {
    if linked.uses_kv && call.kv.is_null() {
        return Some("imports nobody provides: wasi:keyvalue (it comes with a store: capability)");
    }
    if linked.uses_config && call.config.is_null() {
        return Some("imports nobody provides: wasi:config (it comes with granted configuration values)");
    }
    None
}

/// Instantiate `c` and run `f` in it.
///
/// # Safety
/// The pointers are valid as the header says.
pub unsafe fn with_instance(
    c: &ComponentCode,
    call: *const Call,
    end: *mut EngEnd,
    f: impl FnOnce(&mut Running, &Instance, &Linked) -> wasmtime::Result<i32>,
) -> EndKind {
    // SAFETY: promised by the caller; all of the call is over when this returns.
    let (shared, limits) = unsafe { (Shared::new(call), (*call).limits) };
    let failed = |words: &str| {
        // SAFETY: promised by the caller.
        unsafe { ends::put_failed(end, words, &Limiter::new(&limits)) }
    };
    let Some(linked) = &c.linked else { return failed("the component was not linked") };
    if let Some(words) = missing(linked, shared.call()) {
        return failed(words);
    }
    let handle = runtime_of(linked);
    let Ok(handle) = handle else { return failed(ends::NO_DESCRIPTORS) };
    let _entered = handle.as_ref().map(|h| h.enter());
    let mut running = match Running::new(linked.pre.engine(), c, shared) {
        Ok(running) => running,
        Err(e) => return failed(&chain(&e)),
    };
    // An error without a type of its own: instances that the system has no room for, or what a host function says.
    let (r, other) = match linked.pre.instantiate(&mut running.store) {
        Ok(_) if running.store.data().limiter.over() => {
            (Err(running.store.data().shared.end(Cause::Kept)), EndKind::Kept)
        }
        Ok(instance) => (f(&mut running, &instance, linked), EndKind::Trap),
        Err(e) => (Err(e), EndKind::Failed),
    };
    // SAFETY: promised by the caller.
    unsafe { running.finish(r, other, end) }
}

/// The runtime that what `linked` imports needs around it; an error: there are no descriptors for it.
fn runtime_of(linked: &Linked) -> Result<Option<Handle>, ()> {
    if !linked.uses_net {
        return Ok(None);
    }
    runtime(|rt| rt.handle().clone()).map(Some).ok_or(())
}

/// Run `wasi:cli/run`; the exit code is in `end`.
///
/// # Safety
/// As [`with_instance`].
pub unsafe fn run_command(c: &ComponentCode, call: *const Call, end: *mut EngEnd) -> EndKind {
    // SAFETY: promised by the caller.
    unsafe {
        if !c.is_command() {
            let words = "this is no command: it does not export wasi:cli/run";
            return ends::put_failed(end, words, &Limiter::new(&(*call).limits));
        }
        with_instance(c, call, end, |running, instance, linked| {
            let func: Option<Func> = linked.run.and_then(|i| instance.get_func(&mut running.store, i));
            let Some(func) = func else { wasmtime::bail!("the export is gone") };
            let run = func.typed::<(), (Result<(), ()>,)>(&running.store)?;
            let (r,) = run.call(&mut running.store, ())?;
            Ok(r.is_err().into())
        })
    }
}
