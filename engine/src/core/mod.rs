//! Engines, the limits and endings of every call, and the core path.

pub(crate) mod ends;
pub mod engine;
pub mod instance;
pub(crate) mod limiter;
