//! From wasm bytes to loaded code.
//!
//! Serialised code travels in an envelope: Wasmtime's own format, so that it can be mapped as it is, and a tail: the pages
//! of initial memory, the weight of an instance, a magic number.

use std::collections::BTreeSet;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;
use std::ptr::NonNull;
use std::sync::{Mutex, PoisonError};

use wasmparser::Validator;
use wasmtime::component::Component;
use wasmtime::{Module, ModuleExport};

use super::shape;
use super::survey::{Depth, survey};
use super::weight::heaviest_instance;
use crate::abi::error::{Error, Result, chain};
use crate::abi::types::{Code, CodeKind};
use crate::component::ComponentCode;
use crate::core::code_memory::{ReadExecute, page_size};
use crate::core::engine::BxEngine;
use crate::core::link::CoreCode;
use crate::core::proposals;

const MAGIC: &[u8; 8] = b"bxcode5\0";
/// Bytes of the tail.
const TAIL: usize = 24;

/// Addresses of code that runs, or once ran, where it lies: Wasmtime keeps loaded code by its address, and takes no
/// second one there.
static IN_PLACE: Mutex<BTreeSet<usize>> = Mutex::new(BTreeSet::new());

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
}

impl BxModule {
    /// Validate and compile into an envelope.
    pub fn compile(engine: &BxEngine, kind: CodeKind, wasm: &[u8]) -> Result<Vec<u8>> {
        shape::refuse(wasm, Depth::Bodies)?;
        let is_component = wasm.get(..8) == Some(&[0, b'a', b's', b'm', 0x0d, 0, 1, 0]);
        let code = match kind {
            CodeKind::CORE if is_component => {
                return Err(Error::new(Code::Invalid, "this is a component, not a core module"));
            }
            CodeKind::CORE => engine.compile(|e| e.precompile_module(wasm))?,
            CodeKind::COMPONENT if !is_component => {
                return Err(Error::new(Code::Invalid, "this is not a component"));
            }
            CodeKind::COMPONENT => engine.compile(|e| e.precompile_component(wasm))?,
            _ => return Err(unknown(kind)),
        };
        let code = code.map_err(|e| compile_error(wasm, &e))?;
        let weight = heaviest_instance(wasm).map_err(|e| Error::new(Code::Invalid, e.to_string()))?;
        // The instances of a component have memories of their own, and more of them: never small.
        let pages = if kind == CodeKind::CORE {
            survey(wasm, Depth::Sections)?.memory_bytes() >> 16
        } else {
            u64::MAX
        };
        let mut out = code;
        out.reserve_exact(TAIL);
        out.extend_from_slice(&pages.to_le_bytes());
        out.extend_from_slice(&weight.to_le_bytes());
        out.extend_from_slice(MAGIC);
        Ok(out)
    }

    /// Load an envelope made by `compile`.
    ///
    /// # Safety
    /// The bytes are what `compile` of an engine of this build returned: they are run as machine code.
    pub unsafe fn load(engine: &BxEngine, kind: CodeKind, code: &[u8]) -> Result<BxModule> {
        let (code, tail) = code.split_last_chunk::<TAIL>().ok_or_else(stale)?;
        let Tail { pages, weight } = read_tail(tail)?;
        let suited = engine.for_memory(pages);
        // SAFETY: promised by the caller.
        let loaded = unsafe {
            match kind {
                CodeKind::CORE => Module::deserialize(suited, code).map(|m| of_core(engine, m)),
                CodeKind::COMPONENT => Component::deserialize(suited, code).map(|c| of_component(engine, c, weight)),
                _ => return Err(unknown(kind)),
            }
        };
        // SAFETY: promised by the caller.
        let loaded = loaded.map_err(|e| unsafe { load_error(engine, kind, code, &e) })?;
        Ok(BxModule { loaded })
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
        file.read_exact_at(&mut code, 0)
            .map_err(|e| Error::new(Code::Internal, format!("read the code: {e}")))?;
        // SAFETY: promised by the caller.
        unsafe { Self::load(engine, kind, &code) }
    }

