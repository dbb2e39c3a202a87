//! Engines, the limits and endings of every call, and the core path.

pub mod code_memory;
pub mod ends;
#[cfg(feature = "heap-switch")]
pub use heap::COUNTS;

mod heap;
pub mod engine;
pub mod instance;
pub mod limiter;
pub mod link;
pub mod proposals;
pub mod state;
pub mod whole_scan;
