//! Typed exports: calling them with JSON, and describing them.

mod invoke;
mod invoke_core;
mod json;
mod names;
mod number;
mod schema;
mod wit;

pub use invoke::invoke;
pub use invoke_core::invoke_core;
pub use wit::describe;
