//! The core path.

use std::ffi::c_void;
use std::ptr::null_mut;

use super::handles::{contexts, core_to_link, linked_core};
use crate::abi::access::{list, text};
use crate::abi::error::finish;
use crate::abi::handle::{Handle, given};
use crate::abi::types::{
    BxCtl, CText, Code, EndKind, EngBytes, EngEnd, EngError, EngineLimits, HostTable, Instance, Module,
};
use crate::core::instance::BxInstance;
use crate::file::{BxModule, Loaded};
use crate::typed::invoke_core;

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_emodule_link(
    m: *mut Module,
    tables: *const HostTable,
    n: usize,
    traps: i32,
    err: *mut EngError,
) -> Code {
    // SAFETY: the header asks for valid pointers, and for a module that nobody else uses yet.
    unsafe {
        let m = Handle::<BxModule>::get_mut(m, "bx_emodule_link");
        finish(core_to_link(m, "bx_emodule_link").link(list(tables, n), traps != 0), err, |()| ())
    }
}

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_einstance_new(
    m: *const Module,
    ctxs: *const *mut c_void,
    n: usize,
    ctl: *const BxCtl,
    lim: *const EngineLimits,
    ret: *mut *mut Instance,
    end: *mut EngEnd,
) -> EndKind {
    given(lim, "limits", "bx_einstance_new");
    given(ret, "place for the result", "bx_einstance_new");
    given(end, "place for the end", "bx_einstance_new");
    // SAFETY: the header asks for valid pointers.
    unsafe {
        *ret = null_mut();
        let m = Handle::<BxModule>::get(m, "bx_einstance_new");
        let core = linked_core(m, "bx_einstance_new");
        let ctxs = contexts(core, list(ctxs, n), "bx_einstance_new");
        match BxInstance::new(core, ctxs, ctl, &*lim, end) {
            Ok(i) => {
                *ret = Handle::lend(i);
                EndKind::Return
            }
            Err(kind) => kind,
        }
    }
}

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_einstance_run(i: *mut Instance, name: CText, end: *mut EngEnd) -> EndKind {
    given(end, "place for the end", "bx_einstance_run");
    // SAFETY: the header asks for valid pointers.
    unsafe {
        let name = text(name).unwrap_or("");
        Handle::<BxInstance>::busy(i, "bx_einstance_run", |i| {
            let kind = i.run(name, end);
            (kind, kind == EndKind::Return)
        })
    }
}

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_einstance_invoke(
    i: *mut Instance,
    func: CText,
    args: CText,
    n_args: usize,
    ret: *mut EngBytes,
    end: *mut EngEnd,
    err: *mut EngError,
) -> Code {
    given(ret, "place for the result", "bx_einstance_invoke");
    given(end, "place for the end", "bx_einstance_invoke");
    // SAFETY: the header asks for valid pointers.
    unsafe {
        let name = text(func).unwrap_or("");
        let r = Handle::<BxInstance>::busy(i, "bx_einstance_invoke", |i| {
            let r = invoke_core(i, name, list(args.0, n_args), end);
            let alive = (*end).kind == EndKind::Return;
            (r, alive)
        });
        finish(r, err, |v| ret.write(EngBytes::from_vec(v)))
    }
}

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_emodule_has_command(m: *const Module, name: CText) -> i32 {
    // SAFETY: the header asks for valid pointers.
    unsafe {
        let m = Handle::<BxModule>::get(m, "bx_emodule_has_command");
        let Loaded::Core(core) = &m.loaded else { return 0 };
        core.has_command(text(name).unwrap_or("")).into()
    }
}

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_einstance_memory(i: *mut Instance, len: *mut usize) -> *mut u8 {
    given(len, "place for the length", "bx_einstance_memory");
    // SAFETY: the header asks for valid pointers.
    unsafe {
        let (p, n) = Handle::<BxInstance>::get_mut(i, "bx_einstance_memory").memory();
        *len = n;
        p
    }
}

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_einstance_free(i: *mut Instance) {
    // SAFETY: the header says that nobody uses it any more.
    unsafe { Handle::<BxInstance>::free(i, "bx_einstance_free") }
}
