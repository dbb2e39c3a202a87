//! Compiling, loading, describing and wrapping files.

use std::fs::File;
use std::os::fd::FromRawFd;

use crate::abi::access::{list, text};
use crate::abi::error::finish;
use crate::abi::handle::{Handle, given};
use crate::abi::types::{CText, Code, CodeKind, EngBytes, EngError, Engine, Facts, HostTable, Module};
use crate::core::engine::BxEngine;
use crate::file::{BxModule, check, componentize, describe, snapshot, unwrap};

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_engine_compile(
    e: *const Engine,
    kind: CodeKind,
    wasm: *const u8,
    n: usize,
    ret: *mut EngBytes,
    err: *mut EngError,
) -> Code {
    given(ret, "place for the result", "bx_engine_compile");
    // SAFETY: the header asks for valid pointers.
    unsafe {
        let e = Handle::<BxEngine>::get(e, "bx_engine_compile");
        finish(BxModule::compile(e, kind, list(wasm, n)), err, |v| ret.write(EngBytes::from_vec(v)))
    }
}

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_engine_load(
    e: *const Engine,
    kind: CodeKind,
    code: *const u8,
    n: usize,
    ret: *mut *mut Module,
    err: *mut EngError,
) -> Code {
    given(ret, "place for the result", "bx_engine_load");
    // SAFETY: the header asks for valid pointers and vouched-for code.
    unsafe {
        let e = Handle::<BxEngine>::get(e, "bx_engine_load");
        finish(BxModule::load(e, kind, list(code, n)), err, |m| *ret = Handle::lend(m))
    }
}

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_engine_load_file(
    e: *const Engine,
    kind: CodeKind,
    fd: i32,
    n: usize,
    ret: *mut *mut Module,
    err: *mut EngError,
) -> Code {
    given(ret, "place for the result", "bx_engine_load_file");
    // SAFETY: the header asks for valid pointers, gives the descriptor away and vouches for the code.
    unsafe {
        let e = Handle::<BxEngine>::get(e, "bx_engine_load_file");
        let file = File::from_raw_fd(fd);
        finish(BxModule::load_file(e, kind, file, n), err, |m| *ret = Handle::lend(m))
    }
}

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_engine_load_carried(
    e: *const Engine,
    kind: CodeKind,
    code: *const u8,
    n: usize,
    ret: *mut *mut Module,
    err: *mut EngError,
) -> Code {
    given(ret, "place for the result", "bx_engine_load_carried");
    // SAFETY: the header asks for valid pointers and for code that is vouched for and never changes.
    unsafe {
        let e = Handle::<BxEngine>::get(e, "bx_engine_load_carried");
        finish(BxModule::load_carried(e, kind, list(code, n)), err, |m| *ret = Handle::lend(m))
    }
}

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_emodule_free(m: *mut Module) {
    // SAFETY: the header says that nobody uses it any more.
    unsafe { Handle::<BxModule>::free(m, "bx_emodule_free") }
}

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_engine_describe(
    wasm: *const u8,
    n: usize,
    ret: *mut EngBytes,
    err: *mut EngError,
) -> Code {
    given(ret, "place for the result", "bx_engine_describe");
    // SAFETY: the header asks for valid pointers.
    unsafe { finish(describe(list(wasm, n)), err, |v| ret.write(EngBytes::from_vec(v))) }
}

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_engine_check(
    wasm: *const u8,
    n: usize,
    tables: *const HostTable,
    n_tables: usize,
    traps: i32,
    entry: CText,
    ret: *mut Facts,
    err: *mut EngError,
) -> Code {
    given(ret, "place for the facts", "bx_engine_check");
    // SAFETY: the header asks for valid pointers.
    unsafe {
        let facts = check(list(wasm, n), list(tables, n_tables), traps != 0, text(entry).unwrap_or(""));
        finish(facts, err, |facts| ret.write(facts))
    }
}

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_engine_snapshot(
    wasm: *const u8,
    n: usize,
    ret: *mut EngBytes,
    err: *mut EngError,
) -> Code {
    given(ret, "place for the result", "bx_engine_snapshot");
    // SAFETY: the header asks for valid pointers.
    unsafe { finish(snapshot(list(wasm, n)), err, |v| ret.write(EngBytes::from_vec(v))) }
}

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_engine_componentize(
    wasm: *const u8,
    n: usize,
    ret: *mut EngBytes,
    err: *mut EngError,
) -> Code {
    given(ret, "place for the result", "bx_engine_componentize");
    // SAFETY: the header asks for valid pointers.
    unsafe { finish(componentize(list(wasm, n)), err, |v| ret.write(EngBytes::from_vec(v))) }
}

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_engine_unwrap(wasm: *const u8, n: usize, ret: *mut EngBytes) -> bool {
    given(ret, "place for the result", "bx_engine_unwrap");
    // SAFETY: the header asks for valid pointers.
    unsafe {
        let module = unwrap(list(wasm, n));
        if let Some(module) = module {
            ret.write(EngBytes::from_vec(module.to_vec()));
        }
        module.is_some()
    }
}
