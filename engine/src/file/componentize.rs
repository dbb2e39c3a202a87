//! From a preview1 core module to a component.

use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME as ADAPTER, WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER as COMMAND,
    WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER as REACTOR,
};
use wasmparser::{Parser, Payload};
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
    ComponentEncoder::default()
        .validate(true)
        .module(roomy.as_deref().unwrap_or(wasm))
        .and_then(|e| e.adapter(ADAPTER, adapter))
        .and_then(|mut e| e.encode())
        .map_err(|e| Error::new(Code::Unsupported, format!("{e:#}")))
}
