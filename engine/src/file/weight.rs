//! How much an instance weighs on the host beside its memories and tables.

use wasmparser::{BinaryReaderError, Parser, Payload};

/// An instance of nothing.
const INSTANCE: u64 = 1024;
/// What something imported needs.
const IMPORT: u64 = 40;
/// What a function needs that can be called through a table or an export; any may be.
const FUNCTION: u64 = 32;
/// What a global needs.
const GLOBAL: u64 = 16;
/// What a memory, table, tag or segment needs.
const OTHER: u64 = 64;

/// Bytes that the heaviest of the core modules in a file needs at most for one instance.
pub fn heaviest_instance(wasm: &[u8]) -> Result<u64, BinaryReaderError> {
    let (mut open, mut heaviest) = (Vec::new(), 0);
    for payload in Parser::new(0).parse_all(wasm) {
        let more = match payload? {
            Payload::Version { .. } => {
                open.push(INSTANCE);
                0
            }
            Payload::End(_) => {
                heaviest = heaviest.max(open.pop().unwrap_or(0));
                0
            }
            Payload::ImportSection(s) => IMPORT * s.into_imports().count() as u64,
            Payload::FunctionSection(s) => FUNCTION * u64::from(s.count()),
            Payload::GlobalSection(s) => GLOBAL * u64::from(s.count()),
            Payload::MemorySection(s) => OTHER * u64::from(s.count()),
            Payload::TableSection(s) => OTHER * u64::from(s.count()),
            Payload::TagSection(s) => OTHER * u64::from(s.count()),
            Payload::ElementSection(s) => OTHER * u64::from(s.count()),
            Payload::DataSection(s) => OTHER * u64::from(s.count()),
            _ => 0,
        };
        if let Some(of) = open.last_mut() {
            *of += more;
        }
    }
    Ok(heaviest)
}
