//! From files to code: compiling, loading, describing, wrapping.

mod adapter_room;
mod code;
mod componentize;
mod describe;

pub use code::{BxModule, Loaded};
pub use componentize::componentize;
