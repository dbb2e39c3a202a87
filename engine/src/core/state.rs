//! What the store of a core instance carries.

use std::ffi::c_void;

use wasmtime::{Caller, Memory, ModuleExport, Store};

use super::ends::Cause;
use super::limiter::{Ctl, Limiter};

/// What the store of a core instance carries.
pub struct CallState {
    pub ctx: *mut c_void,
    pub ctl: Ctl,
    pub limiter: Limiter,
    /// Where the exported memory is found, until somebody asked for it.
    pub memory_export: Option<ModuleExport>,
    pub memory: Option<Memory>,
    pub cause: Option<Cause>,
    /// Fuel the call began with; 0 without fuel.
    pub fuel: u64,
}

// SAFETY: an instance belongs to one thread at a time, and `ctx` is only handed back to the C functions that
// came with it.
unsafe impl Send for CallState {}
// SAFETY: as above; nothing reads `ctx` through a shared reference.
unsafe impl Sync for CallState {}

/// The exported memory, looked up once per instance (it may first be asked for while a start function runs).
pub fn memory(caller: &mut Caller<'_, CallState>) -> Option<Memory> {
    if let Some(m) = caller.data().memory {
        return Some(m);
    }
    let export = caller.data().memory_export?;
    let m = caller.get_module_export(&export)?.into_memory()?;
    caller.data_mut().memory = Some(m);
    Some(m)
}

/// Fuel used since the call began; 0 without fuel.
pub fn fuel_used(store: &Store<CallState>) -> u64 {
    match store.data().fuel {
        0 => 0,
        start => start.saturating_sub(store.get_fuel().unwrap_or(0)),
    }
}