    /// Load an envelope that is part of the program: run where it lies, or copied where that cannot be.
    ///
    /// # Safety
    /// As [`Self::load`]; and the bytes never change and are never unmapped.
    pub unsafe fn load_carried(engine: &BxEngine, kind: CodeKind, code: &[u8]) -> Result<BxModule> {
        let address = code.as_ptr().addr();
        let in_place = || IN_PLACE.lock().unwrap_or_else(PoisonError::into_inner);
        let can_be = ReadExecute::IS_ENOUGH && address.is_multiple_of(page_size());
        if !can_be || !in_place().insert(address) {
            // SAFETY: promised by the caller.
            return unsafe { Self::load(engine, kind, code) };
        }
        // SAFETY: promised by the caller; nobody else has the address.
        let loaded = unsafe { Self::run_in_place(engine, kind, code) };
        if loaded.is_err() {
            in_place().remove(&address);
        }
        loaded
    }

    /// # Safety
    /// As [`Self::load_carried`], and no module is loaded there.
    unsafe fn run_in_place(engine: &BxEngine, kind: CodeKind, code: &[u8]) -> Result<BxModule> {
        let (code, tail) = code.split_last_chunk::<TAIL>().ok_or_else(stale)?;
        let Tail { pages, weight } = read_tail(tail)?;
        let suited = engine.for_memory(pages);
        let memory = NonNull::from(code);
        // SAFETY: promised by the caller.
        let loaded = unsafe {
            match kind {
                CodeKind::CORE => Module::deserialize_raw(suited, memory).map(|m| of_core(engine, m)),
                CodeKind::COMPONENT => Component::deserialize_raw(suited, memory).map(|c| of_component(engine, c, weight)),
                _ => return Err(unknown(kind)),
            }
        };
        // SAFETY: promised by the caller.
        let loaded = loaded.map_err(|e| unsafe { load_error(engine, kind, code, &e) })?;
        Ok(BxModule { loaded })
    }

    /// # Safety
    /// As [`Self::load_file`].
    unsafe fn map_file(engine: &BxEngine, kind: CodeKind, file: &File, n: usize) -> Option<BxModule> {
        let mut tail = [0; TAIL];
        let at = n.checked_sub(TAIL)?;
        file.read_exact_at(&mut tail, at as u64).ok()?;
        let Tail { pages, weight } = read_tail(&tail).ok()?;
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
                    of_component(engine, Component::deserialize_file(suited, path).ok()?, weight)
                }
                _ => return None,
            }
        };
        Some(BxModule { loaded })
    }
}

fn stale() -> Error {
    Error::new(Code::Stale, "this is not code compiled by this version")
}

fn unknown(kind: CodeKind) -> Error {
    Error::new(Code::Internal, format!("unknown kind of code {kind:?}"))
}

/// What stands behind the code.
struct Tail {
    /// Pages of initial memory.
    pages: u64,
    /// Bytes the host needs at most for one instance.
    weight: u64,
}

fn read_tail(tail: &[u8; TAIL]) -> Result<Tail> {
    let word = |at: usize| u64::from_le_bytes(std::array::from_fn(|i| tail[at + i]));
    if &tail[16..] != MAGIC {
        return Err(stale());
    }
    Ok(Tail { pages: word(0), weight: word(8) })
}

fn of_core(engine: &BxEngine, module: Module) -> Loaded {
    let memory = exported_memory(&module);
    Loaded::Core(CoreCode { module, pre: None, memory, tables: 0, fuel: engine.config.fuel != 0 })
}

fn of_component(engine: &BxEngine, component: Component, weight: u64) -> Loaded {
    Loaded::Component(ComponentCode { component, linked: None, fuel: engine.config.fuel != 0, weight })
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

/// What it means that Wasmtime did not compile `wasm`.  Its errors have no types for this, so the file is looked at: it
/// needs a proposal that is off here, or is valid and more than the compiler can do, or is not valid.
fn compile_error(wasm: &[u8], err: &wasmtime::Error) -> Error {
    if let Some(words) = survey(wasm, Depth::Bodies).ok().and_then(|s| s.complaint()) {
        return Error::new(Code::Unsupported, words);
    }
    let valid = Validator::new_with_features(proposals::allowed()).validate_all(wasm).is_ok();
    Error { code: if valid { Code::Unsupported } else { Code::Invalid }, msg: chain(err) }
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
