//! From wasm bytes to loaded code.
//!
//! Serialised code travels in an envelope: Wasmtime's own format, so that it can be mapped as it is, a description, and
//! a tail: the description's length, the pages of initial memory, a magic number.  The description is made while compiling,
//! when the original bytes are at hand: compiled code keeps neither custom sections nor the names of types.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;

use serde_json::Value;
use wasmparser::{Validator, WasmFeatures};
use wasmtime::component::Component;
use wasmtime::{Module, ModuleExport};

use super::describe;
use crate::abi::error::{Error, Result, chain};
use crate::abi::shown;
use crate::abi::types::{Code, CodeKind};
use crate::component::ComponentCode;
use crate::core::engine::BxEngine;
use crate::core::link::CoreCode;
use crate::typed;

const MAGIC: &[u8; 8] = b"bxcode3\0";
/// Bytes of the tail.
const TAIL: usize = 24;
/// Largest description kept beside the code.
const META_MAX: usize = 16 << 20;

/// What a `bx_emodule` holds.
pub enum Loaded {
    /// A core module.
    Core(CoreCode),
    /// A component.
    Component(ComponentCode),
}

/// `bx_emodule`.
pub struct BxModule {
    /// The code.
    pub loaded: Loaded,
    /// Description as JSON text.
    pub meta: Vec<u8>,
}

impl BxModule {
    /// Validate and compile into an envelope.
    pub fn compile(engine: &BxEngine, kind: CodeKind, wasm: &[u8]) -> Result<Vec<u8>> {
        let is_component = wasm.get(..8) == Some(&[0, b'a', b's', b'm', 0x0d, 0, 1, 0]);
        let code = match kind {
            CodeKind::CORE if is_component => {
                return Err(Error::new(Code::Invalid, "this is a component, not a core module"));
            }
            CodeKind::CORE => engine.compiler().precompile_module(wasm),
            CodeKind::COMPONENT if !is_component => {
                return Err(Error::new(Code::Invalid, "this is not a component"));
            }
            CodeKind::COMPONENT => engine.compiler().precompile_component(wasm),
            _ => return Err(unknown(kind)),
        };
        let code = code.map_err(|e| compile_error(wasm, &e))?;
        let meta = describe::describe(kind, wasm)?;
        // The instances of a component have memories of their own, and more of them: never small.
        let pages = if kind == CodeKind::CORE { initial_pages(&meta) } else { u64::MAX };
        let meta = shown::json(&meta);
        if meta.len() > META_MAX {
            return Err(Error::new(
                Code::Limit,
                format!("the interface's description is over {META_MAX} bytes"),
            ));
        }
        let mut out = code;
        out.reserve_exact(meta.len() + TAIL);
        out.extend_from_slice(&meta);
        out.extend_from_slice(&(meta.len() as u64).to_le_bytes());
        out.extend_from_slice(&pages.to_le_bytes());
        out.extend_from_slice(MAGIC);
        Ok(out)
    }

    /// Load an envelope made by `compile`.
    ///
    /// # Safety
    /// The bytes are what `compile` of an engine of this build returned: they are run as machine code.
    pub unsafe fn load(engine: &BxEngine, kind: CodeKind, code: &[u8]) -> Result<BxModule> {
        let (rest, tail) = code.split_last_chunk::<TAIL>().ok_or_else(stale)?;
        let (len, pages) = read_tail(tail)?;
        let (code, meta) = rest.split_at_checked(rest.len().wrapping_sub(len)).ok_or_else(stale)?;
        let suited = engine.for_memory(pages);
        // SAFETY: promised by the caller.
        let loaded = unsafe {
            match kind {
                CodeKind::CORE => Module::deserialize(suited, code).map(|m| of_core(engine, m)),
                CodeKind::COMPONENT => Component::deserialize(suited, code).map(|c| of_component(engine, c)),
                _ => return Err(unknown(kind)),
            }
        };
        // SAFETY: promised by the caller.
        let loaded = loaded.map_err(|e| unsafe { load_error(engine, kind, code, &e) })?;
        Ok(BxModule { loaded, meta: meta.to_vec() })
    }

    /// Load the envelope that is the first `n` bytes of `file`: mapped where that can be.
    ///
    /// # Safety
    /// As [`Self::load`]; and nobody changes the file as long as the module lives.
    pub unsafe fn load_file(engine: &BxEngine, kind: CodeKind, file: File, n: usize) -> Result<BxModule> {
        // SAFETY: promised by the caller.
        if let Some(module) = unsafe { Self::map_file(engine, kind, &file, n) } {
            return Ok(module);
        }
        // It may lie where nothing may be executed from, or cannot be mapped: bytes can be, and tell what is wrong.
        let mut code = vec![0; n];
        file.read_exact_at(&mut code, 0).map_err(|e| Error::new(Code::Internal, format!("read the code: {e}")))?;
        // SAFETY: promised by the caller.
        unsafe { Self::load(engine, kind, &code) }
    }

