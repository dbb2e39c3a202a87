//! The engine's C functions, plus calls made the way the Wasmtime documentation shows.  For the benchmark only;
//! the functions are those of `bx_textbook.h`.

pub use bx_engine::doors::*;

use std::ffi::{CStr, c_char};

use wasmtime::component::{Component, Linker as ComponentLinker, ResourceTable};
use wasmtime::{Engine, Linker, Module, Store};
use wasmtime_wasi::p1::WasiP1Ctx;
use wasmtime_wasi::p2::bindings::sync::Command;
use wasmtime_wasi::p2::pipe::{MemoryInputPipe, MemoryOutputPipe};
use wasmtime_wasi::{I32Exit, WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

const OUTPUT_MAX: usize = 1 << 20;

enum Code {
    Core(Module),
    Component(Component),
}

/// `bx_textbook`.
pub struct BxTextbook {
    engine: Engine,
    code: Code,
}

struct State {
    ctx: WasiCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.ctx, table: &mut self.table }
    }
}

fn exit_ok(r: wasmtime::Result<()>) -> bool {
    match r {
        Ok(()) => true,
        Err(e) => e.downcast_ref::<I32Exit>().is_some_and(|x| x.0 == 0),
    }
}

impl BxTextbook {
    fn core(&self, module: &Module, input: &[u8], output: &MemoryOutputPipe) -> wasmtime::Result<bool> {
        let mut linker: Linker<WasiP1Ctx> = Linker::new(&self.engine);
        wasmtime_wasi::p1::add_to_linker_sync(&mut linker, |s| s)?;
        let ctx = WasiCtxBuilder::new()
            .stdin(MemoryInputPipe::new(input.to_vec()))
            .stdout(output.clone())
            .build_p1();
        let mut store = Store::new(&self.engine, ctx);
        let instance = linker.instantiate(&mut store, module)?;
        let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
        Ok(exit_ok(start.call(&mut store, ())))
    }

    fn component(
        &self,
        component: &Component,
        input: &[u8],
        output: &MemoryOutputPipe,
    ) -> wasmtime::Result<bool> {
        let mut linker: ComponentLinker<State> = ComponentLinker::new(&self.engine);
        wasmtime_wasi::p2::add_to_linker_sync(&mut linker)?;
        let ctx =
            WasiCtxBuilder::new().stdin(MemoryInputPipe::new(input.to_vec())).stdout(output.clone()).build();
        let mut store = Store::new(&self.engine, State { ctx, table: ResourceTable::new() });
        let command = Command::instantiate(&mut store, component, &linker)?;
        let r = command.wasi_cli_run().call_run(&mut store);
        Ok(matches!(r, Ok(Ok(()))) || r.is_err() && exit_ok(r.map(|_| ())))
    }

    fn call(&self, input: &[u8]) -> wasmtime::Result<(bool, Vec<u8>)> {
        let output = MemoryOutputPipe::new(OUTPUT_MAX);
        let ok = match &self.code {
            Code::Core(m) => self.core(m, input, &output)?,
            Code::Component(c) => self.component(c, input, &output)?,
        };
        Ok((ok, output.contents().to_vec()))
    }
}

unsafe fn make(path: *const c_char, component: bool) -> *mut BxTextbook {
    // SAFETY: the header asks for a NUL-terminated string.
    let Ok(path) = (unsafe { CStr::from_ptr(path) }).to_str() else {
        return std::ptr::null_mut();
    };
    let engine = Engine::default();
    let code = if component {
        Component::from_file(&engine, path).map(Code::Component)
    } else {
        Module::from_file(&engine, path).map(Code::Core)
    };
    match code {
        Ok(code) => Box::into_raw(Box::new(BxTextbook { engine, code })),
        Err(_) => std::ptr::null_mut(),
    }
}

/// See `bx_textbook.h`.
///
/// # Safety
/// `path` is NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_textbook_core_new(path: *const c_char) -> *mut BxTextbook {
    // SAFETY: promised by the caller.
    unsafe { make(path, false) }
}

/// See `bx_textbook.h`.
///
/// # Safety
/// `path` is NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_textbook_component_new(path: *const c_char) -> *mut BxTextbook {
    // SAFETY: promised by the caller.
    unsafe { make(path, true) }
}

/// See `bx_textbook.h`.
///
/// # Safety
/// `t` is NULL or came from one of the functions above and is not used again.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_textbook_free(t: *mut BxTextbook) {
    if !t.is_null() {
        // SAFETY: it came out of `Box::into_raw`.
        drop(unsafe { Box::from_raw(t) });
    }
}

/// See `bx_textbook.h`.
///
/// # Safety
/// The ranges are valid as the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_textbook_core_call(
    t: *mut BxTextbook,
    input: *const u8,
    n: usize,
    out: *mut u8,
    out_n: *mut usize,
) -> i32 {
    // SAFETY: promised by the caller.
    unsafe {
        let Ok((ok, printed)) = (*t).call(std::slice::from_raw_parts(input, n)) else {
            return -1;
        };
        let keep = printed.len().min(*out_n);
        std::ptr::copy_nonoverlapping(printed.as_ptr(), out, keep);
        *out_n = printed.len();
        if ok { 0 } else { -1 }
    }
}

/// See `bx_textbook.h`.
///
/// # Safety
/// The ranges are valid as the header says.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_textbook_component_call(
    t: *mut BxTextbook,
    input: *const u8,
    n: usize,
    out: *mut u8,
    out_n: *mut usize,
) -> i32 {
    // SAFETY: promised by the caller; the same function serves both kinds.
    unsafe { bx_textbook_core_call(t, input, n, out, out_n) }
}

/// See `bx_textbook.h`.
///
/// # Safety
/// Both paths are NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_textbook_core_save(path: *const c_char, out: *const c_char) -> i32 {
    // SAFETY: promised by the caller.
    let (path, out) = unsafe { (CStr::from_ptr(path), CStr::from_ptr(out)) };
    let (Ok(path), Ok(out)) = (path.to_str(), out.to_str()) else { return -1 };
    let save = || -> wasmtime::Result<()> {
        Ok(std::fs::write(out, Module::from_file(&Engine::default(), path)?.serialize()?)?)
    };
    if save().is_ok() { 0 } else { -1 }
}

/// See `bx_textbook.h`.
///
/// # Safety
/// `path` is NUL-terminated and names a file of `bx_textbook_core_save`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_textbook_core_saved(path: *const c_char) -> *mut BxTextbook {
    let engine = Engine::default();
    // SAFETY: promised by the caller.
    let module = unsafe { CStr::from_ptr(path) }.to_str().ok().and_then(|path| {
        // SAFETY: promised by the caller.
        unsafe { Module::deserialize_file(&engine, path) }.ok()
    });
    match module {
        Some(module) => Box::into_raw(Box::new(BxTextbook { engine, code: Code::Core(module) })),
        None => std::ptr::null_mut(),
    }
}

/// See `bx_textbook.h`.
#[unsafe(no_mangle)]
pub extern "C" fn bx_textbook_heap_counts(counts: i32) {
    bx_engine::COUNTS.store(counts != 0, std::sync::atomic::Ordering::Relaxed);
}
