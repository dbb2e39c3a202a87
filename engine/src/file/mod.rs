//! From files to code: compiling, loading, describing, wrapping.

mod adapter_room;
mod check;
mod code;
mod componentize;
mod describe;
mod shape;
mod snapshot;
mod survey;
mod weight;

pub use check::check;
pub use code::{BxModule, Loaded};
pub use componentize::{componentize, unwrap};
pub use describe::describe;
pub use snapshot::snapshot;