    /// # Safety
    /// As [`Self::load_file`].
    unsafe fn map_file(engine: &BxEngine, kind: CodeKind, file: &File, n: usize) -> Option<BxModule> {
        let mut tail = [0; TAIL];
        let at = n.checked_sub(TAIL)?;
        file.read_exact_at(&mut tail, at as u64).ok()?;
        let (len, pages) = read_tail(&tail).ok()?;
        let mut meta = vec![0; len];
        file.read_exact_at(&mut meta, at.checked_sub(len)? as u64).ok()?;
        let suited = engine.for_memory(pages);
        // What follows the code is no part of the object and not looked at.
        // SAFETY: promised by the caller.
        let loaded = unsafe {
            match kind {
                CodeKind::CORE => {
                    of_core(engine, Module::deserialize_open_file(suited, file.try_clone().ok()?).ok()?)
                }
                CodeKind::COMPONENT => {
                    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
                    of_component(engine, Component::deserialize_file(suited, path).ok()?)
                }
                _ => return None,
            }
        };
        Some(BxModule { loaded, meta })
    }

    /// See `bx_emodule_describe`.
    pub fn describe(&self) -> Vec<u8> {
        let Loaded::Component(c) = &self.loaded else { return self.meta.clone() };
        let mut v = typed::describe(&c.component);
        let meta: Value = serde_json::from_slice(&self.meta).unwrap_or_default();
        v["tool"] = meta["tool"].clone();
        shown::json(&v)
    }
}

fn stale() -> Error {
    Error::new(Code::Stale, "this is not code compiled by this version")
}

fn unknown(kind: CodeKind) -> Error {
    Error::new(Code::Internal, format!("unknown kind of code {kind:?}"))
}

/// Length of the description and pages of initial memory.
fn read_tail(tail: &[u8; TAIL]) -> Result<(usize, u64)> {
    let word = |at: usize| u64::from_le_bytes(std::array::from_fn(|i| tail[at + i]));
    let len = usize::try_from(word(0)).map_err(|_| stale())?;
    if &tail[16..] != MAGIC || len > META_MAX {
        return Err(stale());
    }
    Ok((len, word(8)))
}

fn of_core(engine: &BxEngine, module: Module) -> Loaded {
    let memory = exported_memory(&module);
    Loaded::Core(CoreCode { module, pre: None, memory, fuel: engine.config.fuel != 0 })
}

fn of_component(engine: &BxEngine, component: Component) -> Loaded {
    Loaded::Component(ComponentCode { component, linked: None, fuel: engine.config.fuel != 0 })
}

/// Pages all memories of a core module begin with.
fn initial_pages(meta: &Value) -> u64 {
    let memories = meta["memories"].as_array();
    let pages = |m: &Value| m["min"].as_u64().unwrap_or(0);
    memories.map_or(0, |all| all.iter().map(pages).fold(0, u64::saturating_add))
}

/// The memory named "memory", or else the only exported one.
fn exported_memory(module: &Module) -> Option<ModuleExport> {
    let is_memory = |name: &str| module.get_export(name).is_some_and(|t| t.memory().is_some());
    if is_memory("memory") {
        return module.get_export_index("memory");
    }
    let mut memories = module.exports().filter(|e| e.ty().memory().is_some());
    match (memories.next(), memories.next()) {
        (Some(m), None) => module.get_export_index(m.name()),
        _ => None,
    }
}

/// The proposals of the asynchronous component model, that of WASI 0.3.
const ASYNC: WasmFeatures = WasmFeatures::CM_ASYNC
    .union(WasmFeatures::CM_ASYNC_STACKFUL)
    .union(WasmFeatures::CM_MORE_ASYNC_BUILTINS)
    .union(WasmFeatures::CM_ERROR_CONTEXT);
const NEEDS_ASYNC: &str = "this component needs the asynchronous component model of WASI 0.3, which this runtime does not \
                           have: build it for WASI 0.2";

/// What it means that Wasmtime did not compile `wasm`.  Its errors have no types for this, so the file is looked at: what
/// is valid once all proposals are on needs one that is off here, or is more than the compiler can do.
fn compile_error(wasm: &[u8], err: &wasmtime::Error) -> Error {
    let valid_with = |features| Validator::new_with_features(features).validate_all(wasm).is_ok();
    if !valid_with(WasmFeatures::all()) {
        return Error { code: Code::Invalid, msg: chain(err) };
    }
    let msg = if valid_with(WasmFeatures::all().difference(ASYNC)) {
        chain(err)
    } else {
        format!("{NEEDS_ASYNC}: {}", err.root_cause())
    };
    Error { code: Code::Unsupported, msg }
}

/// What it means that `code` was not loaded: if it would be without a pool, it is over one of the pool's limits.
///
/// # Safety
/// As [`BxModule::load`].
unsafe fn load_error(engine: &BxEngine, kind: CodeKind, code: &[u8], err: &wasmtime::Error) -> Error {
    let fits = engine.without_pool().is_some_and(|e| {
        // SAFETY: promised by the caller.
        unsafe {
            match kind {
                CodeKind::CORE => Module::deserialize(&e, code).is_ok(),
                _ => Component::deserialize(&e, code).is_ok(),
            }
        }
    });
    Error { code: if fits { Code::Limit } else { Code::Stale }, msg: chain(err) }
}
