//! Engines, and the buffers that are handed out.

use crate::abi::error::finish;
use crate::abi::handle::{Handle, given};
use crate::abi::types::{CText, Code, EngBytes, EngError, Engine, EngineConfig};
use crate::core::engine::{BxEngine, VERSION};

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_eng_bytes_free(b: EngBytes) {
    // SAFETY: the header says it came from here and was not freed before.
    unsafe { b.free() }
}

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_engine_new(
    cfg: *const EngineConfig,
    ret: *mut *mut Engine,
    err: *mut EngError,
) -> Code {
    given(cfg, "settings", "bx_engine_new");
    given(ret, "place for the result", "bx_engine_new");
    // SAFETY: the header asks for valid pointers.
    unsafe { finish(BxEngine::new(*cfg), err, |e| *ret = Handle::lend(e)) }
}

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_engine_free(e: *mut Engine) {
    // SAFETY: the header says that nobody uses it any more.
    unsafe { Handle::<BxEngine>::free(e, "bx_engine_free") }
}

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_engine_is_pooled(e: *const Engine) -> i32 {
    // SAFETY: the header asks for a live engine.
    unsafe { Handle::<BxEngine>::get(e, "bx_engine_is_pooled").pooled.into() }
}

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_engine_tick(e: *const Engine) {
    // SAFETY: the header asks for a live engine; incrementing is one atomic addition.
    unsafe { Handle::<BxEngine>::get(e, "bx_engine_tick").tick() }
}

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn bx_engine_fingerprint(e: *const Engine) -> CText {
    // SAFETY: the header asks for a live engine.
    CText(unsafe { Handle::<BxEngine>::get(e, "bx_engine_fingerprint") }.fingerprint.as_ptr().cast())
}

/// See `bx_engine.h`.
#[unsafe(no_mangle)]
pub extern "C" fn bx_engine_wasmtime_version() -> CText {
    CText(VERSION.as_ptr())
}
