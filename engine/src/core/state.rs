//! What the store of a core instance carries.

use std::ffi::c_void;

use wasmtime::{Caller, Memory, ModuleExport, Store};

use super::ends::Cause;
use super::limiter::{Ctl, Limiter};
use crate::abi::types::HOST_TABLES;

/// What the functions of each table get handed in this call.
pub type Contexts = [*mut c_void; HOST_TABLES as usize];

/// What the store of a core instance carries.
pub struct CallState {
    pub ctxs: Contexts,
    pub ctl: Ctl,
    pub limiter: Limiter,
    /// Where the exported memory is found, until somebody asked for it.
    pub memory_export: Option<ModuleExport>,
    pub memory: Option<Memory>,
    pub cause: Option<Cause>,
    /// Fuel the call began with; 0 without fuel.
    pub fuel: u64,
}

// SAFETY: an instance belongs to one thread at a time, and contexts are only handed back to the C functions that
// came with them.
unsafe impl Send for CallState {}
// SAFETY: as above; nothing reads the contexts through a shared reference.
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
