//! From wasm bytes to loaded code.
//!
//! Serialised code travels in an envelope: a magic number, the length of a description, the pages of initial
//! memory, the description, then Wasmtime's own format.  The description is made while compiling, when the original bytes are at hand:
//! compiled code keeps neither custom sections nor the names of types.

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

const MAGIC: &[u8; 8] = b"bxcode2\0";
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
            _ => return Err(Error::new(Code::Internal, format!("unknown kind of code {kind:?}"))),
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
        let mut out = Vec::with_capacity(MAGIC.len() + 16 + meta.len() + code.len());
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&(meta.len() as u64).to_le_bytes());
        out.extend_from_slice(&pages.to_le_bytes());
        out.extend_from_slice(&meta);
        out.extend_from_slice(&code);
        Ok(out)
    }

    /// Load an envelope made by `compile`.
    ///
    /// # Safety
    /// The bytes are what `compile` of an engine of this build returned: they are run as machine code.
    pub unsafe fn load(engine: &BxEngine, kind: CodeKind, code: &[u8]) -> Result<BxModule> {
        let stale = || Error::new(Code::Stale, "this is not code compiled by this version");
        let rest = code.strip_prefix(MAGIC.as_slice()).ok_or_else(stale)?;
        let (len, rest) = rest.split_first_chunk::<8>().ok_or_else(stale)?;
        let (pages, rest) = rest.split_first_chunk::<8>().ok_or_else(stale)?;
        let len = usize::try_from(u64::from_le_bytes(*len)).map_err(|_| stale())?;
        if len > META_MAX || len > rest.len() {
            return Err(stale());
        }
        let (meta, code) = rest.split_at(len);
        let fuel = engine.config.fuel != 0;
        let suited = engine.for_memory(u64::from_le_bytes(*pages));
        // SAFETY: promised by the caller.
        let failed = |e: wasmtime::Error| unsafe { load_error(engine, kind, code, &e) };
        let loaded = match kind {
            CodeKind::CORE => {
                // SAFETY: promised by the caller.
                let module = unsafe { Module::deserialize(suited, code) }.map_err(failed)?;
                let memory = exported_memory(&module);
                Loaded::Core(CoreCode { module, pre: None, memory, fuel })
            }
            CodeKind::COMPONENT => {
                // SAFETY: promised by the caller.
                let c = unsafe { Component::deserialize(suited, code) }.map_err(failed)?;
                Loaded::Component(ComponentCode { component: c, linked: None, fuel })
            }
            _ => return Err(Error::new(Code::Internal, format!("unknown kind of code {kind:?}"))),
        };
        Ok(BxModule { loaded, meta: meta.to_vec() })
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
