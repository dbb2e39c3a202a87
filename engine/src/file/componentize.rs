//! From a preview1 core module to a component.

use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME as ADAPTER, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER as COMMAND,
    WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER as REACTOR,
};
use wasmparser::{Parser, Payload, TypeRef};
use wit_component::ComponentEncoder;

use super::adapter_room::make_room;
use crate::abi::error::{Error, Result};
use crate::abi::types::Code;

fn exports_start(wasm: &[u8]) -> std::result::Result<bool, wasmparser::BinaryReaderError> {
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::ExportSection(exports) = payload? {
            for e in exports {
                if e?.name == "_start" {
                    return Ok(true);
                }
            }
        }
    }
    Ok(false)
}

/// Wrap `wasm`; see `bx_engine_componentize`.
pub fn componentize(wasm: &[u8]) -> Result<Vec<u8>> {
    if wasm.get(..8) != Some(&[0, b'a', b's', b'm', 1, 0, 0, 0]) {
        let what = if wasm.get(..4) == Some(b"\0asm") { "already a component" } else { "not a wasm module" };
        return Err(Error::new(Code::Invalid, format!("this is {what}; a core module is needed")));
    }
    wasmparser::validate(wasm).map_err(|e| Error::new(Code::Invalid, e.to_string()))?;
    let start = exports_start(wasm).map_err(|e| Error::new(Code::Invalid, e.to_string()))?;
    let adapter = if start { COMMAND } else { REACTOR };
    let roomy = make_room(wasm);
    encode(roomy.as_deref().unwrap_or(wasm), adapter, true)
        .map_err(|e| Error::new(Code::Unsupported, format!("{e:#}")))
}

fn encode(module: &[u8], adapter: &[u8], validate: bool) -> wasmtime::Result<Vec<u8>> {
    let encoded = ComponentEncoder::default()
        .validate(validate)
        .module(module)
        .and_then(|e| e.adapter(ADAPTER, adapter))
        .and_then(|mut e| e.encode());
    encoded.map_err(|e| wasmtime::format_err!("{e:#}"))
}

/// The largest part of a wrapped command that is not the module itself: the adapter and what joins the two.
const WRAPPING_MAX: usize = 256 << 10;

/// A command that needs preview1 and nothing else, and brings no world of its own.
fn is_plain_command(wasm: &[u8]) -> std::result::Result<bool, wasmparser::BinaryReaderError> {
    let (mut imports, mut start) = (0, false);
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(s) => {
                for import in s.into_imports() {
                    let import = import?;
                    if import.module != ADAPTER || !matches!(import.ty, TypeRef::Func(_)) {
                        return Ok(false);
                    }
                    imports += 1;
                }
            }
            Payload::ExportSection(s) => {
                for e in s {
                    start |= e?.name == "_start";
                }
            }
            Payload::CustomSection(s) if s.name().starts_with("component-type") => return Ok(false),
            _ => {}
        }
    }
    Ok(start && imports > 0)
}

fn first_module(component: &[u8]) -> std::result::Result<Option<&[u8]>, wasmparser::BinaryReaderError> {
    for payload in Parser::new(0).parse_all(component) {
        if let Payload::ModuleSection { unchecked_range, .. } = payload? {
            return Ok(component.get(unchecked_range));
        }
    }
    Ok(None)
}

/// The module inside of a component that is nothing but a command of preview1 in the wrapping [`componentize`] makes:
/// wrapped again it gives the same component, to the byte.  A look at names and sizes comes first, so that any other
/// component costs next to nothing.
pub fn unwrap(component: &[u8]) -> Option<&[u8]> {
    if component.get(..8) != Some(&[0, b'a', b's', b'm', 0x0d, 0, 1, 0]) {
        return None;
    }
    let module = first_module(component).ok().flatten()?;
    if component.len() - module.len() > WRAPPING_MAX || !is_plain_command(module).ok()? {
        return None;
    }
    (encode(module, COMMAND, false).ok()? == component).then_some(module)
}
