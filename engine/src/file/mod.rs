//! From files to code: compiling, loading, describing, wrapping.

mod adapter_room;
pub mod code;
pub mod componentize;
mod describe;
